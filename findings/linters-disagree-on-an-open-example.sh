#!/usr/bin/env bash
# Guess:     a linter that checks examples against their schemas accepts a member that the schema does not
#            name, because objects are open unless `additionalProperties` closes them.
# Versions:  @redocly/cli 2.77.0, @stoplight/spectral-cli 6.16.3.
# Behaviour: Redocly reports "must NOT have unevaluated properties": it closes every object unless its
#            option allowAdditionalProperties is set. Spectral accepts the example. Both refuse a wrong type.
# Output:    redocly, open example: 1
#            redocly, wrong type: 1
#            spectral, open example: 0
#            spectral, wrong type: 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund @redocly/cli@2.77.0 @stoplight/spectral-cli@6.16.3

write() {
  cat >"$1" <<YAML
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /order:
    get:
      responses:
        "200":
          description: The order.
          content:
            application/json:
              schema: {type: object, properties: {id: {type: integer}}}
              example: $2
YAML
}
write open.yaml '{id: 1, note: gift}'
write type.yaml '{id: one}'
echo 'extends: ["spectral:oas"]' >.spectral.yaml
redocly() { node_modules/.bin/redocly lint "$1" --format json 2>log | grep -c '"ruleId": "no-invalid-media-type-examples"' || true; }
spectral() { node_modules/.bin/spectral lint "$1" --format text | grep -c oas3-valid-media-example || true; }
for tool in redocly spectral; do
  echo "$tool, open example: $($tool open.yaml)"
  echo "$tool, wrong type: $($tool type.yaml)"
done | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
redocly, open example: 1
redocly, wrong type: 1
spectral, open example: 0
spectral, wrong type: 1
EXPECTED
