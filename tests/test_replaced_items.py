"""What is read of a container stays what it is when the container gets something else there."""

from __future__ import annotations

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives


class Held:
    def __init__(self, u):
        self.u = u


class Solver:
    def __init__(self, u):
        self.u = u
        self.v = np.zeros_like(u)

    def step(self, dt):
        u_old = self.u
        self.u = self.u + dt * self.v
        self.v = self.v - dt * u_old


def read_before(x):
    d = {"a": x * 2.0, "b": x * 3.0}
    t = d["a"]
    d["a"] = x * 5.0
    return np.sum(t * x)


def changed_and_replaced(x):
    d = {"a": x * 2.0, "b": x * 3.0}
    t = d["a"]
    t[0] = 7.0
    d["a"] = x * 5.0
    return np.sum(t * x) + np.sum(d["a"])


def an_attribute(x):
    p = Held(x * 2.0)
    t = p.u
    p.u = x * 5.0
    return np.sum(t * x)


def a_swap(x):
    d = [x * 2.0, x * x]
    d[0], d[1] = d[1], d[0]
    return np.sum(d[0] * 3) + np.sum(d[1] * x)


def in_a_branch(x):
    d = {"a": x * 2.0}
    t = d["a"]
    if x[0] > 1.0:
        d["a"] = x * 5.0
    return np.sum(t * x) + np.sum(d["a"])


def in_a_loop(x):
    p = Held(x * 2.0)
    first = p.u
    s = 0.0
    for _i in range(3):
        old = p.u
        p.u = old * x + 1.0
        s = s + np.sum(old * p.u)
    return s + np.sum(first * x)


def a_swap_of_attributes(x):
    p = Held(x * 2.0)
    p.v = x * 1.0
    for _i in range(3):
        p.u, p.v = p.v, p.u
        p.u = p.u * x
    return np.sum(p.v * x) + np.sum(p.u)


def a_swap_then_a_store(x):
    p = Held(x * 2.0)
    p.v = x * 1.0
    for _i in range(3):
        p.u, p.v = p.v, p.u
        p.u[0] = p.v[1] * x[0]
    return np.sum(p.v * x) + np.sum(p.u)


def a_store_then_a_swap(x):
    p = Held(x * 2.0)
    p.v = x * 1.0
    for _i in range(3):
        p.u[0] = p.v[1] * x[0]
        p.u, p.v = p.v, p.u
    return np.sum(p.v * x) + np.sum(p.u)


def a_swap_by_a_name(x):
    d = {"a": x * 2.0, "b": x * 1.0}
    for _i in range(3):
        d["b"][1:] = d["a"][:-1] * x[0]
        t = d["a"]
        d["a"] = d["b"]
        d["b"] = t
    return np.sum(d["a"] * x) + np.sum(d["b"])


def through_a_view(x):
    d = {"a": x * 2.0}
    t = d["a"]
    v = t[1:]
    d["a"] = x * 3.0
    v[0] = 9.0
    return np.sum(t * x) + np.sum(v) + np.sum(d["a"])


def in_a_branch_of_a_loop(x):
    d = {"a": x * 2.0}
    t = d["a"]
    for i in range(2):
        if x[0] > 1.0:
            d["a"] = x * 5.0 * (i + 1)
    return np.sum(t * x) + np.sum(d["a"])


def nested(x):
    d = {"a": {"b": x * 2.0}}
    t = d["a"]
    u = t["b"]
    d["a"] = {"b": x * 7.0}
    t["b"] = u * x
    return np.sum(t["b"] * u) + np.sum(d["a"]["b"] * x)


def in_a_tuple(x):
    d = [x * 2.0, x * 3.0]
    e = (d[0], d[1])
    d[0] = x
    return np.sum(e[0] * x) + np.sum(d[0] * e[1])


def solver(x):
    s = Solver(x * 1.0)
    for _ in range(4):
        s.step(0.3)
    return np.sum(s.u**2) + np.sum(s.v * x)


def in_a_branch_then_a_store(x):
    d = {"a": x * 2.0}
    t = d["a"]
    if x[0] > 1.0:
        d["a"] = x * 5.0
    d["a"][0] = 3.0
    return np.sum(t * x) + np.sum(d["a"])


def in_a_loop_with_a_store(x):
    p = Held(x * 2.0)
    first = p.u
    for _i in range(3):
        p.u[0] = 1.0
        p.u = p.u * x
    return np.sum(first * x)


def one_array_twice(x):
    p = Held(x * 2.0)
    p.v = x * 1.0
    p.u = p.v
    p.u[0] = 2.0
    return np.sum(p.v * x)


def one_array_twice_and_once(x):
    p = Held(x * 2.0)
    p.v = x * 1.0
    t = p.v
    p.u = p.v
    p.v = x * 3.0
    p.u[0] = 2.0
    return np.sum(t * x)


def one_array_twice_in_a_loop(x):
    d = {"a": x * 2.0, "b": x * 1.0}
    for _i in range(3):
        d["b"][1:] = d["a"][:-1] * x[0]
        d["a"] = d["b"]
    return np.sum(d["a"] * x) + np.sum(d["b"])


FUNCTIONS = [
    *(read_before, changed_and_replaced, an_attribute, a_swap, in_a_branch, in_a_loop),
    *(a_swap_of_attributes, a_swap_then_a_store, a_store_then_a_swap, a_swap_by_a_name),
    *(through_a_view, in_a_branch_of_a_loop, nested, in_a_tuple, solver),
    *(one_array_twice, one_array_twice_and_once),
]
REFUSED = [in_a_branch_then_a_store, in_a_loop_with_a_store, one_array_twice_in_a_loop]


# Dicts of the caller


def given_and_replaced(d, x):
    t = d["a"]
    d["a"] = x * 5.0
    return np.sum(t * x) + np.sum(d["a"] * d["b"])


def given_and_swapped(d, x):
    first = d["a"]
    for _ in range(3):
        d["a"], d["b"] = d["b"], d["a"]
        d["a"] = d["a"] * x
    return np.sum(first * d["a"]) + np.sum(d["b"])


def given_to_a_branch(d, x):
    t = d["a"]
    if x[0] > 1.0:
        d["a"] = x * d["b"]
    return np.sum(t * d["a"])


def given_and_updated(d, x):
    t = d["a"]
    d["a"] += x
    d["k"] += 1.0
    return np.sum(t * x) * d["k"]


def given_to_a_branch_then_a_store(d, x):
    t = d["a"]
    if x[0] > 1.0:
        d["a"] = x * 5.0
    d["a"][0] = 3.0
    return np.sum(t * x)


@pytest.mark.parametrize("x", [[1.3, 0.7], [0.3, 0.7]])
@pytest.mark.parametrize(
    "f", [given_and_replaced, given_and_swapped, given_to_a_branch, given_and_updated]
)
def test_arguments(f, x):
    x, v, h = np.array(x), np.array([0.5, -1.0]), 1e-6

    def given(s):
        return {"a": np.array([0.3, 0.4]) + s * v, "b": np.array([1.2, 0.5]), "k": 2.0}

    expected = (f(given(h), x + h * v) - f(given(-h), x - h * v)) / (2 * h)
    mine, theirs = given(0.0), given(0.0)
    value, (by_d, by_x) = ad.value_and_grad(f, argnums=(0, 1))(mine, x)
    assert value == pytest.approx(f(theirs, x), rel=1e-14)
    assert all(np.allclose(mine[k], theirs[k]) for k in theirs)
    assert by_d["a"] @ v + by_x @ v == pytest.approx(expected, rel=1e-6)


def test_arguments_that_are_refused():
    d = {"a": np.array([0.3, 0.4]), "b": np.array([1.2, 0.5]), "k": 2.0}
    with pytest.raises(ad.UnsupportedSyntaxError, match="container"):
        ad.grad(given_to_a_branch_then_a_store, argnums=1)(d, np.ones(2))


@pytest.mark.parametrize("x", [[1.3, 0.7], [0.3, 0.7]])
@pytest.mark.parametrize("f", FUNCTIONS)
def test_derivatives(f, x):
    check_derivatives(f, np.array(x), np.array([0.5, -1.0]))


@pytest.mark.parametrize("f", REFUSED)
def test_refused(f):
    with pytest.raises(ad.UnsupportedSyntaxError, match="array"):
        ad.grad(f)(np.array([1.3, 0.7]))


def rows_of_an_array(x):
    table = np.outer(x, x)
    rows = [table[k] for k in range(3)]
    rows[1] *= x[0]
    rows[2][0] = x[1] * rows[1][1]
    rows[0] = rows[0] * 100.0
    for row in rows[1:]:
        row += table[0]
    return np.sum(table**2) + np.sum(rows[0]) * rows[-1][0]


def test_rows_of_an_array_in_a_list() -> None:
    check_derivatives(rows_of_an_array, np.array([0.3, 0.7, 1.1]), np.array([0.5, -0.3, 0.2]))
