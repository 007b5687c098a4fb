"""AUTH-1 to AUTH-6: who may call, and that authorization is checked before anything else."""

from __future__ import annotations

from dataclasses import replace

from checkpoint_conformance.probes.calls import Calls
from checkpoint_conformance.probes.identifiers import near_misses
from checkpoint_conformance.probes.probe import ANY_REFUSAL, NOTHING, Implications, Probe
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.transport.exchange import Request

__all__ = ["UNKNOWN_TOKEN", "authentication"]

UNKNOWN_TOKEN = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
"""A token that was never issued."""
_MALFORMED = {
    "null-word": "null",
    "star": "*",
    "percent": "%",
    "sql": "' OR '1'='1' --",
    "json": '{"token": true}',
    "latin-1": "tok\u00e9n-\u00fc-\u00ff-0f1e2d3c",
    "long": "A" * 1024,
    "admin": "admin",
    "constructor": "constructor",
    "proto": "__proto__",
    "to-string": "toString",
    "class": "__class__",
}
_STRANGERS = frozenset({401, 403})
_UNAUTHORIZED = frozenset({401})


def authentication(calls: Calls, secrets: Secrets) -> list[Probe]:
    """Return every probe of the group; those without their fixture are left out.

    Unknown tokens come last, so that a server that locks out callers after them does not spoil the other
    responses.
    """
    return [
        *_read_only(calls),
        *_unknown_project(calls),
        *_other_project(calls),
        *_expired(calls),
        *_missing(calls),
        *_before_validation(calls),
        *_unknown(calls, secrets),
    ]


def _unauthorized(requirement: str, variant: str, summary: str, request: Request) -> Probe:
    return Probe(
        f"{requirement}/{variant}", requirement, summary, request, _UNAUTHORIZED, ("unauthenticated",)
    )


def _missing(calls: Calls) -> list[Probe]:
    body = calls.body(calls.documented)
    bare = calls.post(body, token=None)
    token = calls.target.token
    absent = replace(
        _unauthorized("AUTH-1", "absent", "no token", bare),
        implies=Implications(accepted_too=("AUTH-2", "AUTH-3", "AUTH-4", "AUTH-5", "AUTH-6")),
        on_kept_connection=True,
    )
    elsewhere = {
        "absent-again": ("no token, a second time", bare),
        "other-header": ("the token in X-Subject-Token only", bare.with_header("X-Subject-Token", token)),
        "bearer": ("the token in Authorization only", bare.with_header("Authorization", f"Bearer {token}")),
        "cookie": ("the token in a cookie only", bare.with_header("Cookie", f"X-Auth-Token={token}")),
    }
    return [
        absent,
        *(_unauthorized("AUTH-1", name, what, request) for name, (what, request) in elsewhere.items()),
    ]


def _unknown(calls: Calls, secrets: Secrets) -> list[Probe]:
    body = calls.body(calls.documented)
    empty = replace(
        _unauthorized("AUTH-2", "empty", "a token that is empty", calls.post(body, token="")),
        implies=Implications(same_answer="AUTH-1"),
    )
    unknown = replace(
        _unauthorized("AUTH-2", "unknown", "a token that is unknown", calls.post(body, token=UNKNOWN_TOKEN)),
        implies=Implications(accepted_too=("AUTH-3", "AUTH-4", "AUTH-5")),
        on_kept_connection=True,
    )
    probes = [empty, unknown]
    for name, token in {"unknown-again": UNKNOWN_TOKEN, **_MALFORMED, **secrets.derived}.items():
        what = f"a token that is {name.replace('-', ' ')}"
        probes.append(_unauthorized("AUTH-2", name, what, calls.post(body, token=token)))
    huge = calls.post(body, token="A" * 8000)
    what = "a token of 8,000 letters"
    probes.append(Probe("AUTH-2/huge", "AUTH-2", what, huge, ANY_REFUSAL, ("unauthenticated",)))
    return probes


def _expired(calls: Calls) -> list[Probe]:
    token = calls.target.expired_token
    if token is None:
        return []
    request = calls.post(calls.body(calls.documented), token=token)
    expired = _unauthorized("AUTH-3", "expired", "an expired token", request)
    return [replace(expired, on_kept_connection=True)]


def _unknown_project(calls: Calls) -> list[Probe]:
    """Return requests with our own token for projects it does not belong to, which may not exist."""
    own, body = calls.target.project_id, calls.body(calls.documented)
    last, misread = "0" if own[-1] != "0" else "1", near_misses(own)
    projects = {
        "neighbour": own[:-1] + last,
        "longer": own + "0",
        "shorter": own[:-1],
        "half": own[: len(own) // 2],
        "none": calls.unknown_id("project").replace("-", ""),
        "suffix": "0" + own,
        **misread,
    }
    allowed = frozenset({400, 401, 403, 404})
    return [
        Probe(
            f"AUTH-4/{name}",
            "AUTH-4",
            f"our token on a path with another project_id: {name}",
            calls.post(body, project_id=project),
            allowed,
            ("forbidden", "unauthenticated"),
            implies=Implications(same_answer="REQ-16") if name in misread else NOTHING,
        )
        for name, project in projects.items()
    ]


def _other_project(calls: Calls) -> list[Probe]:
    body, second = calls.body(calls.documented), calls.target.second_project
    if second is None or second.token is None:
        return []
    theirs = calls.changed(plan_id=second.policy_id, parameters={}) if second.policy_id else body
    requests = {
        "their-token": ("another project's token", calls.post(body, token=second.token), True),
        "their-token-their-policy": (
            "another project's token, for its own policy",
            calls.post(theirs, token=second.token),
            False,
        ),
        "their-project": (
            "our token on another project's path",
            calls.post(theirs, project_id=second.project_id),
            True,
        ),
        "their-project-our-policy": (
            "our token and policy on another project's path",
            calls.post(body, project_id=second.project_id),
            False,
        ),
    }
    return [
        Probe(
            f"AUTH-4/{name}",
            "AUTH-4",
            what,
            request,
            _STRANGERS,
            ("forbidden", "unauthenticated"),
            on_kept_connection=kept,
        )
        for name, (what, request, kept) in requests.items()
    ]


def _read_only(calls: Calls) -> list[Probe]:
    token = calls.target.read_only_token
    if token is None:
        return []
    request = calls.post(calls.body(calls.documented), token=token)
    allowed = frozenset({403})
    return [
        Probe(
            "AUTH-5/read-only",
            "AUTH-5",
            "a token without the permission",
            request,
            allowed,
            ("forbidden",),
            on_kept_connection=True,
        )
    ]


def _before_validation(calls: Calls) -> list[Probe]:
    body = calls.body(calls.documented)
    requests = {
        "malformed-json": ("malformed JSON", calls.post(b"{", token=None)),
        "no-body": ("no body", calls.post(b"", token=None)),
        "empty-object": ("no checkpoint", calls.post({}, token=None)),
        "wrong-type": ("a wrong type", calls.post(calls.changed_parameters(auto_trigger="true"), token=None)),
        "no-plan": ("plan_id null", calls.post(calls.changed(plan_id=None), token=None)),
        "content-type": ("another content type", calls.post(body, token=None, content_type="text/plain")),
        "provider": (
            "another provider",
            calls.post(body, token=None, provider_id=calls.unknown_id("provider")),
        ),
        "policy": (
            "an unknown policy",
            calls.post(calls.changed(plan_id=calls.unknown_id("policy"), parameters={}), token=None),
        ),
        "unknown-token": ("malformed JSON and an unknown token", calls.post(b"{", token=UNKNOWN_TOKEN)),
    }
    if calls.target.expired_token:
        expired = calls.post(b"{", token=calls.target.expired_token)
        requests["expired-token"] = ("malformed JSON and an expired token", expired)
    # A server that looks up the policy before the caller refuses the callers of other projects alike.
    known = Implications(same_answer="AUTH-4")
    return [
        replace(
            _unauthorized("AUTH-6", name, f"no token and {what}", request),
            implies=known if name == "policy" else NOTHING,
            plain=False,
        )
        for name, (what, request) in requests.items()
    ]
