"""Lists that begin as `[None] * n` and get their items by index."""

from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives

X = np.array([0.3, 1.2, -0.7, 0.5])
V = np.array([1.0, -0.5, 0.3, 0.8])


def of_numbers(x):
    t = [None] * len(x)
    for i in range(len(x)):
        t[i] = x[i] * (t[i - 1] if i else 1.0)
    return t[-1] + t[1]


def of_arrays(x):
    h = [None] * 4
    h[0] = x
    for i in range(3):
        h[i + 1] = np.tanh(h[i] * x[i])
    return np.sum(h[3]) * np.sum(h[1])


def by_a_comprehension(x):
    h = [None for _ in range(4)]
    for i in range(4):
        h[i] = x[i] ** 2
    return sum(h) * np.prod(np.array(h))


def asked_for(x):
    h = [None] * 4
    for i in range(4):
        if h[i] is None:
            h[i] = x[i] ** 2
    return sum(h) * x[0]


@pytest.mark.parametrize(
    "function", [of_numbers, of_arrays, by_a_comprehension, asked_for], ids=lambda f: f.__name__
)
def test_derivatives(function: Any) -> None:
    check_derivatives(function, X, V)
    hessian = ad.hessian(function)(X)
    np.testing.assert_allclose(hessian @ V, ad.hvp(function)(X, V), rtol=1e-12, atol=1e-12)


def test_what_was_not_stored_is_the_primals_error() -> None:
    def unset(x):
        h = [None] * 4
        h[1] = x[0]
        return h[0] * x[1]

    with pytest.raises(TypeError):
        ad.grad(unset)(X)
