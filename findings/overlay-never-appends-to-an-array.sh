#!/usr/bin/env bash
# Guess:     an overlay action whose target is an array appends its `update` to it, as version 1.0.0 of the
#            Overlay Specification says.
# Versions:  openapi-overlays-js 0.2.0, openapi-format 1.33.6.
# Behaviour: the two tools disagree, and neither appends. openapi-overlays-js turns the array into an
#            object with the keys "0" and "name"; openapi-format leaves it as it was and reports success.
# Output:    openapi-overlays-js: {"0":{"name":"one"},"name":"two"}
#            openapi-format: [{"name":"one"}]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund openapi-overlays-js@0.2.0 openapi-format@1.33.6 js-yaml@4.1.0

cat >api.yaml <<'YAML'
openapi: 3.0.3
info: {title: Shop, version: "1"}
tags: [{name: one}]
paths: {}
YAML
cat >overlay.yaml <<'YAML'
overlay: 1.0.0
info: {title: A second tag, version: "1"}
actions: [{target: $.tags, update: {name: two}}]
YAML
node_modules/.bin/overlayjs --openapi api.yaml --overlay overlay.yaml >first.yaml
node_modules/.bin/openapi-format api.yaml --overlayFile overlay.yaml --no-sort --output second.yaml >report
tags() { node -p "JSON.stringify(require('js-yaml').load(require('fs').readFileSync('$1', 'utf8')).tags)"; }
{ echo "openapi-overlays-js: $(tags first.yaml)"; echo "openapi-format: $(tags second.yaml)"; } | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
openapi-overlays-js: {"0":{"name":"one"},"name":"two"}
openapi-format: [{"name":"one"}]
EXPECTED
