#!/usr/bin/env bash
# Guess:     AsyncAPI's converter from OpenAPI writes a document that AsyncAPI's parser accepts. It does not turn a
#            query parameter into a parameter of the channel: AsyncAPI 3.0.0 (Channel Object) allows those only where
#            the address of the channel has expressions in braces.
# Versions:  @asyncapi/converter 2.0.2, @asyncapi/parser 3.6.6.
# Behaviour: it does, and says that the value is found in a header. One query parameter is enough for the parser to
#            refuse the whole document. With a header or path parameter, the document is accepted.
# Output:    /orders, no parameter: accepted
#            /orders, X-Trace in header: accepted
#            /orders/{id}, id in path: accepted
#            /orders, limit in query: refused, {"limit":{"location":"$message.header#/limit"}}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund @asyncapi/converter@2.0.2 @asyncapi/parser@3.6.6

cat >check.cjs <<'JS'
const {convertOpenAPI} = require('@asyncapi/converter');
const {Parser} = require('@asyncapi/parser');

const schema = {type: 'string'};
const cases = [
  ['/orders', 'no parameter', []],
  ['/orders', 'X-Trace in header', [{name: 'X-Trace', in: 'header', schema}]],
  ['/orders/{id}', 'id in path', [{name: 'id', in: 'path', required: true, schema}]],
  ['/orders', 'limit in query', [{name: 'limit', in: 'query', schema}]],
];
(async () => {
  for (const [path, name, parameters] of cases) {
    const get = {operationId: 'read', parameters, responses: {200: {description: 'What was asked for.'}}};
    const openapi = {openapi: '3.0.0', info: {title: 'Shop', version: '1'}, paths: {[path]: {get}}};
    const asyncapi = convertOpenAPI(JSON.stringify(openapi), '3.0.0', {from: 'openapi'});
    const [channel] = Object.values(asyncapi.channels);
    const {document} = await new Parser().parse(structuredClone(asyncapi));
    console.log(`${path}, ${name}: ${document ? 'accepted' : `refused, ${JSON.stringify(channel.parameters)}`}`);
  }
})();
JS
node check.cjs | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
/orders, no parameter: accepted
/orders, X-Trace in header: accepted
/orders/{id}, id in path: accepted
/orders, limit in query: refused, {"limit":{"location":"$message.header#/limit"}}
EXPECTED
