"""The target: the server to verify, its fixtures, and its cost limits. A TOML file, strictly validated."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from checkpoint_openapi.configuration.description import REQUIRED, Entries, Key, Table, read
from checkpoint_openapi.configuration.file import ConfigurationFile, Place
from checkpoint_openapi.configuration.values import boolean, choice, text, whole_number
from checkpoint_openapi.load import Requirement

from checkpoint_conformance.target import values
from checkpoint_conformance.target.signer import Signer
from checkpoint_conformance.transport.endpoint import Endpoint, is_loopback
from checkpoint_conformance.transport.errors import EndpointError
from checkpoint_conformance.transport.tls import TlsSettings

__all__ = ["DEFAULT_PROVIDER", "DESCRIPTION", "Implementation", "SecondProject", "Target", "TargetError"]

DEFAULT_PROVIDER = "fc4d5750-22e7-4798-8a46-f48f62c4c1da"
"""The documented provider."""
_HINT = "`checkpoint-contract target init` writes a commented file."


class TargetError(Exception):
    """A target's certificates or proxy cannot be used; the message says what to do."""


@dataclass(frozen=True)
class SecondProject:
    """Another project on the same server, for AUTH-4 and NF-2."""

    project_id: str
    token: str | None = None
    policy_id: str | None = None


@dataclass(frozen=True)
class Implementation:
    """The implementation under test, as named in the report."""

    name: str = "unnamed"
    version: str = ""
    vendor: str = ""
    url: str = ""


@dataclass(frozen=True)
class Target:
    """A server under verification."""

    url: str
    project_id: str
    token: str
    policy_id: str
    resources: tuple[str, ...]
    """Ids of all resources of the policy."""
    provider_id: str = DEFAULT_PROVIDER
    max_creates: int = 100
    """The most checkpoints that a run may create."""
    timeout: float = 10.0
    """Seconds for a complete exchange (HTTP-1)."""
    patience: float = 60.0
    """Seconds that each request may wait in total for a running policy, a 503 or a 429 to pass."""
    settle_within: float = 0.0
    """Seconds until a checkpoint must have ended (OBS-3); 0: undeclared, so a long run is inconclusive."""
    network: str | None = None
    """Whether the network loses nothing ("reliable") or may ("unreliable"); None to go by the address."""
    connections: int = 4
    """The most connections on which independent requests travel at the same time."""
    rate: float = 0.0
    """The most requests per second; 0 means unlimited."""
    profiles: frozenset[str] = frozenset()
    expired_token: str | None = None
    read_only_token: str | None = None
    second_project: SecondProject | None = None
    implementation: Implementation = Implementation()
    resource_extra_info: str = "string"
    """A declared deviation: "object" if a resource's `extra_info` is a bare object."""
    tls: TlsSettings = field(default_factory=TlsSettings)
    proxy: str | None = None
    """The proxy URL, "" for no proxy, or None to use the environment."""
    headers: tuple[tuple[str, str], ...] = field(default=())
    """Additional headers for every request, such as a gateway's API key."""
    sign: Signer | None = None
    """The command that signs each request."""

    def declares(self, requirement: Requirement) -> bool:
        """Return whether the requirement applies: it is part of the core or of a declared profile."""
        return not {"core", *self.profiles}.isdisjoint(requirement.profile)

    @property
    def has_reliable_network(self) -> bool:
        """Whether a request that gets no response is the server's fault, and not the network's."""
        if self.network is not None:
            return self.network == "reliable"
        return is_loopback(urlsplit(self.url).hostname or "") and not self.proxy

    def endpoint(self) -> Endpoint:
        """Return the endpoint of the server. Raises TargetError if a certificate or the proxy is unusable."""
        try:
            return Endpoint(self.url, self.tls, self.proxy, self.sign.sign if self.sign else None)
        except OSError as error:
            raise TargetError(
                f"[tls] {error}. Name readable PEM files, and the passphrase of an encrypted key."
            ) from error
        except EndpointError as error:
            raise TargetError(str(error)) from error

    @classmethod
    def load(cls, path: Path, environment: Mapping[str, str] = os.environ) -> Target:
        """Read a target file. Raises `DocumentError` if it is invalid."""
        file = ConfigurationFile.load(path, environment=environment, hint=_HINT)
        return read(file, DESCRIPTION)._below(path.parent)

    @classmethod
    def from_table(
        cls,
        table: Mapping[str, Any],
        where: str = "target",
        environment: Mapping[str, str] = os.environ,
        folder: Path = Path(),
    ) -> Target:
        """Build a target from a parsed file, with file names relative to `folder`.

        Raises `DocumentError` if the file is invalid.
        """
        file = ConfigurationFile(where, table, environment, hint=_HINT, folder=folder)
        return read(file, DESCRIPTION)._below(folder)

    def _below(self, folder: Path) -> Target:
        """Return the target with its file names resolved against a folder."""
        names = {name: getattr(self.tls, name) for name in ("ca_file", "client_certificate", "client_key")}
        files = {name: folder / file for name, file in names.items() if file}
        sign = self.sign and replace(self.sign, folder=folder)
        return replace(self, tls=replace(self.tls, **files), sign=sign)


def _target(
    *,
    policy: dict[str, Any],
    fixtures: dict[str, Any],
    deviations: dict[str, Any],
    sign: tuple[str, ...] | None,
    **own: Any,
) -> Target:
    signer = Signer(sign) if sign else None
    plan = {"policy_id": policy["id"], "resources": policy["resources"]}
    return Target(**plan, **fixtures, **deviations, sign=signer, **own)


def _require_certificate(given: Mapping[str, Any], place: Place) -> None:
    """Reject a client key or its passphrase without a certificate: TLS would ignore it."""
    if (given["client_key"] or given["client_key_passphrase"]) and not given["client_certificate"]:
        place.key("client_certificate").refuse_missing()


def _require_difference(given: Mapping[str, Any], place: Place) -> None:
    """Reject a token or id that equals another from which it must differ, since it would show nothing."""
    fixtures, at = given["fixtures"], place.key("fixtures")
    second, other = fixtures["second_project"] or SecondProject(""), at.key("second_project")
    tokens = [(place.key("token"), given["token"])]
    tokens += [(at.key(name), fixtures[name]) for name in ("expired_token", "read_only_token")]
    tokens += [(other.key("token"), second.token)]
    projects = [(place.key("project_id"), given["project_id"]), (other.key("project_id"), second.project_id)]
    policies = [
        (place.key("policy").key("id"), given["policy"]["id"]),
        (other.key("policy_id"), second.policy_id),
    ]
    for group in (tokens, projects, policies):
        first: dict[Any, Place] = {}
        for here, value in group:
            if value and first.setdefault(value, here) is not here:
                here.refuse(f"{here} must differ from {first[value]}: give another value, or remove it.")


_SERVER: dict[str, Key | Entries] = {
    "url": Key(values.url, help="the origin and an optional prefix; `/v1/...` is appended"),
    "project_id": Key(values.identifier, help="the project of the token"),
    "provider_id": Key(values.identifier, DEFAULT_PROVIDER, "the documented provider"),
    "token": Key(values.token, help="a token of the project that may execute the policy"),
    "proxy": Key(values.proxy, None, 'the URL of a proxy; `""` for none', "the environment's"),
    "headers": Entries(values.header, "additional headers for every request; their values count as secrets"),
    "sign": Key(
        values.command,
        None,
        "a command that signs each request: see [signatures](../recipes/gateway.md#signatures)",
    ),
    "profiles": Key(
        values.profiles,
        frozenset[str](),
        f"what the server supports beyond core: {', '.join(f'`{name}`' for name in values.PROFILES)}",
        "`[]`",
    ),
}
_COST: dict[str, Key] = {
    "max_creates": Key(
        whole_number("a whole number above 0", 1),
        Target.max_creates,
        "hard limit on the checkpoints that a run creates",
    ),
    "timeout": Key(values.seconds, Target.timeout, "seconds for a complete exchange (HTTP-1)"),
    "patience": Key(
        values.not_negative,
        Target.patience,
        "seconds that each request may wait for a running policy, a 503 or a 429 to pass",
    ),
    "settle_within": Key(
        values.not_negative,
        Target.settle_within,
        "seconds within which a backup must end (OBS-3); 0: one that takes long is inconclusive",
    ),
    "network": Key(
        choice("reliable", "unreliable"),
        None,
        '`"unreliable"`: a lost request is a failure only if it is lost every time',
        '`"reliable"` on this machine, else `"unreliable"`',
    ),
    "connections": Key(
        whole_number("a whole number from 1 to 16", 1, 16),
        Target.connections,
        "maximum number of parallel connections; 1 with the profile `conflict`",
    ),
    "rate": Key(values.not_negative, Target.rate, "maximum number of requests per second; 0: unlimited"),
}
_POLICY = Table(
    {
        "id": Key(values.uuid, help="the policy to execute"),
        "resources": Key(values.resources, help="the ids of **all** its resources; use at least two"),
    },
    dict[str, Any],
    default=REQUIRED,
)
_SECOND_PROJECT = Table(
    {
        "project_id": Key(values.identifier, help="another project on the same server"),
        "token": Key(values.token, None, "AUTH-4: a token of that project"),
        "policy_id": Key(values.uuid, None, "NF-2: a policy of that project; it is executed once"),
    },
    SecondProject,
    default=None,
    help="Another project on the same server, for AUTH-4 and NF-2.",
)
_FIXTURES = Table(
    {
        "expired_token": Key(values.token, None, "AUTH-3: a token of the project that has expired"),
        "read_only_token": Key(values.token, None, "AUTH-5: a token that may list, but not execute a policy"),
        "second_project": _SECOND_PROJECT,
    },
    dict[str, Any],
    help="What only you can supply. Without one, its requirement is skipped, and the verdict is partial.",
)
_IMPLEMENTATION = Table(
    {
        "name": Key(text, Implementation.name, "the name of the implementation"),
        "version": Key(text, Implementation.version, "its version"),
        "vendor": Key(text, Implementation.vendor, "who makes it"),
        "url": Key(text, Implementation.url, "where to read about it"),
    },
    Implementation,
    help="The name of the server in reports.",
)
_DEVIATIONS = Table(
    {
        "resource_extra_info": Key(
            choice("string", "object"),
            Target.resource_extra_info,
            '`"object"` if a resource\'s `extra_info` is a bare object',
        )
    },
    dict[str, Any],
)
_TLS = Table(
    {
        "verify": Key(boolean, default=True, help="false: trust any certificate"),
        "ca_file": Key(values.path, None, "the certificate of a private authority", "the system's"),
        "client_certificate": Key(values.path, None, "the certificate to present to the server"),
        "client_key": Key(values.path, None, "the key of that certificate"),
        "client_key_passphrase": Key(values.passphrase, None, "the passphrase of an encrypted key"),
    },
    TlsSettings,
    _require_certificate,
)

DESCRIPTION = Table(
    {
        **_SERVER,
        **_COST,
        "policy": _POLICY,
        "fixtures": _FIXTURES,
        "implementation": _IMPLEMENTATION,
        "deviations": _DEVIATIONS,
        "tls": _TLS,
    },
    _target,
    _require_difference,
)
"""The keys that a target file may contain."""
