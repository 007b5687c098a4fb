#!/usr/bin/env bash
# Guess:     a server finds its entity tag also among several: RFC 9110 (13.1.1 and 13.1.2) lets `If-Match` and
#            `If-None-Match` list the tags of all representations that the client holds, and one that matches is enough.
# Versions:  @fastify/etag 6.2.0 with fastify 5.12.8, fastapi-etag 0.4.0 with fastapi 0.165.0 and httpx 0.28.1.
# Behaviour: both compare the whole field with their tag. With a list, the first sends a body that the client has, and
#            the second refuses a write whose condition is met.
# Output:    @fastify/etag, GET, If-None-Match: "new": 304
#            @fastify/etag, GET, If-None-Match: "old", "new": 200
#            fastapi-etag, PUT, If-Match: "new": 200
#            fastapi-etag, PUT, If-Match: "old", "new": 412
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund @fastify/etag@6.2.0 fastify@5.12.8
python3 -m venv venv
venv/bin/pip install -q fastapi-etag==0.4.0 fastapi==0.165.0 httpx==0.28.1

cat >check.mjs <<'JS'
import etag from '@fastify/etag';
import Fastify from 'fastify';

const app = Fastify();
app.register(etag);
app.get('/order', async (request, reply) => reply.header('etag', '"new"').send({state: 'open'}));
for (const tags of ['"new"', '"old", "new"']) {
  const {statusCode} = await app.inject({url: '/order', headers: {'if-none-match': tags}});
  console.log(`@fastify/etag, GET, If-None-Match: ${tags}: ${statusCode}`);
}
JS
cat >check.py <<'PY'
import asyncio

import httpx
from fastapi import Depends, FastAPI
from fastapi_etag import Etag, add_exception_handler

app = FastAPI()
add_exception_handler(app)


@app.put("/order", dependencies=[Depends(Etag(lambda request: '"new"', weak=False))])
async def put():
    return {"state": "closed"}


async def main():
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://shop.example") as client:
        for tags in ('"new"', '"old", "new"'):
            response = await client.put("/order", headers={"If-Match": tags})
            print(f"fastapi-etag, PUT, If-Match: {tags}: {response.status_code}")


asyncio.run(main())
PY
{ node check.mjs; venv/bin/python check.py; } | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
@fastify/etag, GET, If-None-Match: "new": 304
@fastify/etag, GET, If-None-Match: "old", "new": 200
fastapi-etag, PUT, If-Match: "new": 200
fastapi-etag, PUT, If-Match: "old", "new": 412
EXPECTED
