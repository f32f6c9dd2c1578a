"""Indices that are tuples, arrays and masks: values, gradients, Hessians from a widened sweep."""

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives

X, V = np.array([0.7, 1.2, 0.4]), np.array([0.5, -0.3, 0.2])


def stored_on_the_diagonal(x):
    r = np.zeros((3, 3))
    r[np.diag_indices(3)] = x
    return np.sum(r**3)


def stored_again(x):
    r = np.zeros((3, 3))
    for _ in range(2):
        r[np.diag_indices(3)] = x * r[0, 0] + x
    return np.sum(r**2)


def read_in_a_triangle(x):
    r = np.outer(x, x)
    chosen = np.tril_indices(3)
    return np.sum(r[chosen] ** 2)


def read_at_a_tuple(x):
    r = np.outer(x, x)
    place = (0, 1)
    return r[place] ** 2


def read_at_a_tuple_with_a_slice(x):
    r = np.outer(x, x)
    place = (slice(0, 2), 1)
    return np.sum(r[place] ** 2)


def read_where_it_is_large(x):
    r = np.outer(x, x)
    return np.sum(r[np.nonzero(r > 0.5)] ** 2)


def stored_at_a_grid(x):
    r = np.outer(x, x)
    r[np.ix_(x > 0.5, [0, 1])] = x[0] ** 2
    r[np.where(r > 0.5)] *= x[0]
    return np.sum(r**2)


def read_at_the_largest(x):
    r = np.outer(x, x)
    return r[np.unravel_index(np.argmax(r), r.shape)] * r[np.unravel_index(3, (3, 3))] ** 2


def one_number_stored_in_rows(x):
    r = np.outer(x, x)
    r[np.arange(2)] = x[0] ** 2
    return np.sum(r**2)


def a_row_stored_in_a_grid(x):
    r = np.outer(x, x)
    r[np.array([[0, 1], [1, 2]]), np.array([0, 2])] = x[0] ** 2 * x[:2]
    return np.sum(r**2)


def one_number_stored_under_a_mask(x):
    r = np.outer(x, x)
    r[r > 0.5] = x[0] ** 2
    return np.sum(r**2)


def a_row_stored_under_a_mask_of_rows(x):
    r = np.outer(x, x)
    r[x > 0.5] = x**2
    return np.sum(r**2)


PROGRAMS = [
    *(stored_on_the_diagonal, stored_again, read_in_a_triangle, read_at_a_tuple),
    *(read_at_a_tuple_with_a_slice, read_where_it_is_large, stored_at_a_grid),
    *(read_at_the_largest, one_number_stored_in_rows, a_row_stored_in_a_grid),
    *(one_number_stored_under_a_mask, a_row_stored_under_a_mask_of_rows),
]


@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_program(function):
    check_derivatives(function, X, V)
    gradient = ad.grad(function)
    steps = 1e-5 * np.eye(3)
    expected = [(gradient(X + s) - gradient(X - s)) / 2e-5 for s in steps]
    np.testing.assert_allclose(ad.hessian(function)(X), expected, rtol=1e-4, atol=1e-6)
