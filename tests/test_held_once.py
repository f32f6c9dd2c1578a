"""Iterators that a variable holds, and that are gone through once."""

# ruff: noqa: B905, B007, RUF007, C416

from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad

X = np.array([1.2, 0.7, -0.3, 0.8])


def pairs_in_a_loop(x: Any) -> Any:
    pairs = zip(x, x[1:])
    total = 0.0
    for a, b in pairs:
        total += a * b
    return total


def pairs_in_a_sum(x: Any) -> Any:
    pairs = zip(x, x[1:])
    numbered = enumerate(x**2)
    return sum(a * b for a, b in pairs) + sum([k * v for k, v in numbered])


def changed_meanwhile(x: Any) -> Any:
    y = x.copy()
    pairs = zip(y, y[1:])
    y[0] = 5.0
    return sum(a * b for a, b in pairs)


def bound_anew_meanwhile(x: Any) -> Any:
    pairs = zip(x, x[1:] * 2)
    x = x * 3
    return sum(a * b for a, b in pairs) * x[0]


def left(x: Any) -> Any:
    numbered = enumerate(x)
    for k, v in numbered:
        if v < 0:
            break
    return v * k * x[0]


def in_a_loop(x: Any) -> Any:
    total = 0.0
    for k in range(2):
        pairs = zip(x, x[k:])
        for a, b in pairs:
            total += a * b
    return total


def generator(x: Any) -> Any:
    squares = (v**2 for v in x if v > 0)
    return sum(squares)


def names(x: Any) -> Any:
    pairs = zip("abcd", x)
    table = {k: v for k, v in pairs}
    return table["a"] * table["d"]


def test_the_same_object_is_changed_before_it_is_gone_through() -> None:
    assert changed_meanwhile(X) == ad.value_and_grad(changed_meanwhile)(X)[0]


@pytest.mark.parametrize(
    "f",
    [
        *(pairs_in_a_loop, pairs_in_a_sum, changed_meanwhile, bound_anew_meanwhile, left),
        *(in_a_loop, generator, names),
    ],
)
def test_derivatives(f: Any) -> None:
    assert np.isclose(ad.value_and_grad(f)(X)[0], f(X), rtol=1e-14)
    ad.check_grads(f, (X,), order=2)


def exhausted(x: Any) -> Any:
    pairs, total = zip(x, x[1:]), 0.0
    for _ in range(2):
        for a, b in pairs:
            total += a * b
    return total


def generator_after_a_change(x: Any) -> Any:
    y = x.copy()
    squares = (v**2 for v in y)
    y[0] = 5.0
    return sum(squares)


@pytest.mark.parametrize("f", [exhausted, generator_after_a_change])
def test_others_are_refused(f: Any) -> None:
    with pytest.raises(ad.UnsupportedSyntaxError):
        ad.grad(f)(X)
