"""Gradients of branches and loops against finite differences; of second order too."""

from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad
from autodiff_sst.derivative import Derivative
from tests.differences import check_derivatives


def power(x, n):
    s = 1.0
    for _ in range(n):
        s = np.sin(s) * x
    return s


def branches(x, n):
    if x > 1:
        y = x * 2
    elif x < -1:
        return np.sin(x) * x
    else:
        y = x * x
        if n > 2:
            return y * 3
    z = np.cos(y) if y > 3 else 2
    return y * z


def nested(x, n):
    s = x
    for i in range(n):
        t = np.sin(s) * x
        if i % 2 == 0:
            t = t * s + i
        for j in range(i):
            s = s + 0.1 * np.tanh(t) * j
            if s > 1:
                s = s * 0.5
            else:
                t = t - s * x
    return s * x


def halving(x, n):
    k = 0
    while x > 0.3 and k < n:
        x = np.sin(x) * 0.9
        k += 1
    return x * x


def newton(x, n):
    y = 1.0
    for i in range(20):
        step = (y * y - x) / (2 * y)
        y -= step
        if abs(step) < 1e-12:
            break
        if i > n:
            return y * 2
    else:
        y = y * 100
    return y * x


def horner(x, n):
    total = 0.0
    for k, c in enumerate([1.0, x, 3.0]):
        total = total * x + c * (k + 1)
    for a, b in zip((2.0, 3.0), (4.0, 5.0), strict=False):
        total += a * b * x
    return total


def swaps(x, n):
    a, b = x, 1.0
    for _ in range(n):
        a, b = b * x, a + np.sin(b)
    return a * b


def last_value(x, n):
    for i in range(n):
        y = x * i
    return y * y if n else x


def carried_branch_value(x, n):
    s = x
    for i in range(n):
        if i > 0:
            s = s + np.sin(t)  # noqa: F821
        t = s * s
        s = s + t * 0.1
    return s


def walrus_in_test(x, n):
    k = 0
    while (y := x * 0.7 + k) < n:
        x = np.sin(y)
        k += 1
    return x * y


FUNCTIONS = [
    walrus_in_test,
    power, branches, nested, halving, newton, horner, swaps, last_value, carried_branch_value,
]  # fmt: skip


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5])
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_gradients(function: Any, n: int) -> None:
    gradient, second = ad.grad(function), ad.grad(ad.grad(function))
    for x in (-1.7, -0.4, 0.35, 0.8, 1.9):
        if function is newton and x < 0:
            continue  # it has no root, and wanders
        h = 1e-5
        expected = (function(x + h, n) - function(x - h, n)) / (2 * h)
        value, given = ad.value_and_grad(function)(x, n)
        assert value == function(x, n)
        assert given == pytest.approx(expected, rel=1e-6, abs=1e-8), gradient.source
        expected = (gradient(x + h, n) - gradient(x - h, n)) / (2 * h)
        assert second(x, n) == pytest.approx(expected, rel=1e-5, abs=1e-7), second.source


def vjp_by_first(function: Any, x: float, n: int) -> Any:
    derivative = Derivative(function, "vjp", (0,))
    pair, values = derivative.bound_pair((x, n), {})
    y, saved = pair.forward.function(*values)
    return y, lambda seed: pair.backward.function(*saved, seed)


@pytest.mark.parametrize("n", [0, 1, 3])
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_pullbacks_run_twice(function: Any, n: int) -> None:
    derivative = ad.grad(function)
    for x in (0.35, 1.9):
        y, pullback = vjp_by_first(function, x, n)
        assert y == function(x, n)
        for seed in (1.0, -2.5):
            (given,) = pullback(seed)
            assert given == pytest.approx(seed * derivative(x, n), rel=1e-12)


def by_index(a, i):
    s = 0.0
    for k in range(len(a)):
        s = s + a[k] * a[k - 1] * np.sin(a[i])
    for row in a:
        s += row * row
    return s


def stencil(a, i):
    u = a
    for _ in range(i):
        u = u * 0.5 + np.sum(u[1:] * u[:-1]) * 0.1
    return np.sum(u * u) + np.sum(a[[0, 0, 1]] ** 3)


@pytest.mark.parametrize("function", [by_index, stencil])
def test_arrays_read_by_index(function: Any) -> None:
    a = np.array([0.3, -0.8, 1.2, 0.5])
    v = np.array([1.0, 0.5, -0.3, 0.7])
    h = 1e-6
    gradient = ad.grad(function)
    expected = (function(a + h * v, 2) - function(a - h * v, 2)) / (2 * h)
    assert gradient(a, 2) @ v == pytest.approx(expected, rel=1e-7), gradient.source


def network(layers, x):
    for w, b in layers[:-1]:
        x = np.tanh(x @ w + b)
        if np.sum(x) > 0.1:
            x = x * 0.5
    w, b = layers[-1]
    return np.sum(x @ w + b)


def shrinking(layers, x):
    before = x
    total = 0.0
    for k in range(3):
        x = x[1:] * 2.0
        total = total + np.sum(x) * before[k]
        before = x + before[:-1]
    for w, _ in layers:
        total = total + np.sum(w) ** 2
    return total


@pytest.mark.parametrize("function", [network, shrinking])
def test_loops_over_tuples_of_tuples(function: Any) -> None:
    rng = np.random.default_rng(0)
    sizes = [(6, 4), (4, 3), (3, 2)]
    layers = tuple((rng.normal(size=s), rng.normal(size=s[1])) for s in sizes)
    x, v, h = rng.normal(size=6), rng.normal(size=6), 1e-6
    slopes, x_bar = ad.grad(function, argnums=(0, 1))(layers, x)
    expected = (function(layers, x + h * v) - function(layers, x - h * v)) / (2 * h)
    assert x_bar @ v == pytest.approx(expected, rel=1e-6)
    direction = tuple((rng.normal(size=s), rng.normal(size=s[1])) for s in sizes)

    def moved(step: float) -> Any:
        pairs = zip(layers, direction, strict=True)
        return tuple((w + step * a, b + step * c) for (w, b), (a, c) in pairs)

    up, down = (function(moved(s * h), x) for s in (1, -1))
    given = sum(
        np.sum(w * a) + np.sum(b * c) for (w, b), (a, c) in zip(slopes, direction, strict=True)
    )
    assert given == pytest.approx((up - down) / (2 * h), rel=1e-6)


def test_the_worked_example_reads_as_by_hand() -> None:
    gradient = ad.grad(power)
    gradient(0.5, 3)
    lines = [line for line in gradient.source.splitlines() if "#" not in line]
    assert lines[3:] == [
        "def grad_power(x, n):",
        "    saved = []",
        "    s = 1.0",
        "    for _ in range(n):",
        "        t = np.sin(s)",
        "        saved.append(s)",
        "        saved.append(t)",
        "        s = t * x",
        "    x_bar = 0.0",
        "    s_bar = 1.0",
        "    for _ in range(n):",
        "        t = saved.pop()",
        "        s = saved.pop()",
        "        x_bar += s_bar * t",
        "        s_bar = s_bar * x * np.cos(s)",
        "    return x_bar",
    ]


def renewed_by_a_method(x):
    u = np.sin(x * 2.0)
    for _ in range(3):
        new = u.copy()
        new[1:-1] = u[1:-1] - 0.1 * u[:-2] ** 2
        new[0] = new.sum() * 0.1
        u = new
    return np.sum(u**2)


def test_an_array_that_a_method_renews_in_every_turn() -> None:
    check_derivatives(
        renewed_by_a_method, np.array([0.3, 0.7, 1.1, 0.5]), np.array([0.5, -0.3, 0.2, 1.0])
    )


def a_method_under_another_name(x):
    def doubled(g):
        return g() * 2.0

    return doubled(x.sum) * x[0]


def test_a_method_that_is_passed_on() -> None:
    check_derivatives(
        a_method_under_another_name, np.array([0.3, 0.7, 1.1]), np.array([0.5, -0.3, 0.2])
    )
