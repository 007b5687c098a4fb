#!/usr/bin/env bash
# Guess:     an assertion that a response "satisfies the API spec" fails if the response has a media type that the
#            document does not list for it, or lacks a header that the document requires.
# Versions:  jest-openapi 0.14.2, expect 29.7.0.
# Behaviour: status and body are compared, headers are not. A response that calls itself text/html and has no X-Total
#            satisfies a contract of application/json with a required X-Total.
# Output:    application/json, with X-Total: satisfied
#            text/html, without X-Total: satisfied
#            application/json, wrong body: not satisfied
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund jest-openapi@0.14.2 expect@29.7.0

cat >api.yaml <<'YAML'
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /order:
    get:
      responses:
        "200":
          description: The order.
          headers: {X-Total: {required: true, schema: {type: integer}}}
          content:
            application/json: {schema: {type: object, required: [id], properties: {id: {type: integer}}}}
YAML
cat >check.cjs <<'JS'
const {expect} = require('expect');
globalThis.expect = expect;
require('jest-openapi').default(`${process.cwd()}/api.yaml`);

function judge(name, headers, data) {
  const response = {status: 200, headers, data, config: {}, request: {method: 'GET', path: '/order'}};
  let verdict = 'satisfied';
  try {
    expect(response).toSatisfyApiSpec();
  } catch {
    verdict = 'not satisfied';
  }
  console.log(`${name}: ${verdict}`);
}
judge('application/json, with X-Total', {'content-type': 'application/json', 'x-total': '1'}, {id: 1});
judge('text/html, without X-Total', {'content-type': 'text/html'}, {id: 1});
judge('application/json, wrong body', {'content-type': 'application/json', 'x-total': '1'}, {id: 'one'});
JS
node check.cjs | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
application/json, with X-Total: satisfied
text/html, without X-Total: satisfied
application/json, wrong body: not satisfied
EXPECTED
