#!/usr/bin/env bash
# Guess:     a member that is required stays required when it also has a `default`, which JSON Schema calls
#            an annotation.
# Versions:  json-schema-to-zod 2.8.1, zod 4.6.7, ajv 8.20.0.
# Behaviour: the member becomes `z.string().default("EUR")`. The generated parser accepts an object
#            without it; the schema refuses that object.
# Output:    ajv: false
#            zod: true
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund json-schema-to-zod@2.8.1 zod@4.6.7 ajv@8.20.0

cat >check.mjs <<'JS'
import Ajv from 'ajv';
import { jsonSchemaToZod } from 'json-schema-to-zod';
import { writeFileSync } from 'node:fs';
const schema = { type: 'object', required: ['currency'], properties: { currency: { type: 'string', default: 'EUR' } } };
writeFileSync('parser.mjs', jsonSchemaToZod(schema, { module: 'esm' }));
const { default: parser } = await import('./parser.mjs');
console.log('ajv:', new Ajv().validate(schema, {}));
console.log('zod:', parser.safeParse({}).success);
JS
node check.mjs | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
ajv: false
zod: true
EXPECTED
