#!/usr/bin/env bash
# Guess:     a date-time that RFC 3339 itself gives as an example satisfies `format: date-time`.
# Versions:  jsonschema 4.26.0 with rfc3339-validator 0.1.4, jsonschema-rs 0.61.2.
# Behaviour: RFC 3339, section 5.8, shows a leap second, 1990-12-31T23:59:60Z. jsonschema refuses it,
#            because the pattern of rfc3339-validator ends at second 59; jsonschema-rs accepts it.
# Output:    jsonschema: False
#            jsonschema-rs: True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet jsonschema==4.26.0 rfc3339-validator==0.1.4 jsonschema-rs==0.61.2

cat >check.py <<'PY'
import jsonschema
import jsonschema_rs

schema = {"type": "string", "format": "date-time"}
checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
python = jsonschema.Draft202012Validator(schema, format_checker=checker)
rust = jsonschema_rs.validator_for(schema, validate_formats=True)
value = "1990-12-31T23:59:60Z"
assert not python.is_valid("not a date"), "jsonschema checks the format"
print("jsonschema:", python.is_valid(value))
print("jsonschema-rs:", rust.is_valid(value))
PY
venv/bin/python check.py | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
jsonschema: False
jsonschema-rs: True
EXPECTED
