#!/usr/bin/env bash
# Guess:     a converter from JUnit XML that lists Maven Surefire among its formats reads a duration as Surefire writes
#            it. Up to version 3.1.0, Surefire separated thousands with a comma, as its schema allows.
# Versions:  junit-to-ctrf 0.0.14, junitparser 5.0.3.
# Behaviour: junit-to-ctrf reads up to the comma: a test of 20 minutes lasts one second in the CTRF report, without a
#            warning. junitparser reads the whole number.
# Output:    written: 999.500 1,234.500
#            junit-to-ctrf: 999.5 1
#            junitparser: 999.5 1234.5
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund junit-to-ctrf@0.0.14
python3 -m venv venv
venv/bin/pip install -q junitparser==5.0.3

cat >report.xml <<'XML'
<testsuite name="shop" tests="2" errors="0" failures="0" skipped="0">
  <testcase name="short" classname="shop.Orders" time="999.500"/>
  <testcase name="long" classname="shop.Orders" time="1,234.500"/>
</testsuite>
XML
cat >converted.py <<'PY'
import json

tests = json.load(open("report.json"))["results"]["tests"]
print("junit-to-ctrf:", *(f"{test['duration'] / 1000:g}" for test in tests))
PY
cat >parsed.py <<'PY'
from junitparser import JUnitXml

print("junitparser:", *(f"{case.time:g}" for suite in JUnitXml.fromfile("report.xml") for case in suite))
PY
node_modules/.bin/junit-to-ctrf report.xml --output report.json >log
{
  echo "written: $(sed -n 's/.*time="\([^"]*\)".*/\1/p' report.xml | paste -sd ' ')"
  venv/bin/python converted.py
  venv/bin/python parsed.py
} | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
written: 999.500 1,234.500
junit-to-ctrf: 999.5 1
junitparser: 999.5 1234.5
EXPECTED
