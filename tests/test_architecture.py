"""`docs/ARCHITECTURE.md` takes one loop through every pass; here it is rendered anew."""

from pathlib import Path

import numpy as np
import pytest

from autodiff_sst.__main__ import program_after
from autodiff_sst.derivative import Derivative

PAGE = Path(__file__).parent.parent / "docs" / "ARCHITECTURE.md"
START, END = "<!-- passes -->\n", "\n## What is weaker"


def f(x, n):
    s = 1.0
    for i in range(n):  # noqa: B007
        s = np.sin(s) * x
    return s


def rendered() -> str:
    derivative = Derivative(f, "grad", 0)
    parts = []
    for name, words in [
        ("lower", "becomes, lowered:"),
        ("reverse", "With its backward sweep (`reverse`), for a float `x`:"),
        ("drop_copies", "After the passes of `optimize`, the last of which is `drop_copies`:"),
    ]:
        text = program_after(derivative, name, (0.5, 3))
        parts.append(f"{words}\n\n```\n{text}```\n")
    source = derivative.source_for(0.5, 3)
    parts.append(f"And printed:\n\n```python\n{source}```\n")
    return "\n".join(parts)


def test_the_page_shows_what_the_passes_make(request: pytest.FixtureRequest) -> None:
    page = PAGE.read_text()
    head, rest = page.split(START)
    expected = f"{head}{START}\n{rendered()}{END}{rest.split(END)[1]}"
    if request.config.getoption("--update-golden"):
        PAGE.write_text(expected)
    assert PAGE.read_text() == expected
