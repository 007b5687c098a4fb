#!/usr/bin/env bash
# Guess:     a model that is generated from a schema refuses null for an optional member that is not
#            nullable, as the schema does.
# Versions:  datamodel-code-generator 0.89.0, pydantic 2.14.4, openapi-schema-validator 0.9.0.
# Behaviour: "optional" is written as `int | None = None`, so the model accepts null where the schema
#            refuses it, and a server built on the model accepts what its contract forbids.
# Output:    schema: False
#            model: True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet datamodel-code-generator==0.89.0 pydantic==2.14.4 openapi-schema-validator==0.9.0

cat >api.yaml <<'YAML'
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths: {}
components: {schemas: {Order: {type: object, properties: {count: {type: integer}}}}}
YAML
venv/bin/datamodel-codegen --input api.yaml --input-file-type openapi --output-model-type pydantic_v2.BaseModel \
  --output model.py 2>log
cat >check.py <<'PY'
import yaml
from model import Order
from openapi_schema_validator import OAS30Validator
from pydantic import ValidationError

schema = yaml.safe_load(open("api.yaml"))["components"]["schemas"]["Order"]
print("schema:", OAS30Validator(schema).is_valid({"count": None}))
try:
    Order.model_validate_json('{"count": null}')
    print("model: True")
except ValidationError:
    print("model: False")
PY
venv/bin/python check.py | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
schema: False
model: True
EXPECTED
