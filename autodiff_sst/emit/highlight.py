"""Source as terminals and notebooks show it: in colours, if Pygments is there (extra `show`)."""

from __future__ import annotations

import html
import importlib.util


def for_terminal(text: str) -> str:
    if not importlib.util.find_spec("pygments"):
        return text
    from pygments import highlight
    from pygments.formatters import TerminalFormatter
    from pygments.lexers import PythonLexer

    coloured: str = highlight(text, PythonLexer(), TerminalFormatter())
    return coloured


def for_notebook(text: str) -> str:
    if not importlib.util.find_spec("pygments"):
        return f"<pre>{html.escape(text)}</pre>"
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    coloured: str = highlight(text, PythonLexer(), HtmlFormatter(noclasses=True))
    return coloured
