"""The contract's data, wherever it is: beside this package in a checkout, inside it in a wheel."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from checkpoint_openapi.document.source import DocumentError, parse_with_positions, read_text

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "Condition",
    "ErrorCatalogue",
    "Requirement",
    "advisory",
    "data_path",
    "document",
    "errors",
    "requirements",
]

_HERE = Path(__file__).resolve().parent
_FOLDERS = (_HERE.parent, _HERE / "data")
_Record = TypeVar("_Record", "Requirement", "Condition")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement of the catalogue; `requirements.yaml` explains the members."""

    id: str
    level: Literal["MUST", "SHOULD"]
    text: str
    clause: str
    """`<file>#<JSON pointer>`, relative to the folder of the data."""
    basis: tuple[Literal["S", "P", "A"], ...]
    profile: tuple[Literal["core", "discovery", "observation", "deletion", "conflict"], ...]
    """What a server must declare for it to apply, apart from `core`; one of several suffices."""
    needs: Literal["expired_token", "second_project", "read_only_token"] | None
    status: Literal["active", "withdrawn"]
    since: str
    not_tested: str | None

    @property
    def profile_names(self) -> str:
        """The names of its profiles, joined by commas."""
        return ", ".join(self.profile)


@dataclass(frozen=True, slots=True)
class Condition:
    """The cause of an error, the status and code of the response, and the operations that return it."""

    id: str
    status: int
    code: str
    text: str
    """What is the case, for readers of the contract."""
    message: str
    """The `error_msg` that the reference server sends, for users."""
    label: Literal["S", "P", "A"]
    operations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ErrorCatalogue:
    """The content of `errors.yaml`."""

    published: frozenset[tuple[int, str]]
    gateway_pattern: str
    """A regular expression: the gateway may send any matching code with any status."""
    conditions: dict[str, Condition]


def data_path(name: str) -> Path:
    """Return the path of a file or folder of the contract, such as `checkpoint.yaml` or `released`.

    Raises `FileNotFoundError` if neither the checkout nor the wheel contains it.
    """
    for folder in _FOLDERS:
        if (folder / name).exists():
            return folder / name
    searched = " and ".join(str(folder) for folder in _FOLDERS)
    raise FileNotFoundError(
        f"The contract's file {name!r} is missing: searched {searched}. Install the package again."
    )


def document(name: str = "checkpoint.yaml") -> dict[str, Any]:
    """Return a YAML file of the contract as plain data: a new copy of its current content.

    Raises `FileNotFoundError` as `data_path` does, and `DocumentError` if the file is not a YAML mapping.
    """
    path = data_path(name)
    return copy.deepcopy(_parsed(read_text(path), str(path)))


@lru_cache(maxsize=16)
def _parsed(text: str, file: str) -> dict[str, Any]:
    return parse_with_positions(text, file).document


@cache
def requirements() -> tuple[Requirement, ...]:
    """Return the requirements in catalogue order; raises like `document`."""
    return tuple(_records("requirements.yaml", "requirements", Requirement))


@cache
def advisory() -> frozenset[str]:
    """Return the ids of the requirements that are a SHOULD; raises like `document`."""
    return frozenset(requirement.id for requirement in requirements() if requirement.level == "SHOULD")


@cache
def errors() -> ErrorCatalogue:
    """Return the error catalogue; raises like `document`."""
    data = document("errors.yaml")
    try:
        published = frozenset((int(entry["status"]), str(entry["code"])) for entry in data["published"])
        pattern = str(data["gateway_pattern"])
    except (KeyError, TypeError, ValueError) as error:
        raise _broken(
            "errors.yaml", f"`published` or `gateway_pattern` is missing or malformed ({error!r})"
        ) from error
    conditions = _records("errors.yaml", "conditions", Condition)
    return ErrorCatalogue(published, pattern, {condition.id: condition for condition in conditions})


def _records(name: str, member: str, record: Callable[..., _Record]) -> list[_Record]:
    """Build the records of one list in a data file, converting lists to tuples."""
    built: list[_Record] = []
    entries: list[dict[str, Any]] = document(name).get(member) or []
    for number, entry in enumerate(entries):
        try:
            built.append(record(**{key: _frozen(value) for key, value in entry.items()}))
        except (AttributeError, TypeError) as error:
            raise _broken(name, f"`{member}[{number}]` is malformed ({error})") from error
    if len({entry.id for entry in built}) != len(built) or not built:
        raise _broken(name, f"`{member}` is empty or has an id twice")
    return built


def _frozen(value: Any) -> Any:
    return tuple(cast("list[object]", value)) if isinstance(value, list) else value


def _broken(name: str, what: str) -> DocumentError:
    return DocumentError(f"{what}. Fix the file or install the package again.", str(data_path(name)))
