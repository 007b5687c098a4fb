#!/usr/bin/env bash
# Guess:     a runner of Arazzo workflows finds "OPEN" equal to "open" in a success criterion: Arazzo 1.0.1, section
#            Criterion Object, says that comparisons of strings must be case insensitive.
# Versions:  @redocly/cli 2.77.0.
# Behaviour: `redocly respect` compares letter by letter. The criterion that Arazzo calls true fails the workflow, and
#            its negation, which Arazzo calls false, passes.
# Output:    $response.body#/status == 'OPEN': exit 0
#            $response.body#/status == 'open': exit 1
#            $response.body#/status != 'open': exit 0
set -euo pipefail
folder=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund @redocly/cli@2.77.0

cat >server.cjs <<'JS'
const server = require('http').createServer((_, response) => {
  response.writeHead(200, {'content-type': 'application/json'});
  response.end('{"status": "OPEN"}');
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
JS
mkfifo ready
node server.cjs >ready &
server=$!
read -r port <ready
cat >api.yaml <<YAML
openapi: 3.0.3
info: {title: Shop, version: "1"}
servers: [{url: "http://127.0.0.1:$port"}]
paths:
  /order:
    get:
      operationId: getOrder
      responses:
        "200":
          description: The order.
          content: {application/json: {schema: {type: object, properties: {status: {type: string}}}}}
YAML
for operands in "== 'OPEN'" "== 'open'" "!= 'open'"; do
  condition="\$response.body#/status $operands"
  cat >shop.arazzo.yaml <<YAML
arazzo: 1.0.1
info: {title: Shop, version: "1"}
sourceDescriptions: [{name: api, url: ./api.yaml, type: openapi}]
workflows:
- workflowId: look
  steps: [{stepId: order, operationId: getOrder, successCriteria: [{condition: "$condition"}]}]
YAML
  code=0
  node_modules/.bin/redocly respect shop.arazzo.yaml >log 2>&1 || code=$?
  echo "$condition: exit $code"
done | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
$response.body#/status == 'OPEN': exit 0
$response.body#/status == 'open': exit 1
$response.body#/status != 'open': exit 0
EXPECTED
