"""Lists whose items are written down: `pop`, `insert`, `del`, `extend`, `+=`."""

from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad

X = np.array([0.3, -0.5, 0.7])


def popped(x):
    queue = [0, 1, 2]
    y = x * 2.0
    y[queue.pop()] += x[0]
    y[queue.pop(0)] *= x[1]
    return np.sum(y**2) * len(queue)


def several(x):
    a = [x[0], x[1] * x[2]]
    b = a
    a.insert(1, x[0] * x[1])
    b.reverse()
    last = a.pop()
    del b[0]
    return b[0] * last + len(a) * x[2] ** 2


def extended(x):
    a = [x[0]]
    a += [x[1], x[0] * x[2]]
    a.extend([x[2], 2.0])
    a.extend(x)
    a += (v * v for v in x)
    return sum(v * k for k, v in enumerate(a)) + a[-1] * a[1]


def extended_in_a_loop(x):
    a = [1.0]
    for k, v in enumerate(x):
        a += [v, v * a[k]]
    return sum(v * v for v in a) * len(a)


def extended_by_itself(x):
    a = [x[0], x[1]]
    a += a
    return a[2] * a[3] + len(a)


ALL = [popped, several, extended, extended_in_a_loop, extended_by_itself]


@pytest.mark.parametrize("function", ALL)
def test_derivatives(function: Any) -> None:
    value, _ = ad.value_and_grad(function)(X)
    assert np.isclose(value, function(X), rtol=1e-14)
    ad.check_grads(function, (X,), order=1)


def test_what_may_be_seen_elsewhere_is_refused() -> None:
    def in_a_branch(x: Any) -> Any:
        a = [x[0], x[1]]
        if x[0] > 0:
            a.pop()
        return a[-1]

    def in_a_loop(x: Any) -> Any:
        a = [x[0], x[1], x[2]]
        s = 0.0
        while len(a) > 1:
            s = s + a.pop() ** 2
        return s

    def held(x: Any) -> Any:
        a = [x[0], x[1]]
        both = {"a": a}
        a.pop()
        return both["a"][-1]

    def callee(a: Any) -> Any:
        return a.pop()

    def in_a_callee(x: Any) -> Any:
        a = [x[0], x[1]]
        return callee(a) * a[-1]

    for function in (in_a_branch, in_a_loop, held, in_a_callee):
        try:
            value, gradient = ad.value_and_grad(function)(X)
        except (ad.UnsupportedSyntaxError, ad.MissingRuleError):
            continue
        assert np.isclose(value, function(X)), function.__name__
        steps = 1e-6 * np.eye(3)
        expected = [(function(X + s) - function(X - s)) / 2e-6 for s in steps]
        np.testing.assert_allclose(gradient, expected, atol=1e-7, err_msg=function.__name__)


def overwritten(x):
    items = [x[0], x[1]]
    items[0] = x[0] * x[1]
    return sum([v * v for v in items]) + np.hypot(*items)


def overwritten_in_a_later_turn(x):
    items = [x[0], x[1]]
    s = 0.0
    for _ in range(2):
        s = s + sum([v * v for v in items]) + np.hypot(*items)
        items[0] = s
    return s


def grown_in_a_later_turn(x):
    items = [x[1]]
    s = x[0]
    for _ in range(3):
        s = s + sum([v * s for v in items])
        items.append(s)
    return s


def overwritten_by_a_helper(x):
    def put(items):
        items[0] = 3.0 * x[1]

    items = [x[0], x[1]]
    put(items)
    return sum([v * v for v in items]) + np.hypot(*items)


def keywords_overwritten(x):
    def product(a, b):
        return a * b

    d = {"a": x[0], "b": x[1]}
    d["a"] = x[1] * 2.0
    return product(**d)


@pytest.mark.parametrize(
    "f",
    [
        overwritten, overwritten_in_a_later_turn, grown_in_a_later_turn, overwritten_by_a_helper,
        keywords_overwritten,
    ],
)  # fmt: skip
def test_what_a_display_held_is_not_what_it_holds(f):
    x, v, h = np.array([0.3, 0.2]), np.array([1.0, 0.5]), 1e-6
    try:
        value, gradient = ad.value_and_grad(f)(x)
    except ad.UnsupportedSyntaxError:
        assert f is keywords_overwritten
        return
    assert value == pytest.approx(f(x), rel=1e-14)
    assert gradient @ v == pytest.approx((f(x + h * v) - f(x - h * v)) / (2 * h), rel=1e-6)
    assert ad.jvp(f, (x,), (v,))[1] == pytest.approx(gradient @ v, rel=1e-12)
