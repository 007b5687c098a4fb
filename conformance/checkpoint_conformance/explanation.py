"""A requirement in words."""

from __future__ import annotations

from checkpoint_openapi.load import Requirement

__all__ = ["explanation"]

_BASIS = {
    "S": "the source documentation says it",
    "P": "another published page or a real client says it",
    "A": "an assumption of this project",
}


def explanation(requirement: Requirement) -> str:
    """Return several lines: what is required, how binding, on what ground, where it stands."""
    lines = [
        f"{requirement.id} ({requirement.level}, profile {requirement.profile}, since {requirement.since})",
        f"  {requirement.text}",
        f"  Clause: {requirement.clause}",
        f"  Basis:  {'; '.join(_BASIS[label] for label in requirement.basis)}",
    ]
    if requirement.needs:
        lines.append(
            f"  Needs:  the target's fixture `{requirement.needs}`; without it the verdict is partial"
        )
    if requirement.status != "active":
        lines.append(f"  Status: {requirement.status}")
    if requirement.not_tested:
        lines.append(f"  Not tested: {requirement.not_tested}")
    return "\n".join(lines)
