"""Generate the page for authors of clients from the table of what real clients do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
import yaml
from generated_markdown import MADE

__all__ = ["client_page"]

_TABLE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "clients.yaml"
_TEMPLATE = Path(__file__).with_suffix(".md.jinja")


def client_page() -> str:
    """Return the page."""
    table: dict[str, Any] = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))
    template = jinja2.Template(
        _TEMPLATE.read_text(encoding="utf-8"),
        trim_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    return template.render(table, note=MADE)
