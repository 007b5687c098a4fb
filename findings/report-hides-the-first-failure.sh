#!/usr/bin/env bash
# Guess:     an HTML report of a JUnit file shows every failure of a test case that has several, as a JUnit
#            parser lists them.
# Versions:  junit2html 31.1.4, junitparser 5.0.3.
# Behaviour: junitparser lists both failures. junit2html keeps the last: message and text of the first are
#            nowhere in the page.
# Output:    junitparser: first second
#            junit2html: second
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet junit2html==31.1.4 junitparser==5.0.3

cat >junit.xml <<'XML'
<testsuites><testsuite name="suite" tests="1" failures="2" errors="0" time="1">
<testcase classname="orders" name="create" time="1">
<failure message="first">text of the first</failure>
<failure message="second">text of the second</failure>
</testcase></testsuite></testsuites>
XML
cat >check.py <<'PY'
import re

from junitparser import JUnitXml

cases = [case for suite in JUnitXml.fromfile("junit.xml") for case in suite]
print("junitparser:", *(result.message for case in cases for result in case.result))
page = open("report.html", encoding="utf-8").read()
print("junit2html:", *(word for word in ("first", "second") if re.search(rf"\b{word}\b", page)))
PY
venv/bin/junit2html junit.xml report.html
venv/bin/python check.py | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
junitparser: first second
junit2html: second
EXPECTED
