"""How long parts of arrays are is not told by trials with small arrays."""

import numpy as np
import pytest

from tests.differences import check_derivatives

X, V = np.linspace(0.2, 1.3, 12), np.cos(np.arange(12.0))


def four_parts(x):
    """As the gates of a cell with a memory are: a quarter of two items has one."""
    size = len(x) // 4
    memory = np.zeros(size)
    for k in range(3):
        forget, accept, show, new = np.split(x * (k + 1.0), 4)
        memory = np.tanh(forget) * memory + accept * np.tanh(new) * show
    return memory[0]


def five_uneven_parts(x):
    first, *_, last = np.array_split(x, 5)
    return np.sum(first * x[:3] ** 2) + np.sum(last * x[3:5])


def counted(x):
    sums = np.bincount(np.array([0, 2, 2, 1, 0, 3, 1, 1, 0, 2, 3, 3]), weights=x)
    return np.sum(sums * x[:4] ** 2)


def at_times(x, steps):
    times = np.arange(0.0, x[0], x[0] / (steps - 0.5))
    return np.sum(np.sin(times) * x[:steps] ** 2)


def at_six_times(x):
    return at_times(np.concatenate([np.array([0.7]), x[1:]]), 6)


@pytest.mark.parametrize("function", [four_parts, five_uneven_parts, counted, at_six_times])
def test_derivatives(function):
    check_derivatives(function, X, V)


def parts_are_views(x):
    """What is stored in a part is stored in the whole, and the other way round."""
    whole = x * 1.0
    first, second = np.split(whole, 2)
    for k in range(3):
        first[k] = first[k] * second[k + 1]
    whole[7] *= 2.0
    return np.sum(whole * whole) + second[1] * first[0]


def columns_are_views(x):
    whole = x.reshape(3, 4) * 1.0
    left, right = np.split(whole, 2, axis=1)
    left[:, 0] *= right[:, 1]
    return np.sum(whole**2)


def without_order(x):
    a, b, c = np.array_split(x, [7, 2])
    return np.sum(a[:3] * x[1]) + np.sum(b) + np.sum(c**2)


@pytest.mark.parametrize("function", [parts_are_views, columns_are_views, without_order])
def test_parts_are_views(function):
    check_derivatives(function, X, V)


def stored_through_flat(x):
    y = x * 1.0
    y.flat[1] = x[0] * 2
    A = np.outer(x, x)
    z = A.flat
    z[3] = y[1] * x[2]
    z[::2] *= 2
    return np.sum(y * y) + y[0] * y[1] + A[1, 0] * A[0, 1] + x @ x * x[1]


def test_flat_of_what_is_an_argument_in_the_end() -> None:
    x = np.array([0.71, 1.33, 0.86])
    check_derivatives(stored_through_flat, x, np.array([1.0, -0.5, 2.0]))
