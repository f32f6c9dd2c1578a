"""Objects and containers that hold an array which is changed under another name, in a branch."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import autodiff_sst as ad
from tests import holders


class Held:
    def __init__(self, a: Any, b: Any) -> None:
        self.a = a
        self.b = b

    def total(self) -> Any:
        return np.sum(self.a) + 2 * np.sum(self.b)


def through_an_object(v: Any, n: int) -> Any:
    b = v.copy()
    c = Held(v * 2, b)
    if n > 1:
        b[n % 3] = np.tanh(c.a[1])
    return c.total()


def through_two_names(v: Any, n: int) -> Any:
    c = Held(v * 2, v.copy())
    t = u = c.b
    c.b[-1] += c.b[0] * t[1]
    for _ in range(n):
        u *= 0.5
    c.b[1] *= 3.0
    if n > 1:
        t[n % 3] = np.tanh(c.a[1])
    return c.total() + 3 * np.sum(t) + 4 * np.sum(u)


def through_a_tuple(v: Any, n: int) -> Any:
    b = v.copy()
    c = (v * 2, b)
    if n > 1:
        b[n % 3] = np.tanh(c[0][1])
    return np.sum(c[1]) + np.sum(b)


def through_a_dict(v: Any, n: int) -> Any:
    b = v.copy()
    c = {"k": b}
    if n > 1:
        b[n % 3] = np.tanh(c["k"][1])
    return np.sum(c["k"]) + np.sum(b)


def held_twice(v: Any, n: int) -> Any:
    b = v.copy()
    c = Held(b, b)
    if n > 1:
        c.a[n % 3] = np.tanh(c.b[1])
    return c.total()


def a_view_and_its_base(v: Any, n: int) -> Any:
    b = v.copy()
    c = Held(b[1:], b)
    for i in range(n):
        if i % 2:
            b[n % 3] = np.tanh(c.a[1])
        else:
            c.a[0] *= 2.0
    return c.total()


def in_a_closure(v: Any, n: int) -> Any:
    b = v.copy()
    c = Held(v, b)
    if n > 1:
        b[n % 3] = np.tanh(c.a[1])
    return (lambda: c.total())()


# What must be right, or refused.
def in_a_list_of_objects(v: Any, n: int) -> Any:
    b = v.copy()
    c = Held(v * 2, b)
    d = [c, c]
    if n > 1:
        b[n % 3] = np.tanh(c.a[1])
    return d[n % 2].total()


def one_object_or_another(v: Any, n: int) -> Any:
    b = v.copy()
    c = Held(v * 2, b)
    e = c if n > 2 else Held(v, v * 3)
    if n > 1:
        b[n % 3] = np.tanh(c.a[1])
    return e.total()


class Pair(NamedTuple):
    a: Any
    b: Any


def a_pair_in_a_loop(v: Any, n: int) -> Any:
    b = v.copy()
    s = Pair(v * 2, b)
    for _ in range(n):
        s = Pair(s.a * 1.5, s.b)
        s.b[0] = np.tanh(s.a[1])
    return np.sum(s.b) + np.sum(b)


def one_pair_or_another(v: Any, n: int) -> Any:
    b, w = v.copy(), v * 3
    s = Pair(v * 2, b) if n > 1 else Pair(v, w)
    b[0] = v[1] * 2
    w[1] = v[2] ** 2
    return np.sum(s.b**2) + np.sum(s.a)


def a_tuple_in_a_loop(v: Any, n: int) -> Any:
    b = v.copy()
    s = (b, v * 2)
    for i in range(n):
        a, c = s
        a[i % 3] = c[0] * a[1]
        s = (a, c * 1.1)
    return np.sum(b**2) + np.sum(s[0])


def a_pair_of_new_arrays(v: Any, n: int) -> Any:
    s = Pair(v * 1.0, v * 2.0)
    for _ in range(n):
        s = Pair(s.a + 0.1 * s.b, s.b - 0.1 * s.a)
        s.a[0] *= 0.5
    return np.sum(s.a * s.b)


def in_a_try(v: Any, n: int) -> Any:
    b = v.copy()
    c = [Held(v * 2, b)]
    q = c[0].b
    try:
        b[1] = np.tanh(c[0].a[1])
        if n == 3:
            raise ValueError
    except ValueError:
        b[0] *= 2
    return np.sum(q**2)


RIGHT = [through_an_object, through_two_names, through_a_tuple, through_a_dict, held_twice,
         a_view_and_its_base, in_a_closure, a_pair_of_new_arrays]  # fmt: skip
REFUSED = [in_a_list_of_objects, one_object_or_another, a_pair_in_a_loop, one_pair_or_another,
           a_tuple_in_a_loop, in_a_try]  # fmt: skip


@pytest.mark.parametrize("n", [0, 2, 3])
@pytest.mark.parametrize("f", [*RIGHT, *REFUSED])
def test_the_change_is_seen(f: Any, n: int) -> None:
    """Silently wrong before, most of them: the holder kept the array as it was before."""
    v, step = np.array([0.4, -0.7, 0.9]), 1e-6
    try:
        value, gradient = ad.value_and_grad(f)(v.copy(), n)
    except ad.UnsupportedSyntaxError:
        assert f not in RIGHT
        return
    np.testing.assert_allclose(value, f(v.copy(), n), rtol=1e-12)
    slopes = [(f(v + step * e, n) - f(v - step * e, n)) / (2 * step) for e in np.eye(3)]
    np.testing.assert_allclose(gradient, slopes, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("seed", range(60))
def test_ways_to_hold_and_to_change(seed: int, tmp_path: Path) -> None:
    try:
        problem = holders.check(seed, tmp_path)
    except ad.UnsupportedSyntaxError:
        return
    assert problem is None
