#!/usr/bin/env bash
# Guess:     a converter to JSON Schema keeps which values are valid. In OpenAPI 3.0.3, `nullable: true` adds null to
#            the types alone: an `enum` without null still refuses it, as the specification's proposal on null says.
# Versions:  @openapi-contrib/openapi-schema-to-json-schema 5.1.0, ajv 8.20.0, openapi-schema-validator 0.9.0.
# Behaviour: the converter adds null to the enum, so the converted schema accepts a value that a validator of
#            OpenAPI 3.0 refuses.
# Output:    converted: {"type":["string","null"],"enum":["open","closed",null]}
#            "open": true by the converted schema, True by OpenAPI 3.0
#            null: true by the converted schema, False by OpenAPI 3.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q openapi-schema-validator==0.9.0
npm install --prefix . --silent --no-audit --no-fund \
    @openapi-contrib/openapi-schema-to-json-schema@5.1.0 ajv@8.20.0

echo '{"type": "string", "nullable": true, "enum": ["open", "closed"]}' >schema.json
cat >convert.mjs <<'JS'
import {readFileSync} from 'node:fs';
import {openapiSchemaToJsonSchema} from '@openapi-contrib/openapi-schema-to-json-schema';
import Ajv from 'ajv';

const {$schema, ...converted} = openapiSchemaToJsonSchema(JSON.parse(readFileSync('schema.json', 'utf8')));
const validate = new Ajv({strict: false}).compile(converted);
console.log(`converted: ${JSON.stringify(converted)}`);
for (const value of ['open', null]) console.log(`${JSON.stringify(value)}: ${validate(value)} by the converted schema`);
JS
cat >validate.py <<'PY'
import json

from openapi_schema_validator import OAS30Validator

validator = OAS30Validator(json.load(open("schema.json")))
print("", *(f", {validator.is_valid(value)} by OpenAPI 3.0" for value in ("open", None)), sep="\n")
PY
node convert.mjs >converted
venv/bin/python validate.py >validated
paste -d '' converted validated | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
converted: {"type":["string","null"],"enum":["open","closed",null]}
"open": true by the converted schema, True by OpenAPI 3.0
null: true by the converted schema, False by OpenAPI 3.0
EXPECTED
