"""The contract as a readable page: a file that needs no network, or a live preview."""

from __future__ import annotations

from checkpoint_openapi.docs.content.contract import Content, read_content
from checkpoint_openapi.docs.page import render_page

__all__ = ["Content", "read_content", "render_page"]
