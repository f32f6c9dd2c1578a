"""Functions that are defined in another and change its variables."""

from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives

X = np.array([0.3, 1.2, -0.7, 0.5])
V = np.array([1.0, -0.5, 0.3, 0.8])


def summed(x):
    total = 0.0

    def add(v):
        nonlocal total
        total += v * v

    for a in x:
        add(a)
    return total * x[0]


def counted(x):
    calls, last = 0, x[0]

    def model(v, scale=1.0):
        nonlocal calls, last
        calls += 1
        if v < 0:
            last = v * 2.0
            return -v
        last = v
        return v * v * scale

    s = model(x[0]) + calls * model(x[1], scale=x[3])
    s = s + last * model(x[2])
    while model(s) < 3.0 and calls < 9:
        s = s * 1.5 + last
    return s + calls * last


def before_and_after(x):
    k = x[0]

    def step(v):
        nonlocal k
        k = k * v
        return k + v

    return k + step(x[1]) * k + step(x[2])


def in_each_other(x):
    n = 0

    def f(v):
        nonlocal n
        n = n + v
        return n * v

    s = 0.0
    for a in x:
        s = f(a) + f(f(s))
    return s * n


@pytest.mark.parametrize("function", [summed, counted, before_and_after, in_each_other])
def test_derivatives(function: Any) -> None:
    check_derivatives(function, X, V)


def given_away(x):
    total = 0.0

    def add(v):
        nonlocal total
        total += v
        return v

    return sum(map(add, x)) * total


def in_a_comprehension(x):
    total = 0.0

    def add(v):
        nonlocal total
        total += v
        return total

    return sum([add(v) for v in x])


@pytest.mark.parametrize("function", [given_away, in_a_comprehension])
def test_what_is_refused(function: Any) -> None:
    with pytest.raises(ad.UnsupportedSyntaxError, match="nonlocal"):
        ad.grad(function)(X)


def caught(x):
    total = 0.0

    def add(v):
        nonlocal total
        total += v
        if v < 0:
            raise ValueError

    for v in x:
        try:
            add(v)
        except ValueError:
            total = total * 1.0
    return total


def test_changes_before_an_error_are_not_lost() -> None:
    with pytest.raises(ad.UnsupportedSyntaxError, match="nonlocal"):
        ad.grad(caught)(X)
