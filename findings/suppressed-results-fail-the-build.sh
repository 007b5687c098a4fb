#!/usr/bin/env bash
# Guess:     `sarif --check error` fails a build for errors that are open: not for one that an accepted
#            suppression covers, nor for one whose baselineState is "absent", which no longer exists.
# Version:   sarif-tools 3.0.5.
# Behaviour: both count. The exit code is the number of errors, 2.
# Output:    exit 2
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet sarif-tools==3.0.5

cat >log.sarif <<'JSON'
{
  "version": "2.1.0",
  "runs": [{
    "tool": {"driver": {"name": "linter", "rules": [{"id": "R1"}]}},
    "results": [
      {"ruleId": "R1", "level": "error", "message": {"text": "accepted"},
       "suppressions": [{"kind": "external", "status": "accepted"}]},
      {"ruleId": "R1", "level": "error", "message": {"text": "fixed"}, "baselineState": "absent"}
    ]
  }]
}
JSON
code=0
venv/bin/sarif --check error summary log.sarif >report || code=$?
echo "exit $code" | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
exit 2
EXPECTED
