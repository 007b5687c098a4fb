"""The dry run: it sends nothing, and lists what a run would send."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from checkpoint_conformance.commands.dry_run import render_plan
from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.run.record import Options
from checkpoint_conformance.run.simulation import simulate
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.target.target import Target
from mutants.service.server import Server, running
from mutants.service.world import stable_id

from conformance.runs import PLENTY, Counting, finished, invoke, target_of


def test_a_dry_run_sends_nothing_and_shows_no_secret(target: Path, tmp_path: Path) -> None:
    """Every request is listed with its probe; no folder is made."""
    arguments = (
        "verify",
        "--target",
        target,
        "--report",
        tmp_path / "out",
        "--max-examples",
        "1",
        "--dry-run",
    )
    result = invoke(*arguments)
    assert result.exit_code == 0
    assert Counting.requests == 0
    assert not (tmp_path / "out").exists()
    with running(Server) as table:
        secrets = Secrets(target_of(table))
    listed = json.loads(invoke(*arguments, "--json").stdout)
    assert len(listed["requests"]) > 300
    assert secrets.found_in(result.output) is secrets.found_in(json.dumps(listed)) is None
    assert re.search(r"^~ stands for /v1/\S+/checkpoints$", result.stdout, re.MULTILINE)
    lines = re.findall(r"^[+ ] \S* +[A-Z]+ [~/]", result.stdout, re.MULTILINE)
    assert len(lines) == len(listed["requests"])
    assert re.search(r"^  REQ-11/one +POST ~ +\{.*\"auto_trigger\": 1\b", result.stdout, re.MULTILINE)
    assert re.search(r"^\+ REQ-1/documented +POST ", result.stdout, re.MULTILINE)


def test_a_dry_run_writes_the_ids_of_the_target_once() -> None:
    """A name stands for each id that bodies and paths share, if it is long; what differs is then seen."""
    path, project, long = "/v1/p/checkpoints", "p", "62171999-3df1-42f7-9513-6f9b1bea4744"
    for policy, shown in ((long, "POLICY"), ("7", "7")):
        target = Target("http://127.0.0.1:1", project, "token", policy, (long[::-1], "unused".ljust(36, "-")))
        body = {"text": json.dumps({"plan_id": policy, "resources": [long[::-1]]})}
        request = {"method": "POST", "path": path, "body": body}
        entry = {"stage": "valid requests", "probe": "REQ-1/documented", "creates": True, "request": request}
        planned = {"target": target.url, "max_creates": 9, "creates": 2, "requests": [entry, entry]}
        legend, _, listed = render_plan(planned, target).partition("\n\n")
        names = [(shown, policy)] if policy == long else []
        expected = [("~", path), *names, ("RESOURCE-1", long[::-1])]
        assert legend.split("\n") == [f"{name} stands for {whole}" for name, whole in expected]
        assert listed.count(f'POST ~  {{"plan_id": "{shown}", "resources": ["RESOURCE-1"]}}\n') == 2


def test_a_dry_run_lists_what_a_conforming_server_is_asked() -> None:
    """The list and a run agree, request by request.

    The name of the policy, the last entry of a page, other policies and what they hold, and what concerns new
    checkpoints, is not known before.
    """
    with running(Server) as table:
        target = target_of(table)

    known = {
        "POLICY-NAME": "backup",
        "RESOURCE-OF-ANOTHER-POLICY": stable_id("metal0"),
        Calls(target).unknown_id("another policy"): stable_id("weekly"),
    }

    def filled_in(body: bytes) -> bytes:
        for name, value in known.items():
            body = body.replace(name.encode(), value.encode())
        return body

    def asked(requests: Any) -> Counter[Any]:
        return Counter(
            (
                request.method,
                re.sub("marker=[^&]+", "marker", request.path),
                request.headers,
                filled_in(request.body),
            )
            for request in requests
            if not re.search("checkpoints/[^/]+$|checkpoint_items", request.path)
        )

    planned = simulate(target, Options(max_examples=1))
    run = finished(Server)
    assert asked(each.request for each in planned) == asked(each.request for each in run.exchanges)
    assert sum(each.creates for each in planned) >= run.created
    deletions = Counter(
        each.request.path
        for each in planned
        if each.request.method == "DELETE" and each.request.header("X-Auth-Token") == target.token
    )
    assert max(deletions.values()) < 5, "it waits for a checkpoint that never becomes deletable"
    assert run.target.max_creates == PLENTY
