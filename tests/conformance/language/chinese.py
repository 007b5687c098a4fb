"""What is left in English when a text is told in Chinese."""

from __future__ import annotations

import re
from typing import Any

import yaml
from checkpoint_conformance import language
from checkpoint_conformance.checks.success import KNOWN_STATUSES

__all__ = ["HAN", "ZH", "english", "of_yaml", "spaced", "untranslated"]

ZH = language.catalogue("zh")
HAN = re.compile(r"[\u4e00-\u9fff]")
_QUOTED = re.compile(r"`[^`]*`|'[^']*'|\"[^\"]*\"|“[^”]*”")
_CUT = re.compile(r"[\[{].* \.\.\. .*[\]}]|[\[{].*\.\.\.$")
"""A JSON value whose middle or end is left out: its quotation marks need not pair."""
_CODE = re.compile(r"\{\w+\}|\S*[\d_/=@\\§{}\[\]<>*-]\S*|\w+(?:\.\w+)+")
"""Names, values and ids, which stay as they are."""
_WORD = re.compile(r"\b[A-Za-z][a-z]+\b")


def of_yaml(text: str) -> Any:
    """Return what YAML text says, read by the parser in C."""
    return yaml.load(text, yaml.CSafeLoader)


def _plain(text: str) -> str:
    """Return a text without what stays as it is."""
    return _CODE.sub(" ", _QUOTED.sub(" ", _CUT.sub(" ", text)))


def _words(text: str) -> list[str]:
    """Return the words of a text, whatever letter they begin with."""
    return [word.lower() for word in _WORD.findall(text)]


_TERMS = {word for told in ZH.values() for word in _words(told)}
_TERMS |= {*KNOWN_STATUSES, "backup", "plan", "policies"}
"""Words that Chinese readers see in Latin letters."""
_ENGLISH = {word for text in ZH for word in _words(_plain(text))} - _TERMS
"""Words of the suite's own sentences."""
_CLOSE = re.compile(
    r"[\u4e00-\u9fff](?=[A-Za-z0-9`{])|[A-Za-z0-9`}%](?=[\u4e00-\u9fff])|[\u4e00-\u9fff][,;:!?()]|[,;:!?(][\u4e00-\u9fff]"
)


def english(told: str) -> set[str]:
    """Return the words of the suite's own English sentences in a text, without names and values."""
    return {word for word in _words(_plain(told)) if word in _ENGLISH}


def untranslated(text: str) -> set[str]:
    """Return the English words that are left of a text of the suite in Chinese."""
    with language.speaking("zh"):
        told = language.retold(text)
    left = english(told)
    if left or HAN.search(told):
        return left
    return {text} if len(_words(_plain(text))) > 1 else left


def spaced(told: str) -> list[str]:
    """Return the places of a translation that Chinese readers would space or punctuate otherwise."""
    return [told[max(0, match.start() - 5) : match.end() + 5] for match in _CLOSE.finditer(told)]
