"""Who may use the companion operations: nobody without a token of the project (`security`)."""

from __future__ import annotations

from checkpoint_conformance.probes.auth import UNKNOWN_TOKEN
from checkpoint_conformance.run.session import Session
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.origin import Origin
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["look_as_unauthorized", "unauthorized_callers"]

_ACCESS = ("AUTH-1", "AUTH-2", "AUTH-4")


def unauthorized_callers(session: Session) -> dict[str, str | None]:
    """Return tokens of callers that must see nothing of the project, by description of the caller.

    Returns none if the operation itself lets such callers in, which AUTH-1 to AUTH-4 cover.
    """
    if any(map(session.ledger.failed, _ACCESS)):
        return {}
    second = session.target.second_project
    theirs = {"another project's token": second.token} if second and second.token else {}
    return {"no token": None, "an unknown token": UNKNOWN_TOKEN, **theirs}


def look_as_unauthorized(session: Session, requirement: str, path: str, identifier: str) -> None:
    """Charge `requirement` if a list shows `identifier` to unauthorized callers.

    Raises ServerGone if the server stops answering.
    """
    for who, token in unauthorized_callers(session).items():
        request = session.calls.request("GET", session.calls.list_path(path), token=token)
        exchange = session.client.send(request)
        body = exchange.response.body if exchange.response and exchange.status == 200 else b""
        if identifier.casefold().encode() in body.lower():
            finding = Finding(
                requirement,
                Symptom.SHOWN_TO_STRANGERS,
                Origin(f"{requirement}/strangers", "the list for a caller without a token of the project"),
                f"a refusal for {who}",
                f"200 with {identifier}",
                (exchange,),
                confirmed=True,
            )
            session.ledger.add(finding)
            return
