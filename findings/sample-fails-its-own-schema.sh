#!/usr/bin/env bash
# Guess:     the sample that a documentation tool makes of a schema satisfies the schema.
# Versions:  openapi-sampler 1.7.10, ajv 8.20.0.
# Behaviour: the sampler starts at `minimum` and ignores `multipleOf`: it offers 10 as a multiple of 7.
# Output:    10 valid: false
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund openapi-sampler@1.7.10 ajv@8.20.0

cat >check.cjs <<'JS'
const { sample } = require('openapi-sampler');
const Ajv = require('ajv');
const schema = { type: 'integer', minimum: 10, multipleOf: 7 };
const value = sample(schema);
console.log(value, 'valid:', new Ajv().validate(schema, value));
JS
node check.cjs | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
10 valid: false
EXPECTED
