#!/usr/bin/env bash
# Guess:     a server that is built from an OpenAPI document refuses null for an integer, and a member that
#            `additionalProperties: false` forbids.
# Versions:  fastify 5.12.8 with fastify-openapi-glue 4.11.4.
# Behaviour: the defaults of the framework stay in force: null is coerced to 0 and the forbidden member is
#            removed. Both requests are accepted, and the handler sees what nobody sent.
# Output:    {"count":null} -> 200 {"count":0}
#            {"count":1,"coupon":"x"} -> 200 {"count":1}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund fastify@5.12.8 fastify-openapi-glue@4.11.4

cat >check.mjs <<'JS'
import Fastify from 'fastify';
import glue from 'fastify-openapi-glue';
const schema = { type: 'object', additionalProperties: false, properties: { count: { type: 'integer' } } };
const requestBody = { required: true, content: { 'application/json': { schema } } };
const post = { operationId: 'echo', requestBody, responses: { 200: { description: 'The body as received.' } } };
const specification = { openapi: '3.0.3', info: { title: 'Echo', version: '1' }, paths: { '/echo': { post } } };
const app = Fastify();
app.register(glue, { specification, serviceHandlers: { echo: async (request) => request.body } });
for (const payload of ['{"count":null}', '{"count":1,"coupon":"x"}']) {
  const headers = { 'content-type': 'application/json' };
  const { statusCode, body } = await app.inject({ method: 'POST', url: '/echo', payload, headers });
  console.log(payload, '->', statusCode, body);
}
JS
node check.mjs | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
{"count":null} -> 200 {"count":0}
{"count":1,"coupon":"x"} -> 200 {"count":1}
EXPECTED
