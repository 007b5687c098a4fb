"""Groups of requirements that the rules of blame treat alike, and which depend on others."""

from __future__ import annotations

__all__ = [
    "ACCEPTANCE",
    "BEFORE_REFUSALS",
    "BROAD",
    "FOLLOWING",
    "FORM_OF_AN_ERROR",
    "GENERATED",
    "MEMBERS_OF_AN_ANSWER",
    "ONE_REFUSAL",
    "READ_FROM_ITEMS",
    "REFUSED_AT_TIMES",
    "REFUSED_WHILE_RUNNING",
    "TOKENS",
    "VALID_SHAPES",
]

TOKENS = frozenset({"AUTH-1", "AUTH-2", "AUTH-3", "AUTH-4", "AUTH-5"})
"""Requirements on which callers are accepted."""
VALID_SHAPES = frozenset({"REQ-1", "REQ-2", "REQ-3", "REQ-4", "REQ-5", "REQ-6"})
"""The documented shapes of a valid call."""
FORM_OF_AN_ERROR = frozenset({"HTTP-2", "ERR-1", "ERR-2"})
"""Requirements on the bytes and the members of an error."""
GENERATED = frozenset({"FUZZ-1", "FUZZ-2"})
"""Judged by generated requests, which may meet the faults of any other requirement."""
BROAD = GENERATED | {"HTTP-6"}
"""Requirements that meet the faults of others only in passing."""
ACCEPTANCE = VALID_SHAPES | {"FUZZ-1", "HTTP-7"}
"""Requirements on what a server must accept."""
BEFORE_REFUSALS = VALID_SHAPES | {"RESP-2"}
"""Requirements whose valid calls, single or concurrent, are sent before anything is refused."""
ONE_REFUSAL = TOKENS | {"AUTH-6", "NF-1", "NF-2", "NF-3", *(f"REQ-{number}" for number in range(7, 18))}
"""Requirements that are met by a refusal with one of a few statuses, and by nothing else."""
READ_FROM_ITEMS = ("OBS-2", "OBS-3", "DEL-1")
"""Requirements that are judged by what the list of items shows."""
REFUSED_AT_TIMES = ACCEPTANCE | {"HTTP-6", "RESP-2", "RESP-11"}
"""Requirements whose valid calls are affected by a server that refuses at times."""
REFUSED_WHILE_RUNNING = REFUSED_AT_TIMES | {"HTTP-1", "HTTP-3", "ERR-2", "ERR-3"}
"""Requirements that a refusal may break if it comes while the policy is running."""
MEMBERS_OF_AN_ANSWER = frozenset({"RESP-5", "RESP-6", "RESP-8", "RESP-12"})
"""Requirements on members that are wrong in the response to another call."""
FOLLOWING: dict[str, tuple[str, ...]] = {
    "HTTP-6": ("FUZZ-1",),
    "AUTH-1": ("AUTH-6",),
    "AUTH-2": ("AUTH-6",),
    "AUTH-3": ("AUTH-6",),
    "RESP-2": ("OBS-1", "OBS-2", "OBS-3", "DEL-1"),
    "RESP-11": ("OBS-1", "OBS-2", "OBS-3", "DEL-1"),
    "DEL-1": ("DEL-2",),
    "REQ-5": ("OBS-1",),
}
"""Requirements that cannot be met or judged once another is broken."""
