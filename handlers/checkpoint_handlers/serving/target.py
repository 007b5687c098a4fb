"""The target file of the sample data, with which a conformance suite can verify this server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from checkpoint_openapi import __version__

from checkpoint_handlers.operations.service import PROVIDER_ID
from checkpoint_handlers.seeding import seed

if TYPE_CHECKING:
    from checkpoint_handlers.seeding.seed import DemoTokens

__all__ = ["target_text"]


def target_text(url: str, tokens: DemoTokens, *, conflict: bool) -> str:
    """Return the target file as TOML; `conflict` is whether a running policy refuses a second run."""
    profiles = ["discovery", "observation", "deletion", *(["conflict"] if conflict else [])]
    # A JSON string or list of strings is also valid TOML.
    quoted = json.dumps
    return f"""\
url = {quoted(url)}
project_id = {quoted(seed.PROJECT_ID)}
provider_id = {quoted(PROVIDER_ID)}
token = {quoted(tokens.token)}
max_creates = 100
timeout = 10.0
profiles = {quoted(profiles)}

[policy]
id = {quoted(seed.PLAN_ID)}
resources = {quoted(seed.RESOURCE_IDS)}

[fixtures]
expired_token = {quoted(tokens.expired)}
read_only_token = {quoted(tokens.read_only)}

[fixtures.second_project]
project_id = {quoted(seed.SECOND_PROJECT_ID)}
token = {quoted(tokens.second_project)}
policy_id = {quoted(seed.SECOND_PLAN_ID)}

[implementation]
name = "checkpoint_handlers"
version = {quoted(__version__)}

[deviations]
resource_extra_info = "string"
"""
