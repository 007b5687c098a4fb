#!/usr/bin/env bash
# Guess:     a server that does not speak HTTP/2 ignores the offer to upgrade, as RFC 9110 (7.8) allows, and answers the
#            request as if the header were not there. Java's HttpClient makes that offer (`Upgrade: h2c`) by default with
#            each first request over plain HTTP, one with a body included.
# Versions:  uvicorn 0.54.0 with httptools 0.9.0, and with h11 0.16.0.
# Behaviour: with httptools, the application gets an empty body and no error; with h11, it gets the body. Uvicorn takes
#            httptools wherever it is installed.
# Output:    h11, no offer: 13 bytes
#            h11, Upgrade: h2c: 13 bytes
#            httptools, no offer: 13 bytes
#            httptools, Upgrade: h2c: 0 bytes
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q uvicorn==0.54.0 httptools==0.9.0 h11==0.16.0

cat >check.py <<'PY'
import asyncio

import uvicorn

OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n"


async def count(scope, receive, send):
    length, more = 0, True
    while more:
        message = await receive()
        length += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(length).encode()})


async def ask(port, fields):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 13\r\n" + fields + b"\r\n" + b'{"count": 12}')
    await reader.readuntil(b"\r\n\r\n")
    chunk = await reader.readuntil(b"\r\n")
    answer = await reader.readexactly(int(chunk, 16))
    writer.close()
    return int(answer)


async def main():
    for parser in ("h11", "httptools"):
        server = uvicorn.Server(uvicorn.Config(count, port=0, http=parser, lifespan="off", log_level="critical"))
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        for name, fields in (("no offer", b""), ("Upgrade: h2c", OFFER)):
            print(f"{parser}, {name}: {await ask(port, fields)} bytes")
        server.should_exit = True
        await serving


asyncio.run(main())
PY
venv/bin/python check.py | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
h11, no offer: 13 bytes
h11, Upgrade: h2c: 13 bytes
httptools, no offer: 13 bytes
httptools, Upgrade: h2c: 0 bytes
EXPECTED
