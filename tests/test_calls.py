import functools
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad

FACTOR = 3.0


def square(v):
    return v * v


def scaled(v, power=2, *, factor=2.0):
    if power == 2:
        return factor * square(v) * FACTOR
    return factor * v


def doubled(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return 2 * function(*args, **kwargs)

    return wrapper


@doubled
def decorated(v, n=1):
    return np.sin(v) * n


def calls(x):
    return scaled(x) + scaled(x, 1) * scaled(v=x, factor=x) + decorated(x, n=3)


def nested(x):
    offset = x * 2

    def inner(v, scale=x):
        return v * scale + offset

    twice = lambda g, v: g(g(v))  # noqa: E731
    offset = offset + 1
    return twice(inner, x) * inner(1.0)


def maker(k):
    def made(v):
        return v**k

    return made


def returned(x):
    cube = maker(3)
    return cube(x) + maker(2)(x)


def several(x):
    def both(v):
        if v > 1:
            return v, np.sin(v)
        return v * v, 1.0

    a, (b, c) = x, both(x)
    return a * b + c


PART = functools.partial(scaled, factor=0.5)


def partials(x):
    return PART(x) * PART(x, 1)


def in_loop(x):
    s = x
    for k in range(3):
        s = scaled(s, k) * 0.1 + square(np.sin(s))
    return s


def same_names(x):
    y = x * 2
    s = 1.0
    for i in range(3):
        s = s + helper_with_same_names(y, i)
        y = y * 0.5
    return s * y + x


def helper_with_same_names(x, i):
    y = x + i
    for s in range(2):
        y = y * np.sin(x) + s
        if y > 100:
            break
    x = y
    return x


FUNCTIONS = [same_names, calls, nested, returned, several, partials, in_loop]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_calls_are_differentiated(function: Any) -> None:
    gradient = ad.grad(function)
    second = ad.grad(gradient)
    for x in (0.4, 1.7):
        h = 1e-5
        value, given = ad.value_and_grad(function)(x)
        assert value == function(x)
        expected = (function(x + h) - function(x - h)) / (2 * h)
        assert given == pytest.approx(expected, rel=1e-7), gradient.source
        expected = (gradient(x + h) - gradient(x - h)) / (2 * h)
        assert second(x) == pytest.approx(expected, rel=1e-6)


def recursive(x, n):
    return x if n == 0 else x * recursive(x, n - 1)


def tree(x, depth):
    if depth == 0:
        return np.sin(x)
    left = tree(x * 0.5, depth - 1)
    return left * x + tree(left, depth - 1)


def is_even(x, n):
    return x if n == 0 else x * is_odd(x + 0.1, n - 1)


def is_odd(x, n):
    return x * x if n == 0 else np.cos(is_even(x, n - 1))


def array_recursion(x, n):
    v = x * np.array([1.0, 2.0, 3.0])
    return np.sum(halves(v, n) * v)


def halves(v, n):
    for _ in range(2):
        if n > 0:
            v = v * 0.5 + np.tanh(halves(v * 0.3, n - 1) * np.sum(v))
    return v


@pytest.mark.parametrize("function", [recursive, tree, is_even, array_recursion])
def test_recursion(function: Any) -> None:
    for x, n in [(0.7, 0), (0.7, 1), (1.3, 3)]:
        h = 1e-6
        expected = (function(x + h, n) - function(x - h, n)) / (2 * h)
        value, given = ad.value_and_grad(function)(x, n)
        assert value == pytest.approx(function(x, n), rel=1e-15)
        assert given == pytest.approx(expected, rel=1e-6)


@functools.cache
def binomial(n, k):
    return 1 if k in (0, n) else binomial(n - 1, k - 1) + binomial(n - 1, k)


def cached(x, n):
    pairs = [(binomial(n, k), x**k) for k in range(n + 1)]
    return sum(b * y for b, y in pairs) + binomial(n, 1) * x


def test_a_cached_helper_of_constants() -> None:
    assert ad.grad(cached)(0.7, 4) == pytest.approx(4 * 1.7**3 + 4)
    assert ad.grad(lambda x, n: sum(binomial(n, k) * x**k for k in range(n + 1)))(
        0.7, 4
    ) == pytest.approx(4 * 1.7**3)


def applied(x, function, n):
    return function(x * 2, n) * x


def test_functions_as_arguments() -> None:
    assert ad.grad(applied)(2.0, recursive, 1) == pytest.approx(12 * 2.0**2)


def with_a_set(x):
    return x * len({x, 2.0})


def uses_a_set(x):
    return with_a_set(x) * x


def test_what_cannot_be_inlined_is_refused_where_it_is_differentiated() -> None:
    with pytest.raises(ad.UnsupportedSyntaxError, match=r"(?s)a set is not.*reached from with_a"):
        ad.grad(uses_a_set)(2.0)


def test_globals_of_callees_are_read_at_every_call(monkeypatch: pytest.MonkeyPatch) -> None:
    gradient = ad.grad(calls)
    before = gradient(1.0)
    monkeypatch.setattr("tests.test_calls.FACTOR", 0.0)
    assert gradient(1.0) != before
