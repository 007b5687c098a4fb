"""The optional profiles: what the lists, deletions and running policies of a server are held to."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_conformance.run.session import Session, open_session
from checkpoint_conformance.run.stages.companions.created_items import items_of_created
from checkpoint_conformance.run.stages.companions.deletion import Deletions
from checkpoint_conformance.run.stages.companions.discovery import discovery
from checkpoint_conformance.run.stages.companions.judged_deletions import judge_deletions
from checkpoint_conformance.run.stages.companions.observation import Observation
from checkpoint_conformance.run.stages.companions.statuses import Statuses
from checkpoint_conformance.run.stages.conflict import conflict
from checkpoint_conformance.run.stages.smoke import smoke
from checkpoint_conformance.transport.exchange import Exchange
from checkpoint_conformance.verdict.conclusion import conclude
from checkpoint_conformance.verdict.outcome import Outcome
from hypothesis import given
from hypothesis import strategies as st
from mutants.framework.in_process import InProcess
from mutants.framework.verifying import with_server
from mutants.service.server import Server
from mutants.service.wire import Response

from conformance.runs import excerpt, requirement, session_with, target_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from checkpoint_conformance.transport.clock import Clock
    from mutants.service.wire import Request


def outcomes(behaviour: type[Server], *steps: Callable[[Session], Any], **changes: Any) -> dict[str, Outcome]:
    """Run the steps after an accepted call; return the outcome of each requirement of a profile."""

    def use(table: dict[str, Any], transport: InProcess | None, clock: Clock) -> dict[str, Outcome]:
        target = target_of(table, **{"patience": 5.0, "profiles": COMPANIONS} | changes)
        session = open_session(target, transport=transport, clock=clock)
        assert smoke(session)
        for step in steps:
            step(session)
        return {each.requirement.id: each.outcome for each in conclude(session.target, session.ledger)}

    return with_server(behaviour, use)


def broken(**members: Any) -> type[Server]:
    """Return a server with steps replaced."""
    return type("Own", (Server,), members)


def refused_group(session: Session) -> None:
    """Send two refused requests as a group."""

    def send() -> None:
        for body in (b"{", b"[]"):
            session.client.transmit(session.calls.post(body))

    Observation(session, frozenset()).refusals_leave_nothing("two refusals", send)


def progress(session: Session) -> None:
    """Follow the items until all have ended."""
    Statuses(session, frozenset()).progress()


def deletion(session: Session) -> None:
    """Delete two checkpoints."""
    judge_deletions(session, Deletions(session))


PATIENCE = 3.0
UNDECIDED = Outcome.INCONCLUSIVE
COMPANIONS = frozenset({"discovery", "observation", "deletion"})
HOSTILE = ["\\ud800", "x" * 5000, "\u202e\x00"]
DISCOVERY: dict[str, tuple[Any, Outcome]] = {
    "as documented": (lambda row: row, Outcome.PASS),
    "upper case": (lambda row: row | {"id": row["id"].upper()}, Outcome.PASS),
    "more members": (lambda row: row | {"more": HOSTILE}, Outcome.PASS),
    "another project": (lambda row: row | {"project_id": "other"}, Outcome.FAIL),
    "another provider": (lambda row: row | {"provider_id": "other"}, Outcome.FAIL),
    "no resources": (lambda row: row | {"resources": []}, Outcome.FAIL),
    "another policy": (lambda row: row | {"id": "0" * 8 + row["id"][8:]}, Outcome.FAIL),
    "a number for an id": (lambda row: row | {"id": 1}, Outcome.FAIL),
    "null": (lambda _: None, Outcome.FAIL),
}


@pytest.mark.parametrize("name", DISCOVERY)
def test_the_list_of_policies_is_judged(name: str) -> None:
    """DISC-1 fails exactly for a list that breaks its form or lacks the policy."""
    change, expected = DISCOVERY[name]
    server = broken(shown_policy=lambda _, row: change(row))
    assert outcomes(server, discovery)["DISC-1"] is expected


@pytest.mark.parametrize("protect_seconds", [0.0, 0.2])
def test_a_server_that_keeps_its_items_passes(protect_seconds: float) -> None:
    """Items appear, move forward and end; refusals leave none; a deleted checkpoint leaves the list."""
    server = broken(protect_seconds=protect_seconds)
    found = outcomes(server, refused_group, items_of_created, progress, deletion)
    assert {found[name] for name in ("OBS-1", "OBS-2", "OBS-3", "DEL-1")} == {Outcome.PASS}


def test_an_item_is_missed() -> None:
    """OBS-1 fails where a selected resource has no item."""
    server = broken(item_resources=lambda _, checkpoint: checkpoint.resources[:1])
    assert outcomes(server, items_of_created, patience=0.3)["OBS-1"] is Outcome.FAIL


def test_an_item_of_a_refused_request_is_found() -> None:
    """OBS-2 fails where a refusal leaves an item, after the group left one again."""

    class Careless(Server):
        """Create before the body is looked at."""

        def check_content_type(self, request: Any) -> None:
            """Make a checkpoint of nothing."""
            if len(request.body) < 5:
                call = type("Call", (), {"auto_trigger": False, "request": request})()
                policy = next(iter(self.store.policies.values()))
                self.make(call, policy, policy.resources)
            super().check_content_type(request)

    assert outcomes(Careless, refused_group)["OBS-2"] is Outcome.FAIL


def test_what_accepted_requests_leave_is_charged_to_no_refusal() -> None:
    """OBS-2 says nothing where nothing is refused, whatever appears in the list."""

    class Mock(Server):
        """Answers each call with one example, whatever was created."""

        def checkpoint_body(self, checkpoint: Any) -> dict[str, Any]:
            """Return another id than that of the checkpoint."""
            return super().checkpoint_body(checkpoint) | {"id": "1"}

    def accepted_group(session: Session) -> None:
        def send() -> None:
            session.client.transmit(session.calls.call(session.calls.documented))

        Observation(session, frozenset()).refusals_leave_nothing("a call", send)

    assert outcomes(Mock, accepted_group)["OBS-2"] is Outcome.SKIP


@pytest.mark.parametrize("last", ["protecting", "error", "restoring"])
def test_a_status_that_moves_on_after_the_end_is_found(last: str) -> None:
    """OBS-3 fails where an ended item changes again."""

    class Restless(Server):
        """Show another status once every item was seen."""

        lists = 0

        def list_items(self, request: Any, project: str) -> Any:
            """Count the looks at all items; quick readings are of one checkpoint alone."""
            self.lists += "checkpoint_id" not in request.query
            return super().list_items(request, project)

        def item_status(self, *_: Any) -> str:
            """Change the mind."""
            return "available" if self.lists <= 3 else last

    expected = Outcome.PASS if last == "restoring" else Outcome.FAIL

    def progress_twice(session: Session) -> None:
        statuses = Statuses(session, frozenset())
        statuses.progress()
        statuses.progress()

    assert outcomes(Restless, progress_twice, patience=1.0)["OBS-3"] is expected


def test_a_run_that_does_not_end_is_only_held_to_what_is_declared() -> None:
    """Without `settle_within` a long run decides nothing; with it OBS-3 fails."""
    server = broken(protect_seconds=60.0)
    assert outcomes(server, progress, patience=0.3)["OBS-3"] is Outcome.INCONCLUSIVE
    assert outcomes(server, progress, patience=0.3, settle_within=0.2)["OBS-3"] is Outcome.FAIL


def test_a_run_is_waited_for_as_long_as_it_may_take() -> None:
    """What `settle_within` allows is not cut short by a smaller `patience`."""
    limits = {"patience": 0.05, "settle_within": 0.6}
    assert outcomes(broken(protect_seconds=0.3), progress, **limits)["OBS-3"] is Outcome.PASS
    assert outcomes(broken(protect_seconds=60.0), progress, **limits)["OBS-3"] is Outcome.FAIL


@given(times=st.lists(st.tuples(st.floats(0, 9), st.floats(0.01, 5)), min_size=2, max_size=6))
def test_what_was_read_first_is_no_step_back(times: list[tuple[float, float]]) -> None:
    """OBS-3 passes if the statuses only move forward, in whatever order the lists are judged."""
    session = open_session(target_of(InProcess(Server).target))
    statuses = Statuses(session, frozenset())
    for started, elapsed in times:
        listing = Exchange(session.calls.harmless(), None, None, started, elapsed, 1)
        status = "available" if started + elapsed / 2 >= 5 else "protecting"
        statuses.watch([{"id": "i", "checkpoint_id": "c", "status": status}], listing, {"c"})
    assert not session.ledger.findings


def test_of_two_lists_read_at_once_neither_is_the_later() -> None:
    """A list that was read before another, and arrives after it, is no step back."""

    class Overtaking(Server):
        """Answer the second of the simultaneous reads last, with what it saw before the item ended."""

        real_time = True
        ended = False
        reads = 0
        seen, answered = threading.Event(), threading.Event()

        def item_status(self, *_: Any) -> str:
            """End once the second read has seen the item."""
            return "available" if type(self).ended else "protecting"

        def list_items(self, request: Any, project: str) -> Any:
            """Answer the first read once the second has seen the item, and the second after that."""
            own = type(self)
            own.reads += "checkpoint_id" in request.query
            if own.reads == 1:
                own.ended = own.seen.wait(PATIENCE)
                found = super().list_items(request, project)
                own.answered.set()
            else:
                found = super().list_items(request, project)
                if own.reads == 2:
                    own.seen.set()
                    own.answered.wait(PATIENCE)
            return found

    assert outcomes(Overtaking, progress)["OBS-3"] is Outcome.PASS
    assert Overtaking.ended, "no two reads were under way at once"


def test_a_deletion_that_deletes_nothing_is_found() -> None:
    """DEL-1 fails where the item stays, and the clean-up tells what is left."""
    assert outcomes(broken(remove=lambda *_: None), deletion, patience=0.5)["DEL-1"] is Outcome.FAIL


def test_the_clean_up_leaves_nothing_behind() -> None:
    """Every created checkpoint is deleted, also one that is still protecting."""
    session = session_with(broken(protect_seconds=0.2), patience=5.0, profiles=COMPANIONS)
    assert smoke(session)
    deletions = Deletions(session)
    assert len(deletions.created()) >= 3
    assert deletions.clean_up(print) == []
    assert deletions.created() == []


def test_a_running_policy_that_refuses_passes_and_one_that_accepts_is_warned_of() -> None:
    """CONF-1 is a SHOULD: the published conflict passes, a second run is a warning."""
    profiles = frozenset({"conflict", "observation"})
    refusing = broken(conflict=True, protect_seconds=0.3)
    assert outcomes(refusing, conflict, profiles=profiles)["CONF-1"] is Outcome.PASS
    accepting = broken(protect_seconds=5.0)
    assert outcomes(accepting, conflict, profiles=profiles)["CONF-1"] is Outcome.WARN


class LosingResponses(Server):
    """A server behind a gateway that gives up waiting for every second new checkpoint."""

    conflict = True
    protect_seconds = 0.3
    made = 0

    def respond(self, request: Request) -> Response:
        """Create it all the same."""
        response = super().respond(request)
        if request.method != "POST" or response.status != 200:
            return response
        type(self).made += 1
        return response if self.made % 2 else Response(504, b"", [])


def test_a_checkpoint_whose_response_was_lost_is_not_left_by_a_refused_run() -> None:
    """The list shows it beside the one of the first run, and nobody knows its id."""
    session = session_with(LosingResponses, patience=5.0, profiles={"conflict", "observation"})
    assert smoke(session)
    conflict(session)
    assert session.recorder.anonymous() > 0
    assert session.ledger.findings == []


def test_a_run_that_has_ended_says_nothing_of_conflicts() -> None:
    """Where the first run is over before the second call, CONF-1 is not decided."""
    profiles = frozenset({"conflict", "observation"})
    assert outcomes(broken(protect_seconds=0.0), conflict, profiles=profiles)["CONF-1"] is UNDECIDED


def test_a_running_policy_is_waited_for_by_its_items() -> None:
    """The next call goes out once the list shows that the run has ended, and is accepted."""
    announced: list[str] = []
    session = session_with(
        broken(conflict=True, protect_seconds=0.3), announced.append, patience=5.0, profiles=COMPANIONS
    )
    request = session.calls.call(session.calls.documented)
    assert [session.client.send(request).status for _ in range(2)] == [200, 200]
    assert any(sentence.endswith("waiting until its items are done") for sentence in announced)


def test_a_requirement_tested_in_parts_names_those_left_out() -> None:
    """AUTH-7 passes on the callers that the target has, and says which fixtures are missing."""
    with_all = requirement(excerpt(Server, discovery), "AUTH-7")
    without = excerpt(Server, discovery, expired_token=None, read_only_token=None, second_project=None)
    found = requirement(without, "AUTH-7")
    assert (with_all["outcome"], with_all["detail"]) == ("pass", "")
    assert found["outcome"] == "pass"
    assert found["detail"] == "not tested without the fixtures expired_token, read_only_token, second_project"
