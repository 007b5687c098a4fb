#!/usr/bin/env bash
# Guess:     a request body may move to `components` and be referred to: the generated client sends the same request.
# Versions:  swagger-typescript-api 13.13.0, typescript 5.9.3.
# Behaviour: the media type is lost with the move. The client still sends JSON, but labels it text/plain, which is the
#            default of `fetch`, so a server that looks at Content-Type refuses every call.
# Output:    body at the operation: application/json {"count":1}
#            body behind $ref: text/plain;charset=UTF-8 {"count":1}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund swagger-typescript-api@13.13.0 typescript@5.9.3

cat >api.yaml <<'YAML'
openapi: 3.0.3
info: {title: Orders, version: "1"}
paths:
  /inline:
    post:
      operationId: inline
      requestBody: &body
        content: {application/json: {schema: {type: object, properties: {count: {type: integer}}}}}
      responses: {"204": {description: The order is placed.}}
  /referred:
    post:
      operationId: referred
      requestBody: {$ref: "#/components/requestBodies/Order"}
      responses: {"204": {description: The order is placed.}}
components:
  requestBodies:
    Order: *body
YAML
node_modules/.bin/swagger-typescript-api generate -p api.yaml -o . -n client.ts >log 2>&1
cat >check.mjs <<'JS'
import { readFileSync, writeFileSync } from 'node:fs';
import ts from 'typescript';

const compilerOptions = { module: 'ESNext', target: 'ES2022' };
writeFileSync('client.mjs', ts.transpileModule(readFileSync('client.ts', 'utf8'), { compilerOptions }).outputText);
const { Api } = await import('./client.mjs');
let name;
const customFetch = async (url, init) => {
  const request = new Request(url, init);
  console.log(`${name}: ${request.headers.get('content-type')} ${await request.text()}`);
  return new Response(null, { status: 204 });
};
const api = new Api({ baseUrl: 'https://shop.example', customFetch });
name = 'body at the operation';
await api.inline.inline({ count: 1 });
name = 'body behind $ref';
await api.referred.referred({ count: 1 });
JS
node check.mjs | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
body at the operation: application/json {"count":1}
body behind $ref: text/plain;charset=UTF-8 {"count":1}
EXPECTED
