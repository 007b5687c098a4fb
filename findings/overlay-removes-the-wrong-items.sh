#!/usr/bin/env bash
# Guess:     an overlay action with `remove: true` removes the nodes that its target selects, and no other, also where
#            it selects several items of one array.
# Versions:  openapi-format 1.33.6, oas-patch 0.6.0.
# Behaviour: openapi-format removes from the front, and each removal shifts the items behind it. Three of the four
#            selected items stay, the one that was not selected goes, and success is reported. oas-patch does as
#            guessed.
# Output:    before: beta draft public internal secret
#            selected: all but public
#            openapi-format: draft internal secret
#            oas-patch: public
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q oas-patch==0.6.0
npm install --prefix . --silent --no-audit --no-fund openapi-format@1.33.6

cat >api.yaml <<'YAML'
openapi: 3.0.3
info: {title: Shop, version: "1"}
tags:
- {name: beta, description: hide}
- {name: draft, description: hide}
- {name: public, description: show}
- {name: internal, description: hide}
- {name: secret, description: hide}
paths: {}
YAML
cat >hide.yaml <<'YAML'
overlay: 1.0.0
info: {title: Hide what is not public, version: "1"}
actions:
- target: $.tags[?(@.description == 'hide')]
  remove: true
YAML
node_modules/.bin/openapi-format api.yaml --overlayFile hide.yaml --no-sort --output formatted.yaml >log 2>&1
venv/bin/oas-patch overlay api.yaml hide.yaml --output patched.yaml >log 2>&1
names() { sed -n 's/.*name: \([a-z]*\).*/\1/p' "$1" | paste -sd ' '; }
{
  echo "before: $(names api.yaml)"
  echo "selected: all but public"
  echo "openapi-format: $(names formatted.yaml)"
  echo "oas-patch: $(names patched.yaml)"
} | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
before: beta draft public internal secret
selected: all but public
openapi-format: draft internal secret
oas-patch: public
EXPECTED
