"""Hostile servers: whatever they send, a run ends in time, with a report and an exit code that says so."""

from __future__ import annotations

import json
import time
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from checkpoint_conformance.checks.judge import Judge
from checkpoint_conformance.probes.acceptance import documented
from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.reports.files import write_atomically
from checkpoint_conformance.reports.journal import pack, unpack
from checkpoint_conformance.reports.report import read_report
from checkpoint_conformance.reports.writers import WRITERS
from checkpoint_conformance.run.record import Journal, Part
from checkpoint_conformance.run.recorder import Recorder
from checkpoint_conformance.run.sending.resumption import journal
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.transport.abridgement import (
    EVIDENCE_LIMIT,
    EVIDENCE_TOTAL,
    KEPT_LIMIT,
    MOST_FIELDS,
    Packed,
    abridged,
)
from checkpoint_conformance.transport.exchange import ANSWER_LIMIT, Exchange, Request, Response
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.ledger import Ledger
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import Symptom
from checkpoint_openapi.cli import main
from checkpoint_openapi.document.formats.strict_json import StrictJsonError
from checkpoint_openapi.load import errors
from click.testing import CliRunner
from mutants.service.server import running

from conformance.probes.test_generated import TARGET
from conformance.runs import write_target

from .hostile import HOSTILE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.matrix

MAX_TIME = 1
GRACE = 10
"""Seconds beyond the limit, for a machine that has much else to do."""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_run_against_a_hostile_server_ends_in_time(name: str, tmp_path: Path) -> None:
    """There is a report, no traceback, and an exit code that never says conformant without having seen it."""
    with running(HOSTILE[name]) as table:
        profiles = ["deletion", "discovery", "observation"]
        target = write_target(table, tmp_path / "target.toml", profiles=profiles, timeout=0.3, patience=1)
        options = ["--max-examples", "1", "--max-time", str(MAX_TIME), "--report", str(tmp_path / "out")]
        began = time.monotonic()
        result = CliRunner().invoke(main, ["verify", "--target", str(target), *options])
        took = time.monotonic() - began
    assert took < MAX_TIME + GRACE
    assert result.exit_code in (1, 3, 5), result.output
    assert "Traceback" not in result.output
    report = read_report(tmp_path / "out" / "report.json")
    assert report["verdict"] != "conformant"
    assert report["footer"]["complete"] == (report["footer"]["ended"] == "")


def answered(body: bytes, number: int = 0, headers: tuple[tuple[str, str], ...] = ()) -> Exchange:
    """Return an exchange with that body."""
    request = Request("POST", "/v1/x")
    return Exchange(request, Response(400, headers, body), None, float(number), 0.1, number=number)


def test_a_long_body_is_kept_in_part_with_its_size_and_hash() -> None:
    """What is no longer there is known by its hash, and is not taken for the whole."""
    kept = abridged(answered(b"ab" * KEPT_LIMIT, headers=(("A", "b"), ("C", "d" * KEPT_LIMIT))))
    assert kept.response
    assert kept.response.body == b"ab" * (KEPT_LIMIT // 2)
    assert kept.response.headers == (("A", "b"),)
    assert kept.response.abridged
    assert kept.response.abridged.size == 2 * KEPT_LIMIT
    assert abridged(kept) == kept
    with pytest.raises(StrictJsonError, match="only its beginning is kept"):
        _ = kept.response.value


def test_findings_keep_their_evidence_whole_until_there_is_too_much() -> None:
    """A run that finds the same in a thousand long answers does not keep them all."""
    ledger = Ledger()
    for number in range(1, 1001):
        exchange = answered(b"x" * EVIDENCE_LIMIT, number)
        finding = Finding("ERR-1", Symptom.ERROR_IS_NO_OBJECT, Origin("p"), "one", "other", (exchange,))
        ledger.add(finding)
    sizes = [len(each.exchanges[0].response.body) for each in ledger.findings if each.exchanges[0].response]
    assert sizes[0] == EVIDENCE_LIMIT
    assert sizes[-1] == KEPT_LIMIT
    assert sum(sizes) <= EVIDENCE_TOTAL + 1000 * KEPT_LIMIT


@pytest.mark.parametrize(
    "body",
    [
        b"[" * ANSWER_LIMIT,
        b"{}," * (ANSWER_LIMIT // 3),
        json.dumps({"error_code": "CSBS.1", "error_msg": "a." * (ANSWER_LIMIT // 2)}).encode(),
        json.dumps({"error_code": "/" * ANSWER_LIMIT, "error_msg": "/usr/x" * (ANSWER_LIMIT // 6)}).encode(),
        b'{"error_code": "a", "error_msg": "' + b"SELECT " * (ANSWER_LIMIT // 8) + b'"}',
        b'{"checkpoint": {"protection_plan": {"resources": [' + b"{}," * (ANSWER_LIMIT // 4) + b"{}]}}}",
    ],
    ids=["nesting", "objects", "dots", "paths", "SQL", "resources"],
)
@pytest.mark.parametrize("status", [200, 400])
def test_an_answer_of_the_largest_size_is_judged(body: bytes, status: int) -> None:
    """Judging ends, whatever the body."""
    probe = documented(Calls(TARGET))[0]
    response = Response(status, (("Content-Type", "application/json"),), body)
    judge = Judge(TARGET, errors(), Secrets(TARGET))
    judgement = judge.judge(probe, Exchange(probe.request, response, None, 0.0, 0.1))
    assert judgement.findings


def peak(work: Callable[[], object]) -> int:
    """Return the most bytes that the work takes at any time."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_of_long_bodies_only_the_last_value_is_kept() -> None:
    """A wave of answers, each of which takes many times its size once parsed, takes little more than one."""
    bodies = [b"[%d%b]" % (number, b",{}" * (ANSWER_LIMIT // 3)) for number in range(16)]
    wave = [answered(body).response for body in bodies]

    def read(responses: list[Response | None]) -> None:
        for response in responses:
            assert response
            assert len(response.value) > ANSWER_LIMIT // 3

    one = peak(lambda: read(wave[:1]))
    assert peak(lambda: read(wave)) < 3 * one


def test_a_journal_of_long_answers_is_written_and_read_one_at_a_time() -> None:
    """What is compressed in memory and in the report is never whole all at once."""
    recorder, count = Recorder(Judge(TARGET, errors(), Secrets(TARGET)).judge), 100
    for number in range(count):
        recorder.keep(answered(b"%d" % number + b"x" * ANSWER_LIMIT))
    written = journal(recorder, recorder.course, [], Part(0.0, 1.0, "the end", 0, frozenset(), frozenset()))
    packed: list[list[str]] = []
    took = peak(lambda: packed.append(pack(written, TARGET.url, Secrets(TARGET))))
    assert took < 10 * ANSWER_LIMIT
    read: list[Journal] = []
    took = peak(lambda: read.append(unpack(packed[0], Secrets(TARGET))))
    assert took < 10 * ANSWER_LIMIT
    bodies = [each.response.body for each in read[0].course if each.response]
    assert bodies == [b"%d" % number + b"x" * ANSWER_LIMIT for number in range(count)]


def test_the_pieces_of_a_journal_are_written_one_at_a_time(tmp_path: Path) -> None:
    """A report does not take several times the memory of its journal when it is written."""
    piece, count, file = "A" * ANSWER_LIMIT, 40, tmp_path / "report.json"
    took = peak(lambda: write_atomically(file, WRITERS["json"].parts({"journal": [piece] * count})))
    assert json.loads(file.read_text()) == {"journal": [piece] * count}
    assert took < 10 * ANSWER_LIMIT


def test_a_response_of_very_many_fields_is_not_kept_whole() -> None:
    """Five thousand fields in 60 KB take a megabyte as objects."""
    packed = Packed()
    for number, fields in enumerate((MOST_FIELDS, MOST_FIELDS + 1), 1):
        whole = answered(b"", number, (("X-Many", "1" * KEPT_LIMIT),) * fields)
        packed.keep(whole, abridged(whole))
        assert packed.has(whole) == (fields <= MOST_FIELDS)
    took = peak(lambda: [packed.keep(each, abridged(each)) for each in map(_of_many_fields, range(3, 43))])
    assert took < 16 * ANSWER_LIMIT


def _of_many_fields(number: int) -> Exchange:
    return answered(b"", number, tuple((f"X-{field}", str(field)) for field in range(5000)))
