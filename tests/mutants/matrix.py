"""The kill matrix: for every mutant, the requirements that the suite reports as broken.

To write the page, run: python -m tests.mutants.matrix docs/kill-matrix.md
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from checkpoint_conformance.run.stages.smoke import ConfigurationError
from checkpoint_conformance.verdict.outcome import Outcome
from checkpoint_openapi.load import requirements

from .catalogue import MUTANTS, mutant
from .framework.mutant import Mutant
from .framework.verifying import verify, with_server

__all__ = ["CONFIGURATION", "Row", "judge", "page"]

CONFIGURATION = "configuration"
"""The charge against a mutant whose responses contradict the target file; it never conforms either."""
_MEMBERS = {"timeout": 1.0, "patience": 2.0, "settle_within": 1.5, "max_creates": 100}
"""Overrides of the server's target file for mutants: no fault needs a longer wait."""


@dataclass(frozen=True)
class Row:
    """The suite's result for one mutant."""

    name: str
    charged: dict[str, str]
    """Requirements that failed (`fail`) or warned (`warn`)."""
    sentences: tuple[str, ...] = ()
    """What the report says of the requirements: details, what was expected, and what was found."""

    @property
    def mutant(self) -> Mutant:
        """The mutant of the row."""
        return mutant(self.name)

    @property
    def exact(self) -> bool:
        """Whether only the mutant's requirement is charged, at its level."""
        level = "fail" if self.mutant.level == "MUST" else "warn"
        return self.charged == {self.mutant.requirement: level}

    @property
    def accepted(self) -> str:
        """Why another requirement may be charged instead, if the mutant allows it and no other is charged."""
        if len(self.charged) != 1:
            return ""
        return self.mutant.also.get(next(iter(self.charged)), "")

    @property
    def expected(self) -> bool:
        """Whether the row is as expected: exact, fairly blamed, or an equivalent mutant."""
        return self.exact or bool(self.accepted) or (bool(self.mutant.equivalent) and not self.charged)

    def __str__(self) -> str:
        """Return the row as a line of the table."""
        charged = ", ".join(f"{name} ({outcome})" for name, outcome in self.charged.items()) or "nothing"
        note = self.mutant.equivalent or ("" if self.exact else self.accepted or "**not as expected**")
        cells = (f"`{self.name}`", self.mutant.fault, charged, note)
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def judge(name: str, carrier: Any = with_server) -> Row:
    """Verify a mutant in process or, if needed, over a socket; `carrier` can force either."""
    profiles: dict[str, Any] = {"profiles": []} if mutant(name).profile == "core" else {}
    try:
        results = verify(mutant(name).behaviour, carrier, **_MEMBERS, **profiles).results
    except ConfigurationError:
        return Row(name, {CONFIGURATION: "fail"})
    charged = {
        result.requirement.id: result.outcome.value
        for result in results
        if result.outcome in (Outcome.FAIL, Outcome.WARN)
    }
    sentences = [result.detail for result in results if result.detail]
    for result in results:
        sentences += [text for found in result.findings for text in (found.expected, found.actual)]
    return Row(name, charged, tuple(dict.fromkeys(sentences)))


def page(rows: list[Row]) -> str:
    """Return the matrix as a Markdown page."""
    told = [row for row in rows if not row.mutant.equivalent]
    exact = sum(row.exact for row in told)
    fair = sum(bool(row.accepted) and not row.exact for row in told)
    lines = [
        "# Kill matrix",
        "",
        "Every mutant is a conforming server with one fault. The suite must fail it, for that fault alone.",
        "This page lists all of them, below the requirement that each one breaks. CI judges every mutant by",
        "the whole suite, and fails where one is charged otherwise than it names.",
        "Made by `python -m tests.mutants.matrix docs/kill-matrix.md`.",
        "",
        f"- {len(told)} mutants, {exact + fair} of them killed: {exact} by exactly the requirement that they",
        f"  name, {fair} by one that they name as equally fair, with the reason",
        f"- {len(rows) - len(told)} more that no client can tell from a conforming server, with the reason",
        "",
        "Each square is a mutant: ■ charged with the requirement that it names, ◧ with another that is",
        "as fair, □ not told apart from a conforming server by any client.",
    ]
    texts = {each.id: each.text for each in requirements()}
    for requirement, group in groupby(rows, key=lambda row: row.mutant.requirement):
        listed = list(group)
        plural = "mutant" if len(listed) == 1 else "mutants"
        strip = "".join(map(_mark, listed))
        lines += [
            "",
            f"## {requirement}",
            "",
            texts[requirement],
            "",
            f"<details><summary>{len(listed)} {plural} {strip}</summary>",
            "",
            "| mutant | fault | charged | |",
            "|---|---|---|---|",
            *map(str, listed),
            "",
            "</details>",
        ]
    return "\n".join(lines) + "\n"


def _mark(row: Row) -> str:
    """Return the square of a mutant in the strip of its requirement."""
    if not row.expected:
        return "✗"
    if row.mutant.equivalent:
        return "□"
    return "■" if row.exact else "◧"


def main(path: Path) -> int:
    """Write the page of all mutants; return 1 if any row is not as expected, else 0."""
    with ProcessPoolExecutor(2) as pool:
        rows = list(pool.map(judge, [each.name for each in MUTANTS], chunksize=4))
    order = list(dict.fromkeys(each.requirement for each in MUTANTS))
    rows.sort(key=lambda row: order.index(row.mutant.requirement))
    path.write_text(page(rows), encoding="utf-8")
    for row in rows:
        if not row.expected:
            sys.stderr.write(f"{row.name}: names {row.mutant.requirement}, charged {row.charged}\n")
    return int(any(not row.expected for row in rows))


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
