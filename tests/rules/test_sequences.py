"""Functions of lists of arrays, in programs that make the lists."""

from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad


def concatenated(x, v):
    y = np.concatenate([x, v * 2, x * v])
    z = np.concatenate((np.outer(x, v), np.outer(v, v)), axis=1)
    return np.sum(y**2) + np.sum(np.sin(z))


def stacked(x, v):
    return np.sum(np.stack([x, v, x * v]) ** 3) + np.sum(np.stack((x, v), axis=-1)[:, 0] * v)


def arrays(x, v):
    m = np.array([x[0], v[1] * x[2], 1.0])
    n = np.array([[x[0], 2.0], [v[0], x[1] * v[2]]])
    return np.sum(m * m) + np.sum(np.exp(n))


def in_a_loop(x, v):
    total = 0.0
    for k in range(3):
        rows = [x * k, v]
        total += np.sum(np.stack(rows) ** 2) + rows[0][1] * rows[1][2]
        x = np.concatenate([x[1:], v[:1]])
    return total


def factored(x, v):
    a = np.outer(x, x) + np.outer(v, v) + 2.0 * np.eye(3)
    lower = np.linalg.cholesky(a)
    return np.sum(np.sin(lower)) + np.log(np.linalg.det(a)) * lower[2, 0]


@pytest.mark.parametrize("function", [factored, concatenated, stacked, arrays, in_a_loop])
def test_lists_of_arrays(function: Any) -> None:
    x, v = np.array([0.3, -0.7, 1.1]), np.array([0.5, 0.2, -0.4])
    a, b, h = np.array([1.0, -0.5, 0.3]), np.array([0.2, 0.7, -1.0]), 1e-6
    gradient = ad.grad(function, argnums=(0, 1))
    x_bar, v_bar = gradient(x, v)
    up, down = (function(x + s * h * a, v + s * h * b) for s in (1, -1))
    assert x_bar @ a + v_bar @ b == pytest.approx((up - down) / (2 * h), rel=1e-7), gradient.source
