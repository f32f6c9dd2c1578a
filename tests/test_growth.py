"""How many statements derivatives have, order by order: growth is seen, and bounded."""

import itertools
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad


def formula(x):
    return np.sin(x) * x**3 + np.exp(-x)


def loop(x, n):
    s = 1.0
    for _ in range(n):
        s = s * np.sin(x) + x
    return s


def branch(x):
    y = x * x * np.cos(x) if x > 0 else x**3
    return y * x


def quotient(x):
    y = np.tanh(x)
    return y * y / (1.0 + x * x)


def helper(a, b):
    return a * np.sin(b)


def calls(x):
    return helper(x, helper(x, x * x))


# Statements of orders 1 to 4, as they are now: less is better, more must be meant.
COUNTS = {
    formula: ((1.3,), [2, 7, 10, 11]),
    loop: ((0.7, 3), [16, 42, 107, 272]),
    branch: ((1.2,), [14, 28, 52, 81]),
    quotient: ((0.4,), [9, 20, 41, 89]),
    calls: ((0.8,), [10, 22, 43, 82]),
}


def statements(source: str) -> int:
    lines = [line.strip() for line in source.splitlines()]
    skipped = ("#", "import", "from", "def", "return")
    return sum(1 for line in lines if line and not line.startswith(skipped))


@pytest.mark.parametrize("function", COUNTS)
def test_statements_per_order(function: Any) -> None:
    args, known = COUNTS[function]
    derivative, found = function, []
    for _ in range(4):
        derivative = ad.grad(derivative)
        found.append(statements(derivative.source_for(*args)))
    assert all(a <= b for a, b in zip(found, known, strict=True)), found
    # From order to order by less than 2.7; small ones begin with almost nothing.
    assert all(b <= 2.7 * max(a, 4) for a, b in itertools.pairwise(found)), found
