from typing import Any

import numpy as np
import pytest

from autodiff_sst.optimize.algebra import simplify_algebra
from tests.passes import check_pass, with_facts


def check(before: str, after: str, **arguments: Any) -> None:
    check_pass(with_facts(simplify_algebra, arguments), before, after, **arguments)


@pytest.mark.parametrize("x", [0.3, np.array([1.0, -0.0]), np.float32(2)])
def test_neutral_elements_and_signs(x: Any) -> None:
    check("y = 1.0 * x; z = y / 1; return z", "y = x; z = x; return z", x=x)
    two = 2.0 if isinstance(x, float) else 2
    check("y = -x; z = -y; w = x - y; return w", f"y = -x; z = x; w = {two} * x; return w", x=x)
    check("y = x * -1.0; z = y + x; return z", "y = -x; z = x - x; return z", x=x)


def test_literals_meet() -> None:
    check("y = 1.0 * 2; w = x * y; return w", "y = 2.0; w = x * 2.0; return w", x=1)


@pytest.mark.parametrize(
    "body", ["x * 0.0", "x + 0.0", "0.0 - x", "1.0 * x", "x / 1", "0.0 ** x", "x * True"]
)
def test_what_changes_a_value_or_a_type_stays(body: str) -> None:
    check(f"y = {body}; return y", f"y = {body}; return y", x=-0 if "1" in body else np.nan)
