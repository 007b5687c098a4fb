#!/usr/bin/env bash
# Guess:     the merge patch that a library makes from two documents turns the first into the second. By RFC 7396, only
#            the new value null cannot be expressed.
# Versions:  json-merge-patch 0.3.0 (PyPI), json-merge-patch 1.0.2 (npm).
# Behaviour: the two libraries of one name disagree. The one for Python compares with `==`, where 1 equals True: it
#            leaves out a member that changes from 1 to true or from 0 to false, and the number stays.
# Output:    PyPI: {"total": 8} makes {"paid": 0, "sent": 1, "total": 8}
#            npm: {"paid":false,"sent":true,"total":8} makes {"paid":false,"sent":true,"total":8}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q json-merge-patch==0.3.0
npm install --prefix . --silent --no-audit --no-fund json-merge-patch@1.0.2

echo '{"paid": 0, "sent": 1, "total": 7}' >old.json
echo '{"paid": false, "sent": true, "total": 8}' >new.json
cat >check.py <<'PY'
import json

import json_merge_patch

old, new = (json.load(open(name)) for name in ("old.json", "new.json"))
patch = json_merge_patch.create_patch(old, new)
print(f"PyPI: {json.dumps(patch)} makes {json.dumps(json_merge_patch.merge(old, patch))}")
PY
cat >check.cjs <<'JS'
const {apply, generate} = require('json-merge-patch');

const [before, after] = [require('./old.json'), require('./new.json')];
const patch = generate(before, after);
console.log(`npm: ${JSON.stringify(patch)} makes ${JSON.stringify(apply(before, patch))}`);
JS
{ venv/bin/python check.py; node check.cjs; } | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
PyPI: {"total": 8} makes {"paid": 0, "sent": 1, "total": 8}
npm: {"paid":false,"sent":true,"total":8} makes {"paid":false,"sent":true,"total":8}
EXPECTED
