#!/usr/bin/env bash
# Guess:     a converter from SARIF to JUnit turns each open result into a failed test. A result may leave out `level`:
#            then the level is the one its rule configures, or "warning" (SARIF 2.1.0, section 3.27.10).
# Versions:  sarif-junit 1.1.4.
# Behaviour: only a level that the result itself writes out is seen. Without it, the result becomes a passed test, also
#            where its rule says "error".
# Output:    levels written out: 2 tests, 2 failures
#            levels left to SARIF: 2 tests, 0 failures
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund sarif-junit@1.1.4

write() {
  local place='"locations": [{"physicalLocation": {"artifactLocation": {"uri": "api.yaml"}}}]'
  cat >log.sarif <<JSON
{
  "version": "2.1.0",
  "runs": [{
    "tool": {"driver": {"name": "linter", "rules": [
      {"id": "R1", "defaultConfiguration": {"level": "error"}},
      {"id": "R2"}
    ]}},
    "results": [
      {"ruleId": "R1", "ruleIndex": 0, $1 "message": {"text": "no operationId"}, $place},
      {"ruleId": "R2", "ruleIndex": 1, $2 "message": {"text": "no description"}, $place}
    ]
  }]
}
JSON
}
count() {
  node_modules/.bin/sarif-junit -i log.sarif -o report.xml >log
  echo "$(grep -o '<testcase' report.xml | wc -l) tests, $(grep -o '<failure' report.xml | wc -l) failures"
}
{
  write '"level": "error",' '"level": "warning",'
  echo "levels written out: $(count)"
  write '' ''
  echo "levels left to SARIF: $(count)"
} | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
levels written out: 2 tests, 2 failures
levels left to SARIF: 2 tests, 0 failures
EXPECTED
