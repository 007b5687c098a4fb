#!/usr/bin/env bash
# Guess:     every snippet that is generated from one HAR request sends the same body.
# Version:   httpsnippet 3.0.10.
# Behaviour: the curl snippet carries the text of the body. The Python and JavaScript snippets carry a
#            JSON.parse of it, so an integer above 2^53 is another number.
# Output:    curl: 12345678901234567890
#            requests: 12345678901234567000
#            fetch: 12345678901234567000
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund httpsnippet@3.0.10

cat >check.cjs <<'JS'
const { HTTPSnippet } = require('httpsnippet');
const request = {
  method: 'POST', url: 'http://shop.example/orders', httpVersion: 'HTTP/1.1', cookies: [], headers: [],
  queryString: [], headersSize: -1, bodySize: -1,
  postData: { mimeType: 'application/json', text: '{"id": 12345678901234567890}' },
};
for (const [target, client] of [['shell', 'curl'], ['python', 'requests'], ['javascript', 'fetch']]) {
  console.log(`${client}:`, String(new HTTPSnippet(request).convert(target, client)).match(/\d{20}/)[0]);
}
JS
node check.cjs | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
curl: 12345678901234567890
requests: 12345678901234567000
fetch: 12345678901234567000
EXPECTED
