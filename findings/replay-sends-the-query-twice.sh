#!/usr/bin/env bash
# Guess:     a tool that sends a recorded HAR request sends what was recorded. A HAR has the query twice, in `url` and
#            taken apart in `queryString`: two views of one query.
# Versions:  fetch-har 12.0.4.
# Behaviour: both are joined, so every parameter is sent twice: a server that takes `id` once gets two of them. On the
#            way the encoded plus sign becomes a bare one, which a form decoder reads as a space.
# Output:    recorded: https://shop.example/orders?id=7&q=a%2Bb
#            sent: https://shop.example/orders?id=7&q=a+b&id=7&q=a+b
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund fetch-har@12.0.4

cat >check.mjs <<'JS'
import fetchHAR from 'fetch-har';

const request = {
  method: 'GET',
  url: 'https://shop.example/orders?id=7&q=a%2Bb',
  httpVersion: 'HTTP/1.1',
  cookies: [],
  headers: [],
  queryString: [{name: 'id', value: '7'}, {name: 'q', value: 'a+b'}],
  headersSize: -1,
  bodySize: 0,
};
globalThis.fetch = async (input) => {
  console.log(`sent: ${typeof input === 'string' ? input : input.url}`);
  return new Response();
};
console.log(`recorded: ${request.url}`);
await fetchHAR({log: {version: '1.2', creator: {name: 'recorder', version: '1'}, entries: [{request}]}});
JS
node check.mjs | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
recorded: https://shop.example/orders?id=7&q=a%2Bb
sent: https://shop.example/orders?id=7&q=a+b&id=7&q=a+b
EXPECTED
