#!/usr/bin/env bash
# Guess:     a framework that reads the query parameter `n=5` as an integer reads the header `X-N: 5` so too.
# Version:   connexion 3.3.0.
# Behaviour: query and path parameters are converted before they are validated, headers and cookies are
#            not: '5' "is not of type 'integer'", so no request with the header can succeed.
# Output:    query: 200
#            header: 400
#            cookie: 400
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet connexion==3.3.0

cat >handlers.py <<'PY'
def show():
    return "shown"
PY
cat >check.py <<'PY'
import connexion

integer = {"schema": {"type": "integer"}}
parameters = [
    {"name": "n", "in": "query", **integer},
    {"name": "X-N", "in": "header", **integer},
    {"name": "c", "in": "cookie", **integer},
]
get = {"operationId": "handlers.show", "parameters": parameters, "responses": {"200": {"description": "Shown."}}}
app = connexion.AsyncApp("check")
app.add_api({"openapi": "3.0.3", "info": {"title": "Show", "version": "1"}, "paths": {"/show": {"get": get}}})
client = app.test_client()
print("query:", client.get("/show", params={"n": "5"}).status_code)
print("header:", client.get("/show", headers={"X-N": "5"}).status_code)
print("cookie:", client.get("/show", headers={"Cookie": "c=5"}).status_code)
PY
venv/bin/python -W ignore check.py 2>log | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
query: 200
header: 400
cookie: 400
EXPECTED
