#!/usr/bin/env bash
# Guess:     a bundle stands on its own. Where a discriminator maps its values to other files, the bundler takes the
#            schemas in and lets the mapping point to where they are now.
# Versions:  @apidevtools/swagger-cli 4.0.4, @redocly/cli 2.77.0.
# Behaviour: the two tools disagree. swagger-cli takes the schemas in but leaves the names of the files in the mapping,
#            and calls the bundle valid without the files. Redocly writes the new places.
# Output:    swagger-cli: cat.yaml dog.yaml
#            swagger-cli validate: swagger.json is valid
#            redocly: #/components/schemas/cat #/components/schemas/dog
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund @apidevtools/swagger-cli@4.0.4 @redocly/cli@2.77.0

mkdir parts
cat >parts/api.yaml <<'YAML'
openapi: 3.0.3
info: {title: Pets, version: "1"}
paths:
  /pet:
    get:
      responses:
        "200":
          description: The pet.
          content:
            application/json:
              schema:
                oneOf: [{$ref: cat.yaml}, {$ref: dog.yaml}]
                discriminator: {propertyName: kind, mapping: {cat: cat.yaml, dog: dog.yaml}}
YAML
for kind in cat dog; do
  echo 'type: object
required: [kind]
properties: {kind: {type: string}}' >"parts/$kind.yaml"
done
node_modules/.bin/swagger-cli bundle parts/api.yaml --outfile swagger.json >log 2>&1
node_modules/.bin/redocly bundle parts/api.yaml --output redocly.json >log 2>&1
rm -r parts
mapping() {
  node -p "const bundle = JSON.parse(fs.readFileSync('$1'));
    const {schema} = bundle.paths['/pet'].get.responses['200'].content['application/json'];
    Object.values(schema.discriminator.mapping).join(' ')"
}
verdict=$(node_modules/.bin/swagger-cli validate swagger.json 2>&1)
{
  echo "swagger-cli: $(mapping swagger.json)"
  echo "swagger-cli validate: $verdict"
  echo "redocly: $(mapping redocly.json)"
} | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
swagger-cli: cat.yaml dog.yaml
swagger-cli validate: swagger.json is valid
redocly: #/components/schemas/cat #/components/schemas/dog
EXPECTED
