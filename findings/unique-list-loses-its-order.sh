#!/usr/bin/env bash
# Guess:     a model that is generated from a schema keeps the order of an array, which JSON defines as an ordered
#            list. With `uniqueItems`, it refuses a repeated item, as the schema does.
# Versions:  json-schema-to-pydantic 0.5.0, jsonschema 4.26.0.
# Behaviour: the array becomes a Python set. The items come back in another order, and a repeated item is dropped
#            instead of refused.
# Output:    [30, 20, 10]: schema True, model [10, 20, 30]
#            [10, 10]: schema False, model [10]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q json-schema-to-pydantic==0.5.0 jsonschema==4.26.0

cat >check.py <<'PY'
from json_schema_to_pydantic import create_model
from jsonschema import Draft202012Validator

PRIORITIES = {"type": "array", "items": {"type": "integer"}, "uniqueItems": True}
SCHEMA = {"title": "Plan", "type": "object", "properties": {"priorities": PRIORITIES}, "required": ["priorities"]}
Plan = create_model(SCHEMA)
for priorities in ([30, 20, 10], [10, 10]):
    plan = {"priorities": priorities}
    kept = Plan.model_validate(plan).model_dump(mode="json")["priorities"]
    print(f"{priorities}: schema {Draft202012Validator(SCHEMA).is_valid(plan)}, model {kept}")
PY
venv/bin/python check.py | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
[30, 20, 10]: schema True, model [10, 20, 30]
[10, 10]: schema False, model [10]
EXPECTED
