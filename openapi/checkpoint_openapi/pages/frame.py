"""The frame of a page: its head with a strict policy, the shared style and script, a place for the content.

A page is one self-contained file. Its Jinja template extends `frame.html.j2` and may import the macros of
`parts.html.j2`. The policy admits the style and the script of the frame by their hashes, so a page uses
neither style attributes nor scripts of its own.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

__all__ = ["page_template"]

_FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True)
class _Frame:
    """The text of the style and the script, and the policy that admits them alone."""

    style: Markup
    script: Markup

    @property
    def policy(self) -> str:
        """The content security policy (CSP level 3): nothing is loaded, sent or run but what stands here."""
        style, script = map(_hash, (self.style, self.script))
        return (
            f"default-src 'none'; style-src '{style}'; script-src '{script}'; img-src data:; "
            "base-uri 'none'; form-action 'none'"
        )


def page_template(
    page: Path,
    styles: Iterable[Path] = (),
    filters: Mapping[str, Any] | None = None,
    translate: Callable[..., str] | None = None,
) -> Template:
    """Return the template of a page; its `styles` follow the shared one.

    `translate` takes a text and the values of its named places. Templates call it as `tr`, the frame too. By
    default, texts stay in English.
    """
    environment = Environment(
        loader=FileSystemLoader([page.parent, _FOLDER]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    tr = translate or _in_english
    environment.filters.update({"tr": tr, **(filters or {})})
    frame = _Frame(_text(_FOLDER / "frame.css", *styles), _text(_FOLDER / "frame.js"))
    return environment.get_template(page.name, globals={"tr": tr, "frame": frame})


def _in_english(text: str, **values: object) -> str:
    return text.format(**values) if values else text


def _text(*files: Path) -> Markup:
    joined = "".join(file.read_text(encoding="utf-8") for file in files)
    return Markup(joined)  # noqa: S704 - the text of this package's own files


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
