"""What HTTP answers of its own is told from what the operation answers."""

from __future__ import annotations

import json
import re

import pytest
from checkpoint_conformance.checks import http
from checkpoint_conformance.checks.http_layer import answered_by_gateway, answered_by_http
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.exchange import Exchange, Framing, Request, Response

PATH = "/v1/b942cc8342734d15bcb246babb1953cf/providers/fc4d5750-22e7-4798-8a46-f48f62c4c1da/checkpoints"
JSON = ("Content-Type", "application/json")
PLAIN = Request("POST", PATH, (JSON,), b"{}")


def answered(request: Request, status: int) -> bool:
    """Whether HTTP is what answers the request so."""
    return answered_by_http(Exchange(request, Response(status, (), b""), None, 0.0, 0.0))


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (Request("POST", PATH.replace("b942", "%2e%2e%2f"), (JSON,), b"{}"), 308),
        (Request("POST", PATH.replace("v1/", "v1/./"), (JSON,), b"{}"), 301),
        (Request("POST", PATH.replace("v1/", "v1//"), (JSON,), b"{}"), 307),
        (Request("POST", PATH, (JSON, ("content-type", "text/plain")), b"{}"), 400),
        (Request("POST", PATH, (JSON, ("X-Auth-Token", "A" * 8000)), b"{}"), 400),
        (Request("POST", PATH, (JSON, ("X-Auth-Token", "A" * 8000)), b"{}"), 431),
        (Request("POST", PATH, (JSON, *((f"X-{n}", "1") for n in range(60))), b"{}"), 431),
        (Request("POST", PATH, (JSON, *((f"X-{n}", "1") for n in range(60))), b"{}"), 400),
        (Request("POST", PATH.replace("b942", "%2e%2e%2f"), (JSON,), b"{}"), 404),
        (Request("POST", PATH.replace("b942", "%00"), (JSON,), b"{}"), 404),
        (Request("POST", PATH.replace("b942", "%FF%FE"), (JSON,), b"{}"), 400),
        (Request("POST", PATH + "?a=%FF", (JSON,), b"{}"), 400),
        (Request("POST", PATH, (JSON, ("Expect", "100-continue")), b"{}"), 417),
        (Request("POST", PATH, (JSON,), b"", Framing.NONE), 411),
        (Request("POST", PATH, (JSON,), b"{}", Framing.CHUNKED), 411),
        (Request("POST", PATH, (JSON, ("Content-Encoding", "br")), b"{}"), 400),
        (Request("POST", PATH, (JSON, ("Content-Encoding", "br")), b"{}"), 415),
        (Request("POST", PATH + "?a=" + "1" * 2000, (JSON,), b"{}"), 414),
    ],
)
def test_form_of_a_request_is_answered_by_http(request_: Request, status: int) -> None:
    """A form that HTTP may mind explains the status by which it does; a plain call does not."""
    assert answered(request_, status)
    assert not answered(PLAIN, status)


@pytest.mark.parametrize("status", [200, 401, 404, 413, 422, 500, 503])
def test_other_statuses_are_the_operation_s(status: int) -> None:
    """Whatever the form, a status that HTTP has no use for is the operation's."""
    twice = Request("POST", PATH + "//" + "1" * 2000, (JSON, JSON), b"", Framing.NONE)
    assert not answered(twice, status)


@pytest.mark.parametrize(
    ("status", "kind", "gateway"),
    [
        (503, "text/html", True),
        (503, "", True),
        (503, "application/json", False),
        (503, "application/problem+json", False),
        (502, "text/html", True),
        (504, "application/json", True),
        (500, "text/html", False),
        (404, "text/html", False),
    ],
)
def test_a_gateway_answers_in_place_of_a_server(status: int, kind: str, gateway: bool) -> None:
    """The service answers 503 in JSON, and 502 and 504 never; the rest comes from in front of the service."""
    response = Response(status, (("Content-Type", kind),) if kind else (), b"")
    assert answered_by_gateway(Exchange(PLAIN, response, None, 0.0, 0.0)) is gateway


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<html><head><title>413 Too Large</title></head></html>", "on a page titled '413 Too Large'"),
        (b"local_rate_limited", "with a body that begins 'local_rate_limited'"),
        (b"", "with no body at all"),
    ],
)
def test_a_body_of_another_type_is_shown(body: bytes, told: str) -> None:
    """Whose it is can be seen from its title or its beginning."""
    response = Response(413, (("Content-Type", "text/html"),), body)
    (finding,) = http.body_bytes(Exchange(PLAIN, response, None, 0.0, 0.0))
    assert finding.actual == f"Content-Type: text/html, {told}"


def test_a_coding_that_servers_know_is_no_excuse() -> None:
    """Whoever reads gzip answers a body that is none as any other malformed body."""
    assert not answered(Request("POST", PATH, (JSON, ("Content-Encoding", "gzip")), b"{}"), 400)


def test_lost_answer_is_nobody_s() -> None:
    """Without an answer there is nothing that HTTP answered."""
    assert not answered_by_http(Exchange(PLAIN, None, None, 0.0, 0.0))


def unbounded(pattern: str) -> list[object]:
    """Return the repetitions without an upper bound in a regular expression."""
    pending, found = [re._parser.parse(pattern, re.DOTALL)], []
    while pending:
        for operation, argument in pending.pop():
            parts = argument if isinstance(argument, tuple | list) else [argument]
            if str(operation) in ("MAX_REPEAT", "MIN_REPEAT") and argument[1] is re._constants.MAXREPEAT:
                found.append(argument)
            pending += [part for part in parts if isinstance(part, re._parser.SubPattern)]
            if str(operation) == "BRANCH":
                pending += argument[1]
    return found


@pytest.mark.parametrize("pattern", http._DISCLOSURES.values(), ids=lambda pattern: pattern.pattern[:12])
def test_the_search_for_disclosures_is_linear(pattern: re.Pattern[str]) -> None:
    """No part repeats without a bound, so that no answer makes the search slow."""
    assert unbounded(r"(?:a|[bc]+)x") != []
    assert unbounded(pattern.pattern) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Traceback (most recent call last)", "a stack trace"),
        ("KeyError: 'checkpoint'", "the name of an exception"),
        ("werkzeug.exceptions.BadRequestError", "the name of an exception"),
        ("'NoneType' object has no attribute 'get'", "the text of an exception"),
        ("Cannot read properties of undefined", "the text of an exception"),
        ("Duplicate entry '1' for key 'policies.PRIMARY'", "the message of a database"),
    ],
)
def test_a_disclosure_is_called_what_it_is(text: str, shown: str) -> None:
    """The name or the text of an exception is no stack trace."""
    target = Target("http://h", "p" * 32, "a-token-that-is-long-enough", "x", ("resource-1",))
    response = Response(400, (JSON,), json.dumps({"error_code": "CSBS.9001", "error_msg": text}).encode())
    exchange = Exchange(PLAIN, response, None, 0.0, 0.0)
    (finding,) = http.disclosure(exchange, Secrets(target))
    assert finding.actual.startswith(f"{shown}: ")


@pytest.mark.parametrize(
    "text",
    [
        "Unexpected token } at position 12",
        "Expecting value: line 1 column 1 (char 0)",
        "checkpoint.plan_id: a string is required, not null",
        "'unknown' is not a property of checkpoint",
        "The value of limit is out of range [1, 1000]",
        "The value could not be converted to boolean. Send true or false.",
        "undefined is not a valid plan_id",
        "invalid input syntax for plan_id",
        "ER_INVALID_REQUEST: the database of policies is empty",
        "The table of policies is locked while a backup is running",
        "Select a policy from the list where you find it",
    ],
)
def test_what_tells_a_caller_of_the_request_discloses_nothing(text: str) -> None:
    """What is wrong with a request may be said in any words that do not come from the inside."""
    target = Target("http://h", "p" * 32, "a-token-that-is-long-enough", "x", ("resource-1",))
    response = Response(400, (JSON,), json.dumps({"error_code": "CSBS.9001", "error_msg": text}).encode())
    exchange = Exchange(PLAIN, response, None, 0.0, 0.0)
    assert list(http.disclosure(exchange, Secrets(target))) == []
