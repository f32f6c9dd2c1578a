"""Functions of arrays, given lists of numbers."""

import math

import numpy as np
import pytest
import scipy.special

import autodiff_sst as ad
from tests.differences import check_derivatives

X, V = np.array([0.6, 0.7, 1.1, 0.5, 0.9]), np.array([0.5, -0.3, 0.2, 1.0, 0.1])

FUNCTIONS = [
    lambda a: np.dot(a, a),
    lambda a: np.inner(a, a),
    lambda a: np.outer(a, a).sum(),
    lambda a: np.vdot(a, a),
    lambda a: np.linalg.norm(a),
    lambda a: np.cumsum(a)[2],
    lambda a: np.diff(a)[1] ** 2,
    lambda a: np.prod(a),
    lambda a: np.convolve(a, a)[2],
    lambda a: np.polyval(a, 0.3),
    lambda a: np.polyval([1.0, 2.0], a).sum(),
    lambda a: np.var(a),
    lambda a: np.std(a),
    lambda a: np.median(a),
    lambda a: np.percentile(a, 30),
    lambda a: np.clip(a, 0.1, 1).sum(),
    lambda a: np.maximum(a, 0.8).sum(),
    lambda a: np.max(a),
    lambda a: np.min(a),
    lambda a: np.sort(a)[1] * 2,
    lambda a: np.interp(0.5, [0, 1, 2, 3, 4], a),
    lambda a: np.average(a, weights=a),
    lambda a: np.roll(a, 1)[0],
    lambda a: np.sin(a).sum(),
    lambda a: np.tile(a, 2).sum(),
    lambda a: np.stack(a).sum(),
    lambda a: np.concatenate([a, a]).sum(),
    lambda a: np.reshape(a, (5, 1)).sum(),
    lambda a: np.diag(a).sum(),
    lambda a: np.where(np.array(a) > 1, a, 0).sum(),
    lambda a: np.mean(a),
    lambda a: np.sum(a),
    lambda a: np.einsum("i,i->", a, a),
    lambda a: np.tensordot(a, a, 1),
    lambda a: np.cross(a[:3], a[1:4]).sum(),
    lambda a: np.kron(a, a).sum(),
    lambda a: scipy.special.logsumexp(a),
    lambda a: np.abs(np.fft.fft(a)).sum(),
    lambda a: np.asarray(a, dtype=float).sum(),
    lambda a: np.column_stack([a, a]).sum(),
    lambda a: np.vstack([a, a]).sum(),
    lambda a: math.hypot(a[0], a[1]),
    lambda a: math.fsum(a),
    lambda a: math.prod(a),
    lambda a: (np.arange(5.0) * a).sum(),
    lambda a: np.linalg.solve(np.eye(5) * 2, a).sum(),
    lambda a: np.cov(a, [1.0, 2, 3, 4, 5])[0, 1],
    lambda a: np.ones((2, 5))[0] @ a,
]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_lists(function):
    def f(x):
        a = []
        for v in x:
            a.append(v * v)
        return function(a)

    check_derivatives(f, X, V)
    hessian = ad.jacobian(ad.grad(f), mode="reverse")(X)
    np.testing.assert_allclose(ad.hessian(f)(X), hessian, atol=1e-9)


def test_hypot_of_three():
    check_derivatives(lambda x: math.hypot(x[0], x[1], x[2]), X, V)


WHOLE = [1, 2, 3, 4, 5]
HELD = {"weights": (5, 4, 3, 2, 1)}


class Weighted:
    weights = (1, 0, 2, 0, 3)

    def __init__(self):
        self.own = [2, 1, 2, 1, 2]

    def total(self, x):
        return np.sum(x * self.weights * self.own)


def changed(x):
    q = x.copy()
    q *= WHOLE
    q += (1, 2, 3, 4, 5)
    q[[0, 1]] *= [2, 3]
    q[1:3] = q[1:3] - [1, 2]
    q **= [2, 1, 2, 1, 2]
    return q.sum()


def grown(x):
    w = []
    for i in range(5):
        w.append(i)
    return np.sum(w * x) + np.sum(x / [i + 1 for i in range(5)])


OF_WHOLE_NUMBERS = [
    lambda x: np.sum(x * [1, 2, 3, 4, 5]),
    lambda x: np.sum((1, 2, 3, 4, 5) * x**2),
    lambda x: np.sum(WHOLE * x * HELD["weights"]),
    lambda x: Weighted().total(x * x),
    lambda x: np.sum(x * range(5)) + np.sum(WHOLE - x * x) + x @ WHOLE + WHOLE @ x,
    lambda x: (
        np.sum(x**WHOLE) + np.sum(x[0] + [1, 2]) + np.sum([True, False, True, True, False] * x)
    ),
    lambda x: np.sum(x[:4].reshape(2, 2) * [[1, 2], [3, 4]] @ [1, 2]) + np.sum(x[:, None] * [1, 2]),
    lambda x: np.average(x, weights=[1, 2, 3, 4, 5]) * np.dot(x, WHOLE) + np.kron(x, [1, 2]).sum(),
    lambda x: np.multiply(x, WHOLE).sum() * np.maximum(x, [0, 1, 0, 1, 0]).sum(),
    lambda x: np.where([1, 0, 1, 0, 1], x, 0).sum() * np.interp(x, [0, 1, 2], [1, 3, 2]).sum(),
    lambda x: np.convolve(x, [1, 2, 1], mode="same")[2] * np.polyval([1, 2, 3], x).sum(),
    lambda x: math.fsum(x) * math.prod(x) + x[[True, False, True, True, False]].sum() ** 2,
    lambda x: np.sum(np.int64(2) * [1, 2] * x[:4]) ** 2,
    changed,
    grown,
]


@pytest.mark.parametrize("function", OF_WHOLE_NUMBERS)
def test_lists_of_whole_numbers_beside_arrays(function):
    check_derivatives(function, X, V)
    assert np.allclose(ad.jacobian(function)(X), ad.grad(function)(X))
