"""Edits of callbacks and webhooks, where the client receives the request and sends the response."""

from __future__ import annotations

from .small import BEARER, FORM, KEY, TEXT, WHOLE, Object, Small, document, holds

Content = dict[str, Object]
JSON, XML = "application/json", "application/xml"
NOTHING: Object = {}
ITEM: Content = {JSON: {"schema": holds(["a"], a=TEXT)}}


def taken(answer: Object | None = None, status: str = "200", **more: Object) -> Object:
    """Return a document with a webhook whose receiver sends a response, or others by status."""
    responses = {status: {"description": "taken", **(answer or {})}}
    responses |= {name.removeprefix("s"): {"description": name, **each} for name, each in more.items()}
    return document(webhooks={"made": {"post": {"responses": responses}}})


def called(answer: Object) -> Object:
    """Return a document with a callback whose receiver sends a response."""
    event = {"post": {"responses": {"200": {"description": "taken", **answer}}}}
    return document({"callbacks": {"made": {"{$request.query.url}": event}}})


def delivered(body: Object | None = None, *parameters: Object) -> Object:
    """Return a document with a webhook that has a request body."""
    stated = {} if body is None else {"requestBody": body}
    responses = {"204": {"description": "taken"}}
    return document(
        webhooks={"made": {"post": {**stated, "parameters": [*parameters], "responses": responses}}}
    )


def headers(*, required: bool = False, schema: Object = TEXT) -> Object:
    """Return a response with a header."""
    return {"headers": {"X-Seen": {"schema": schema, "required": required}}}


def signed(*security: Object, stated: bool = True, key: Object = KEY) -> Object:
    """Return a document with a webhook that is made with credentials; its operations need some, too."""
    event: Object = {
        "responses": {"204": {"description": "taken"}},
        **({"security": [*security]} if stated else {}),
    }
    schemes = {"securitySchemes": {"key": key, "token": BEARER}}
    return document(webhooks={"made": {"post": event}}, components=schemes, security=[{"token": []}])


def called_back(key: Object = KEY) -> Object:
    """Return a document with an operation whose callback is made with a key."""
    answers = {"204": {"description": "taken"}}
    event = {"{$request.query.url}": {"post": {"responses": answers, "security": [{"key": []}]}}}
    schemes = {"securitySchemes": {"key": key}}
    return document({"responses": answers, "callbacks": {"done": event}}, components=schemes)


def _empty(*, allowed: bool) -> Object:
    return {"name": "p", "in": "query", "schema": {**TEXT, "minLength": 1}, "allowEmptyValue": allowed}


EVENTS = (
    # The response, which the client sends: 4.8.18 Callback Object, 4.8.17 Response Object.
    Small("body of a receiver added", taken(), taken({"content": ITEM}), "breaking", True),
    Small("body of a callback's receiver added", called({}), called({"content": ITEM}), "breaking", True),
    Small("body of a receiver removed", taken({"content": ITEM}), taken(), "breaking", True),
    Small("media type of a receiver added", taken({"content": ITEM}),
          taken({"content": {**ITEM, XML: {}}}), "compatible", True),
    Small("media type of a receiver removed", taken({"content": {**ITEM, XML: {}}}),
          taken({"content": ITEM}), "breaking", False),
    Small("media type of a receiver became a range", taken({"content": {JSON: {}}}),
          taken({"content": {"application/*": {}}}), "compatible", True),
    Small("range of a receiver became one media type", taken({"content": {"application/*": {}}}),
          taken({"content": {JSON: {}}}), "breaking", False),
    Small("header of a receiver removed", taken(headers()), taken(), "breaking", False),
    Small("required header of a receiver removed", taken(headers(required=True)), taken(), "breaking", True),
    Small("header of a receiver added", taken(), taken(headers()), "compatible", False),
    Small("required header of a receiver added", taken(), taken(headers(required=True)), "breaking", False),
    Small("header of a receiver became required", taken(headers()), taken(headers(required=True)), "breaking", False),
    Small("header of a receiver became optional", taken(headers(required=True)), taken(headers()), "compatible", True),
    Small("header of a receiver held to numbers", taken(headers()), taken(headers(schema=WHOLE)), "breaking", False),
    Small("success of a receiver listed", taken(status="2XX"), taken(), "breaking", False),
    Small("success of a receiver became a range", taken(), taken(status="2XX"), "compatible", True),
    Small("further status of a receiver", taken(), taken(s202=NOTHING), "compatible", True),
    Small("status of a receiver removed", taken(s202=NOTHING), taken(), "breaking", False),
    Small("failures of a receiver listed", taken(s4XX=NOTHING), taken(s410=NOTHING), "compatible"),
    # The credentials with which the server makes it: 4.8.10 Operation Object.
    Small("event without its credentials", signed({"key": []}), signed(), "review", False),
    Small("event with credentials", signed(stated=False), signed({"key": []}), "review", False),
    Small("event without credentials, stated", signed(stated=False), signed(), "same", False),
    Small("event with either credentials", signed({"key": []}), signed({"key": []}, {"token": []}), "review", False),
    Small("credentials of an event in another order", signed({"key": []}, {"token": []}), signed({"token": []}, {"key": []}),
          "same", False),
    Small("key of an event under another name", signed({"key": []}),
          signed({"key": []}, key={**KEY, "name": "X-Other"}), "review", False),
    Small("key of a callback under another name", called_back(), called_back({**KEY, "name": "X-Other"}), "review"),
    # The request, which the server sends: nobody asks for a media type with `Accept`.
    Small("body of an event added", delivered(), delivered({"content": ITEM, "required": True}), "compatible", True),
    Small("media type of an event added", delivered({"content": ITEM}),
          delivered({"content": {**ITEM, XML: {}}}), "breaking", False),
    Small("media type of an event removed", delivered({"content": {**ITEM, XML: {}}}),
          delivered({"content": ITEM}), "compatible", True),
    Small("media type of an event replaced", delivered({"content": ITEM}),
          delivered({"content": {FORM: ITEM[JSON]}}), "breaking", True),
    Small("media type of an event became a range", delivered({"content": {JSON: {}}}),
          delivered({"content": {"application/*": {}}}), "breaking", False),
    Small("range of an event became one media type", delivered({"content": {"application/*": {}}}),
          delivered({"content": {JSON: {}}}), "compatible", True),
    Small("empty value of an event allowed", delivered(None, _empty(allowed=False)),
          delivered(None, _empty(allowed=True)), "breaking", False),
    Small("empty value of an event refused", delivered(None, _empty(allowed=True)),
          delivered(None, _empty(allowed=False)), "compatible", True),
)  # fmt: skip

BODIES: tuple[tuple[str, Content, Content], ...] = (
    ("added", {}, ITEM),
    ("removed", ITEM, {}),
    ("of another media type", ITEM, {XML: ITEM[JSON]}),
    ("of one media type more", ITEM, {**ITEM, XML: {}}),
    ("of one media type less", {**ITEM, XML: {}}, ITEM),
    ("of a range", {JSON: {}}, {"*/*": {}}),
    ("of a single type", {"*/*": {}}, {JSON: {}}),
    ("with a required member more", ITEM, {JSON: {"schema": holds(["a", "b"], a=TEXT, b=TEXT)}}),
    ("with a member that became optional", ITEM, {JSON: {"schema": holds(a=TEXT)}}),
    ("without a member", ITEM, {JSON: {"schema": {"type": "object"}}}),
    ("of another type", ITEM, {JSON: {"schema": TEXT}}),
)
"""Two versions of the `content` of a message, by what changed."""
