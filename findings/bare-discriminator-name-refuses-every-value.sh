#!/usr/bin/env bash
# Guess:     a discriminator may map a value to the bare name of a schema, as OpenAPI 3.0 allows; it means
#            the same as the reference written out.
# Version:   openapi-schema-validator 0.9.0.
# Behaviour: the bare name is read as a reference relative to the document. It "could not be resolved",
#            and that counts against the value: each one is refused.
# Output:    #/components/schemas/Cat: True
#            Cat: False
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet openapi-schema-validator==0.9.0

cat >check.py <<'PY'
from openapi_schema_validator import OAS30Validator

cat = {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}}
for target in ["#/components/schemas/Cat", "Cat"]:
    schema = {
        "oneOf": [{"$ref": "#/components/schemas/Cat"}],
        "discriminator": {"propertyName": "kind", "mapping": {"cat": target}},
        "components": {"schemas": {"Cat": cat}},
    }
    print(f"{target}:", OAS30Validator(schema).is_valid({"kind": "cat"}))
PY
venv/bin/python check.py | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
#/components/schemas/Cat: True
Cat: False
EXPECTED
