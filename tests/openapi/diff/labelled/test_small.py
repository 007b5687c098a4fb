"""Labelled edits of small documents: who is broken, and nothing said where both versions mean the same."""

from __future__ import annotations

import pytest
from checkpoint_openapi.diff.findings.rules import Side

from openapi.diff.judging import judged

from .small import SMALL, Small


@pytest.mark.parametrize("small", SMALL, ids=lambda small: small.name.replace(" ", "-"))
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
    labels = [small.clients for small in SMALL]
    assert len({small.name for small in SMALL}) == len(SMALL) >= 80
    assert min(labels.count(label) for label in ("breaking", "compatible", "same")) >= 15
