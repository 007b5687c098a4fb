#!/usr/bin/env bash
# Guess:     the OpenAPI schema of a marshmallow class accepts what the class accepts. The validator `ContainsOnly`
#            limits the items of a list, so it becomes an `enum` of the items.
# Versions:  apispec 6.10.1, marshmallow 4.4.0, jsonschema 4.26.0.
# Behaviour: the `enum` stands beside `type: array`, so it limits the list itself, and no list equals a string. Whoever
#            validates by the document refuses every value.
# Output:    schema: {"type": "array", "enum": ["S", "M"], "items": {"type": "string"}}
#            ["S"]: class True, schema False
#            ["S", "M"]: class True, schema False
#            ["XL"]: class False, schema False
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q apispec==6.10.1 marshmallow==4.4.0 jsonschema==4.26.0

cat >check.py <<'PY'
import json

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from jsonschema import Draft202012Validator
from marshmallow import Schema, fields, validate


class Shirt(Schema):
    sizes = fields.List(fields.String(), validate=validate.ContainsOnly(["S", "M"]))


document = APISpec("Shop", "1", "3.1.0", plugins=[MarshmallowPlugin()])
document.components.schema("Shirt", schema=Shirt)
schema = document.to_dict()["components"]["schemas"]["Shirt"]["properties"]["sizes"]
print(f"schema: {json.dumps(schema)}")
for sizes in (["S"], ["S", "M"], ["XL"]):
    accepted = not Shirt().validate({"sizes": sizes})
    print(f"{json.dumps(sizes)}: class {accepted}, schema {Draft202012Validator(schema).is_valid(sizes)}")
PY
venv/bin/python check.py | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
schema: {"type": "array", "enum": ["S", "M"], "items": {"type": "string"}}
["S"]: class True, schema False
["S", "M"]: class True, schema False
["XL"]: class False, schema False
EXPECTED
