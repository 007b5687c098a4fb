#!/usr/bin/env bash
# Guess:     a client that asks a mock server for status 404 gets 404, or an error if the answer has no
#            example of the name it also asks for.
# Version:   @stoplight/prism-cli 5.16.0.
# Behaviour: `Prefer: code=404, example=found` is answered with 200, because only the 200 has an example
#            of that name: the name overrules the code.
# Output:    code=404: 404
#            code=404, example=found: 200
set -euo pipefail
folder=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund @stoplight/prism-cli@5.16.0

cat >api.yaml <<'YAML'
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /order:
    get:
      responses:
        "200":
          description: The order.
          content: {application/json: {schema: {type: object}, examples: {found: {value: {id: 1}}}}}
        "404":
          description: No such order.
          content: {application/json: {schema: {type: object}, examples: {missing: {value: {id: null}}}}}
YAML
port=$(node -p 'const s = require("net").createServer().listen(0); const { port } = s.address(); s.close(); port')
node_modules/.bin/prism mock --port "$port" api.yaml >log 2>&1 &
server=$!
curl --silent --retry 60 --retry-delay 1 --retry-connrefused --output ready "http://127.0.0.1:$port/order"
for prefer in "code=404" "code=404, example=found"; do
  echo "$prefer: $(curl --silent --output body --write-out '%{http_code}' --header "Prefer: $prefer" "http://127.0.0.1:$port/order")"
done | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
code=404: 404
code=404, example=found: 200
EXPECTED
