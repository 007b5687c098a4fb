#!/usr/bin/env bash
# Guess:     a generated client returns the status of every response. RFC 9110, section 15, allows statuses that nobody
#            has registered: a client treats an unknown 5xx like a 500.
# Versions:  openapi-python-client 0.29.1 with httpx 0.28.1.
# Behaviour: with a status that Python's `HTTPStatus` does not list, such as 520 of a gateway, the client raises a
#            ValueError. The caller gets neither the status nor the body.
# Output:    503 -> 503 b'later'
#            520 -> ValueError: 520 is not a valid HTTPStatus
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q openapi-python-client==0.29.1 httpx==0.28.1

cat >order.yaml <<'YAML'
openapi: 3.0.3
info: {title: Orders, version: "1"}
paths:
  /orders:
    get:
      operationId: listOrders
      responses: {"204": {description: There are none.}}
YAML
PATH="$folder/venv/bin:$PATH" openapi-python-client generate --path order.yaml --meta none --output-path client >/dev/null
cat >check.py <<'PY'
import httpx
from client import Client
from client.api.default import list_orders

for status in (503, 520):
    transport = httpx.MockTransport(lambda _: httpx.Response(status, text="later"))
    client = Client("https://shop.example", httpx_args={"transport": transport})
    try:
        response = list_orders.sync_detailed(client=client)
    except ValueError as error:
        print(f"{status} -> ValueError: {error}")
    else:
        print(f"{status} -> {response.status_code!s} {response.content!r}")
PY
venv/bin/python check.py | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
503 -> 503 b'later'
520 -> ValueError: 520 is not a valid HTTPStatus
EXPECTED
