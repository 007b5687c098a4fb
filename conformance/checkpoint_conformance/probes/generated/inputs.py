"""What Hypothesis and Schemathesis generate for a run, as plain data: requests and plans of sequences."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

__all__ = ["REFUSALS", "SHAPES", "GeneratedRequest", "Inputs", "Plan", "PlanStep"]

SHAPES, REFUSALS = 4, 5
"""The number of kinds of valid and of refused calls that the steps of a plan choose from."""


class GeneratedRequest(NamedTuple):
    """A generated request, before the target's token and headers are added."""

    path: str
    content_type: str | None
    body: bytes


class PlanStep(NamedTuple):
    """One step of a plan: the action, and which of its kind (for a deletion: which creation it undoes)."""

    kind: str
    number: int


Plan = tuple[PlanStep, ...]
"""The steps of one sequence, in order."""


class Inputs(NamedTuple):
    """Everything generated for a run."""

    requests: tuple[GeneratedRequest, ...]
    """For FUZZ-1 and FUZZ-2."""
    plans: tuple[Plan, ...]
    """For the model-based run."""

    def to_json(self) -> str:
        """Return the inputs as one line of JSON, with each byte of a body as one character."""
        requests = [(each.path, each.content_type, each.body.decode("latin-1")) for each in self.requests]
        return json.dumps({"requests": requests, "plans": self.plans}, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> Inputs:
        """Return the inputs that `to_json` wrote. Raises ValueError for any other text."""
        try:
            data: Any = json.loads(text)
            requests = tuple(_request(*entry) for entry in data["requests"])
            plans = tuple(tuple(_step(*entry) for entry in plan) for plan in data["plans"])
        except (LookupError, TypeError, RecursionError) as error:
            raise ValueError(f"these are no generated inputs: {error}") from error
        return cls(requests, plans)


def _request(path: Any, content_type: Any, body: Any) -> GeneratedRequest:
    """Return a request whose path and header cannot break the lines of HTTP (RFC 9112, sections 3 and 5)."""
    if not (isinstance(path, str) and re.fullmatch(r"/[!-~]*", path)):
        raise ValueError(f"no path of a request: {path!r}")
    if content_type is not None and not (isinstance(content_type, str) and content_type.isprintable()):
        raise ValueError(f"no content type: {content_type!r}")
    if not (isinstance(body, str) and max(body, default="") <= "\xff"):
        raise ValueError("no bytes of a body")
    return GeneratedRequest(path, content_type, body.encode("latin-1"))


def _step(kind: Any, number: Any) -> PlanStep:
    if kind not in ("create", "refuse", "delete") or type(number) is not int or number < 0:
        raise ValueError(f"no step of a plan: {kind!r}, {number!r}")
    return PlanStep(kind, number)
