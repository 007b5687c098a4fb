#!/usr/bin/env bash
# Guess:     a tool that looks for breaking changes reports a query parameter that becomes required.
# Version:   openapi-diff 0.24.1 (npm).
# Behaviour: parameters are not compared. It says "No changes found" and exits 0; a body member that
#            becomes required is reported with exit 1.
# Output:    parameter: exit 0
#            body member: exit 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund openapi-diff@0.24.1

cat >old.yaml <<'YAML'
openapi: 3.0.3
info: {title: Orders, version: "1"}
paths:
  /orders:
    post:
      parameters: [{name: shop, in: query, required: false, schema: {type: string}}]
      requestBody:
        content: {application/json: {schema: {type: object, properties: {item: {type: string}}}}}
      responses: {"201": {description: Created.}}
YAML
sed 's/required: false/required: true/' old.yaml >parameter.yaml
sed 's/{type: object,/{type: object, required: [item],/' old.yaml >member.yaml
compare() { local code=0; node_modules/.bin/openapi-diff old.yaml "$2" >report || code=$?; echo "$1: exit $code"; }
{ compare parameter parameter.yaml; compare "body member" member.yaml; } | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
parameter: exit 0
body member: exit 1
EXPECTED
