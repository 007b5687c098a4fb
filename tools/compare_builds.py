"""Compare two builds of the suite: do they send the same bytes, and reach the same verdicts?

Run: .venv/bin/python tools/compare_builds.py BASE [NEW] [--every N] [--only TEXT]. BASE and NEW are
checkouts with an environment in `.venv`; NEW defaults to this one. Each verifies the reference server, every
mutant and every variant over sockets. What each connection sends is compared byte for byte, except that ids
and times from a server become placeholders, tokens are replaced by their length, the port is left out, and a
GET that repeats the previous one, as in polling, counts once. Concurrent requests may arrive in another
order, which is reported but is no difference. A difference counts only if a second run of both builds shows
one too. `--every N` takes one server in N, `--only` those whose name contains the text. Exit code: 0 no
difference, 1 differences, 2 usage.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SHOWN = 3
"""How many requests of a difference are shown."""


@dataclass(frozen=True)
class Driver:
    """A running driver of one build."""

    process: subprocess.Popen[str]
    names: list[str]

    def verify(self, name: str) -> dict[str, Any]:
        """Return what the build sent to a server, and what it found."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{name}\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self) -> Any:
        """Return the driver's next answer."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"the driver of {self.process.args} ended: {self.process.wait()}")
        return json.loads(line)


@contextmanager
def driver(checkout: Path) -> Iterator[Driver]:
    """Run the driver of a checkout while the block runs."""
    python = checkout / ".venv" / "bin" / "python"
    if not python.exists():
        print(f"{python} is missing: install the checkout's environment first", file=sys.stderr)
        raise SystemExit(2)
    with subprocess.Popen(
        [str(python), str(HERE / "build_driver.py")],
        cwd=checkout,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            started = Driver(process, [])
            started.names.extend(started.answer())
            yield started
        finally:
            process.kill()


def differences(base: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return the differences as sentences."""
    found = [
        f"{requirement}: {before} became {after}"
        for requirement in sorted({*base["outcomes"], *new["outcomes"]})
        if (before := base["outcomes"].get(requirement)) != (after := new["outcomes"].get(requirement))
    ]
    before, after = Counter(base["sent"]), Counter(new["sent"])
    for word, rest in (("no longer sent", before - after), ("new", after - before)):
        found += [f"{word}, {count} times: {_brief(text)}" for text, count in rest.most_common(SHOWN)]
        found += [f"{word}: {len(rest) - SHOWN} more"] if len(rest) > SHOWN else []
    return found


def _brief(text: str) -> str:
    head, _, body = text.partition("\r\n\r\n")
    return f"{head.partition(' HTTP/')[0]} {body[:160]!r}"


def compare(name: str, base: Driver, new: Driver) -> tuple[list[str], bool]:
    """Return the differences for a server, and whether its requests arrived in the same order."""
    with ThreadPoolExecutor(2) as pool:
        for _ in range(2):
            left, right = pool.map(lambda each: each.verify(name), (base, new))
            found = differences(left, right)
            if not found:
                break
    return found, left["sent"] == right["sent"]


def main() -> int:
    """Compare the builds, print each difference, and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("base", type=Path)
    parser.add_argument("new", type=Path, nargs="?", default=HERE.parent)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--only", default="")
    chosen = parser.parse_args()
    with ExitStack() as stack:
        base, new = (stack.enter_context(driver(path.resolve())) for path in (chosen.base, chosen.new))
        common = [name for name in base.names if name in set(new.names)]
        for name in sorted(set(base.names) ^ set(new.names)):
            print(f"{name}: in one build alone")
        names = [name for name in common[:: chosen.every] if chosen.only in name]
        different = reordered = 0
        for name in names:
            found, ordered = compare(name, base, new)
            different += bool(found)
            reordered += not found and not ordered
            for sentence in found:
                print(f"{name}: {sentence}", flush=True)
    print(f"{len(names)} servers compared: {different} differ; of the others, {reordered} got concurrent")
    print("requests in another order, the rest the same bytes in the same order")
    return int(bool(different))


if __name__ == "__main__":
    sys.exit(main())
