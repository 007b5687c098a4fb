#!/usr/bin/env bash
# Guess:     a linter that reads OpenAPI 3.2 applies its rules for operations to every operation: also to
#            the new `query`, and to those under `additionalOperations`.
# Versions:  @stoplight/spectral-cli 6.16.3, @redocly/cli 2.77.0.
# Behaviour: both read the document. Spectral asks only the `get` for its operationId; Redocly asks all three.
# Output:    spectral: 1 of 3
#            redocly: 3 of 3
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund @redocly/cli@2.77.0 @stoplight/spectral-cli@6.16.3

cat >api.yaml <<'YAML'
openapi: 3.2.0
info: {title: Shop, version: "1"}
paths:
  /orders:
    get: {responses: {"200": {description: The orders.}}}
    query: {responses: {"200": {description: The orders that match.}}}
    additionalOperations:
      LOCK: {responses: {"200": {description: The locked orders.}}}
YAML
echo 'extends: ["spectral:oas"]' >.spectral.yaml
{
  echo "spectral: $(node_modules/.bin/spectral lint api.yaml --format text | grep -c operation-operationId) of 3"
  echo "redocly: $( (node_modules/.bin/redocly lint api.yaml --format json 2>log || true) | grep -c '"ruleId": "operation-operationId"') of 3"
} | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
spectral: 1 of 3
redocly: 3 of 3
EXPECTED
