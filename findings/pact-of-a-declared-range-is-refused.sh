#!/usr/bin/env bash
# Guess:     a tool that checks a Pact contract against an OpenAPI 3.0 document finds the response for 404 under `4XX`.
#            In the Responses Object, a range stands for each of its codes, `default` for those that are not declared.
# Versions:  @pactflow/swagger-mock-validator 14.5.0, @pactflow/openapi-pact-comparator 1.7.0.
# Behaviour: the two tools of one publisher disagree. The validator does not see the range: it calls 404 undefined or,
#            if there is a `default`, checks the body by that, and refuses what `4XX` allows. The comparator accepts
#            both.
# Output:    404: validator exit 0, comparator exit 0
#            4XX: validator exit 1, comparator exit 0
#            4XX and default: validator exit 1, comparator exit 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund @pactflow/swagger-mock-validator@14.5.0 \
  @pactflow/openapi-pact-comparator@1.7.0

cat >pact.json <<'JSON'
{
  "consumer": {"name": "cart"},
  "provider": {"name": "shop"},
  "interactions": [{
    "description": "an unknown order",
    "request": {"method": "GET", "path": "/orders"},
    "response": {
      "status": 404,
      "headers": {"Content-Type": "application/problem+json"},
      "body": {"status": 404}
    }
  }],
  "metadata": {"pactSpecification": {"version": "2.0.0"}}
}
JSON
response() {
  echo "{description: An error., content: {$1: {schema: {type: object, properties: {$2: {type: integer}}}}}}"
}
problem=$(response application/problem+json status)
other=$(response application/json code)
write() {
  cat >api.yaml <<YAML
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /orders:
    get:
      responses: {"200": {description: The orders.}, $1}
YAML
}
code() { local code=0; "node_modules/.bin/$1" api.yaml pact.json >log 2>&1 || code=$?; echo "$code"; }
compare() { echo "$1: validator exit $(code swagger-mock-validator), comparator exit $(code openapi-pact-comparator)"; }
{
  write "\"404\": $problem"
  compare 404
  write "4XX: $problem"
  compare 4XX
  write "4XX: $problem, default: $other"
  compare "4XX and default"
} | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
404: validator exit 0, comparator exit 0
4XX: validator exit 1, comparator exit 0
4XX and default: validator exit 1, comparator exit 0
EXPECTED
