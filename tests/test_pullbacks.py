"""Second derivatives, by reverse over reverse, of what is differentiated when it runs."""

import math
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad


def power(x, n):
    return 1.0 if n == 0 else x * power(x, n - 1)


def tree(x, depth):
    if depth == 0:
        return math.sin(x)
    return tree(x * 0.7, depth - 1) * x + tree(x * x, depth - 1)


def of_arrays(v, n):
    if n == 0:
        return np.sum(v**3)
    return of_arrays(v * v + v[0], n - 1) * v[1]


def in_a_loop(x):
    total = 0.0
    for k in range(3):
        if k != 1:
            total += power(x * (k + 1), 3) * x
        else:
            total *= tree(x + total, 2)
    return total


def of_a_keyword(x):
    return power(n=3, x=x * x) + power(x, n=2) * x


@ad.checkpoint
def step(x, scale):
    return np.tanh(x * scale) + x


def checkpointed(v):
    for k in range(3):
        v = step(v, 0.5 + k * v[0])
    return np.sum(v**2)


def of_array_arguments(v):
    return of_arrays(v, 2) * power(v[1], 2)


X, V = 0.6, np.array([0.4, 0.9])


@pytest.mark.parametrize("function", [lambda x: tree(x, 3), in_a_loop, of_a_keyword])
def test_numbers(function: Any) -> None:
    gradient, h = ad.grad(function), 1e-5
    expected = (gradient(X + h) - gradient(X - h)) / (2 * h)
    assert ad.grad(gradient)(X) == pytest.approx(expected, rel=1e-7)
    assert ad.hessian(function)(X) == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("function", [checkpointed, of_array_arguments])
def test_arrays(function: Any) -> None:
    gradient, h = ad.grad(function), 1e-5
    steps = h * np.eye(2)
    expected = np.array([(gradient(V + d) - gradient(V - d)) / (2 * h) for d in steps])
    rows = [ad.grad(lambda v, k=k: gradient(v)[k])(V) for k in range(2)]
    assert np.allclose(rows, expected, rtol=1e-7)
    assert np.allclose(ad.jacobian(gradient, mode="reverse")(V), expected, rtol=1e-7)
    assert np.allclose(ad.hessian(function)(V), expected, rtol=1e-7)


def test_third_derivatives_are_right_or_refused() -> None:
    third = ad.grad(ad.grad(ad.grad(lambda x: power(x, 4))))
    try:
        assert third(0.5) == pytest.approx(24 * 0.5)
    except ad.AutodiffError as error:
        assert "pull_back_pullback" in str(error)
