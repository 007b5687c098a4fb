#!/usr/bin/env bash
# Guess:     a validator of a document's examples checks every `example` that stands beside a schema: of a parameter,
#            of a body, and of a response header, which the specification describes as a parameter's twin.
# Versions:  openapi-examples-validator 7.1.0.
# Behaviour: the example of a response header is neither checked nor counted. The same mistake in a header parameter
#            of the request is found.
# Output:    wrong in a response header: 0 examples, 0 errors
#            wrong in a request header: 1 examples, 1 errors
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --prefix . --silent --no-audit --no-fund openapi-examples-validator@7.1.0

cat >response.yaml <<'YAML'
openapi: 3.0.3
info: {title: Orders, version: "1"}
paths:
  /orders:
    get:
      responses:
        "204":
          description: None yet.
          headers: {X-Remaining: {schema: {type: integer}, example: "many"}}
YAML
cat >request.yaml <<'YAML'
openapi: 3.0.3
info: {title: Orders, version: "1"}
paths:
  /orders:
    get:
      parameters: [{name: X-Remaining, in: header, schema: {type: integer}, example: "many"}]
      responses: {"204": {description: None yet.}}
YAML
cat >check.js <<'JS'
const {validateFile} = require('openapi-examples-validator');
(async () => {
  for (const side of ['response', 'request']) {
    const {statistics, errors} = await validateFile(`${side}.yaml`);
    console.log(`wrong in a ${side} header: ${statistics.examplesTotal} examples, ${errors.length} errors`);
  }
})();
JS
node check.js | tee seen

diff - seen <<'EXPECTED' || { echo "The behaviour changed: see the difference above." >&2; exit 1; }
wrong in a response header: 0 examples, 0 errors
wrong in a request header: 1 examples, 1 errors
EXPECTED
