"""Lists that are read as a whole before they have grown to the end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives


def summed(x):
    items = []
    s = x[0]
    for _ in range(3):
        items.append(s)
        s = np.sin(s) + sum(items) * x[1]
    return s


def mean(x):
    items = []
    s = x[0]
    for _ in range(3):
        items.append(s)
        s = np.sin(s) + np.mean(np.array(items)) * x[1]
    return s


def largest(x):
    items = [x[1]]
    s = x[0]
    for _ in range(3):
        items.append(s)
        s = np.sin(s) + max(items) * items[-1] * items[len(items) - 2]
    return s


def gone_through(x):
    items = [x[1]]
    s = x[0]
    for _ in range(3):
        for v in items:
            s = s + v * v
        items.append(s)
    return s


def the_last_two(x):
    items = [x[1]]
    s = x[0]
    for _ in range(3):
        s = s + sum(items[-2:]) * x[0]
        items.append(s)
    return s


def one_after_another(x):
    items = [x[1], x[0]]
    a = sum(items)
    items.append(a * a)
    b = sum(items)
    items.append(a * b)
    return sum(items) * b


def arrays(x):
    items = []
    s = x * 2.0
    for _ in range(3):
        items.append(s)
        s = np.sin(s) + np.sum(np.stack(items), axis=0) * x[1]
    return np.sum(s * s)


FUNCTIONS = [summed, mean, largest, gone_through, the_last_two, one_after_another, arrays]


@pytest.mark.parametrize("f", FUNCTIONS)
def test_derivatives(f):
    x, v, h = np.array([0.3, 0.2]), np.array([1.0, 0.5]), 1e-6
    expected = (f(x + h * v) - f(x - h * v)) / (2 * h)
    value, gradient = ad.value_and_grad(f)(x)
    assert value == pytest.approx(f(x), rel=1e-14)
    assert gradient @ v == pytest.approx(expected, rel=1e-6)
    assert ad.jvp(f, (x,), (v,))[1] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("f", FUNCTIONS)
def test_second_derivatives(f):
    x, v, h = np.array([0.3, 0.2]), np.array([1.0, 0.5]), 1e-6
    second = (ad.grad(f)(x + h * v) - ad.grad(f)(x - h * v)) / (2 * h)
    assert np.allclose(ad.hvp(f)(x, v), second, rtol=1e-6, atol=1e-8)


def stacked_in_a_loop(x):
    items = [x[0]]
    for k in range(3):
        items.append(items[k] * x[k + 1])
    s = items[0] * items[-1]
    for v in items:
        s += v * v
    return s


def test_reverse_twice() -> None:
    def along(x):
        return np.sum(ad.grad(stacked_in_a_loop)(x) * np.array([1.0, -0.5, 0.3, 0.8]))

    x = np.array([0.3, 1.2, -0.7, 0.5])
    check_derivatives(along, x, np.array([0.2, 1.0, -0.4, 0.6]))
    hessian = ad.hessian(stacked_in_a_loop)(x)
    np.testing.assert_allclose(hessian, hessian.T)


class Holder:
    def __init__(self, items: Any) -> None:
        self.items = items


class Empty:
    items: Any


def held_by_an_object_in_a_list(x: Any) -> Any:
    items = [x[0]]
    held = [Holder(items)]
    items.append(x[1])
    return sum(held[0].items) * 3


def held_by_an_object_in_a_branch(x: Any) -> Any:
    items = [x[0]]
    o = Empty()
    if x[0] > 0:
        o.items = items
    else:
        o.items = [x[1]]
    held = [o]
    items.append(x[1])
    return sum(held[0].items) * 3


@pytest.mark.parametrize("f", [held_by_an_object_in_a_list, held_by_an_object_in_a_branch])
def test_lists_that_grow_after_an_object_holds_them(f: Any) -> None:
    with pytest.raises(ad.UnsupportedSyntaxError, match=r"grows after|holds too"):
        ad.grad(f)(np.array([0.5, 0.7]))


def joined_before_it_grows(x: Any) -> Any:
    s = [1.0, 2.0]
    t = s + [x[0], x[1]]  # noqa: RUF005
    s.append(x[1])
    t[0] = x[0]
    return sum(s) * sum(t) * t[2]


def test_lists_that_are_joined_before_they_grow() -> None:
    check_derivatives(joined_before_it_grows, np.array([0.5, 0.7]), np.array([0.3, -0.2]))
