"""The parts of a server's URL, which is a template and need not be a valid URL (RFC 3986, appendix B)."""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Address", "address_of"]

_PARTS = re.compile(r"(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)


class Address(NamedTuple):
    """The parts of a URL, each of which may be empty."""

    scheme: str
    authority: str
    path: str
    query: str
    fragment: str

    def __str__(self) -> str:
        """Return the URL."""
        start = f"{self.scheme}:" if self.scheme else ""
        start += f"//{self.authority}" if self.authority else ""
        end = f"?{self.query}" if self.query else ""
        return start + self.path + end + (f"#{self.fragment}" if self.fragment else "")


def address_of(url: str) -> Address:
    """Return the parts of any text as a URL, also if its host is only a placeholder such as `[host]`."""
    match = _PARTS.fullmatch(url)
    assert match is not None  # every part is optional, and together they match any text
    return Address(*(part or "" for part in match.groups()))
