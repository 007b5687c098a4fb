"""One fault, one blame: what is found, what is charged for it, and what only follows from it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from checkpoint_conformance.run.schedule import origins
from checkpoint_conformance.target.target import SecondProject, Target
from checkpoint_conformance.transport.exchange import Exchange, Request, Response
from checkpoint_conformance.verdict.attribution import attribute
from checkpoint_conformance.verdict.finding import Finding, Spread
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import Symptom

VALID = Request("POST", "/v1/x", body=b"valid")
UNDOCUMENTED = Spread("undocumented", "HTTP-1")
NUMBERS = {"found": 1}
ORIGINS = origins(
    Target(
        "http://h",
        "p" * 32,
        "a-token-that-is-long-enough",
        "7c1f2e3d-4a5b-4c6d-8e9f-0a1b2c3d4e5f",
        ("resource-1", "resource-2"),
        second_project=SecondProject("q" * 32, "another-token-that-is-long", "theirs"),
    )
)


def named(probe: str) -> Origin:
    """Return the origin of that name as the suite has it, else one that implies nothing."""
    return ORIGINS.get(probe, Origin(probe))


def found(requirement: str, symptom: Symptom, probe: str = "", spread: Spread | None = None) -> Finding:
    """Return a finding whose exchange got a status."""
    NUMBERS["found"] += 1
    exchange = Exchange(VALID, Response(400, (), b""), None, 0.0, 0.0, number=NUMBERS["found"])
    status = 422 if symptom.carries_status else None
    origin = named(probe) if probe else Origin(f"{requirement}/x")
    return Finding(requirement, symptom, origin, "a", "b", (exchange,), spread=spread, status=status)


RULES: dict[str, tuple[list[Finding], set[str], set[str]]] = {
    "unrelated faults stand side by side": (
        [found("REQ-7", Symptom.ACCEPTED), found("RESP-4", Symptom.CREATED_AT_FORM)],
        {"REQ-7", "RESP-4"},
        set(),
    ),
    "one requirement keeps an undocumented status": (
        [
            found("REQ-9", Symptom.WRONG_STATUS, spread=UNDOCUMENTED),
            found("HTTP-1", Symptom.WRONG_STATUS, "HTTP-3/odd", spread=UNDOCUMENTED),
        ],
        {"REQ-9"},
        {"HTTP-1"},
    ),
    "an undocumented status of several is the general one's": (
        [
            found("REQ-9", Symptom.WRONG_STATUS, spread=UNDOCUMENTED),
            found("REQ-11", Symptom.WRONG_STATUS, spread=UNDOCUMENTED),
        ],
        {"HTTP-1"},
        {"REQ-9", "REQ-11"},
    ),
    "a broad requirement gives way to the specific one": (
        [
            found("FUZZ-2", Symptom.WRONG_STATUS, spread=UNDOCUMENTED),
            found("REQ-9", Symptom.WRONG_STATUS, spread=UNDOCUMENTED),
        ],
        {"REQ-9"},
        {"FUZZ-2"},
    ),
    "a crash lets what its probe was for go unjudged": (
        [
            found("HTTP-3", Symptom.ANSWERED_5XX, "REQ-9/null"),
            found("HTTP-3", Symptom.NO_ANSWER, "REQ-17/large"),
        ],
        {"HTTP-3"},
        {"REQ-9", "REQ-17"},
    ),
    "what a refusal makes the server lose is HTTP-6's": (
        [
            found("HTTP-6", Symptom.CONNECTION_DROPPED, "HTTP-6/several"),
            found("HTTP-3", Symptom.CONNECTION_DROPPED, "REQ-7/half"),
            found("HTTP-3", Symptom.DROPPED_ON_KEPT_CONNECTION, "HTTP-3/kept"),
        ],
        {"HTTP-6"},
        {"HTTP-3"},
    ),
    "what is lost at any time is not HTTP-6's": (
        [
            found("HTTP-6", Symptom.NO_ANSWER, "HTTP-6/several"),
            found("HTTP-1", Symptom.NO_ANSWER, "REQ-2/empty"),
        ],
        {"HTTP-1"},
        {"HTTP-6", "REQ-2"},
    ),
    "no authentication at all is AUTH-1's": (
        [
            found("AUTH-1", Symptom.ACCEPTED, "AUTH-1/absent"),
            *(found(f"AUTH-{n}", Symptom.ACCEPTED) for n in (2, 3, 4, 5, 6)),
        ],
        {"AUTH-1"},
        {"AUTH-2", "AUTH-3", "AUTH-4", "AUTH-5", "AUTH-6"},
    ),
    "any token will do is AUTH-2's": (
        [
            found("AUTH-2", Symptom.ACCEPTED, "AUTH-2/unknown"),
            found("AUTH-5", Symptom.ACCEPTED),
            found("AUTH-3", Symptom.WRONG_STATUS),
        ],
        {"AUTH-2", "AUTH-3"},
        {"AUTH-5"},
    ),
    "any policy will do is NF-1's": (
        [
            found("NF-1", Symptom.ACCEPTED, "NF-1/unknown"),
            found("NF-2", Symptom.ACCEPTED),
            found("REQ-15", Symptom.ACCEPTED),
        ],
        {"NF-1"},
        {"NF-2", "REQ-15"},
    ),
    "a repeated id makes the list useless": (
        [
            found("RESP-2", Symptom.ID_REPEATED),
            found("OBS-1", Symptom.ITEMS_NOT_THE_SELECTED),
            found("DEL-1", Symptom.ITEM_STAYS),
        ],
        {"RESP-2"},
        {"OBS-1", "DEL-1"},
    ),
    "a type that nobody knows is not the listed one": (
        [
            found("RESP-7", Symptom.RESOURCE_TYPE_UNKNOWN),
            found("RESP-13", Symptom.RESOURCE_TYPE_NOT_THE_LISTED),
        ],
        {"RESP-7"},
        {"RESP-13"},
    ),
    "an answer that tells of a wrong backup is right": (
        [found("RESP-8", Symptom.RESOURCES_NOT_THE_SELECTED), found("OBS-1", Symptom.ITEMS_NOT_THE_SELECTED)],
        {"OBS-1"},
        {"RESP-8"},
    ),
    "a checkpoint that goes by itself was not taken by a deletion": (
        [found("OBS-3", Symptom.STATUS_ENDS_ELSEWHERE), found("DEL-1", Symptom.ANOTHER_DELETED)],
        {"OBS-3"},
        {"DEL-1"},
    ),
    "a checkpoint that never ends is not there to be deleted": (
        [found("OBS-3", Symptom.STATUS_NEVER_ENDS), found("DEL-1", Symptom.DELETION_REFUSED)],
        {"OBS-3"},
        {"DEL-1"},
    ),
    "a checkpoint that a second deletion revives is found later, too": (
        [
            found("DEL-2", Symptom.DELETED_AGAIN_LISTED),
            found("DEL-1", Symptom.DELETED_AGAIN_LISTED),
            found("DEL-1", Symptom.MODEL_DIFFERS),
        ],
        {"DEL-2"},
        {"DEL-1"},
    ),
    "a deletion that leaves an item is no consequence of how others end": (
        [found("OBS-3", Symptom.STATUS_ENDS_ELSEWHERE), found("DEL-1", Symptom.ITEM_STAYS)],
        {"OBS-3", "DEL-1"},
        set(),
    ),
    "a code of a fault that goes unnoticed is no second fault": (
        [found("REQ-9", Symptom.ACCEPTED), found("ERR-3", Symptom.CODE_OF_ANOTHER_CONDITION, "REQ-9/null")],
        {"REQ-9"},
        {"ERR-3"},
    ),
    "a code of another fault stays": (
        [found("REQ-9", Symptom.ACCEPTED), found("ERR-3", Symptom.CODE_OF_ANOTHER_CONDITION, "NF-1/unknown")],
        {"REQ-9", "ERR-3"},
        set(),
    ),
    "a call refused after a refusal as others were before is no second fault": (
        [
            found("HTTP-1", Symptom.WRONG_STATUS, "RESP-2/concurrent-1"),
            found("HTTP-6", Symptom.REFUSED, "HTTP-6/several"),
        ],
        {"HTTP-1"},
        {"HTTP-6"},
    ),
    "a generated valid request is covered by the members' own probes": (
        [found("REQ-4", Symptom.REFUSED), found("FUZZ-1", Symptom.REFUSED)],
        {"REQ-4"},
        {"FUZZ-1"},
    ),
    "a recovery that fails covers the generated requests": (
        [found("HTTP-6", Symptom.REFUSED), found("FUZZ-1", Symptom.REFUSED)],
        {"HTTP-6"},
        {"FUZZ-1"},
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_a_fault_is_charged_once(name: str) -> None:
    """Each rule leaves the most specific requirement charged and names the others as consequences."""
    findings, charged, consequences = RULES[name]
    result = attribute([replace(each, confirmed=True) for each in findings], {VALID: {400}})
    assert {finding.requirement for finding in result.charged} == charged
    assert set(result.consequences) == consequences
    assert all(result.consequences.values())


def test_a_generated_request_is_covered_by_what_it_violates() -> None:
    """FUZZ-2 stands alone exactly if no requirement of the violation was found broken."""
    findings = [found("REQ-11", Symptom.ACCEPTED), found("FUZZ-2", Symptom.ACCEPTED)]
    covered = attribute(findings, {}, lambda _: {"REQ-11"})
    alone = attribute(findings, {}, lambda _: {"REQ-12"})
    assert [each.requirement for each in covered.charged] == ["REQ-11"]
    assert covered.consequences == {"FUZZ-2": "REQ-11 covers the same fault"}
    assert [each.requirement for each in alone.charged] == ["REQ-11", "FUZZ-2"]


def test_a_server_of_moods_is_charged_in_general() -> None:
    """A valid request that is refused only at times is REQ-1's, not the member's that met the mood."""
    findings = [found("REQ-3", Symptom.REFUSED), found("REQ-4", Symptom.REFUSED)]
    moody = attribute(findings, {VALID: {200, 400}})
    assert {(each.requirement, each.symptom) for each in moody.charged} == {
        ("REQ-1", Symptom.REFUSED_AT_TIMES)
    }
    assert set(moody.consequences) == {"REQ-3", "REQ-4"}
    steady = attribute(findings, {VALID: {400}})
    assert [each.requirement for each in steady.charged] == ["REQ-3", "REQ-4"]


def test_a_refusal_while_the_policy_runs_is_the_conflict_s() -> None:
    """Where CONF-1 is broken, refusals at times are how it was refused."""
    findings = [found("CONF-1", Symptom.SECOND_RUN_REFUSED_OTHERWISE), found("REQ-3", Symptom.REFUSED)]
    result = attribute(findings, {VALID: {200, 400}})
    assert [each.requirement for each in result.charged] == ["CONF-1"]
    assert set(result.consequences) == {"REQ-3"}


def test_a_check_of_tokens_that_fails_open_is_charged_once() -> None:
    """What is accepted now and refused then is one fault, whichever tokens met it."""
    findings = [
        found("AUTH-1", Symptom.ACCEPTED),
        found("AUTH-2", Symptom.ACCEPTED),
        found("AUTH-4", Symptom.WRONG_STATUS),
    ]
    moody = attribute(findings, {VALID: {200, 401}})
    assert [each.requirement for each in moody.charged] == ["AUTH-1"]
    assert set(moody.consequences) == {"AUTH-2", "AUTH-4"}
    steady = attribute(findings, {VALID: {200}})
    assert {each.requirement for each in steady.charged} == {"AUTH-1", "AUTH-2", "AUTH-4"}


def test_calls_that_share_an_answer_may_have_got_each_other_s() -> None:
    """Among calls at the same time a wrong member is no second fault once an answer was given twice."""
    repeated = found("RESP-2", Symptom.ID_REPEATED)
    mixed = found("RESP-8", Symptom.RESOURCES_NOT_THE_SELECTED, "RESP-2/concurrent-3")
    result = attribute([repeated, mixed], {})
    assert [each.requirement for each in result.charged] == ["RESP-2"]
    assert set(result.consequences) == {"RESP-8"}


@pytest.mark.parametrize(("started", "charged"), [(1.2, {"RESP-2"}), (2.5, {"RESP-2", "RESP-8"})])
def test_a_call_beside_those_that_share_an_answer_may_have_got_theirs(
    started: float, charged: set[str]
) -> None:
    """What travelled at the same time follows from the mix-up; what came later is a fault of its own."""

    def timed(finding: Finding, started: float) -> Finding:
        exchanges = tuple(replace(each, started=started, elapsed=1.0) for each in finding.exchanges)
        return replace(finding, exchanges=exchanges)

    repeated = timed(found("RESP-2", Symptom.ID_REPEATED), 1.0)
    wrong = timed(found("RESP-8", Symptom.RESOURCES_NOT_THE_SELECTED, "REQ-4/first"), started)
    assert {each.requirement for each in attribute([repeated, wrong], {}).charged} == charged


def test_one_answer_to_a_generated_request_is_charged_once() -> None:
    """A page instead of JSON is HTTP-2's, whatever status it came under."""
    page = found("HTTP-2", Symptom.CONTENT_TYPE, "FUZZ-1/odd")
    status = Finding("FUZZ-1", Symptom.WRONG_STATUS, page.origin, "a", "b", page.exchanges, status=403)
    result = attribute([page, status], {})
    assert [each.requirement for each in result.charged] == ["HTTP-2"]
    assert set(result.consequences) == {"FUZZ-1"}


def test_what_is_left_of_an_answer_is_no_second_fault() -> None:
    """Bytes behind the announced end make a bad beginning of the next answer."""
    result = attribute([found("HTTP-2", Symptom.SURPLUS), found("HTTP-1", Symptom.BAD_HEAD)], {})
    assert [each.requirement for each in result.charged] == ["HTTP-2"]


def test_an_answer_of_another_call_is_one_fault() -> None:
    """What else is wrong in a repeated answer follows from the repetition."""
    repeated = found("RESP-11", Symptom.SAME_CHECKPOINT_AGAIN)
    member = Finding(
        "RESP-8", Symptom.RESOURCES_NOT_THE_SELECTED, Origin("REQ-4/first"), "a", "b", repeated.exchanges
    )
    result = attribute([repeated, member], {})
    assert [each.requirement for each in result.charged] == ["RESP-11"]
    assert set(result.consequences) == {"RESP-8"}


def _refused_after(requirement: str, *, kept: bool = True) -> list[Finding]:
    """Return a caller accepted under `requirement`, and a valid call refused as the one before it was."""
    letting_in = found(requirement, Symptom.ACCEPTED, "AUTH-1/absent-kept")
    answer = Response(403, (), b"")
    before, valid = (
        Exchange(VALID, answer, None, 0.0, 0.0, connection=1 if kept else number, number=number)
        for number in (1, 2)
    )
    refused = replace(found("HTTP-6", Symptom.REFUSED, "HTTP-6/forbidden"), exchanges=(before, valid))
    return [letting_in, refused]


def test_a_connection_that_keeps_its_caller_is_charged_for_whom_it_lets_in() -> None:
    """A valid call refused as its predecessor was is no second fault on a connection that trusts others."""
    attribution = attribute(_refused_after("AUTH-1"), {})
    assert {finding.requirement for finding in attribution.charged} == {"AUTH-1"}
    assert attribution.consequences == {"HTTP-6": "AUTH-1: the connection keeps an earlier caller"}


@pytest.mark.parametrize(
    "findings", [_refused_after("AUTH-1", kept=False), _refused_after("REQ-7"), _refused_after("AUTH-1")[1:]]
)
def test_a_valid_call_refused_for_another_reason_is_http_6_s(findings: list[Finding]) -> None:
    """It stays charged on another connection, and where no caller is let in."""
    assert "HTTP-6" in {finding.requirement for finding in attribute(findings, {}).charged}


def _answered_alike(valid: int, others: int) -> list[Finding]:
    """Return the documented call refused with one status, and others that got another or the same."""
    refused = found("REQ-1", Symptom.REFUSED, "REQ-1/documented")
    wrong = [found(each, Symptom.WRONG_STATUS) for each in ("AUTH-1", "AUTH-4", "NF-1", "HTTP-4")]
    return [_answered(refused, valid), *(_answered(each, others) for each in wrong)]


def _answered(finding: Finding, status: int) -> Finding:
    exchange = replace(finding.exchanges[0], response=Response(status, (), b""))
    return replace(finding, exchanges=(exchange,), actual=str(status), status=status)


@pytest.mark.parametrize("status", [308, 400, 404, 405, 418])
def test_the_same_answer_to_every_call_is_one_fault(status: int) -> None:
    """A server that answers whatever is asked alike is charged for the documented call alone."""
    result = attribute(_answered_alike(status, status), {VALID: {status}})
    assert [each.requirement for each in result.charged] == ["REQ-1"]
    assert set(result.consequences) == {"AUTH-1", "AUTH-4", "NF-1", "HTTP-4"}


def test_an_address_that_is_not_there_has_no_other_method_either() -> None:
    """Where the documented call is redirected, the 404 of another method is no second fault."""
    charged = {each.requirement for each in attribute(_answered_alike(308, 404), {VALID: {308}}).charged}
    assert "HTTP-4" not in charged
    assert charged > {"REQ-1"}


@pytest.mark.parametrize(("others", "answers"), [(403, {400}), (400, {400, 200})])
def test_another_answer_than_the_documented_call_s_stays_charged(others: int, answers: set[int]) -> None:
    """A refusal of another kind is a fault of its own, and so is any where valid calls are accepted."""
    calls = {VALID: {400}, replace(VALID, body=b"other"): answers}
    assert len(attribute(_answered_alike(400, others), calls).charged) > 1
