#!/usr/bin/env bash
# Guess:     a formatter writes the document that it has read, in its own order. A property may have the name `$ref`,
#            as any other name: the value of `properties` is a map from names to schemas and no reference.
# Versions:  openapi-format 1.33.6, @apidevtools/swagger-cli 4.0.4.
# Behaviour: openapi-format writes an empty object over the whole document, says that it was formatted successfully,
#            and exits 0. swagger-cli calls the document valid. With the name `ref`, all of it is written.
# Output:    $ref: valid; exit 0, formatted successfully, 0 paths
#            ref: valid; exit 0, formatted successfully, 1 paths
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund openapi-format@1.33.6 @apidevtools/swagger-cli@4.0.4

for name in '$ref' ref; do
  cat >api.yaml <<YAML
openapi: 3.0.3
info: {title: Links, version: "1"}
paths:
  /link:
    get:
      responses:
        "200":
          description: A pointer to another document.
          content: {application/json: {schema: {type: object, properties: {$name: {type: string}}}}}
YAML
  verdict=$(node_modules/.bin/swagger-cli validate api.yaml 2>&1 | grep -o 'valid$')
  code=0
  node_modules/.bin/openapi-format api.yaml --no-sort --json --output out.json >log 2>&1 || code=$?
  said=$(grep -o 'formatted successfully' log)
  paths=$(node -p 'Object.keys(JSON.parse(fs.readFileSync("out.json")).paths ?? {}).length')
  echo "$name: $verdict; exit $code, $said, $paths paths"
done | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
$ref: valid; exit 0, formatted successfully, 0 paths
ref: valid; exit 0, formatted successfully, 1 paths
EXPECTED
