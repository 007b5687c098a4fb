"""Signatures: a command of the user's signs each request, and what it prints is in no artefact."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import shlex
import sys
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from checkpoint_conformance.commands.check_target import check_target
from checkpoint_conformance.commands.verify import Settings, verify_target
from checkpoint_conformance.probes.auth import authentication
from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.run.probing import send_probe
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.run.stages.smoke import smoke
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.target.signer import Issued, Signer
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.errors import EndpointError
from checkpoint_conformance.transport.socket_transport import SocketTransport
from checkpoint_conformance.verdict.outcome import ExitCode
from docs.pages import ROOT, blocks
from hypothesis import given, settings
from hypothesis import strategies as st
from mutants.framework.verifying import over_a_socket
from mutants.service.refusals import refuse
from mutants.service.server import Server, running

from conformance.runs import excerpt, write_target

if TYPE_CHECKING:
    from pathlib import Path

    from mutants.service.refusals import Condition
    from mutants.service.wire import Request, Response

PROFILE = settings(max_examples=40)
KEY = "key-of-the-gateway"
PAGE = ROOT / "docs" / "recipes" / "gateway.md"
SCRIPT = next(block.text for block in blocks(PAGE) if block.told("file") == "sign.py")


def signature(method: str, url: str, body: bytes) -> str:
    """Return the header that the recipe's command prints."""
    signed = f"{method}\n{url}\n".encode() + body
    return f"HMAC-SHA256 {hmac.new(KEY.encode(), signed, hashlib.sha256).hexdigest()}"


class Signed(Server):
    """A server behind a gateway that lets in only signed requests, and repeats signatures in its errors.

    Their `request_id` is a list, so that they are among the evidence.
    """

    def route(self, request: Request) -> Response:
        """Check the signature."""
        url = f"http://{self.authority}{request.target}"
        if request.header("authorization") != signature(request.method, url, request.body):
            refuse("forbidden")
        return super().route(request)

    def refused(self, request: Request, condition: Condition) -> Response:
        """Put the signature into the message, raw, cut off and in Base64, and into a header."""
        response = super().refused(request, condition)
        given = request.header("authorization") or "nothing"
        spelled = "".join(f"\\u{ord(letter):04x}" for letter in given)
        text = f"{given} {base64.b64encode(given.encode()).decode()} {quote(given, safe='')}"
        told = json.dumps({"error_code": condition.code, "error_msg": text})
        response.body = told.replace("}", f', "request_id": ["{spelled}"]}}').encode()
        response.header("X-Signed", given)
        return response


def script(folder: Path, text: str) -> str:
    """Write a program of Python, and return the command line that runs it quickly."""
    (folder / "sign.py").write_text(text, encoding="utf-8")
    return f"{shlex.quote(sys.executable)} -S -E sign.py"


def test_each_request_is_signed_and_no_report_shows_a_signature(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The recipe's command satisfies a gateway, and what the gateway repeats is taken out of the report."""
    monkeypatch.setenv("GATEWAY_KEY", KEY)
    signer = Signer(tuple(shlex.split(script(tmp_path, SCRIPT))), tmp_path)

    def some_probes(session: Session) -> None:
        assert smoke(session, twice=False)
        for probe in authentication(session.calls, session.secrets)[:3]:
            send_probe(session, probe)

    report = json.dumps(excerpt(Signed, some_probes, carrier=over_a_socket, sign=signer))
    assert "{{signature}}" in report
    escaped = "".join(f"\\\\u{ord(letter):04x}" for letter in "HMAC-SHA256")
    encoded = base64.b64encode(b"HMAC-SHA256 ")[:12].decode()
    for beginning in ("HMAC-SHA256", "HMAC-SHA256%20", encoded, escaped):
        assert beginning not in report
    assert not re.search("[0-9a-f]{64}", report.partition('"requirements"')[2])


FAILING = {
    "absent": ("no-such-program", "cannot be run: No such file"),
    "fails": ("print(1); raise SystemExit(3)", "ended with exit code 3"),
    "no-json": ("print('Authorization: x')", "printed no JSON object"),
    "list": ("print('[]')", "printed no JSON object"),
    "nested": ("print('[' * 60000)", "printed no JSON object"),
    "line-break": ("""print('{"X-A": "a\\\\nb"}')""", "printed a header that cannot be sent"),
    "own-header": (
        """print('{"Host": "a"}')""",
        "a header that cannot be sent, which must be left out",
    ),
    "large": ("print('[' * 70000)", "printed more than 65536 bytes"),
}
"""Commands that sign nothing, and what is said of each."""


@pytest.mark.parametrize("name", FAILING)
def test_a_command_that_signs_nothing_is_a_matter_of_configuration(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`verify` and `target check` end with 2, and neither shows what the command printed."""
    text, said = FAILING[name]
    command = text if name == "absent" else script(tmp_path, text)
    with running(Server) as table:
        file = write_target(table, tmp_path / "target.toml", sign=command)
        code = verify_target(Settings(target_file=file, folder=tmp_path / "report", quiet=True))
        (line,) = capsys.readouterr().err.splitlines()
        assert check_target(file, as_json=False) is ExitCode.USAGE
    assert code is ExitCode.USAGE
    assert "the command of `sign`, " in line
    assert said in line
    assert said in capsys.readouterr().out


def test_a_command_that_hangs_is_ended(tmp_path: Path) -> None:
    """The time of a command is bounded."""
    command = script(tmp_path, "import threading; threading.Event().wait()")
    with pytest.raises(EndpointError, match=r"took longer than 0\.2 s"):
        Signer(tuple(shlex.split(command)), tmp_path, limit=0.2).sign("GET", "http://h/", (), b"")


def test_a_command_gets_the_request_as_it_is_sent(tmp_path: Path) -> None:
    """Method, URL, every header and the bytes of the body are on its standard input."""
    text = "import json, sys; print(json.dumps({'X-Input': sys.stdin.read()}))"
    signer = Signer(tuple(shlex.split(script(tmp_path, text))), tmp_path)
    ((name, value),) = signer.sign("POST", "http://h/v1", (("Host", "h"), ("Host", "i")), b"\xff{}")
    assert name == "X-Input"
    assert json.loads(value) == {
        "method": "POST",
        "url": "http://h/v1",
        "headers": [["Host", "h"], ["Host", "i"]],
        "body": "/3t9",
    }


def test_a_signature_replaces_a_header_of_the_same_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A probe with an `Authorization` of its own is judged by the server, not turned away by its gateway."""
    monkeypatch.setenv("GATEWAY_KEY", KEY)
    signer = Signer(tuple(shlex.split(script(tmp_path, SCRIPT))), tmp_path)
    with running(Signed) as table:
        target = replace(Target.from_table(table), sign=signer)
        request = Calls(target).post({}, token=None).with_header("Authorization", f"Bearer {target.token}")
        with SocketTransport(target.endpoint(), 10).connect() as connection:
            assert connection.exchange(request).status == 401


LETTERS = st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="{}\\%")
SPELLINGS = [str, lambda letter: f"\\u{ord(letter):04x}", lambda letter: f"%{ord(letter):02X}"]


@PROFILE
@given(st.lists(st.text(LETTERS, min_size=12, max_size=40), min_size=1, max_size=20), st.data())
def test_a_signature_is_found_in_every_spelling(values: list[str], data: st.DataObject) -> None:
    """Any of many signatures is taken out: raw, escaped, encoded, in Base64, or cut off at the end."""
    target = Target("http://h", "p", "gAAAAAB-token", "62171999-3df1-42f7-9513-6f9b1bea4744", ("one",))
    signer = Signer(("sign",))
    for value in values:
        signer.issued.add(value)
    secrets = Secrets(replace(target, sign=signer))
    chosen = data.draw(st.sampled_from(values))
    spelled = "".join(data.draw(st.sampled_from(SPELLINGS))(letter) for letter in chosen)
    for written in (chosen, spelled, base64.b64encode(b"x" + chosen.encode()).decode()):
        assert "{{signature}}" in secrets.redact(f"before {written} after")
    assert chosen not in secrets.redact(f"before {chosen} after")
    assert chosen[:12] not in secrets.redact_excerpt(f"it says {chosen[:12]}")


def test_a_short_value_is_no_secret() -> None:
    """A version or a date of few characters would be found in innocent text."""
    issued = Issued()
    issued.add("v1")
    assert issued.found_in("v1") == []
