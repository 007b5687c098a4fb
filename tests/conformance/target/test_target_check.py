"""`target check` names what is wrong with a target file, and sends nothing that a server may accept."""

# ruff: noqa: ARG002 - the arguments of a step are those of the server

from __future__ import annotations

import json
import socket
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_conformance.diagnosis.check import diagnose
from checkpoint_conformance.diagnosis.check_result import CheckResult, CheckStatus
from checkpoint_conformance.target.target import SecondProject, Target
from checkpoint_conformance.transport.tls import TlsSettings
from checkpoint_openapi.cli import main
from click.testing import CliRunner
from mutants.service.refusals import refuse
from mutants.service.server import Server, running
from mutants.service.wire import Response

from conformance.language.chinese import untranslated
from conformance.runs import write_target
from conformance.transport.secure_server import secure

if TYPE_CHECKING:
    from pathlib import Path

    from mutants.service.wire import Request

STRANGE = "0d8c7a5e-91f2-4b6c-8e3f-1a2b4c5d6e7f"


class Recording(Server):
    """A conforming server that remembers what it made."""

    made = 0

    def make(self, *arguments: Any) -> Any:
        """Count."""
        type(self).made += 1
        return super().make(*arguments)


class Dated(Server):
    """A conforming server that tells a time long ago."""

    def finish(self, request: Request, response: Response) -> None:
        """Add the header."""
        response.headers.append(("Date", "Tue, 06 Dec 2016 21:20:29 GMT"))
        super().finish(request, response)


class Core(Server):
    """A server of the one operation alone."""

    def list_policies(self, request: Request, project: str) -> Response:
        """Have no such route."""
        refuse("no-route")

    list_items = list_policies

    def delete_checkpoint(self, *_: Any) -> Response:
        """Have no such method."""
        refuse("method-not-allowed")


class BodyFirst(Server):
    """A server that looks at the body before the token, against AUTH-6."""

    def authenticate(self, request: Request) -> Any:
        """Read the body first."""
        self.parse(request.body)
        return super().authenticate(request)


class BodyOnly(Server):
    """A server whose first look is at body and policy, so that no refused call shows the token."""

    def authenticate(self, request: Request) -> Any:
        """Look for the policy first."""
        if request.method == "POST":
            project = request.path.split("/")[2]
            self.find_policy(project, self.validate(request, project, self.parse(request.body)).plan_id)
        return super().authenticate(request)


class PermissionAfterBody(Server):
    """A server that looks at the body before the permission, as no requirement forbids."""

    def authorize(self, request: Request, token: Any, project: str, *, write: bool = True) -> None:
        """Read the body first."""
        if request.method == "POST":
            self.parse(request.body)
        super().authorize(request, token, project, write=write)


class PermissionLast(Server):
    """A server that looks for the policy before the permission, as no requirement forbids."""

    def authorize(self, request: Request, token: Any, project: str, *, write: bool = True) -> None:
        """Look for the policy first."""
        if request.method == "POST":
            self.find_policy(project, self.validate(request, project, self.parse(request.body)).plan_id)
        super().authorize(request, token, project, write=write)


class Moved(Server):
    """A server that has moved."""

    def route(self, request: Request) -> Response:
        """Name the new place."""
        return Response(307, headers=[("Location", "https://new.example.com/")])


class Busy(Server):
    """A server that is out of reach for everybody."""

    def route(self, request: Request) -> Response:
        """Refuse."""
        refuse("unavailable")


def found(target: Target) -> dict[str, CheckResult]:
    """Return the steps by their topics; whatever they say is told in Chinese."""
    steps = list(diagnose(target))
    said = [text for step in steps for text in (step.found, step.advice) if text]
    assert {text: left for text in said if (left := untranslated(text))} == {}
    return {step.topic: step for step in steps}


def check(behaviour: type[Server], **changes: Any) -> dict[str, CheckResult]:
    """Return what is found about a running server, the target being changed."""
    with running(behaviour) as table:
        return found(replace(Target.from_table(table), **changes))


def test_right_target_is_ready_and_nothing_is_made() -> None:
    """Of a right target no step is to be fixed, every topic is looked at, and no backup is made."""
    Recording.made = 0
    steps = check(Recording)
    assert {step.state for step in steps.values()} == {CheckStatus.OK, CheckStatus.NOTE}
    assert list(steps) == [
        *("address", "tls", "operation", "clock", "token", "provider", "discovery", "policy", "resources"),
        *("observation", "deletion", "expired_token", "read_only_token", "second_project"),
        *("second policy", "budget"),
    ]
    assert Recording.made == 0


@pytest.mark.parametrize(
    ("changes", "topic", "said"),
    [
        ({"token": "x" * 40}, "token", "not accepted: 401 APIGW.0301"),
        ({"project_id": "0" * 32}, "token", "403"),
        ({"provider_id": STRANGE}, "provider", "not accepted: 400 CSBS.9001"),
        ({"policy_id": STRANGE}, "policy", "is not in the project"),
        ({"resources": (STRANGE,)}, "resources", f"does not contain {STRANGE}"),
        ({"read_only_token": "x" * 40}, "read_only_token", "instead of 403"),
        ({"second_project": SecondProject("0" * 32, "x" * 40)}, "second_project", "gets 401"),
    ],
)
def test_wrong_entry_is_named(changes: dict[str, Any], topic: str, said: str) -> None:
    """The step of a wrong entry says what came back and what to change, and the others are not blamed."""
    steps = check(Server, **changes)
    wrong = [step for step in steps.values() if step.state is CheckStatus.FIX]
    assert [step.topic for step in wrong] == [topic]
    assert said in wrong[0].found
    assert wrong[0].advice


def test_resources_that_the_file_leaves_out_are_named() -> None:
    """A policy that holds more than the file lists would be misjudged, so the rest is named."""
    with running(Server) as table:
        target = Target.from_table(table)
        step = found(replace(target, resources=target.resources[:1]))["resources"]
    assert step.state is CheckStatus.FIX
    assert target.resources[1] in step.found


def test_second_policy_is_looked_up() -> None:
    """A policy that the second project does not have would prove nothing for NF-2."""
    with running(Server) as table:
        target = Target.from_table(table)
        assert target.second_project
        steps = found(replace(target, second_project=replace(target.second_project, policy_id=STRANGE)))
    assert steps["second policy"].state is CheckStatus.FIX


def test_profiles_that_are_not_there_are_named() -> None:
    """Each declared profile without its operation is named, with what to do."""
    steps = check(Core)
    assert {topic for topic, step in steps.items() if step.state is CheckStatus.FIX} == {
        *("discovery", "observation", "deletion")
    }
    assert "`profiles`" in steps["deletion"].advice


def test_undeclared_profiles_and_absent_fixtures_are_noted() -> None:
    """What cannot be looked up without them is a note, and no fault."""
    bare = {"expired_token": None, "read_only_token": None, "second_project": None}
    steps = check(Core, profiles=frozenset({"conflict"}), max_creates=5, **bare)
    noted = {topic for topic, step in steps.items() if step.state is CheckStatus.NOTE}
    assert {"policy", "conflict", "fixtures", "budget"} <= noted
    assert not [step for step in steps.values() if step.state is CheckStatus.FIX]


@pytest.mark.parametrize("behaviour", [BodyFirst, PermissionAfterBody])
def test_body_before_token_is_no_fault_of_the_file(behaviour: type[Server]) -> None:
    """Where the body is looked at before the token, each token is tried with a whole one."""
    steps = check(behaviour)
    tokens = ("expired_token", "read_only_token", "second_project")
    assert [steps[name].state for name in tokens] == [CheckStatus.OK] * 3


def test_token_that_is_looked_at_last_is_left_to_the_run() -> None:
    """Where a policy is looked up before the permission, 404 says nothing about the token."""
    step = check(PermissionLast)["read_only_token"]
    assert step.state is CheckStatus.OPEN
    assert "`verify` will show it" in step.advice


def test_wrong_prefix_is_told_from_a_wrong_token() -> None:
    """An address without the operation is named before any token is sent."""
    with running(Server) as table:
        target = Target.from_table(table)
        steps = found(replace(target, url=f"{target.url}/api"))
    assert list(steps) == ["address", "tls", "operation", "clock"]
    assert "prefix" in steps["operation"].advice


def test_redirect_names_its_end() -> None:
    """Nothing is sent to where a redirect leads; the place is named."""
    step = check(Moved)["operation"]
    assert step.state is CheckStatus.FIX
    assert "https://new.example.com/" in step.found


def test_wrong_token_is_named_where_the_body_is_read_first() -> None:
    """A truncated body gets 400 with any token there, so a whole one is sent with the token and without."""
    step = check(BodyFirst, token="x" * 40)["token"]
    assert (step.state, "401" in step.found) == (CheckStatus.FIX, True)


def test_token_that_no_refused_call_shows_is_left_open() -> None:
    """The same response with a token and without proves nothing, so the step is not ok."""
    step = check(BodyOnly, profiles=frozenset[str]())["token"]
    assert step.state is CheckStatus.OPEN
    assert (
        step.found
        == "not tested: a call for an unknown policy gets 404 CSBS.3000, with and without the token"
    )


def test_second_project_with_a_wrong_token_is_named_where_the_body_is_read_first() -> None:
    """A 400 for a truncated body shows nothing about that token either."""
    step = check(BodyFirst, second_project=SecondProject("0" * 32, "x" * 40))["second_project"]
    assert (step.state, "gets 401" in step.found) == (CheckStatus.FIX, True)


def test_clock_far_off_is_told() -> None:
    """A server whose Date is years behind is told so, by seconds."""
    step = check(Dated, max_creates=5)["clock"]
    assert step.state is CheckStatus.FIX
    assert "s behind" in step.found


def test_unavailable_service_leaves_it_open() -> None:
    """A 503 speaks neither for the file nor against it."""
    steps = check(Busy, max_creates=5, profiles=frozenset[str]())
    assert steps["operation"].state is CheckStatus.OPEN
    assert steps["token"].state is CheckStatus.OPEN


def test_closed_port_and_unknown_name_are_told_apart() -> None:
    """Nobody at the port, and no such name, have each their own words."""
    with socket.socket() as placeholder:
        placeholder.bind(("127.0.0.1", 0))
        port = placeholder.getsockname()[1]
        base = Target(f"http://127.0.0.1:{port}", "p", "t", STRANGE, (STRANGE,), proxy="")
        closed = found(base)
    unknown = found(replace(base, url="http://no-such-name.invalid"))
    assert "nothing is listening" in closed["address"].found
    assert "cannot be resolved" in unknown["address"].found


def test_tls_trouble_is_told(pki: Path) -> None:
    """An unknown authority, TLS spoken to a plain port, and a certificate that ends soon, are named."""
    with secure(pki) as table:
        target = Target.from_table(table)
        untrusted = found(target)["tls"]
        soon = found(replace(target, tls=TlsSettings(ca_file=pki / "ca.pem"), token="x"))["tls"]
        blind = found(replace(target, tls=TlsSettings(verify=False), token="x"))["tls"]
        plain = found(replace(target, url=target.url.replace("https", "http")))
    assert "ca_file" in untrusted.advice
    assert soon.found.endswith("which is in 1 day")
    assert "accepts any certificate" in blind.found
    assert "https://" in plain["tls"].advice
    with running(Server) as table:
        target = Target.from_table(table)
        assert (
            "does not speak TLS"
            in found(replace(target, url=target.url.replace("http", "https")))["tls"].found
        )


def test_command_tells_and_ends_with_its_code(tmp_path: Path) -> None:
    """Ready is 0, what is to be fixed is 2 and named in the last line; --json holds the same; no secret."""
    with running(Server) as table:
        good = write_target(table, tmp_path / "good.toml", profiles=[])
        bad = write_target(table, tmp_path / "bad.toml", token="gAAAAAB-not-the-token")
        ready = CliRunner().invoke(main, ["target", "check", str(good)])
        wrong = CliRunner().invoke(main, ["target", "check", str(bad)])
        listed = CliRunner().invoke(main, ["target", "check", "--json", str(bad)])
    assert (ready.exit_code, wrong.exit_code, listed.exit_code) == (0, 2, 2)
    assert ready.stdout.splitlines()[-1].startswith("Ready")
    assert wrong.stdout.splitlines()[-1].startswith("Not ready: start with `token`")
    assert [step["state"] for step in json.loads(listed.stdout)][-1] == "fix"
    assert "gAAAAAB-not-the-token" not in wrong.stdout + listed.stdout
    missing = CliRunner().invoke(main, ["target", "check", str(tmp_path / "none.toml")])
    assert missing.exit_code == 2
    assert missing.stderr.count("\n") == 1


def test_command_leaves_it_open_with_its_code(tmp_path: Path) -> None:
    """A server that is only busy is 3: neither ready nor wrong."""
    with running(Busy) as table:
        file = write_target(table, tmp_path / "target.toml", profiles=[], max_creates=5)
        assert CliRunner().invoke(main, ["target", "check", str(file)]).exit_code == 5
