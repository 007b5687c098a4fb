"""The page as HTML: one self-contained file, or its changing parts for the live preview."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from checkpoint_openapi import __version__
from checkpoint_openapi.docs.content.catalogues import inline
from checkpoint_openapi.docs.content.listing import anchor

if TYPE_CHECKING:
    from checkpoint_openapi.docs.content.contract import Content
    from checkpoint_openapi.docs.preview import Build
    from checkpoint_openapi.document.source import Position

__all__ = ["ASSETS", "asset", "render_page"]

ASSETS = {
    "swagger-ui-bundle.js": ("swagger-ui/swagger-ui-bundle.js", "text/javascript"),
    "swagger-ui.css": ("swagger-ui/swagger-ui.css", "text/css"),
    "page.css": ("page.css", "text/css"),
    "page.js": ("page.js", "text/javascript"),
}
"""File and media type of each asset, by the name under which the preview serves it."""

_FOLDER = Path(__file__).resolve().parent / "assets"
_SOURCE_MAP = re.compile(r"/[/*]# sourceMappingURL=\S+( \*/|\*/)?")
# An HTML parser ends a script at anything that looks like its end tag, and misses the end after these two.
_ENDANGERED = re.compile(r"<(?=/script|script|!--)", re.IGNORECASE)
# The page cannot reach a network even if a part of it tried to.
_POLICY = (
    "default-src 'none'; script-src {script}; style-src {style} 'unsafe-inline'; "
    "img-src data:; font-src data:; connect-src {connect}; base-uri 'none'; form-action 'none'"
)


def render_page(content: Content | None, build: Build | None = None, server: str | None = None) -> str:
    """Return the page of a contract.

    `server` is the URL of a server that the page may call. That server must allow the page's origin (CORS),
    which is `null` for a page opened as a file.

    Without a preview build, the page is one self-contained file. With one, it refers to the assets of the
    preview's server and shows the state of the document; `content` is None until there is a good version.
    """
    live = build is not None
    policy = (
        _POLICY.format(script="'self' 'unsafe-inline'", style="'self'", connect="'self'")
        if live
        else _POLICY.format(script="'unsafe-inline'", style="", connect=server or "'none'")
    )
    document = dict(content.document) if content else {}
    if server is not None:
        document["servers"] = [{"url": server}]
    return _template().render(
        content=content,
        build=build,
        policy=policy,
        document=_json(document),
        callable=live or server is not None,
        assets={} if live else {name: _inline(name) for name in ASSETS},
        anchor_of=_anchor_of,
        program=f"checkpoint-contract {__version__}",
    )


@cache
def asset(name: str) -> str:
    """Return the text of an asset; raises `KeyError` for an unknown name."""
    text = (_FOLDER / ASSETS[name][0]).read_text(encoding="utf-8")
    return _SOURCE_MAP.sub("", text)


def _inline(name: str) -> Markup:
    """Return an asset made safe inside its element; in strings and expressions `\\x3c` is `<`."""
    text = asset(name)
    if name.endswith(".js"):
        text = _ENDANGERED.sub(r"\\x3c", text)
    return Markup(text)  # noqa: S704 - the text of this package's own files


def _json(value: object) -> Markup:
    """Return JSON that is safe inside a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - no tag can begin without the sign


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["pretty"] = _pretty
    environment.filters["inline"] = inline
    return environment.get_template("page.html.jinja")


def _pretty(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


def _anchor_of(position: Position) -> str:
    """Return the anchor of a finding's line."""
    return anchor(Path(position.file).name, position.line)
