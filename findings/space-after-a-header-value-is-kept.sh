#!/usr/bin/env bash
# Guess:     an HTTP server gives the application the value of a header without the spaces and tabs around it. RFC 9110,
#            section 5.5: a field value does not include that whitespace, and it must be excluded before evaluation.
# Versions:  uvicorn 0.54.0 with httptools 0.9.0 and with h11 0.16.0.
# Behaviour: with httptools, which uvicorn prefers if it is installed, only the whitespace before the value is removed.
#            An application that compares the value refuses a valid token.
# Output:    h11: 'secret'
#            httptools: 'secret \t'
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q uvicorn==0.54.0 httptools==0.9.0 h11==0.16.0

cat >check.py <<'PY'
import asyncio

import uvicorn


async def application(scope, receive, send):
    print(repr(dict(scope["headers"])[b"x-token"].decode()))
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def main(http):
    config = uvicorn.Config(application, port=0, http=http, lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.05)
    print(http, end=": ", flush=True)
    reader, writer = await asyncio.open_connection(*server.servers[0].sockets[0].getsockname())
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Token: \t secret \t\r\nConnection: close\r\n\r\n")
    await reader.read()
    writer.close()
    server.should_exit = True
    await serving


for http in ("h11", "httptools"):
    asyncio.run(main(http))
PY
venv/bin/python check.py | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
h11: 'secret'
httptools: 'secret \t'
EXPECTED
