"""Second derivatives, by reverse over reverse, of what is differentiated when it runs."""

import math
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives


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


def halves(a: Any, n: int) -> Any:
    """Changes its argument, and calls itself."""
    if n == 0:
        return 0.0
    a[n - 1] = a[n - 1] * a[n % 3]
    return a[n - 1] + halves(a, n - 1)


@ad.checkpoint
def squares(a: Any, out: Any) -> Any:
    np.multiply(a, a, out=out)
    return out


@ad.checkpoint
def counts(a: Any, state: Any) -> Any:
    state.n = state.n + np.sum(a * a)
    return a[1]


class State:
    def __init__(self) -> None:
        self.n = 0.0


def with_state(x: Any) -> Any:
    state = State()
    return counts(x, state) * state.n


@pytest.mark.parametrize(
    "f",
    [
        lambda x: halves(x.copy(), 3),
        lambda x: np.sum(squares(x, np.zeros(3)) * x),
        with_state,
    ],
)
def test_what_is_differentiated_when_called_must_not_change_its_arguments(f: Any) -> None:
    """Silently wrong before: the caller knew nothing of the change."""
    x = np.array([0.5, -1.2, 2.0])
    with pytest.raises(ad.UnsupportedSyntaxError, match="changes its arguments"):
        ad.grad(f)(x)
    with pytest.raises(ad.UnsupportedSyntaxError, match="changes its arguments"):
        ad.jvp(f, (x,), (x,))


@ad.checkpoint
def sines(a: Any) -> Any:
    return np.sum(np.sin(a) * a[0])


def down(a: Any, n: int) -> Any:
    return 0.0 if n == 0 else np.sin(a[n - 1]) * a[0] + down(a, n - 1)


@pytest.mark.parametrize("f", [sines, lambda a: down(a, 3)])
def test_arguments_that_the_caller_changes_later_are_kept(f: Any) -> None:
    def program(x: Any) -> Any:
        y, s = x.copy(), 0.0
        for i in range(3):
            s += f(y)
            y[i] = y[i] * s
        return s + np.sum(y**2)

    check_derivatives(program, np.array([0.5, -1.2, 2.0]), np.array([1.0, 0.5, -0.3]))
