#!/usr/bin/env bash
# Guess:     a generated client sends every parameter that its function demands of the caller.
# Versions:  oazapfts 7.5.0, @oazapfts/runtime 1.2.0, typescript 5.9.3.
# Behaviour: a required cookie becomes a required argument of the function, which then never uses it. The header beside
#            it is sent.
# Output:    function getOrder(sid: string, trace: string, opts?: Oazapfts.RequestOpts)
#            sent with getOrder("abc", "xyz"): trace=xyz, cookie=null
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund oazapfts@7.5.0 @oazapfts/runtime@1.2.0 typescript@5.9.3

cat >api.yaml <<'YAML'
openapi: 3.0.3
info: {title: Shop, version: "1"}
servers: [{url: "https://shop.example"}]
paths:
  /order:
    get:
      operationId: getOrder
      parameters:
      - {name: sid, in: cookie, required: true, schema: {type: string}}
      - {name: trace, in: header, required: true, schema: {type: string}}
      responses: {"204": {description: Nothing.}}
YAML
node_modules/.bin/oazapfts api.yaml client.ts >log 2>&1
grep -o 'function getOrder(.*RequestOpts)' client.ts | tee seen
cat >check.mjs <<'JS'
import {readFileSync, writeFileSync} from 'node:fs';
import ts from 'typescript';

const compilerOptions = {module: 'ESNext', target: 'ES2022'};
writeFileSync('client.mjs', ts.transpileModule(readFileSync('client.ts', 'utf8'), {compilerOptions}).outputText);
const {defaults, getOrder} = await import('./client.mjs');
defaults.fetch = async (url, {headers}) => {
  const sent = new Headers(headers);
  console.log(`sent with getOrder("abc", "xyz"): trace=${sent.get('trace')}, cookie=${sent.get('cookie')}`);
  return new Response(null, {status: 204});
};
await getOrder('abc', 'xyz');
JS
node check.mjs | tee -a seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
function getOrder(sid: string, trace: string, opts?: Oazapfts.RequestOpts)
sent with getOrder("abc", "xyz"): trace=xyz, cookie=null
EXPECTED
