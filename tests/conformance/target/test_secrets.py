"""Secrets: taken out of every text, put back exactly, and found in no report."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from checkpoint_conformance.probes.auth import authentication
from checkpoint_conformance.reports.files import write_all
from checkpoint_conformance.reports.report import build_report, read_report
from checkpoint_conformance.run.probing import send_probe
from checkpoint_conformance.run.record import Options
from checkpoint_conformance.run.runner import run
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.run.stages.smoke import smoke
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.target.target import SecondProject, Target
from checkpoint_openapi.load import requirements
from hypothesis import given, settings
from hypothesis import strategies as st
from mutants.framework.in_process import InProcess
from mutants.service.world import TOKENS as DEMONSTRATION

from conformance.runs import Parrot, excerpt

PROFILE = settings(max_examples=100)
TOKENS = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="{}"), min_size=6)
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="{}"), max_size=12)
TARGET = Target(
    "http://h",
    "project",
    "gAAAAAB-own-token-0123",
    "62171999-3df1-42f7-9513-6f9b1bea4744",
    ("one",),
    expired_token="gAAAAAB-expired-4567",
    read_only_token="gAAAAAB-read-only-89ab",
    second_project=SecondProject("other", "gAAAAAB-second-cdef"),
    headers=(("X-Api-Key", "key-of-the-gateway"),),
)
NAMED = ("token", "expired-token", "read-only-token", "second-project-token", "header-x-api-key")


@PROFILE
@given(TOKENS, st.lists(WORDS, min_size=1, max_size=5), st.data())
def test_what_was_redacted_is_restored(token: str, words: list[str], data: st.DataObject) -> None:
    """A text with secrets in any place comes back as it was, and is without them in between."""
    secrets = Secrets(replace(TARGET, token=token))
    known = [*secrets.values.values(), *secrets.derived.values()]
    said = "".join(word + data.draw(st.sampled_from(known)) for word in words)
    redacted = secrets.redact(said)
    assert token not in redacted
    assert secrets.restore(redacted) == said


@pytest.mark.parametrize("name", NAMED)
def test_each_secret_is_replaced_by_its_name(name: str) -> None:
    """A report shows which secret stood there, and not what it is."""
    secrets = Secrets(TARGET)
    value = secrets.values[name]
    assert secrets.redact(f"<{value}>") == "<{{" + name + "}}>"
    assert secrets.redact_bytes(b"\xff" + value.encode()) == b"\xff{{" + name.encode() + b"}}"
    assert secrets.found_in(f"x{value}x") == name


def test_what_derives_from_a_token_is_a_secret_too() -> None:
    """A shortened or quoted token gives the token away."""
    secrets = Secrets(TARGET)
    for name, value in secrets.derived.items():
        assert secrets.redact(value) == "{{" + name + "}}"
        assert TARGET.token[:12] not in secrets.redact_excerpt(value)


def test_a_secret_that_json_escapes_is_found() -> None:
    """A quotation mark or a backslash in a token hides nothing."""
    secrets = Secrets(replace(TARGET, token='to"ken\\with-escapes'))
    assert secrets.redact(json.dumps({"a": secrets.values["token"]})) == '{"a": "{{token}}"}'


@pytest.mark.parametrize("cut", [12, 15, 21])
def test_a_secret_that_an_excerpt_cuts_off_is_found(cut: int) -> None:
    """The beginning of a token at the end of an excerpt is taken out as well."""
    excerpt = Secrets(TARGET).redact_excerpt(f"it says {TARGET.token[:cut]}")
    assert excerpt in ("it says {{token}}", "it says {{token-shortened}}")


@pytest.mark.parametrize(
    "token",
    ["expired", "expired-token", "token", "accepted", "AUTH-3", "second-project-token", "core", "signature"],
)
def test_a_token_that_is_a_word_of_the_suite_damages_nothing(token: str) -> None:
    """A placeholder is no secret, what was redacted is restored, and excerpts come to an end."""
    target = replace(TARGET, expired_token=token)
    secrets = Secrets(target)
    said = f"{TARGET.token} {token} {TARGET.read_only_token}"
    assert secrets.redact(said) == "{{token}} {{expired-token}} {{read-only-token}}"
    assert secrets.redact_excerpt(said) == secrets.redact(said)
    assert secrets.restore(secrets.redact(said)) == said


@pytest.mark.parametrize("token", ["expired", "REQ-1", "auth"])
def test_a_report_stays_readable_with_a_token_that_is_one_of_its_words(token: str, tmp_path: Path) -> None:
    """What the suite says of itself stays, and so do names; the token is a placeholder."""
    transport = InProcess(Parrot)
    members = transport.target
    members["fixtures"]["expired_token"] = token
    target = Target.from_table({**members, "profiles": []})
    found = build_report(run(target, Options(max_examples=1), transport=transport, clock=transport.clock))
    plain = read_report(write_all(tmp_path, found))
    assert {each["id"] for each in plain["requirements"]} == {each.id for each in requirements()}
    assert "expired_token" in plain["header"]["target"]["fixtures"]
    sent = [pair for each in plain["exchanges"] for pair in each["request"]["headers"]]
    assert ["X-Auth-Token", "{{expired-token}}"] in sent
    assert ["X-Auth-Token", token] not in sent
    assert "{{{{" not in json.dumps(plain)


@pytest.mark.parametrize("token", ["t", "abc"])
def test_a_token_too_short_to_be_looked_for_is_redacted_where_it_is_sent(token: str) -> None:
    """It stands alone in its field, where it cannot be taken for anything else."""
    secrets = Secrets(replace(TARGET, expired_token=token))
    assert secrets.redact_value(token) == "{{expired-token}}"
    assert secrets.restore("{{expired-token}}") == token


def test_innocent_text_is_left_alone() -> None:
    """Short values are no secrets that a text could be searched for."""
    secrets = Secrets(replace(TARGET, token="abc", headers=(("X-A", "1"),)))
    assert secrets.redact("abc 1 cba") == "abc 1 cba"


def test_every_secret_in_a_header_name_is_replaced() -> None:
    """Each occurrence, in any case, and no word of a placeholder that stands for another one."""
    secrets = Secrets(replace(TARGET, token="gAAAAABdemo7k3Jd", expired_token="token"))
    told = secrets.redact_name("X-gaaaaabdemo7k3jd-and-GAAAAABDEMO7K3JD-and-TOKEN")
    one = "{{token-case-swapped}}"  # which differs from the token in case alone
    assert told == f"X-{one}-and-{one}-and-{{{{expired-token}}}}"


def test_a_token_that_answers_the_request_is_recognised() -> None:
    """Also a token that no fixture names: the one that the request carried."""
    assert Secrets(TARGET).found_in("you sent 0f1e2d3c4b", sent="0f1e2d3c4b") == "the token of the request"
    assert Secrets(TARGET).found_in("nothing", sent="0f1e2d3c4b") is None


def _refused(session: Session) -> None:
    for probe in authentication(session.calls, session.secrets)[:20]:
        send_probe(session, probe)


def test_no_token_is_in_any_report() -> None:
    """A server that repeats the token wherever it can does not get it into a report."""
    found = excerpt(Parrot, smoke, _refused)
    shown = json.dumps(found, ensure_ascii=False)
    assert "{{token}}" in shown
    for token in DEMONSTRATION.values():
        assert token not in shown
        assert token[:16] not in shown
