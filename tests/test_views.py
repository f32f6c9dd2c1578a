"""Views by functions of shapes, of arrays that change; indices that functions give."""

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives

X, V = np.array([0.6, 0.7, 1.1, 0.5, 0.9, 1.3]), np.array([0.5, -0.3, 0.2, 1.0, 0.4, -0.8])


def squeezed(x):
    a = x[:, None] * 1.0
    b = np.squeeze(a)
    b[0] = b[0] ** 2
    return np.sum(a**2 * (1.0 + np.arange(6.0))[:, None])


def squeezed_at_an_axis(x):
    a = x.reshape(2, 1, 3) * 1.0
    b = np.squeeze(a, 1)
    b[1] *= b[0]
    a[0, 0, 0] *= 3.0
    return np.sum(b**2) + a[1, 0, 2]


def squeezed_method(x):
    a = x[None, :] * 2.0
    b = a.squeeze()
    b[1:] *= b[:-1]
    return np.sum(a**2)


def moved(x):
    a = x.reshape(2, 3).copy()
    b = np.moveaxis(a, 0, 1)
    b[0] *= 2.0 * b[1]
    return np.sum(a**2 * np.arange(6.0).reshape(2, 3))


def moved_in_three_dimensions(x):
    a = x.reshape(1, 2, 3).copy()
    b = np.moveaxis(a, 0, -1)
    b[1, 2] = b[0, 1] * b[1, 0]
    a[0, 0] *= 2.0
    return np.sum(b**2)


def expanded(x):
    a = x**2
    b = np.expand_dims(a, 1)
    b[2, 0] = a[0] * a[1]
    a[3] = b[2, 0] * 2.0
    return np.sum(a * b[:, 0])


def stored_at_indices_of_a_function(x):
    r = np.zeros((4, 4))
    r[np.tril_indices(4, -1)] = x
    r[np.diag_indices(4)] = x[0] * x[2:]
    return np.sum(r**2 * np.arange(16.0).reshape(4, 4))


def read_at_indices_of_a_function(x):
    r = np.outer(x, x)
    chosen = np.triu_indices(6, 1)
    return np.sum(r[chosen] ** 3) + np.sum(r[np.nonzero(r > 0.8)])


PROGRAMS = [
    *(stored_at_indices_of_a_function, read_at_indices_of_a_function),
    *(squeezed, squeezed_at_an_axis, squeezed_method, moved, moved_in_three_dimensions),
    *(expanded,),
]


@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_program(function):
    check_derivatives(function, X, V)


def test_two_names_of_one_array_of_which_a_loop_rebinds_one():
    def f(x):
        u = x * 1.0
        w = u
        for _ in range(2):
            u[1:] = u[:-1] * x[0]
            u, w = w, u
            w = w + 1.0
            u, w = w, u
        return np.sum(u * u) + np.sum(w)

    with pytest.raises(ad.UnsupportedSyntaxError, match="changes from turn to turn"):
        ad.grad(f)(X)


@pytest.mark.parametrize("k", [0, 1])
def test_the_cotangent_of_a_row_is_that_of_another_too(k):
    def f(x):
        c = [x * 0.7, x.copy()]
        u = c[0]
        u[k] *= x[1]
        c[k] += x * 0.7
        return np.tanh(0.1 * np.sum(np.array(c[0])) + np.sum(np.array(c[1])))

    check_derivatives(f, X, V)


def test_a_branch_reads_for_itself_what_an_object_holds():
    class Holder:
        def __init__(self, a, b):
            self.a = a
            self.b = b

    def f(x, n):
        c = Holder([x[0], x[1], 1.0], [0.0] * 3)
        t = [c.a[1], x[2], c.a[0]]
        t[-1] *= x[2]
        if n == 0:
            t = c.a
        return np.sum(np.array(c.a) ** 2) + np.sum(np.array(t) ** 3 * x[3])

    for n in (0, 1):
        check_derivatives(lambda x: f(x, n), X, V)  # noqa: B023


def test_names_of_lists_that_a_loop_swaps():
    def f(x, n):
        c = {"a": [[x[0], x[1], 1.0], [0.0] * 3]}
        t, u = c["a"][1], c["a"][0]
        c["a"][0][0] *= x[2]
        for _ in range(n):
            t = [w * x[3] for w in c["a"][1]]
            t, u = u, c["a"][1]
        return np.sum(np.array(c["a"][0]) ** 2) + np.sum(np.array(t) ** 3) + np.sum(np.array(u) * 4)

    for n in (0, 1, 3):
        check_derivatives(lambda x: f(x, n), X, V)  # noqa: B023
