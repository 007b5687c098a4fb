#!/usr/bin/env bash
# Guess:     a converter from Joi to JSON Schema keeps a pattern that has a flag, or leaves it out with a warning: JSON
#            Schema has no flags. It does not refuse what Joi accepts.
# Versions:  joi-to-json 5.0.5, joi-to-swagger 6.2.0, joi 17.13.3, ajv 8.20.0.
# Behaviour: the end of the literal, `/` and for joi-to-json also `i`, becomes part of the pattern, behind its `$`. No
#            string can match: whoever validates by the schema refuses every value.
# Output:    joi: abc true, ABC true
#            joi-to-json, ^abc$/i: abc false, ABC false
#            joi-to-swagger, ^abc$/: abc false, ABC false
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund joi-to-json@5.0.5 joi-to-swagger@6.2.0 joi@17.13.3 ajv@8.20.0

cat >check.cjs <<'JS'
const Ajv = require('ajv').default;
const joi = require('joi');
const toJson = require('joi-to-json');
const toSwagger = require('joi-to-swagger');

const code = joi.string().pattern(/^abc$/i);
const report = (name, accepts) => console.log(`${name}: abc ${accepts('abc')}, ABC ${accepts('ABC')}`);
report('joi', (value) => !code.validate(value).error);
for (const [name, schema] of [['joi-to-json', toJson(code)], ['joi-to-swagger', toSwagger(code).swagger]]) {
  report(`${name}, ${schema.pattern}`, new Ajv().compile(schema));
}
JS
node check.cjs | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
joi: abc true, ABC true
joi-to-json, ^abc$/i: abc false, ABC false
joi-to-swagger, ^abc$/: abc false, ABC false
EXPECTED
