"""Arrays under several names, and arrays that something changes: right, or refused."""

from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad


def read_before_and_after(v):
    buffer = np.zeros(3)
    a = np.sum(buffer)
    buffer.fill(2.0)
    b = np.sum(buffer)
    return v[0] * b + a


def changed_after_the_read(v):
    buffer = np.ones(3)
    y = v * buffer
    buffer.fill(0.0)
    return np.sum(y)


def copied_into(v):
    buffer = np.ones(3)
    y = v * buffer
    np.copyto(buffer, np.zeros(3))
    return np.sum(y) + np.sum(buffer)


def positional_out(v):
    buffer = np.ones(3)
    y = v * buffer
    np.add(np.ones(3), 1.0, buffer)
    return np.sum(y)


def updates_what_out_returned(v):
    buffer = np.zeros(3)
    s = np.add(np.ones(3), 1.0, out=buffer)
    s += v
    return np.sum(buffer * v)


def two_names(v):
    s = np.zeros(3)
    t = s
    for i in range(3):
        s += v * i
    return np.sum(t * s)


def two_names_in_a_branch(v):
    s = v * 1.0
    t = s if np.sum(v) > 0 else v
    s += v
    return np.sum(t * s)


def the_turn_before(v):
    s = v * 1.0
    before = v
    for _ in range(3):
        before = s
        s += v * 0.5
    return np.sum(before * v)


def bump(a):
    a += 1.0
    return np.sum(a)


def updated_by_a_callee(v):
    s = v * 2.0
    return bump(s) * np.sum(s)


def same(a):
    return a


def returned_by_a_callee(v):
    s = v * 2.0
    t = same(s)
    t += v
    return np.sum(s * t)


def three_holders(v):
    s = v * 1.0
    t = s if v[0] > 0 else v * 2.0
    s = t if v[1] > 0 else s
    s += v
    return np.sum(t * s)


def a_holder_in_a_loop(v):
    s = v * 1.0
    t = v
    for i in range(3):
        t = s if i == 1 else t
        s += v
    return np.sum(t * s)


def a_view(v):
    s = v * 1.0
    w = s[1:]
    s += v
    return np.sum(w)


def in_a_list(v):
    s = v * 1.0
    rows = [s, v]
    s += v
    return np.sum(rows[0] * v)


class Counter:
    def __init__(self) -> None:
        self.n = 1.0

    def tick(self) -> None:
        self.n += 1.0


def an_object(v):
    counter = Counter()
    a = counter.n
    counter.tick()
    return np.sum(v) * a + np.sum(v) * counter.n


REFUSED_OR_RIGHT = [
    read_before_and_after, changed_after_the_read, copied_into, positional_out,
    updates_what_out_returned, two_names, two_names_in_a_branch, the_turn_before,
    updated_by_a_callee, returned_by_a_callee, three_holders, a_holder_in_a_loop,
    a_view, in_a_list, an_object,
]  # fmt: skip


def accumulates(v):
    s = np.zeros(3)
    for i in range(3):
        if i != 1:
            s += v * i
        s *= 2.0
    s -= v
    return np.sum(s * s)


def sums_methods(v):
    s = 0.0
    for _ in range(2):
        s += v.sum() + (v * v).mean()
    return s * s


def scalar_in_branches(v):
    y = v * 2 if np.sum(v) > 0 else v * 3
    return np.sum(y)


def scalar_in_nested_branches(v):
    y = v
    if v[0] > 0:
        y = v * 2 if v[1] > 100 else v + v
    return np.sum(y) + np.sum(np.outer(v, y) @ y)


RIGHT = [accumulates, sums_methods, scalar_in_branches, scalar_in_nested_branches]


def differences(function: Any, v: Any) -> Any:
    h = 1e-6
    columns = [h * e for e in np.eye(3)]
    return np.array([(function(v + c) - function(v - c)) / (2 * h) for c in columns])


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("function", [*REFUSED_OR_RIGHT, *RIGHT], ids=lambda f: f.__name__)
def test_sharing(function: Any, sign: float) -> None:
    v = sign * np.array([1.0, 2.0, 3.0])
    try:
        given = ad.grad(function)(v)
    except ad.AutodiffError as error:
        assert function in REFUSED_OR_RIGHT, error
        assert "not supported yet" in str(error) or "may change" in str(error)
    else:
        assert given.shape == v.shape
        np.testing.assert_allclose(given, differences(function, v), rtol=1e-5, atol=1e-7)
