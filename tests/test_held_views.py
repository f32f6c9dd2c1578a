"""Views of dicts and iterators that are held, functions with caches, `return` with `finally`."""

# ruff: noqa: C417

import functools

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives

X, V = np.array([0.6, 0.7, 1.1, 0.5]), np.array([0.5, -0.3, 0.2, 1.0])


def values_of_a_dict_that_changes(x):
    d = {"a": x[0], "b": x[1] * x[2]}
    values = d.values()
    d["a"] = d["a"] * 3
    return sum(values) ** 2


def items_of_a_dict_that_changes_under_another_name(x):
    d = {"a": x[0], "b": x[1] * x[2]}
    items = d.items()
    e = d
    e["b"] = x[3] ** 2
    return sum(v * len(k + k) for k, v in items) ** 2


def values_of_a_dict_that_gets_a_key(x):
    d = {"a": x[0], "b": x[1]}
    values = d.values()
    d["c"] = x[2] * x[3]
    return sum(values) ** 2 + len(values)


def values_of_a_dict_that_does_not_change(x):
    d = {"a": x[0], "b": x[1]}
    values = d.values()
    return sum(values) ** 2


def first_and_rest(x):
    it = iter(x)
    t = next(it)
    for v in it:
        t = t * 0.5 + np.sin(v)
    return t


def two_and_rest(x):
    it = iter(x)
    first = next(it)
    second = next(it)
    t = first * second
    for v in it:
        t = t * v + first
    return t


def skips_the_first(x):
    rows = [x[0], x[1] ** 2, x[2]]
    it = iter(rows)
    next(it)
    t = 0.0
    for v in it:
        t += v**2
    return t


def first_of(x):
    return next(iter(x)) ** 2 * x[1]


def cached_inner(x):
    @functools.cache
    def factorial(n):
        return 1.0 if n < 1 else n * factorial(n - 1)

    return sum(v**i / factorial(i) for i, v in enumerate(x))


def cached_with_active(x):
    @functools.cache
    def power(n):
        return x[0] ** n * x[1]

    return power(2) + power(3) * power(2)


def returned_with_finally(x):
    log = []

    def squared(v):
        try:
            return v**2
        finally:
            log.append(1)

    return sum(squared(v) for v in x) * len(log)


def handlers_that_return(x):
    done = []
    try:
        if x[0] > 0:
            raise ValueError
        return x[1]
    except ValueError:
        return x[0] ** 2 * x[1]
    finally:
        done.append(1)


def items_of_a_dict_that_the_loop_changes(x):
    d = {"a": x[0], "b": x[1], "c": x[2]}
    t = 0.0
    for k, v in d.items():
        d["c"] = d["c"] * 2 + v
        t += v**2 * len(k)
    return t


def values_of_a_dict_that_the_loop_changes(x):
    d = {"a": x[0], "b": x[1], "c": x[2]}
    t = 0.0
    for v in d.values():
        d["c"] = d["c"] * 2 + v
        t += v**2
    return t


def pairs_of_a_dict_that_the_loop_changes(x):
    d = {"a": x[0], "b": x[1]}
    for k, v in d.items():
        d[k] = v * 2
    for pair in d.items():
        d["b"] = d["b"] * pair[1]
    return d["a"] + d["b"]


def mapped_before_a_change(x):
    items = [x[0], x[1], x[2]]
    squares = map(lambda v: v * v, items)
    items[0] = items[0] * 3
    return sum(squares)


def filtered_before_a_change(x):
    items = [x[0], x[1], x[2]]
    large = filter(lambda v: v > 1.0, items)
    items[1] = items[1] * 3
    return sum(large)


def mapped_and_gone_through(x):
    squares = map(lambda v: v * v, x)
    k = 2.0
    return sum(v * k for v in squares)


PROGRAMS = [
    value
    for name, value in [*globals().items()]
    if callable(value) and getattr(value, "__module__", "") == __name__
]


@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_program(function):
    check_derivatives(function, X, V)


def _values(d):
    return d.values()


def view_of_a_helper(x):
    d = {"a": x[0], "b": x[1]}
    values = _values(d)
    d["a"] = x[0] * 3
    return sum(values)


def view_in_a_tuple(x):
    d = {"a": x[0], "b": x[1]}
    pair = (d.values(), 1)
    d["a"] = x[0] * 3
    return sum(pair[0])


def view_of_a_branch(x):
    d = {"a": x[0], "b": x[1]}
    values = d.values()
    if x[0] > 0:
        values = d.values()
    d["a"] = x[0] * 3
    return sum(values)


def loop_that_changes_under_another_name(x):
    d = {"a": x[0], "b": x[1]}
    e = d
    t = 0.0
    for _, v in d.items():
        e["b"] = e["b"] * v
        t += v
    return t


def map_read_twice(x):
    squares = map(lambda v: v * v, x)
    return sum(squares) + sum(squares)


def map_read_in_a_loop(x):
    squares = map(lambda v: v * v, x)
    t = 0.0
    for _ in range(2):
        t += sum(squares)
    return t


LATE = [
    *(view_of_a_helper, view_in_a_tuple, view_of_a_branch, loop_that_changes_under_another_name),
    *(map_read_twice, map_read_in_a_loop),
]


@pytest.mark.parametrize("function", LATE, ids=lambda f: f.__name__)
def test_what_is_read_too_late_is_refused(function):
    with pytest.raises(ad.UnsupportedSyntaxError):
        ad.grad(function)(X)


def draws(x, rng):
    @functools.cache
    def draw(k):
        return rng.normal() * x[k]

    return draw(0) * draw(0)


def test_a_cache_of_random_draws_is_refused():
    with pytest.raises(ad.AutodiffError):
        ad.grad(draws)(X, np.random.default_rng(0))
