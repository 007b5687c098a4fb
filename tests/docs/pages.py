"""The pages of the documentation, and what is to be done with each of their blocks.

A comment above a block says what a reader knows without it:

    <!-- run: exit 1 -->                     the command ends with that code
    <!-- run: background -->                 it goes on while the next blocks are run
    <!-- run: by FILE -->                    that file runs the same program
    <!-- run: file NAME -->                  the block is the content of that file
    <!-- run: target NAME -->, waivers       the block is a target file, or waivers, and has to be valid
    <!-- run: given checkout -->             the page begins in a clone of the project
    <!-- run: given NAME of SERVER -->       the page begins with the target file of a running server
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
    """What the comments above it say."""

    def told(self, word: str) -> str | None:
        """Return what follows a word in the comments above, or None where it is not there."""
        return next(
            (each[len(word) :].strip(" ,") for each in self.said if each.split()[0].strip(",") == word), None
        )

    def program(self) -> str:
        """Return the first script, module or container file of the project that a command runs."""
        found: str = re.findall(r"\b(?:\w+/)+\w+\.py\b|(?<=-m )tests[\w.]+|Containerfile", self.text)[0]
        return found


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page in their order."""
    return [
        Block(
            language, re.sub(f"^{indent}", "", text, flags=re.MULTILINE), tuple(_DIRECTIVE.findall(comments))
        )
        for comments, indent, language, text in _BLOCK.findall(page.read_text(encoding="utf-8"))
    ]


def directives(page: Path, word: str) -> list[str]:
    """Return what follows a word in any comment of a page."""
    found = _DIRECTIVE.findall(page.read_text(encoding="utf-8"))
    return [each.removeprefix(word).strip() for each in found if each.split()[0] == word]


def architecture() -> str:
    """Return the source of the picture of the architecture."""
    (picture,) = (block.text for block in blocks(ROOT / "ARCHITECTURE.md") if block.language == "mermaid")
    return picture


def digest(text: str) -> str:
    """Return what tells a text from every other one."""
    return hashlib.sha256(text.encode()).hexdigest()
