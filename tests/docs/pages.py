"""The pages of the documentation, and how to run each of their blocks.

A comment above a block states what a human reader does not need to be told:

    <!-- run: exit 1 -->                     the command ends with that code
    <!-- run: background -->                 the command keeps running during the next blocks
    <!-- run: by FILE -->                    this file runs the same program
    <!-- run: file NAME -->                  the block is the content of this file
    <!-- run: target NAME -->, waivers       the block is a target file, or waivers, and must be valid
    <!-- run: given checkout -->             the page starts in a clone of the project
    <!-- run: given NAME of SERVER -->       the page starts with the target file of a running server
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PAGES", "ROOT", "Block", "architecture", "blocks", "digest", "directives"]

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("changes/README.md"), *(ROOT / "docs").rglob("*.md")])
_DIRECTIVE = re.compile(r"<!-- run: (.+?) -->")
_BLOCK = re.compile(r"((?:^ *<!-- run: .+? -->\n)*)^( *)```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    language: str
    text: str
    said: tuple[str, ...]
    """The directives in the comments above it."""

    def told(self, word: str) -> str | None:
        """Return the text after a word in the directives, or None if the word is missing."""
        return next(
            (each[len(word) :].strip(" ,") for each in self.said if each.split()[0].strip(",") == word), None
        )

    def program(self) -> str:
        """Return the first script, module or container file of the project that a command runs."""
        found: str = re.findall(r"\b(?:\w+/)+\w+\.py\b|(?<=-m )tests[\w.]+|Containerfile", self.text)[0]
        return found


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page in order."""
    return [
        Block(
            language, re.sub(f"^{indent}", "", text, flags=re.MULTILINE), tuple(_DIRECTIVE.findall(comments))
        )
        for comments, indent, language, text in _BLOCK.findall(page.read_text(encoding="utf-8"))
    ]


def directives(page: Path, word: str) -> list[str]:
    """Return the text after a word in each of a page's directives."""
    found = _DIRECTIVE.findall(page.read_text(encoding="utf-8"))
    return [each.removeprefix(word).strip() for each in found if each.split()[0] == word]


def architecture() -> str:
    """Return the source of the architecture diagram."""
    (picture,) = (block.text for block in blocks(ROOT / "ARCHITECTURE.md") if block.language == "mermaid")
    return picture


def digest(text: str) -> str:
    """Return the SHA-256 of a text in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
