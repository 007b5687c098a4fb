#!/usr/bin/env bash
# Guess:     `format: uuid` means the same 36 characters to every JSON Schema validator.
# Versions:  ajv 8.20.0 with ajv-formats 3.0.1, jsonschema-rs 0.61.2.
# Behaviour: ajv-formats also accepts the URN form, `urn:uuid:` before the 36 characters. jsonschema-rs
#            refuses it. JSON Schema asks for the UUID of RFC 4122, which the URN only contains.
# Output:    ajv-formats: true
#            jsonschema-rs: false
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund ajv@8.20.0 ajv-formats@3.0.1
python3 -m venv venv
venv/bin/pip install --quiet jsonschema-rs==0.61.2

cat >check.cjs <<'JS'
const ajv = new (require('ajv'))();
require('ajv-formats')(ajv);
const value = 'urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8';
console.log('ajv-formats:', ajv.validate({ type: 'string', format: 'uuid' }, value));
JS
cat >check.py <<'PY'
import jsonschema_rs

validator = jsonschema_rs.validator_for({"type": "string", "format": "uuid"}, validate_formats=True)
value = "urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8"
print("jsonschema-rs:", str(validator.is_valid(value)).lower())
PY
{ node check.cjs; venv/bin/python check.py; } | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
ajv-formats: true
jsonschema-rs: false
EXPECTED
