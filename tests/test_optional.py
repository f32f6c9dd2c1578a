"""Variables that are None or something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad


def previous_number(x):
    previous, s = None, 0.0
    for v in x:
        if previous is not None:
            s += (v - previous) ** 2
        previous = v
    return s


def previous_row(x):
    previous, s = None, 0.0
    for v in x:
        row = np.sin(v * np.arange(3.0))
        if previous is not None:
            s += np.sum((row - previous) ** 2)
        previous = row
    return s


def best(x):
    best = None
    for v in x:
        cost = (v - 1.0) ** 2
        if best is None or cost < best:
            best = cost
    return best


def hit(x):
    found = None
    for v in x:
        if v > 0.0:
            found = (v * v, v * np.ones(2))
    if found is None:
        return x[0]
    a, b = found
    return a * np.sum(b)


def in_a_branch(x):
    y = None
    if x[0] > 0.0:
        y = x * 2.0
    if y is None:
        y = x * 3.0
    return np.sum(y * y)


def from_a_helper(x):
    def find(x):
        for v in x:
            if v > 0.5:
                return v * v
        return None

    r = find(x)
    return r * 2.0 if r is not None else x[0]


def in_place(x):
    last = None
    y = x.copy()
    for k in range(len(y)):
        if last is not None:
            y[k] += last * y[k - 1]
        if x[k] > 0.0:
            last = y[k]
    return np.sum(y * y)


def array_in_place(x):
    held = None
    y = x.copy()
    if x[1] > 0.0:
        held = y
    y *= x
    if held is None:
        return np.sum(y)
    return held @ held


PROGRAMS: list[Callable[..., Any]] = [
    previous_number, previous_row, best, hit, in_a_branch, from_a_helper, in_place, array_in_place,
]  # fmt: skip


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("f", PROGRAMS)
def test_derivatives(f, sign):
    x, v = sign * np.array([0.3, -0.2, 0.9, 0.4]), np.array([0.5, -1.0, 0.7, 0.2])
    h = 1e-5
    expected = (f(x + h * v) - f(x - h * v)) / (2 * h)
    assert ad.grad(f)(x) @ v == pytest.approx(expected, rel=1e-6, abs=1e-8)
    value, tangent = ad.jvp(f, (x,), (v,))
    assert value == f(x)
    assert tangent == pytest.approx(expected, rel=1e-6, abs=1e-8)
    second = (ad.grad(f)(x + h * v) - ad.grad(f)(x - h * v)) / (2 * h)
    assert np.allclose(ad.hvp(f)(x, v), second, rtol=1e-6, atol=1e-8)


def test_none_as_the_result():
    with pytest.raises(ad.NonDifferentiableInputError):
        ad.grad(best)(np.zeros(0))


def test_where_none_does_no_harm_it_stays_none():
    def f(x, n):
        weights = None
        if n > 1:
            weights = np.array([1.0, 3.0])
        return np.average(x**2, weights=weights)

    x = np.array([2.0, 4.0])
    assert np.allclose(ad.grad(f)(x, 1), x)
    assert np.allclose(ad.grad(f)(x, 2), 2 * x * np.array([0.25, 0.75]))


def test_its_truth_is_refused():
    def f(x):
        y = None
        if x > 0.0:
            y = x * x
        return y if y else x

    with pytest.raises(ad.UnsupportedSyntaxError):
        ad.grad(f)(2.0)
