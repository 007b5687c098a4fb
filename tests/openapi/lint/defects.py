"""Defects to plant in our own document, and the lint rules that find each of them."""

from __future__ import annotations

from typing import NamedTuple

from checkpoint_openapi.load import data_path

DOCUMENT = data_path("checkpoint.yaml").read_text(encoding="utf-8")
PATH = "/v1/{project_id}/providers/{provider_id}/checkpoints"


class Defect(NamedTuple):
    """An edit of our document, the rules that find it, and the text of the line they report."""

    old: str
    new: str
    rules: set[str]
    line: str | None
    """None if the reported line is in another file."""


PATHS = "paths:\n"
PARAMETERS = "      - $ref: '#/components/parameters/ProviderId'\n"
REQUEST = "      requestBody:\n        $ref: '#/components/requestBodies/CreateCheckpoint'\n"
DEFECTS = {
    "unquoted status": Defect("        '400':\n", "        400:\n", {"unquoted-key"}, "400:"),
    "a date as a key": Defect(
        "            selected-servers:\n              summary: Back",
        "            2016-12-06:\n              summary: Back",
        {"unquoted-key"},
        "2016-12-06:",
    ),
    "braces in a text": Defect(
        "execute a backup policy manually", "execute {{ a backup }} manually", {"template-braces"}, "{{"
    ),
    "braces in a comment": Defect("servers:\n", "# {% raw\nservers:\n", {"template-braces"}, "{%"),
    "a Boolean word": Defect("name: backup\n", "name: on\n", {"ambiguous-scalar"}, "name: on"),
    "a date": Defect(
        "created_at: '2016-12-06T21:25:03.120417'",
        "created_at: 2016-12-06T21:25:03.120417",
        {"ambiguous-scalar"},
        "created_at: 2016-12-06T21:25",
    ),
    "an octal number": Defect("maxItems: 64", "maxItems: 0100", {"ambiguous-scalar"}, "0100"),
    "a number with an exponent": Defect(
        "example: backup", "example: 1e3", {"ambiguous-scalar", "example-invalid"}, "1e3"
    ),
    "a misspelt member": Defect(
        "operationId: createCheckpoint", "operationID: createCheckpoint", {"specification"}, "operationID:"
    ),
    "a status that is none": Defect("        '404':", "        '4O4':", {"specification"}, "'4O4':"),
    "a place of a parameter that is none": Defect(
        "      in: path\n      required: true\n",
        "      in: url\n      required: true\n",
        {"specification", "path-parameter-undeclared", "link-parameter-unknown"},
        "in: url",
    ),
    "a response without description": Defect(
        "    NotFound:\n      description: >-\n",
        "    NotFound:\n      x-text: >-\n",
        {"specification"},
        "    NotFound:",
    ),
    "a header parameter in two cases": Defect(
        "      - $ref: '#/components/parameters/ProviderId'\n",
        "      - $ref: '#/components/parameters/ProviderId'\n"
        "      - {name: X-Note, in: header, schema: {type: string}}\n"
        "      - {name: x-note, in: header, schema: {type: string}}\n",
        {"parameter-duplicate"},
        "- {name: x-note",
    ),
    "a header of an answer in two cases": Defect(
        "      headers:\n        Allow:\n",
        "      headers:\n        allow: {schema: {type: string}}\n        Allow:\n",
        {"header-duplicate"},
        "        Allow:",
    ),
    "a value listed twice": Defect(
        "enum: ['OS::Nova::Server', ",
        "enum: ['OS::Nova::Server', 'OS::Nova::Server', ",
        {"specification"},
        "enum: ['OS::Nova::Server', 'OS::Nova::Server'",
    ),
    "an array of what is not said": Defect(
        "          type: string\n          nullable: true\n          example: '{\"created_by",
        "          type: array\n          nullable: true\n          x-was: '{\"created_by",
        {"specification", "example-invalid"},
        "          type: array\n          nullable: true\n          x-was",
    ),
    "a path that only other names tell apart": Defect(
        "components:\n",
        "  /v1/{project}/providers/{provider}/checkpoints:\n    summary: The same.\ncomponents:\n",
        {"specification"},
        "  /v1/{project}/providers",
    ),
    "null without a type": Defect(
        "          type: string\n          nullable: true\n        project_id:",
        "          nullable: true\n        project_id:",
        {"keyword-idle"},
        "          nullable: true\n        project_id:",
    ),
    "a type that does not exist": Defect("type: boolean", "type: bool", {"specification"}, "type: bool"),
    "a tag declared twice": Defect(
        "security:\n  - token", "  - name: checkpoints\nsecurity:\n  - token", {"specification"}, "tags:"
    ),
    "a dangling reference": Defect(
        "$ref: '#/components/schemas/ErrorBody'",
        "$ref: '#/components/schemas/ErorBody'",
        {"ref-dangling"},
        "schemas/ErorBody",
    ),
    "a reference to another kind": Defect(
        "$ref: '#/components/parameters/ProviderId'",
        "$ref: '#/components/schemas/ErrorBody'",
        {"ref-dangling", "component-unused", "path-parameter-undeclared"},
        "schemas/ErrorBody",
    ),
    "a circle of references": Defect(
        "    ErrorBody:\n      description",
        "    Ring:\n      $ref: '#/components/schemas/Ring'\n    ErrorBody:\n      description",
        {"ref-dangling", "component-unused"},
        "schemas/Ring",
    ),
    "a file that is missing": Defect(
        "$ref: '#/components/schemas/ProtectionPlan'",
        "$ref: 'plan.yaml#/ProtectionPlan'",
        {"ref-dangling", "component-unused"},
        "plan.yaml",
    ),
    "a text beside a reference": Defect(
        "          $ref: '#/components/schemas/ProtectionPlan'\n",
        "          $ref: '#/components/schemas/ProtectionPlan'\n          description: The policy.\n",
        {"ref-siblings"},
        "description: The policy.",
    ),
    "a link to an unknown id": Defect(
        "operationRef: 'companions.yaml#/paths/~1v1~1%7Bproject_id%7D~1checkpoint_items/get'",
        "operationId: listCheckpointItems",
        {"link-dangling"},
        "operationId: listCheckpointItems",
    ),
    "a link to an unknown place": Defect(
        "checkpoint_items/get'", "checkpoint_item/get'", {"link-dangling"}, "checkpoint_item/get"
    ),
    "a parameter of a link that is none": Defect(
        "                checkpoint_id: $response",
        "                checkpoint: $response",
        {"link-parameter-unknown"},
        "checkpoint: $response",
    ),
    "a parameter of a link in another place": Defect(
        "                checkpoint_id: $response",
        "                path.checkpoint_id: $response",
        {"link-parameter-unknown"},
        "path.checkpoint_id: $response",
    ),
    "a link that reads an unknown parameter": Defect(
        "project_id: $request.path.project_id",
        "project_id: $request.path.project",
        {"link-parameter-unknown"},
        "project_id: $request.path.project",
    ),
    "a discriminator that need not be there": Defect(
        "    CheckpointParameters:\n",
        "    CheckpointParameters:\n      discriminator:\n        propertyName: auto_trigger\n",
        {"discriminator-undeclared"},
        "propertyName: auto_trigger",
    ),
    "a tag that is not declared": Defect(
        "tags: [checkpoints]", "tags: [checkpoint]", {"tag-undeclared"}, "tags: [checkpoint]"
    ),
    "an unused component": Defect(
        "  schemas:\n",
        "  schemas:\n    Old:\n      type: string\n      description: Unused.\n",
        {"component-unused"},
        "    Old:",
    ),
    "an undeclared security scheme": Defect(
        "  - token: []", "  - token: []\n  - tokn: []", {"security-undeclared"}, "tokn"
    ),
    "a scope of a scheme without scopes": Defect(
        "  - token: []", "  - token: [write]", {"security-scope-undeclared"}, "- token: [write]"
    ),
    "a plain server": Defect(
        "url: /\n", "url: http://csbs.example.com\n", {"server-insecure"}, "http://csbs"
    ),
    "an operation id taken": Defect(
        "    post:\n",
        "    delete:\n      operationId: createCheckpoint\n      responses:\n"
        "        '204': {description: Gone.}\n    post:\n",
        {"operation-id-duplicate"},
        "      operationId: createCheckpoint\n      tags",
    ),
    "a parameter declared twice": Defect(
        "      - $ref: '#/components/parameters/ProviderId'\n",
        "      - $ref: '#/components/parameters/ProviderId'\n"
        "      - {name: provider_id, in: path, required: true, schema: {type: string}}\n",
        {"parameter-duplicate"},
        "- {name: provider_id",
    ),
    "a placeholder without parameter": Defect(
        "paths:\n",
        "paths:\n  /v1/{item}:\n    get:\n      responses:\n        '204':\n          description: Gone.\n",
        {"path-parameter-undeclared"},
        "    get:",
    ),
    "an optional path parameter": Defect(
        "      in: path\n      required: true\n",
        "      in: path\n      required: false\n",
        {"path-parameter-undeclared", "specification"},
        "    post:",
    ),
    "a parameter without placeholder": Defect(
        "    post:\n",
        "      - {name: item, in: path, required: true, schema: {type: string}}\n    post:\n",
        {"path-parameter-unused"},
        "    post:",
    ),
    "a required member misspelt": Defect(
        "      properties:\n        auto_trigger:",
        "      not:\n        required: [autotrigger]\n      properties:\n        auto_trigger:",
        {"required-undeclared"},
        "[autotrigger]",
    ),
    "bounds the wrong way round": Defect(
        "          example: 7f3a1e5c9d2b4860a1c3e5f708192a3b",
        "          minLength: 37\n          maxLength: 36",
        {"bounds-contradictory"},
        "minLength: 37",
    ),
    "more required than allowed": Defect(
        "      required: [error_code, error_msg]\n",
        "      required: [error_code, error_msg]\n      maxProperties: 1\n",
        {"bounds-contradictory", "example-invalid"},
        "required: [error_code",
    ),
    "a keyword of another type": Defect(
        "          type: boolean\n",
        "          type: boolean\n          maxLength: 5\n",
        {"keyword-idle"},
        "maxLength: 5",
    ),
    "a pattern that Python refuses": Defect(
        "          example: CSBS.9001",
        "          maxLength: 40\n          pattern: '^\\p{L}+'\n          example: CSBS.9001",
        {"pattern-refused"},
        "\\p{L}",
    ),
    "a pattern that ECMAScript refuses": Defect(
        "          example: CSBS.9001",
        "          maxLength: 40\n          pattern: '^.+\\Z'\n          example: CSBS.9001",
        {"pattern-refused"},
        "\\Z",
    ),
    "digits of Unicode": Defect(
        "          example: CSBS.9001",
        "          maxLength: 40\n          pattern: '\\d'\n          example: CSBS.9001",
        {"pattern-divergent"},
        "'\\d'",
    ),
    "a look behind": Defect(
        "          example: CSBS.9001",
        "          maxLength: 40\n          pattern: '(?<=[.])9'\n          example: CSBS.9001",
        {"pattern-divergent", "example-invalid"},
        "(?<=",
    ),
    "an end without bound": Defect(
        "          maxLength: 26\n", "", {"pattern-divergent"}, "pattern: '^[0-9]{4}-"
    ),
    "an example of another type": Defect(
        "          example: '2016-12-06T21:20:29.898823'",
        "          example: '2016-12-06T21:20:29Z'",
        {"example-invalid"},
        "example: '2016-12-06T21:20:29Z'",
    ),
    "a named example with a mistyped member": Defect(
        "                      status: protecting\n                      created_at: '2016-12-06T21:25",
        "                      status: 7\n                      created_at: '2016-12-06T21:25",
        {"example-invalid"},
        "status: 7",
    ),
    "a default of another type": Defect("default: false", "default: 0", {"default-invalid"}, "default: 0"),
    "a listed value of another type": Defect(
        "'OS::Ironic::BareMetalServer']", "'OS::Ironic::BareMetalServer', 7]", {"enum-invalid"}, "enum:"
    ),
    "null that is not listed": Defect(
        "          enum: ['OS",
        "          nullable: true\n          enum: ['OS",
        {"enum-invalid"},
        "nullable: true\n          enum",
    ),
    "a status without example": Defect(
        DOCUMENT[DOCUMENT.rindex("          examples:\n            unavailable:") :],
        "",
        {"example-missing"},
        "        '503':",
    ),
    "a header of numbers": Defect(
        PARAMETERS,
        f"{PARAMETERS}      - {{name: X-Size, in: header, schema: {{type: integer}}}}\n",
        {"parameter-unconverted"},
        "X-Size",
    ),
    "a query parameter without type": Defect(
        PARAMETERS,
        f"{PARAMETERS}      - {{name: size, in: query, schema: {{enum: [small, large]}}}}\n",
        {"type-missing"},
        "{enum: [small, large]}",
    ),
    "a header with content": Defect(
        PARAMETERS,
        f"{PARAMETERS}      - name: X-Size\n        in: header\n"
        "        content: {text/plain: {schema: {type: string}}}\n",
        {"parameter-content-unread"},
        "content: {text/plain",
    ),
    "an array inside a deepObject": Defect(
        PARAMETERS,
        f"{PARAMETERS}      - name: filter\n        in: query\n        style: deepObject\n"
        "        schema:\n          type: object\n          properties:\n"
        "            ids: {type: array, items: {type: string}}\n",
        {"deep-object-array"},
        "ids: {type",
    ),
    "a body of text": Defect(
        REQUEST,
        "      requestBody:\n        required: true\n        content:\n          text/plain:\n"
        "            schema: {type: string}\n            example: now\n",
        {"body-unchecked", "component-unused"},
        "text/plain",
    ),
    "another body of text": Defect(
        PATHS,
        f"{PATHS}  /v1/texts:\n    put:\n      operationId: putText\n      requestBody:\n"
        "        content: {text/plain: {schema: {type: string}, example: now}}\n"
        "      responses: {'204': {description: Taken.}}\n",
        {"body-unchecked"},
        "text/plain",
    ),
    "a range of statuses": Defect(
        "        '404':\n          $ref: '#/components/responses/NotFound'\n",
        "        '404':\n          $ref: '#/components/responses/NotFound'\n"
        "        '4XX':\n          $ref: '#/components/responses/NotFound'\n",
        {"range-unchecked"},
        "'4XX'",
    ),
    "int32 without bounds": Defect(
        PARAMETERS,
        f"{PARAMETERS}      - {{name: size, in: query, schema: {{type: integer, format: int32}}}}\n",
        {"format-unchecked"},
        "int32",
    ),
    "fractions of a number": Defect(
        PARAMETERS,
        f"{PARAMETERS}      - {{name: size, in: query, schema: {{type: number, multipleOf: 0.01}}}}\n",
        {"multiple-divergent"},
        "0.01",
    ),
    "a mapping to a bare name": Defect(
        PARAMETERS,
        f"{PARAMETERS}      - name: pet\n        in: query\n        content:\n          application/json:\n"
        "            schema:\n              discriminator: {propertyName: id, mapping: {r: Resource}}\n"
        "              oneOf: [{$ref: '#/components/schemas/Resource'}]\n",
        {"discriminator-unmapped"},
        "r: Resource",
    ),
    "an anchor twice": Defect(
        "servers:\n", "x-one: &name 1\nx-two: &name 2\nservers:\n", {"anchor-repeated"}, "x-two"
    ),
    "a clause that points nowhere": Defect(
        "        extra_info:\n          description: |\n            Additional information about the server",
        "        extra_inf:\n          description: |\n            Additional information about the server",
        {"clause-dangling"},
        None,
    ),
    "an unknown requirement": Defect(
        "(REQ-14).\n      type",
        "(REQ-41).\n      type",
        {"requirement-unknown"},
        "description: The body of the request",
    ),
    "data that Connexion takes for a reference": Defect(
        "                      resource_graph: null\n",
        "                      resource_graph: null\n                      more: {$ref: '#/lost'}\n",
        {"connexion"},
        "openapi: 3.0.3",
    ),
    "a server variable that Schemathesis misses": Defect(
        "url: /\n", "url: '/{region}'\n", {"schemathesis"}, "openapi: 3.0.3"
    ),
}
