"""The header of a report: what identifies a run."""

from __future__ import annotations

import hashlib
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from checkpoint_openapi import __version__
from checkpoint_openapi.load import data_path, document

from checkpoint_conformance.run.record import Options
from checkpoint_conformance.run.shard import Shard
from checkpoint_conformance.target.target import Target

__all__ = ["header"]


def header(target: Target, options: Options, started: float) -> dict[str, Any]:
    """Return what identifies a run: suite, contract, options and target, with secrets if they hold any.

    `started` is in seconds since the epoch.
    """
    implementation = target.implementation
    return {
        "suite": __version__,
        "contract": {
            "version": str(document()["info"]["version"]),
            "sha256": hashlib.sha256(data_path("checkpoint.yaml").read_bytes()).hexdigest(),
        },
        "environment": {
            "python": platform.python_version(),
            **{package: version(package) for package in ("schemathesis", "hypothesis")},
        },
        "started": datetime.fromtimestamp(started, UTC).isoformat(timespec="seconds"),
        "seed": options.seed,
        "max_examples": options.max_examples,
        "thorough": options.thorough,
        "shard": None if options.shard.whole else _shard(options.shard),
        "implementation": {
            "name": implementation.name,
            "version": implementation.version,
            "vendor": implementation.vendor,
            "url": implementation.url,
        },
        "target": _target(target),
    }


def _shard(shard: Shard) -> dict[str, Any]:
    return {"index": shard.index, "count": shard.count, "requirements": sorted(shard.owned)}


def _target(target: Target) -> dict[str, Any]:
    """Return what a run depends on of a target; of its fixtures, the names alone."""
    return {
        "url": target.url,
        "project_id": target.project_id,
        "provider_id": target.provider_id,
        "policy_id": target.policy_id,
        "resources": list(target.resources),
        "profiles": ["core", *sorted(target.profiles)],
        "fixtures": _fixtures(target),
        "second_project_id": target.second_project.project_id if target.second_project else None,
        "second_policy_id": target.second_project.policy_id if target.second_project else None,
        "deviations": {"resource_extra_info": target.resource_extra_info},
        "timeout": target.timeout,
        "patience": target.patience,
        "settle_within": target.settle_within,
        "rate": target.rate,
        "network": "reliable" if target.has_reliable_network else "unreliable",
        "max_creates": target.max_creates,
    }


def _fixtures(target: Target) -> list[str]:
    second = target.second_project
    given = {
        "expired_token": target.expired_token,
        "read_only_token": target.read_only_token,
        "second_project.token": second and second.token,
        "second_project.policy_id": second and second.policy_id,
    }
    return [name for name, value in given.items() if value]
