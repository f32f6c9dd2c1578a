"""Functions that are defined in another and call themselves."""

from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives

X = np.array([0.3, 1.2, -0.7, 0.5])
V = np.array([1.0, -0.5, 0.3, 0.8])


def horner(x):
    def rest(k):
        if k == len(x):
            return 0.0
        return x[k] + 0.7 * rest(k + 1)

    return rest(0) ** 2


def tree(x):
    w = x * 2

    def product(low, high, scale=1.0):
        if high - low == 1:
            return np.sin(w[low]) * scale
        middle = (low + high) // 2
        return product(low, middle) * product(middle, high, scale=x[0])

    return product(0, 4)


def in_a_loop(x):
    def power(a, n):
        return a if n == 0 else power(a * x[0], n - 1) + x[1]

    s = 0.0
    for k in range(3):
        s += power(s + x[k], k)
    return s


def of_itself(v, n):
    return v if n == 0 else np.sin(of_itself(v * v, n - 1)) * v


def of_arrays(x):
    return np.sum(of_itself(x, 3) * x[0])


@ad.checkpoint
def step(y, w):
    return np.tanh(y * w) + y


def checkpointed(x):
    y = x
    for k in range(3):
        y = step(y, x[0] + k)
    return np.sum(y**2)


ALL = [horner, tree, in_a_loop, of_arrays, checkpointed]


@pytest.mark.parametrize("function", ALL)
def test_hessian_vector_products(function: Any) -> None:
    gradient, h = ad.grad(function), 1e-6
    expected = (gradient(X + h * V) - gradient(X - h * V)) / (2 * h)
    np.testing.assert_allclose(ad.hvp(function)(X, V), expected, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(ad.jvp(gradient, (X,), (V,))[1], expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("function", ALL)
def test_first_order(function: Any) -> None:
    h = 1e-6
    expected = (function(X + h * V) - function(X - h * V)) / (2 * h)
    value, gradient = ad.value_and_grad(function)(X)
    assert value == pytest.approx(function(X), rel=1e-14)
    assert np.sum(gradient * V) == pytest.approx(expected, rel=1e-6)
    assert ad.jvp(function, (X,), (V,))[1] == pytest.approx(expected, rel=1e-6)


def given_away(x):
    def again(f, n):
        return x if n == 0 else f(again, n - 1) * x

    return again(again, 2)


def each_other(x):
    def even(n):
        return x if n == 0 else odd(n - 1) * x

    def odd(n):
        return x * 2 if n == 0 else even(n - 1) + x

    return even(4)


def without_a_name(x):
    power = lambda n: x if n == 0 else power(n - 1) * x  # noqa: E731
    return power(3)


@pytest.mark.parametrize("function", [each_other, without_a_name])
def test_functions_that_call_each_other_are_refused(function: Any) -> None:
    with pytest.raises(ad.UnsupportedSyntaxError, match="call each other"):
        ad.grad(function)(1.2)


def reading_functions(x):
    scale = x[1] * 2

    def square(v):
        return v * v * scale

    def both(v, w=1.5):
        return square(v) + w

    def again(n, v):
        return square(v) if n == 0 else again(n - 1, both(v)) * x[0]

    return again(2, x[2])


def multigrid(x):
    def smoothed(u, f, h):
        u = u.copy()
        for _ in range(2):
            u[1:-1] = 0.5 * (u[:-2] + u[2:] + h * h * f[1:-1])
        return u

    def cycle(u, f, h):
        u = smoothed(u, f, h)
        if len(u) <= 3:
            return u
        r = np.zeros_like(u)
        r[1:-1] = f[1:-1] + (u[:-2] - 2 * u[1:-1] + u[2:]) / h**2
        e = cycle(np.zeros(len(u) // 2 + 1), r[::2], 2 * h)
        u = u + np.interp(np.arange(len(u)), np.arange(0, len(u), 2), e)
        return smoothed(u, f, h)

    f = np.concatenate([x, x[::-1] ** 2, [0.0]])
    return cycle(np.zeros(9), f, 0.125)[4]


@pytest.mark.parametrize("function", [multigrid, reading_functions])
def test_functions_that_read_others(function: Any) -> None:
    check_derivatives(function, X, V)


@pytest.mark.parametrize("function", [given_away])
def test_what_is_refused(function: Any) -> None:
    with pytest.raises(ad.UnsupportedSyntaxError, match="calls itself"):
        ad.grad(function)(1.2)
