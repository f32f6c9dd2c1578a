"""Loops in a `try` that fail by themselves; lists of arrays at second order."""

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives

X, V = np.array([0.6, 0.7, 1.2, 0.5]), np.array([0.5, -0.3, 0.2, 1.0])


def listed(x):
    r = []
    try:
        for i in range(10):
            r.append(x[i] * i)
    except IndexError:
        r.append(x[0] ** 2)
    return r[2] * r[-1]


def summed(x):
    s = 0.0
    try:
        for i in range(10):
            s += x[i] * x[i + 1]
    except (IndexError, ZeroDivisionError) as error:
        s = s**2 * len(error.args)
    else:
        s = 0.0
    return s


def not_failing(x):
    s = 0.0
    try:
        for v in x:
            s += 1.0 / float(v)
    except ZeroDivisionError:
        s = 0.0
    return s


def trajectory(x):
    y = x[:2]
    ys = [y]
    for _ in range(3):
        y = y * x[2:]
        ys.append(y)
    return np.sum(np.array(ys)[:, 0] ** 2) + np.stack(ys)[-1, 1] ** 2 * ys[1][0]


@pytest.mark.parametrize("f", [summed, not_failing, trajectory])
def test_failing_loops(f):
    check_derivatives(f, X, V)
    steps = [(ad.grad(f)(X + e) - ad.grad(f)(X - e)) / 2e-5 for e in np.eye(4) * 1e-5]
    np.testing.assert_allclose(ad.hessian(f)(X), steps, rtol=1e-5, atol=1e-8)


def test_a_list_that_grows_until_it_fails():
    np.testing.assert_allclose(ad.grad(listed)(X), [2 * X[0] * 2 * X[2], 0, 2 * X[0] ** 2, 0])
