#!/usr/bin/env bash
# Guess:     a conversion from OpenAPI 3.1 to 3.0 may lose a constraint that 3.0 cannot say, so the result
#            accepts at least what the original accepts.
# Version:   @apiture/openapi-down-convert 0.14.2.
# Behaviour: it drops `patternProperties` and keeps `additionalProperties: false` beside it. The members
#            that the pattern allowed are now forbidden: only the empty object is left.
# Output:    {"type":"object","additionalProperties":false}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund @apiture/openapi-down-convert@0.14.2

cat >check.cjs <<'JS'
const { Converter } = require('@apiture/openapi-down-convert');
const Labels = { type: 'object', patternProperties: { '^label-': { type: 'string' } }, additionalProperties: false };
const document = { openapi: '3.1.0', info: { title: 'Labels', version: '1' }, paths: {}, components: { schemas: { Labels } } };
console.log(JSON.stringify(new Converter(document, {}).convert().components.schemas.Labels));
JS
node check.cjs | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
{"type":"object","additionalProperties":false}
EXPECTED
