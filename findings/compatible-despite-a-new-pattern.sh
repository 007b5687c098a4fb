#!/usr/bin/env bash
# Guess:     a reader that starts to demand a `pattern` no longer accepts every old string, just as one
#            that starts to demand a `maxLength`; a compatibility check says so for both.
# Version:   jsoncompat 0.3.1.
# Behaviour: a new `pattern` is called compatible for the reader, a new `maxLength` is not.
# Output:    maxLength: False
#            pattern: True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet jsoncompat==0.3.1

cat >check.py <<'PY'
import json

import jsoncompat

for keyword, value in {"maxLength": 5, "pattern": "^[a-z]+$"}.items():
    old, new = {"type": "string"}, {"type": "string", keyword: value}
    print(f"{keyword}:", jsoncompat.check_compat(json.dumps(old), json.dumps(new), "deserializer"))
PY
venv/bin/python check.py | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
maxLength: False
pattern: True
EXPECTED
