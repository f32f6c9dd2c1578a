"""Lists of numbers that are changed by index."""

from __future__ import annotations

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives


def powers(x, n):
    g = [0] * n
    g[0] = x
    for i in range(1, n):
        g[i] = g[i - 1] * x
    return g[-1] + g[2]


def ints(x, n):
    g = [0] * n
    g[1] = x * x
    s = 0.0
    for i in range(n):
        if i != 1:
            g[i] = i
        s = s + g[i] * x
    return s


def kept(x, n):
    g = [x * k for k in range(n)]
    h = g
    for i in range(1, n):
        h[i] *= g[i - 1]
    s = sum(g)
    g[0] = s
    return s * h[0] + g[2]


def branch(x, n):
    g = [1.0] * n
    for i in range(n):
        if i % 2:
            g[i] = x * i
        else:
            g[i] = x
            g[0] = g[i] * x
    return np.sum(np.array(g) ** 2) + max(g)


def display(x, n):
    a = [x, x * x, 1.0]
    for i in range(3):
        a[i] = a[i] * x + a[0]
    return sum(a) + a[n - 4]


def plus(x, n):
    a = [x] * n
    b = [*a, x * x]
    b[n] = b[n] * b[0]
    b[1:3] = [x, 2 * x]
    return sum(b) + b[-1] * b[1]


def swap(x, n):
    a = [x * k for k in range(n)]
    b = [0.0] * n
    for _ in range(3):
        for k in range(n):
            b[k] = a[k] * x + a[k - 1]
        a, b = b, a
    return sum(a) * b[2]


def argument(x, n):
    def inner(v):
        v[0] = v[0] * x
        return v

    a = [x] * n
    inner(a)
    return a[0] * a[1]


FUNCTIONS = [powers, ints, kept, branch, display, plus, swap, argument]


@pytest.mark.parametrize("f", FUNCTIONS)
def test_derivatives(f):
    check_derivatives(f, 1.3, 1.0, 5)


def test_a_list_that_is_returned():
    def f(x):
        a = [x] * 3
        a[1] = x * x
        return a

    value, pull = ad.vjp(f, 1.3)
    assert value == [1.3, 1.3 * 1.3, 1.3]
    assert pull([1.0, 2.0, 3.0]) == (pytest.approx(9.2),)


def test_an_argument_that_is_changed():
    def f(a):
        for i in range(1, len(a)):
            a[i] = a[i] * a[i - 1]
        return a[-1]

    a = [1.0, 2.0, 3.0]
    assert ad.grad(f)(a) == [6.0, 3.0, 2.0]
    assert a == [1.0, 2.0, 6.0]


def test_an_index_costs_no_more_in_a_long_list():
    gradient = ad.grad(powers)
    gradient(1.3, 5)
    assert "np.copy" not in gradient.source and "list(" not in gradient.source


# Lists of arrays, and lists in lists


def replaced(x, n):
    h = [x * 1.0] * (n + 1)
    for i in range(n):
        h[i + 1] = np.tanh(h[i] * x)
    return np.sum(h[-1] * h[1])


def replaced_of_a_comprehension(x, n):
    h = [x * k for k in range(n + 1)]
    for i in range(n):
        h[i + 1] = np.tanh(h[i] * x) + h[i + 1]
    return np.sum(h[-1] * h[1])


def rows_written_down(x, n):
    g = [[x[0], x[1]], [x[1], 1.0]]
    for i in range(2):
        for j in range(2):
            g[i][j] = g[i][j] * x[0]
    return g[0][1] + g[1][0] * g[0][0]


def one_row_often(x, n):
    g = [[x[0]] * 3] * 3
    g[0][1] = x[1]
    return sum(sum(r) for r in g)


def grid(x, n):
    g = [[0.0] * n for _ in range(n)]
    for i in range(n):
        g[0][i] = x[0] * i
        g[i][0] = x[1]
    for i in range(1, n):
        for j in range(1, n):
            g[i][j] = g[i - 1][j] * x[0] + g[i][j - 1]
    return g[n - 1][n - 1]


def rows_of_a_grid(x, n):
    g = [[0.0] * n for _ in range(n)]
    g[0][0] = x[0]
    for i in range(1, n):
        row = g[i]
        prev = g[i - 1]
        for j in range(1, n):
            row[j] = prev[j - 1] * x[0] + prev[j]
    return sum(sum(r) for r in g)


def rows_of_many_lengths(x, n):
    g = [[1.0] * (i + 1) for i in range(n)]
    for i in range(2, n):
        for j in range(1, i):
            g[i][j] = g[i - 1][j - 1] * x[0] + g[i - 1][j]
    return g[n - 1][1]


def one_row_in_every_place(x, n):
    row = [x[0]] * 3
    g = [row for _ in range(n)]
    g[0][1] = x[1]
    return sum(sum(r) for r in g)


def rows_in_another_list(x, n):
    g = [[x[0]] * 3 for _ in range(n)]
    r = g[0]
    g[0] = [x[1]] * 3
    r[1] = x[1] * 2
    h = [*g, r]
    g[1][0] = 5.0
    return sum(sum(r) for r in h)


def rows_swapped(x, n):
    g = [[x[0]] * 3 for _ in range(n)]
    g[0], g[1] = g[1], g[0]
    g[0][1] = x[1]
    g[1], g[2] = g[0], g[1]
    g[0][1] = x[0] * 2
    return sum(sum(r) * (k + 1) for k, r in enumerate(g))


def rows_of_a_slice(x, n):
    g = [[x[0]] * 3 for _ in range(n)]
    h = g[:]
    h[0][1] = x[1]
    return sum(sum(r) * (k + 1) for k, r in enumerate(g))


def rows_of_a_list_that_grows(x, n):
    g = [[x[0]] * 3 for _ in range(n)]
    r = g[-1]
    g.append([1.0, 2.0, 3.0])
    r[0] = x[1]
    g[-1][0] = x[0] * x[1]
    return sum(sum(r) * (k + 1) for k, r in enumerate(g))


REFUSED = [
    rows_of_many_lengths,
    one_row_in_every_place,
    rows_in_another_list,
    rows_swapped,
    rows_of_a_slice,
    rows_of_a_list_that_grows,
]
ROWS = [
    grid,
    rows_of_a_grid,
    replaced,
    replaced_of_a_comprehension,
    rows_written_down,
    one_row_often,
]


@pytest.mark.parametrize("f", ROWS)
def test_lists_of_arrays(f):
    check_derivatives(f, np.array([1.3, 0.7]), np.array([0.3, 0.5]), 4)


@pytest.mark.parametrize("f", REFUSED)
def test_refused(f):
    with pytest.raises(ad.AutodiffError):
        ad.grad(f)(np.array([1.3, 0.7]), 4)


def replaced_in_a_branch(x, n):
    b = [0.0] * 3
    t = [x, 1.0, 2.0]
    for _ in range(2):
        if n == 0:
            b = t
    return np.tanh(np.sum(np.array(b)) + x)


def test_buffers_that_begin_alike_are_not_one() -> None:
    by_x, h = ad.grad(replaced_in_a_branch), 1e-6
    expected = (by_x(0.3 + h, 0) - by_x(0.3 - h, 0)) / (2 * h)
    assert ad.grad(by_x)(0.3, 0) == pytest.approx(expected, rel=1e-6)


def of_a_grid(x):
    g = [[0.0] * 3 for _ in range(3)]
    r = g[0]
    p = g[2]
    p[-1] = np.sin(g[0][0] * x + x)
    return np.tanh(sum(sum(w) * (k + 1) for k, w in enumerate(g)) + 0.2 * r[0] * p[1] + r[2]) * x


def test_rows_of_unknown_numbers_are_added() -> None:
    derivative = ad.value_and_grad(of_a_grid)
    expected = derivative(0.3)
    unspecialised = derivative.unspecialised().loaded.function(0.3)  # type: ignore[attr-defined]
    assert np.allclose(unspecialised, expected, rtol=1e-13)
