"""Loops over what `itertools` and `np.ndindex` make."""

import itertools
from itertools import product
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad

X = np.array([0.3, -0.5, 0.7, 1.1])


def pairs(x):
    s = 0.0
    for i, j in itertools.combinations(range(len(x)), 2):
        s += x[i] * x[j] ** 2
    for a, b, c in itertools.combinations(x, 3):
        if a > 1.0:
            continue
        s = s * 0.9 + a * b * c
    return s


def with_replacement(x):
    return sum(a * b * b for a, b in itertools.combinations_with_replacement(x, 2))


def grids(x):
    s = 0.0
    for i, j in np.ndindex(2, 2):
        s += x[i] * x[j + 1]
    for ij in np.ndindex((2, 3)):
        s += x[ij[0]] ** 2 * ij[1]
    for a, b in product((1, 2), x):
        s = s * 0.9 + a * b
    for u, v, w in product(x[:2], repeat=3):
        s += u * v * w
    return s


def neighbours(x):
    total = 0.0
    for a, b in itertools.pairwise(x):
        total += (a - b) ** 2
    return total + sum(a * b for a, b in itertools.pairwise(x * x))


def one_after_the_other(x):
    s = 1.0
    for v in itertools.chain(x[:2], [2.0, x[3]], x):
        s = s + np.sin(v) * s
    return s


def found_in_a_loop(x):
    for a, b in itertools.combinations(x, 2):
        if a * b < 0.0:
            return a * a * b
    return x[0]


@pytest.mark.parametrize(
    "function",
    [pairs, with_replacement, grids, neighbours, one_after_the_other, found_in_a_loop],
)
def test_derivatives(function: Any) -> None:
    value, _ = ad.value_and_grad(function)(X)
    assert np.isclose(value, function(X), rtol=1e-14)
    ad.check_grads(function, (X,))


def returns_in_nested_loops(x):
    for i in range(len(x)):
        for j in range(i + 1, len(x)):
            if x[i] * x[j] < 0.0:
                return x[i] * x[i] * x[j]
    return x[0]


def test_a_return_in_a_loop_in_a_loop() -> None:
    for x in (X, np.abs(X)):
        ad.check_grads(returns_in_nested_loops, (x,))


def test_a_loop_that_may_be_left_is_refused() -> None:
    def left(x: Any) -> Any:
        s = 0.0
        for a, b in itertools.product(x, x):
            if a > b:
                break
            s += a * b
        return s

    with pytest.raises((ad.UnsupportedSyntaxError, ad.MissingRuleError)):
        ad.grad(left)(X)
