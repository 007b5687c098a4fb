"""The kill matrix: mutants verified, and what the suite charged them with.

Run as a module it writes the page: python -m tests.mutants.matrix docs/kill-matrix.md [MUTANTS A REQUIREMENT]
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from checkpoint_conformance.run.runner import run
from checkpoint_conformance.run.stages.smoke import ConfigurationError
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.verdict.outcome import Outcome

from .catalogue import mutant, representative
from .framework.mutant import Mutant
from .service.server import running

__all__ = ["CONFIGURATION", "PUBLISHED", "Row", "judge", "page"]

CONFIGURATION = "configuration"
"""What a mutant is charged with whose answers speak against the target file; it never conforms either."""
PUBLISHED = 3
"""Mutants of each requirement on the published page, spread over the kinds of fault."""
_TIMEOUT = 1.0
_PATIENCE = 2.0


@dataclass(frozen=True)
class Row:
    """What the suite said of one mutant."""

    name: str
    charged: dict[str, str]
    """Requirements that failed (`fail`) or warned (`warn`)."""
    seconds: float

    @property
    def mutant(self) -> Mutant:
        """The mutant of the row."""
        return mutant(self.name)

    @property
    def exact(self) -> bool:
        """Whether exactly the named requirement is charged, at its level."""
        level = "fail" if self.mutant.level == "MUST" else "warn"
        return self.charged == {self.mutant.requirement: level}

    @property
    def accepted(self) -> str:
        """Why another requirement may be charged instead, if the mutant says so and it alone is."""
        if len(self.charged) != 1:
            return ""
        return self.mutant.also.get(next(iter(self.charged)), "")

    @property
    def expected(self) -> bool:
        """Whether the row is as it should be: exact, fairly blamed, or a fault that nobody can tell."""
        return self.exact or bool(self.accepted) or (bool(self.mutant.equivalent) and not self.charged)


def judge(name: str) -> Row:
    """Verify a mutant with the profiles that it needs."""
    chosen = mutant(name)
    started = time.monotonic()
    with running(chosen.behaviour) as given:
        table = {**given, "timeout": _TIMEOUT, "patience": _PATIENCE, "settle_within": 1.5, "max_creates": 80}
        if chosen.profile == "core":
            table["profiles"] = []
        try:
            results = run(Target.from_table(table)).results
        except ConfigurationError:
            return Row(name, {CONFIGURATION: "fail"}, time.monotonic() - started)
    charged = {
        result.requirement.id: result.outcome.value
        for result in results
        if result.outcome in (Outcome.FAIL, Outcome.WARN)
    }
    return Row(name, charged, time.monotonic() - started)


def page(rows: list[Row]) -> str:
    """Return the matrix as a Markdown page."""
    killed = sum(row.exact or bool(row.accepted) for row in rows)
    equivalent = [row for row in rows if row.mutant.equivalent]
    exact = sum(row.exact for row in rows)
    lines = [
        "# Kill matrix",
        "",
        "Every mutant is a conforming server with one fault. The suite must fail it, for that fault alone.",
        "Made by `python -m tests.mutants.matrix docs/kill-matrix.md`; the tests hold each row to its word.",
        "",
        f"- {len(rows)} mutants, {killed} of them killed: {exact} by exactly the requirement that they name,",
        "  the others by one that they name as equally fair, with the reason",
        f"- {len(equivalent)} that no client can tell from a conforming server, with the reason",
        "",
        "| mutant | fault | names | charged | |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        charged = ", ".join(f"{name} ({outcome})" for name, outcome in row.charged.items()) or "nothing"
        note = row.mutant.equivalent or ("" if row.exact else row.accepted or "**not as expected**")
        cells = (f"`{row.name}`", row.mutant.fault, row.mutant.requirement, charged, note)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def main(path: Path, count: int = PUBLISHED) -> int:
    """Write the page of `count` mutants a requirement; return 1 where a row is not as it should be."""
    with ProcessPoolExecutor(2) as pool:
        rows = list(pool.map(judge, [each.name for each in representative(count)], chunksize=4))
    path.write_text(page(rows), encoding="utf-8")
    for row in rows:
        if not row.expected:
            sys.stderr.write(f"{row.name}: names {row.mutant.requirement}, charged {row.charged}\n")
    return int(any(not row.expected for row in rows))


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), *map(int, sys.argv[2:])))
