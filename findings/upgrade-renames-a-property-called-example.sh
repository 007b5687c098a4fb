#!/usr/bin/env bash
# Guess:     an upgrade from OpenAPI 3.0 to 3.1 rewrites the keyword `example` and leaves a property that
#            merely has that name alone.
# Version:   @scalar/openapi-upgrader 0.1.11.
# Behaviour: inside `properties` the name is taken for the keyword: the property `example` disappears
#            and a property `examples` takes its place, whose schema is an array.
# Output:    {"type":"object","properties":{"id":{"type":"integer"},"examples":[{"type":"string"}]}}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund @scalar/openapi-upgrader@0.1.11

cat >check.mjs <<'JS'
import { upgrade } from '@scalar/openapi-upgrader';
const Word = { type: 'object', properties: { id: { type: 'integer' }, example: { type: 'string' } } };
const document = { openapi: '3.0.3', info: { title: 'Words', version: '1' }, paths: {}, components: { schemas: { Word } } };
console.log(JSON.stringify(upgrade(document, '3.1').components.schemas.Word));
JS
node check.mjs | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
{"type":"object","properties":{"id":{"type":"integer"},"examples":[{"type":"string"}]}}
EXPECTED
