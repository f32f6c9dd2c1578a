"""Loops over what `itertools` and `np.ndindex` make."""

import itertools
from itertools import product
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives

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


def changed_while_they_are_gone_through(x):
    y = x.copy()
    s = 0.0
    for a, b in itertools.product(y, (1.0, 2.0)):
        y[0] = y[0] + a * b
        y[2] = y[2] * 1.5
        s = s + a * b
    for a, b in itertools.combinations(y, 2):
        y[2] = y[2] + a * b
        s = s * 0.9 + a * b
    z = y
    for a in itertools.product(y):
        z *= 1.1
        s = s + a[0] ** 2
    return s + np.sum(y)


def chained_of_what_changes(x):
    y = x.copy()
    s = 0.0
    for a in itertools.chain(x[:2], [y[0] * 2.0]):
        y[0] = y[0] + a * a
        s = s + a * y[0]
    return s


@pytest.mark.parametrize("function", [changed_while_they_are_gone_through, chained_of_what_changes])
def test_items_are_taken_before_the_loop(function: Any) -> None:
    value, gradient = ad.value_and_grad(function)(X)
    assert np.isclose(value, function(X), rtol=1e-14)
    steps = 1e-6 * np.eye(4)
    expected = [(function(X + s) - function(X - s)) / 2e-6 for s in steps]
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-7)


def test_a_variable_that_is_called_like_a_builtin() -> None:
    def scaled(x: Any) -> Any:
        len = 5.0
        s = 0.0
        for a, b in itertools.combinations(x, 2):
            s = s + a * b * len
        return s

    with pytest.raises((ad.UnsupportedSyntaxError, ad.MissingRuleError)):
        ad.grad(scaled)(X)


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


def gone_through_at_once(x):
    c = [v * 2 for v in x]
    s = sum(reversed(c)) + max(reversed(x)) * list(reversed(c))[1]
    s += sum(itertools.chain(x, c, [1.0])) * len(list(itertools.chain(c, x)))
    s += sorted(itertools.chain(x, [0.1]))[1]
    pairs_ = list(itertools.product(x[:2], [1.0, 2.0]))
    return s + sum(a * b for a, b in pairs_) * pairs_[1][0]


def test_what_goes_through_them_at_once() -> None:
    check_derivatives(gone_through_at_once, X, X[::-1] * 0.7)


def of_one_length(x):
    return sum(a * b for a, b in zip(x, x[2:], strict=False)) + sum(
        a * b * b for a, b in zip(x, x[::-1], strict=True)
    )


def of_other_lengths(x):
    return sum(a * b for a, b in zip(x, x[2:], strict=True))


def test_zip_of_one_length() -> None:
    check_derivatives(of_one_length, X, X[::-1] * 0.7)
    with pytest.raises(ValueError, match="argument 2 is shorter than argument 1"):
        ad.grad(of_other_lengths)(X)
