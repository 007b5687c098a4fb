#!/usr/bin/env bash
# Guess:     a parameter's schema may leave out `type`, as any schema may, so `enum` alone lists the allowed values.
#            Connexion accepts the document when it starts, so it answers a listed value with 200, any other with 400.
# Versions:  connexion 3.3.0.
# Behaviour: every request that sends the parameter gets 500, since its parser of URLs reads `type` without asking
#            whether it is there. With `type` beside the `enum`, the answers are those of the guess.
# Output:    enum alone, ?status=open: 500
#            enum alone, ?status=lost: 500
#            enum alone, no status: 200
#            with type, ?status=open: 200
#            with type, ?status=lost: 400
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet 'connexion[flask]==3.3.0' httpx==0.28.1

cat >orders.py <<'PY'
def find(status=None):
    return {}
PY
cat >check.py <<'PY'
import logging

import connexion

DOCUMENT = """
openapi: 3.0.3
info: {title: Orders, version: "1"}
paths:
  /orders:
    get:
      operationId: orders.find
      parameters: [{name: status, in: query, schema: %s}]
      responses: {"200": {description: The orders.}}
"""
logging.disable()
for name, schema, queries in (
    ("enum alone", "{enum: [open, closed]}", ("?status=open", "?status=lost", "")),
    ("with type", "{type: string, enum: [open, closed]}", ("?status=open", "?status=lost")),
):
    with open("orders.yaml", "w") as file:
        file.write(DOCUMENT % schema)
    app = connexion.AsyncApp(__name__, specification_dir=".")
    app.add_api("orders.yaml")
    for query in queries:
        status = app.test_client().get(f"/orders{query}").status_code
        print(f"{name}, {query or 'no status'}: {status}")
PY
venv/bin/python -W ignore check.py | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
enum alone, ?status=open: 500
enum alone, ?status=lost: 500
enum alone, no status: 200
with type, ?status=open: 200
with type, ?status=lost: 400
EXPECTED
