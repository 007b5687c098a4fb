#!/usr/bin/env bash
# Guess:     a generated client percent-encodes the value of a path parameter, so that it stays one segment of the path:
#            OpenAPI 3.0.4 says that it must not contain an unescaped slash, question mark or hash.
# Versions:  swagger-typescript-api 13.13.0, openapi-typescript-codegen 0.31.0, typed-openapi 2.2.7, oazapfts 7.5.0,
#            @oazapfts/runtime 1.2.0, esbuild 0.28.2, form-data 4.0.4.
# Behaviour: three of four insert the value as it is, or encode it like a whole URL: with the id "a/b?c" they ask for
#            another resource. The fourth encodes it.
# Output:    swagger-typescript-api: /items/a/b?c
#            openapi-typescript-codegen: /items/a/b?c
#            typed-openapi: /items/a/b?c
#            oazapfts: /items/a%2Fb%3Fc
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund swagger-typescript-api@13.13.0 \
  openapi-typescript-codegen@0.31.0 typed-openapi@2.2.7 oazapfts@7.5.0 @oazapfts/runtime@1.2.0 esbuild@0.28.2 form-data@4.0.4

cat >api.yaml <<'YAML'
openapi: 3.0.3
info: {title: Shop, version: "1"}
servers: [{url: "https://shop.example"}]
paths:
  /items/{id}:
    get:
      operationId: getItem
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: The item., content: {application/json: {schema: {type: object}}}}}
YAML
bin=node_modules/.bin
$bin/swagger-typescript-api generate -p api.yaml -o . -n first.ts >log 2>&1
$bin/openapi --input api.yaml --output second >>log 2>&1
$bin/typed-openapi api.yaml -o third.ts >>log 2>&1
$bin/oazapfts api.yaml fourth.ts >>log 2>&1
cat >check.ts <<'TS'
import { Api } from './first';
import { DefaultService, OpenAPI } from './second';
import { createApiClient } from './third';
import * as fourth from './fourth';

const base = 'https://shop.example';
let name: string;
globalThis.fetch = async (input, init) => {
  const { pathname, search } = new URL(new Request(input, init).url);
  console.log(`${name}: ${pathname}${search}`);
  return Response.json({});
};
(async () => {
  name = 'swagger-typescript-api';
  await new Api({ baseUrl: base }).items.getItem('a/b?c');
  name = 'openapi-typescript-codegen';
  OpenAPI.BASE = base;
  await DefaultService.getItem('a/b?c');
  name = 'typed-openapi';
  await createApiClient({ fetch: ({ url }) => fetch(url) }, base).get('/items/{id}', { path: { id: 'a/b?c' } });
  name = 'oazapfts';
  await fourth.getItem('a/b?c');
})();
TS
$bin/esbuild --bundle --platform=node --log-level=error --outfile=check.js check.ts
node check.js | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
swagger-typescript-api: /items/a/b?c
openapi-typescript-codegen: /items/a/b?c
typed-openapi: /items/a/b?c
oazapfts: /items/a%2Fb%3Fc
EXPECTED
