#!/usr/bin/env bash
# Guess:     a script that is generated from a HAR sends the recorded form. A field may be repeated, as each ticked box
#            of a list is; `postData.params` lists it once for each value.
# Versions:  har-to-k6 0.14.16.
# Behaviour: the values are joined with a comma into one field: the server gets "1,2" instead of "1" and "2". The same
#            form recorded as `postData.text` is kept.
# Output:    params: 'size=1%2C2&gift=yes'
#            text: 'size=1&size=2&gift=yes'
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund har-to-k6@0.14.16

write() {
  cat >order.har <<JSON
{"log": {"version": "1.2", "creator": {"name": "recorder", "version": "1"}, "entries": [{
  "startedDateTime": "2026-01-01T00:00:00.000Z", "time": 1,
  "request": {
    "method": "POST", "url": "https://shop.example/orders", "httpVersion": "HTTP/1.1",
    "cookies": [], "queryString": [], "headersSize": -1, "bodySize": -1,
    "headers": [{"name": "Content-Type", "value": "application/x-www-form-urlencoded"}],
    "postData": {"mimeType": "application/x-www-form-urlencoded", $1}
  },
  "response": {
    "status": 204, "statusText": "", "httpVersion": "HTTP/1.1", "cookies": [], "headers": [],
    "content": {"size": 0, "mimeType": ""}, "redirectURL": "", "headersSize": -1, "bodySize": 0
  },
  "cache": {}, "timings": {"send": 0, "wait": 1, "receive": 0}
}]}}
JSON
}
convert() {
  node_modules/.bin/har-to-k6 order.har --output script.js >log
  tr -d '\n' <script.js | sed "s/.*orders', *\('[^']*'\).*/\1\n/"
}
{
  write '"params": [{"name": "size", "value": "1"}, {"name": "size", "value": "2"}, {"name": "gift", "value": "yes"}]'
  echo "params: $(convert)"
  write '"text": "size=1&size=2&gift=yes"'
  echo "text: $(convert)"
} | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
params: 'size=1%2C2&gift=yes'
text: 'size=1&size=2&gift=yes'
EXPECTED
