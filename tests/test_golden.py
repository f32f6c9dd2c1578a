"""Generated sources that people read: compared as text, run, and checked by differences."""

from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad
from tests.conftest import Golden

RNG = np.random.default_rng(0)
MATRIX, VECTOR = RNG.uniform(0.5, 1.5, (3, 2)), RNG.uniform(0.5, 1.5, 2)


def polynomial(x):
    return 3 * x**3 - 2 * x + 1


def product_rule(x):
    y = np.sin(x) * x**2
    return y / (1 + np.exp(-x))


def logistic(w, b, x, y):
    z = x @ w + b
    return np.sum(np.log(1 + np.exp(z)) - y * z)


def least_squares(w, x, y):
    r = x @ w - y
    return np.sum(r * r)


def ridge(w, x, y, penalty=0.1):
    return np.sum((x @ w - y) ** 2) + penalty * np.sum(w**2)


def column_means(a):
    m = np.sum(a, axis=0) / 3.0
    return np.sum((a - m) ** 2)


def row_scales(a, s):
    return np.sum(np.sqrt(np.sum(a * a, axis=1)) * s)


def two_layers(v, w, x):
    h = np.tanh(x @ w)
    return np.sum(h @ v)


def distance(p, q):
    return np.sqrt(np.sum((p - q) ** 2))


def first_and_last(a):
    return a[0] * a[-1] - np.cos(a[1:]).sum()


CASES: list[tuple[Any, Any, tuple[Any, ...]]] = [
    (polynomial, 0, (0.7,)),
    (product_rule, 0, (0.7,)),
    (logistic, (0, 1), (VECTOR, 0.3, MATRIX, np.array([1.0, 0.0, 1.0]))),
    (least_squares, 0, (VECTOR, MATRIX, np.ones(3))),
    (ridge, 0, (VECTOR, MATRIX, np.ones(3))),
    (column_means, 0, (MATRIX,)),
    (row_scales, (0, 1), (MATRIX, np.ones(3))),
    (two_layers, (0, 1), (VECTOR, MATRIX, np.ones((4, 3)))),
    (distance, 0, (VECTOR, 2 * VECTOR)),
    (first_and_last, 0, (MATRIX[:, 0],)),
]


@pytest.mark.parametrize(("function", "argnums", "args"), CASES, ids=[c[0].__name__ for c in CASES])
def test_golden(function: Any, argnums: Any, args: tuple[Any, ...], golden: Golden) -> None:
    derivative = ad.grad(function, argnums=argnums)
    gradients = derivative(*args)
    golden.check(function.__name__, derivative.source)
    namespace: dict[str, Any] = {}
    exec(derivative.source, namespace)
    defaults = function.__defaults__ or ()
    again = namespace[f"grad_{function.__name__}"](*args, *defaults)
    np.testing.assert_equal(again, gradients)
    wanted = argnums if isinstance(argnums, tuple) else (argnums,)
    found = gradients if isinstance(argnums, tuple) else [gradients]
    for k, gradient in zip(wanted, found, strict=True):
        direction = RNG.normal(size=np.shape(args[k]))
        step = 1e-6
        up, down = (
            function(*args[:k], args[k] + s * step * direction, *args[k + 1 :]) for s in (1, -1)
        )
        expected = (up - down) / (2 * step)
        assert np.sum(gradient * direction) == pytest.approx(expected, rel=1e-6, abs=1e-8)
