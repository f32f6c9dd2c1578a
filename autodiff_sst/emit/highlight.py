"""Source as terminals and notebooks show it: in colours, if Pygments is there (extra `show`)."""

from __future__ import annotations

import html
import importlib.util
from typing import Any


def for_terminal(text: str) -> str:
    return _coloured(text, "TerminalFormatter") or text


def for_notebook(text: str) -> str:
    coloured = _coloured(text, "HtmlFormatter", noclasses=True)
    return coloured or f"<pre>{html.escape(text)}</pre>"


def _coloured(text: str, formatter: str, **options: Any) -> str | None:
    if not importlib.util.find_spec("pygments"):
        return None
    from pygments import formatters, highlight
    from pygments.lexers import PythonLexer

    made: str = highlight(text, PythonLexer(), getattr(formatters, formatter)(**options))
    return made
