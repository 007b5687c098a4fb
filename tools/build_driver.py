"""Verify servers with the suite of the checkout in the current folder, and print what was sent and found.

`compare_builds.py` runs it with the Python of each build: it reads names from standard input, one per line,
and prints a line of JSON for each. `reference` is the reference server; `mutant NAME` and `variant NAME` are
servers of the tests. It supports the module layouts of both builds.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import re
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

UUID = re.compile(rb"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d(?::|%3A)\d\d(?::|%3A)\d\d(?:\.\d+)?")
CREDENTIALS = re.compile(rb"(?im)^(?:x-auth-token|x-subject-token|authorization|cookie): .*$")
SECRET = re.compile(rb"[A-Za-z0-9_-]{16,}")
PORT = re.compile(rb"(?m)^(Host: 127\.0\.0\.1):\d+")
LIMITS = {"timeout": 1.0, "patience": 2.0, "settle_within": 1.5, "max_creates": 100}


def module(*names: str) -> Any:
    """Return the first of these modules that the build has."""
    for name in names[:-1]:
        with contextlib.suppress(ModuleNotFoundError):
            return importlib.import_module(name)
    return importlib.import_module(names[-1])


class Recorder:
    """Records what this process's client sockets send, and the ids they receive."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Discard the recording."""
        self.sent: dict[int, bytearray] = {}
        self.received: set[bytes] = set()
        self.numbers = 0

    def streams(self, own: set[bytes]) -> list[str]:
        """Return what each connection sent, in the order in which they were opened.

        Tokens, which the reference server creates at each start, are replaced by their length, ids from the
        server (those not in `own`) by `<id>`, and times by `<time>`. The port is left out, and so is a GET
        that repeats the previous one, as happens when polling.
        """
        given = self.received - own
        texts = [
            TIME.sub(
                b"<time>",
                UUID.sub(lambda match: b"<id>" if match[0] in given else match[0], raw),
            ).decode("latin-1")
            for raw in map(_without_secrets_and_port, map(bytes, self.sent.values()))
        ]
        pairs = zip(["", *texts], texts, strict=False)
        return [text for before, text in pairs if text != before or not text.startswith("GET ")]

    def install(self) -> None:
        """Start recording."""
        recorder = self

        class Recording(socket.socket):
            number = 0
            """Counts from 1 once it connects; 0 for the server's accepted sockets."""

            def connect(self, address: Any) -> None:
                super().connect(address)
                with recorder.lock:
                    recorder.numbers += 1
                    self.number = recorder.numbers

            def keep(self, data: Any) -> None:
                if self.number:
                    with recorder.lock:
                        recorder.sent.setdefault(self.number, bytearray()).extend(data)

            def sendall(self, data: Any, *flags: int) -> None:
                self.keep(data)
                super().sendall(data, *flags)

            def send(self, data: Any, *flags: int) -> int:
                count = super().send(data, *flags)
                self.keep(bytes(data)[:count])
                return count

            def recv(self, *arguments: int) -> bytes:
                data = super().recv(*arguments)
                if self.number:
                    with recorder.lock:
                        recorder.received.update(UUID.findall(data))
                return data

        socket.socket = Recording  # type: ignore[misc]


def _without_secrets_and_port(raw: bytes) -> bytes:
    raw = PORT.sub(rb"\1", raw)
    return CREDENTIALS.sub(lambda line: SECRET.sub(lambda secret: b"<%d>" % len(secret[0]), line[0]), raw)


class Build:
    """The suite and the servers of the checkout in the current folder."""

    def __init__(self) -> None:
        sys.path.insert(0, str(Path.cwd() / "tests"))
        suite = "checkpoint_conformance"
        self.run = module(f"{suite}.run.runner", f"{suite}.runner").run
        self.target = module(f"{suite}.target.target", f"{suite}.target").Target
        self.refused = module(f"{suite}.run.stages.smoke", f"{suite}.smoke").ConfigurationError
        self.reference = module(f"{suite}.target.reference", f"{suite}.reference")
        self.running = module("mutants.service.server", "mutants.server").running
        self.mutants = {each.name: each for each in importlib.import_module("mutants.catalogue").MUTANTS}
        variants = module("mutants.variants.catalogue", "mutants.variants").VARIANTS
        self.variants = {each.name: each for each in variants}

    def names(self) -> list[str]:
        """Return every valid name."""
        servers = [
            *(f"mutant {name}" for name in self.mutants),
            *(f"variant {name}" for name in self.variants),
        ]
        return ["reference", *servers]

    @contextlib.contextmanager
    def started(self, name: str) -> Iterator[Any]:
        """Start a server and yield its target."""
        kind, _, which = name.partition(" ")
        if kind == "reference":
            with self.reference.reference_server() as target:
                yield target
            return
        chosen = (self.mutants if kind == "mutant" else self.variants)[which]
        with self.running(chosen.behaviour) as table:
            profiles = {"profiles": []} if getattr(chosen, "profile", "") == "core" else {}
            longer = {} if kind == "mutant" else {"timeout": 3.0, "patience": 5.0, "settle_within": 3.0}
            yield self.target.from_table({**table, **LIMITS, **profiles, **longer})

    def verify(self, name: str, recorder: Recorder) -> dict[str, Any]:
        """Return what was sent to a server and the outcome of each requirement."""
        recorder.clear()
        with self.started(name) as target:
            own = set(UUID.findall(repr(target).encode()))
            try:
                outcomes = {each.requirement.id: each.outcome.value for each in self.run(target).results}
            except self.refused:
                outcomes = {"configuration": "fail"}
        return {"sent": recorder.streams(own), "outcomes": outcomes}


def main() -> None:
    """Print a line of JSON for each name."""
    recorder = Recorder()
    recorder.install()
    build = Build()
    print(json.dumps(build.names()), flush=True)
    for line in sys.stdin:
        print(json.dumps(build.verify(line.rstrip("\n"), recorder)), flush=True)


if __name__ == "__main__":
    main()
