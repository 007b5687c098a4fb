"""Labelled edits of small documents: who is broken, and nothing said where both versions mean the same."""

from __future__ import annotations

import pytest
from checkpoint_openapi.diff.findings.rules import Side

from openapi.diff.judging import judged

from .events import BODIES, EVENTS, Content, taken
from .small import SMALL, Object, Small, document

ALL = (*SMALL, *EVENTS)


@pytest.mark.parametrize("small", ALL, ids=lambda small: small.name.replace(" ", "-"))
def test_a_small_edit_breaks_whom_its_label_says(small: Small) -> None:
    """The verdict for clients is that of the label, and so is whether implementers are broken."""
    found = judged(small.old, small.new)
    said = {each.id for each in found.findings if not each.id.startswith("version-")}
    if small.clients == "same":
        assert not said
        assert found.verdict in ("compatible", "same")
    else:
        assert found.verdict == small.clients
    if small.implementers is not None:
        assert any(Side.IMPLEMENTERS in each.breaks for each in found.findings) is small.implementers


def test_the_table_of_small_edits_is_as_large_as_it_has_to_be() -> None:
    """There are eighty edits of each kind: breaking, compatible, and without meaning."""
    labels = [small.clients for small in ALL]
    assert len({small.name for small in ALL}) == len(ALL) >= 100
    assert min(labels.count(label) for label in ("breaking", "compatible", "same")) >= 15


@pytest.mark.parametrize("small", EVENTS, ids=lambda small: small.name.replace(" ", "-"))
def test_a_break_of_an_event_is_shown_to_whom_it_breaks(small: Small) -> None:
    """Each side that is broken gets a request or a response that shows it."""
    for finding in judged(small.old, small.new).findings:
        for side in finding.breaks:
            assert finding.witness_for(side) is not None, (finding.id, side)


def _asked(content: Content) -> Object:
    """Return a document whose operation requires a body, if there is one."""
    return document({"requestBody": {"required": True, "content": content}} if content else {})


def _taken(content: Content) -> Object:
    """Return a document with a webhook whose receiver sends a body, if there is one."""
    return taken({"content": content} if content else {})


@pytest.mark.parametrize(("name", "old", "new"), BODIES, ids=[each[0].replace(" ", "-") for each in BODIES])
def test_the_response_to_an_event_is_judged_like_the_request_of_an_operation(
    name: str, old: Content, new: Content
) -> None:
    """The client sends both, so the same edit breaks the same sides."""
    asked, answered = judged(_asked(old), _asked(new)), judged(_taken(old), _taken(new))
    assert answered.verdict == asked.verdict, name
    broken = [
        {side for each in found.findings for side in each.breaks if side is Side.IMPLEMENTERS}
        for found in (asked, answered)
    ]
    assert broken[0] == broken[1]
