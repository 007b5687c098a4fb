#!/usr/bin/env bash
# Guess:     a generated client leaves out what its caller leaves out. An optional member with a `default` that was
#            not set is not sent, so that the server applies the default of its own version.
# Versions:  openapi-python-client 0.29.1.
# Behaviour: the default becomes the initial value of the attribute: an object that sets nothing is serialized with
#            the default of the day when the client was generated. A neighbour without a default is left out.
# Output:    nothing set -> {"urgent": false}
#            note set -> {"urgent": false, "note": "x"}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q openapi-python-client==0.29.1

cat >order.yaml <<'YAML'
openapi: 3.0.3
info: {title: Orders, version: "1"}
paths:
  /orders:
    post:
      operationId: createOrder
      requestBody:
        content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}
      responses: {"204": {description: The order is placed.}}
components:
  schemas:
    Order:
      type: object
      properties:
        urgent: {type: boolean, default: false}
        note: {type: string}
YAML
PATH="$folder/venv/bin:$PATH" openapi-python-client generate --path order.yaml --meta none --output-path client >/dev/null
cat >check.py <<'PY'
import json

from client.models import Order

print("nothing set ->", json.dumps(Order().to_dict()))
print("note set ->", json.dumps(Order(note="x").to_dict()))
PY
venv/bin/python check.py | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
nothing set -> {"urgent": false}
note set -> {"urgent": false, "note": "x"}
EXPECTED
