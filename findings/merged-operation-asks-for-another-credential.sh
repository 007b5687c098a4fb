#!/usr/bin/env bash
# Guess:     when two documents are merged, each operation keeps what it requires. Where the documents disagree on the
#            security that applies by default, the tool writes it to the operations, or refuses to merge.
# Versions:  openapi-merge-cli 2.0.2.
# Behaviour: the merged document has both security schemes, but the default of the first input alone. An operation of
#            the second input that relied on its own default asks for the credential of the first, without a warning.
# Output:    default: [{"apiKey":[]}], schemes: apiKey, bearer
#            GET /orders: nothing of its own, so apiKey
#            GET /invoices: nothing of its own, so apiKey
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund openapi-merge-cli@2.0.2

cat >orders.yaml <<'YAML'
openapi: 3.0.3
info: {title: Orders, version: "1"}
security: [{apiKey: []}]
paths:
  /orders:
    get: {operationId: listOrders, responses: {"204": {description: None yet.}}}
components:
  securitySchemes: {apiKey: {type: apiKey, in: header, name: X-Key}}
YAML
cat >invoices.yaml <<'YAML'
openapi: 3.0.3
info: {title: Invoices, version: "1"}
security: [{bearer: []}]
paths:
  /invoices:
    get: {operationId: listInvoices, responses: {"204": {description: None yet.}}}
components:
  securitySchemes: {bearer: {type: http, scheme: bearer}}
YAML
cat >openapi-merge.json <<'JSON'
{"inputs": [{"inputFile": "./orders.yaml"}, {"inputFile": "./invoices.yaml"}], "output": "./merged.json"}
JSON
node_modules/.bin/openapi-merge-cli >log 2>&1 || { cat log >&2; exit 1; }

cat >show.js <<'JS'
const {security, paths, components} = require('./merged.json');
console.log(`default: ${JSON.stringify(security)}, schemes: ${Object.keys(components.securitySchemes).join(', ')}`);
for (const [path, {get}] of Object.entries(paths)) {
  const own = get.security ? JSON.stringify(get.security) : `nothing of its own, so ${Object.keys(security[0])}`;
  console.log(`GET ${path}: ${own}`);
}
JS
node show.js | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
default: [{"apiKey":[]}], schemes: apiKey, bearer
GET /orders: nothing of its own, so apiKey
GET /invoices: nothing of its own, so apiKey
EXPECTED
