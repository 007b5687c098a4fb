"""The target: which server is verified, with what fixtures, at what cost. A TOML file, read strictly."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from checkpoint_conformance.data import as_list, as_object
from checkpoint_conformance.transport.endpoint import Endpoint, EndpointError, TlsSettings

__all__ = ["DEFAULT_PROVIDER", "PROFILES", "Implementation", "SecondProject", "Target", "TargetError"]

DEFAULT_PROVIDER = "fc4d5750-22e7-4798-8a46-f48f62c4c1da"
"""The documented provider."""
PROFILES = ("discovery", "observation", "deletion", "conflict")
"""What a target may declare beyond `core`."""
_TOKEN = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")

_OWN_HEADERS = frozenset(
    {"connection", "content-length", "content-type", "host", "transfer-encoding", "x-auth-token"}
)


class TargetError(Exception):
    """The target file cannot be used; the message says what, where and what to do."""


@dataclass(frozen=True)
class SecondProject:
    """Another project on the same server, for AUTH-4 and NF-2."""

    project_id: str
    token: str | None = None
    policy_id: str | None = None


@dataclass(frozen=True)
class Implementation:
    """Whose server it is, as the report names it."""

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
    """Seconds for a whole exchange (HTTP-1)."""
    patience: float = 60.0
    """Seconds to wait in all for a running policy, a 503 or a 429 to pass, for each request."""
    settle_within: float = 0.0
    """Seconds after which a checkpoint has ended (OBS-3); 0: not declared, so a long run is inconclusive."""
    rate: float = 0.0
    """Requests a second at the most; 0 means unlimited."""
    profiles: frozenset[str] = frozenset()
    expired_token: str | None = None
    read_only_token: str | None = None
    second_project: SecondProject | None = None
    implementation: Implementation = Implementation()
    resource_extra_info: str = "string"
    """Declared deviation: "object" where a resource's `extra_info` is a bare object."""
    tls: TlsSettings = field(default_factory=TlsSettings)
    proxy: str | None = None
    """A proxy's URL, "" for none, or None for the environment's."""
    headers: tuple[tuple[str, str], ...] = field(default=())
    """Further header fields that every request carries, such as a gateway's API key."""

    def endpoint(self) -> Endpoint:
        """Return the way to the server. Raises TargetError where a certificate file or proxy is of no use."""
        try:
            return Endpoint(self.url, self.tls, self.proxy)
        except OSError as error:
            raise TargetError(f"[tls] {error}. Name readable PEM files.") from error
        except EndpointError as error:
            raise TargetError(f'{error}. Set `proxy`, or proxy = "" for none.') from error

    @classmethod
    def load(cls, path: Path, environment: Mapping[str, str] = os.environ) -> Target:
        """Read a target file. Raises TargetError."""
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise TargetError(
                f"{path}: {error.strerror}. Write one with `checkpoint-contract target init`."
            ) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise TargetError(f"{path}: not a TOML file: {error}.") from error
        return cls.from_table(table, str(path), environment, path.parent)

    @classmethod
    def from_table(
        cls,
        table: Mapping[str, Any],
        where: str = "target",
        environment: Mapping[str, str] = os.environ,
        folder: Path = Path(),
    ) -> Target:
        """Build a target from a parsed file, file names being relative to `folder`. Raises TargetError."""
        root = _Section(table, where, "", environment, folder)
        policy = root.section("policy", required=True)
        fixtures = root.section("fixtures")
        implementation = root.section("implementation")
        deviations = root.section("deviations")
        second = fixtures.section("second_project")
        target = cls(
            url=root.get("url", _url),
            project_id=root.get("project_id", _identifier),
            token=root.get("token", _token),
            policy_id=policy.get("id", _uuid),
            resources=policy.get("resources", _resources),
            provider_id=root.get("provider_id", _identifier, DEFAULT_PROVIDER),
            max_creates=root.get("max_creates", _positive_int, cls.max_creates),
            timeout=root.get("timeout", _positive, cls.timeout),
            patience=root.get("patience", _not_negative, cls.patience),
            settle_within=root.get("settle_within", _not_negative, cls.settle_within),
            rate=root.get("rate", _not_negative, cls.rate),
            profiles=root.get("profiles", _profiles, frozenset[str]()),
            expired_token=fixtures.get("expired_token", _token, None),
            read_only_token=fixtures.get("read_only_token", _token, None),
            second_project=_second_project(second) if second.given else None,
            implementation=Implementation(
                **{
                    name: implementation.get(name, _text, getattr(Implementation, name))
                    for name in ("name", "version", "vendor", "url")
                }
            ),
            resource_extra_info=deviations.get("resource_extra_info", _extra_info_form, "string"),
            tls=_tls(root.section("tls")),
            proxy=root.get("proxy", _proxy, None),
            headers=_headers(root.section("headers")),
        )
        for section in (root, policy, fixtures, second, implementation, deviations):
            section.refuse_unknown()
        return target


_REQUIRED: Any = object()


class _Invalid(Exception):
    """A value is not what its key takes; the message says what it takes."""


class _Section:
    """One table of the file: reads its keys, and knows which were never asked for."""

    def __init__(
        self, table: Mapping[str, Any], where: str, name: str, environment: Mapping[str, str], folder: Path
    ) -> None:
        self._table = table
        self._where = where
        self._name = name
        self._environment = environment
        self.folder = folder
        self._asked: list[str] = []

    @property
    def given(self) -> bool:
        return bool(self._table)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._table)

    def section(self, name: str, *, required: bool = False) -> _Section:
        self._asked.append(name)
        table = self._table.get(name, _REQUIRED if required else {})
        path = f"{self._name}.{name}" if self._name else name
        if table is _REQUIRED:
            raise TargetError(f"{self._where}: the table [{path}] is missing. Add it.")
        members = as_object(table)
        if members is None:
            raise TargetError(f"{self._where}: {path} takes a table. Write it as [{path}].")
        return _Section(members, self._where, path, self._environment, self.folder)

    def get(self, key: str, convert: Callable[[Any], Any], default: Any = _REQUIRED) -> Any:
        self._asked.append(key)
        value = self._table.get(key, default)
        path = f"{self._name}.{key}" if self._name else key
        if value is _REQUIRED:
            if misspelled := difflib.get_close_matches(key, set(self._table) - set(self._asked), 1):
                raise self._unknown(misspelled[0])
            raise TargetError(
                f"{self._where}: {path} is missing. Add it; `target init` writes a commented file."
            )
        if value is default:
            return default
        try:
            return convert(self._resolve(value))
        except _Invalid as error:
            raise TargetError(f"{self._where}: {path} takes {error}.") from error

    def _resolve(self, value: Any) -> Any:
        """Replace `{ env = "NAME" }` by the variable's value."""
        variable = as_object(value)
        if variable is None or set(variable) != {"env"}:
            return value
        name = variable["env"]
        if not isinstance(name, str) or not self._environment.get(name):
            raise _Invalid(f"an environment variable that is set, but {name} is not; set it")
        return self._environment[name]

    def refuse_unknown(self) -> None:
        for key in self._table:
            if key not in self._asked:
                raise self._unknown(key)

    def _unknown(self, key: str) -> TargetError:
        near = difflib.get_close_matches(key, self._asked, 1)
        hint = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(sorted(self._asked))}."
        place = f" in [{self._name}]" if self._name else ""
        return TargetError(f"{self._where}: unknown key {key!r}{place}. {hint}")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _Invalid("a string")
    return value


def _url(value: Any) -> str:
    if (
        not _is_url(_text(value), "http", "https")
        or re.search("[?#]", value)
        or urlsplit(str(value)).username is not None
    ):
        raise _Invalid("an http or https URL with no query, such as https://csbs.example.com")
    return str(value).rstrip("/")


def _is_url(value: str, *schemes: str) -> bool:
    """Whether it is a URL of printable ASCII, with a host and a port that there may be."""
    try:
        parts = urlsplit(value)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0 and _is_visible(value)
    except ValueError:
        return False


def _is_visible(value: str) -> bool:
    return bool(re.fullmatch(r"[\x21-\x7e]+", value))


def _identifier(value: Any) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._~-]+", _text(value)):
        raise _Invalid("an id of letters, digits and hyphens")
    return str(value)


def _uuid(value: Any) -> str:
    if not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", _text(value)):
        raise _Invalid("a hyphenated lower-case UUID")
    return str(value)


def _token(value: Any) -> str:
    if not _TOKEN.fullmatch(_text(value)):
        raise _Invalid('a token of printable ASCII, or { env = "NAME" }')
    return str(value)


def _resources(value: Any) -> tuple[str, ...]:
    items = as_list(value)
    if not items or not all(isinstance(item, str) and item for item in items):
        raise _Invalid("a list of at least one resource id")
    if len(set(items)) != len(items):
        raise _Invalid("a list in which no resource id stands twice")
    return tuple(items)


def _positive(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 86400:
        raise _Invalid("a number of seconds above 0")
    return float(value)


def _not_negative(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 86400:
        raise _Invalid("a number, 0 or more")
    return float(value)


def _positive_int(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise _Invalid("a whole number above 0")
    return value


def _profiles(value: Any) -> frozenset[str]:
    listed = as_list(value)
    names: list[Any] = [value] if listed is None else listed
    unknown = [name for name in names if name not in (*PROFILES, "core")]
    if unknown:
        raise _Invalid(f"a list out of {', '.join(PROFILES)}, not {unknown[0]!r}")
    return frozenset(names) - {"core"}


def _extra_info_form(value: Any) -> str:
    if value not in ("string", "object"):
        raise _Invalid('"string" or "object"')
    return str(value)


def _proxy(value: Any) -> str:
    if value != "" and not _is_url(_text(value), "http"):
        raise _Invalid('an http:// URL of a proxy, or "" for none')
    return _text(value)


def _headers(section: _Section) -> tuple[tuple[str, str], ...]:
    return tuple((name, section.get(name, partial(_header, name))) for name in section.names)


def _header(name: str, value: Any) -> str:
    if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name):
        raise _Invalid("the name of a header field as its key")
    if name.lower() in _OWN_HEADERS:
        raise _Invalid("no value: the suite sets this field itself")
    if not _TOKEN.fullmatch(_text(value)):
        raise _Invalid('a value of printable ASCII, or { env = "NAME" }')
    return str(value)


def _second_project(section: _Section) -> SecondProject:
    return SecondProject(
        project_id=section.get("project_id", _identifier),
        token=section.get("token", _token, None),
        policy_id=section.get("policy_id", _uuid, None),
    )


def _tls(section: _Section) -> TlsSettings:
    def boolean(value: Any) -> bool:
        if not isinstance(value, bool):
            raise _Invalid("true or false")
        return value

    def file(value: Any) -> Path:
        return section.folder / _text(value)

    settings = TlsSettings(
        verify=section.get("verify", boolean, True),
        ca_file=section.get("ca_file", file, None),
        client_certificate=section.get("client_certificate", file, None),
        client_key=section.get("client_key", file, None),
    )
    section.refuse_unknown()
    if settings.client_key and not settings.client_certificate:
        section.get("client_certificate", file)
    return settings
