#!/usr/bin/env bash
# Guess:     openapi-core supports OpenAPI 3.1, where `type` may be a list. A query parameter that is an integer or null
#            takes "5", and a request without that parameter is not concerned.
# Versions:  openapi-core 0.23.1, werkzeug 3.1.9.
# Behaviour: the operation cannot be called at all: TypeError instead of a validation result, whatever the request
#            holds. The same alternative written with `anyOf` works.
# Output:    type: [integer, "null"], ?count=5: TypeError
#            type: [integer, "null"], ?other=x: TypeError
#            anyOf, ?count=5: {'count': 5}
#            anyOf, ?other=x: {'other': 'x'}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet openapi-core==0.23.1 werkzeug==3.1.9

cat >check.py <<'PY'
from openapi_core import OpenAPI
from openapi_core.contrib.werkzeug import WerkzeugOpenAPIRequest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

WAYS = {
    'type: [integer, "null"]': {"type": ["integer", "null"]},
    "anyOf": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
}


def outcome(schema, query):
    parameters = [
        {"name": "count", "in": "query", "schema": schema},
        {"name": "other", "in": "query", "schema": {"type": "string"}},
    ]
    operation = {"parameters": parameters, "responses": {"200": {"description": "The orders."}}}
    document = {"openapi": "3.1.0", "info": {"title": "Orders", "version": "1"}, "paths": {"/orders": {"get": operation}}}
    request = Request(EnvironBuilder("/orders", query_string=query).get_environ())
    try:
        return OpenAPI.from_dict(document).unmarshal_request(WerkzeugOpenAPIRequest(request)).parameters.query
    except TypeError:
        return "TypeError"


for way, schema in WAYS.items():
    for query in ("count=5", "other=x"):
        print(f"{way}, ?{query}: {outcome(schema, query)}")
PY
venv/bin/python check.py | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
type: [integer, "null"], ?count=5: TypeError
type: [integer, "null"], ?other=x: TypeError
anyOf, ?count=5: {'count': 5}
anyOf, ?other=x: {'other': 'x'}
EXPECTED
