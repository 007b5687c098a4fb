#!/usr/bin/env bash
# Guess:     a tool that merges `allOf` into one schema keeps which values are valid, or leaves in `allOf` what one
#            schema cannot say, such as two conditions.
# Versions:  allof-merge 0.6.8, ajv 8.20.0.
# Behaviour: each `if` and `then` replaces the pair before it: only the last condition is left, without a word. The
#            merged schema accepts what the schema refuses.
# Output:    merged: {"if":{"required":["parcel"]},"then":{"required":["weight"]},"type":"object"}
#            {"card":"1234"}: original false, merged true
#            {"parcel":true}: original false, merged false
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund allof-merge@0.6.8 ajv@8.20.0

cat >check.cjs <<'JS'
const Ajv = require('ajv/dist/2020').default;
const {merge} = require('allof-merge');

const whenever = (name, needed) => ({if: {required: [name]}, then: {required: [needed]}});
const original = {type: 'object', allOf: [whenever('card', 'owner'), whenever('parcel', 'weight')]};
const merged = merge(structuredClone(original));
console.log(`merged: ${JSON.stringify(merged)}`);
const valid = (schema, value) => new Ajv({strict: false}).validate(schema, value);
for (const value of [{card: '1234'}, {parcel: true}]) {
  console.log(`${JSON.stringify(value)}: original ${valid(original, value)}, merged ${valid(merged, value)}`);
}
JS
node check.cjs | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
merged: {"if":{"required":["parcel"]},"then":{"required":["weight"]},"type":"object"}
{"card":"1234"}: original false, merged true
{"parcel":true}: original false, merged false
EXPECTED
