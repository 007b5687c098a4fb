#!/usr/bin/env bash
# Guess:     a response member that stops being required breaks a client that reads it, so a tool that looks
#            for breaking changes says so.
# Versions:  api-schema-diff 1.0.4 (PyPI), openapi-diff 0.24.1 (npm).
# Behaviour: they disagree. api-schema-diff judges responses as it judges requests, calls the change
#            non-breaking and exits 0; openapi-diff calls it breaking and exits 1.
# Output:    api-schema-diff: exit 0
#            openapi-diff: exit 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund openapi-diff@0.24.1
python3 -m venv venv
venv/bin/pip install --quiet api-schema-diff==1.0.4

cat >old.yaml <<'YAML'
openapi: 3.0.3
info: {title: Orders, version: "1"}
paths:
  /orders:
    get:
      responses:
        "200":
          description: The order.
          content: {application/json: {schema: {type: object, required: [id], properties: {id: {type: string}}}}}
YAML
sed 's/required: \[id\], //' old.yaml >new.yaml
compare() { local code=0; "$2" old.yaml new.yaml >report || code=$?; echo "$1: exit $code"; }
{ compare api-schema-diff venv/bin/api-schema-diff; compare openapi-diff node_modules/.bin/openapi-diff; } | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
api-schema-diff: exit 0
openapi-diff: exit 1
EXPECTED
