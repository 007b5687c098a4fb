#!/usr/bin/env bash
# Guess:     a server that is built from an OpenAPI document refuses a request without the body that
#            `requestBody.required: true` demands.
# Versions:  fastify 5.12.8 with fastify-openapi-glue 4.11.4.
# Behaviour: schemas are chosen by the Content-Type of the request. Without a body there is no
#            Content-Type, so nothing is validated: the handler runs and the answer is 200. The same
#            holds for an undeclared text/plain body.
# Output:    no body: 200
#            text/plain: 200
#            {}: 400
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund fastify@5.12.8 fastify-openapi-glue@4.11.4

cat >check.mjs <<'JS'
import Fastify from 'fastify';
import glue from 'fastify-openapi-glue';
const schema = { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } };
const requestBody = { required: true, content: { 'application/json': { schema } } };
const post = { operationId: 'add', requestBody, responses: { 200: { description: 'Added.' } } };
const specification = { openapi: '3.0.3', info: { title: 'Sum', version: '1' }, paths: { '/sum': { post } } };
const app = Fastify();
app.register(glue, { specification, serviceHandlers: { add: async () => 'added' } });
const send = async (label, request) =>
  console.log(`${label}:`, (await app.inject({ method: 'POST', url: '/sum', ...request })).statusCode);
await send('no body', {});
await send('text/plain', { payload: 'five', headers: { 'content-type': 'text/plain' } });
await send('{}', { payload: '{}', headers: { 'content-type': 'application/json' } });
JS
node check.mjs | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
no body: 200
text/plain: 200
{}: 400
EXPECTED
