"""Functions that take functions: `map`, `reduce`, `key=`, `np.vectorize`, `np.piecewise`."""

import collections
import functools
import math
import operator
import types
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives

X = np.array([0.4, -0.7, 1.3])
M = np.array([[0.3, 1.2, -0.5], [0.8, -1.1, 0.6]])


def mapped(x: Any) -> Any:
    squares = list(map(lambda t: t**2, x))  # noqa: C417
    sines = np.array(list(map(math.sin, [x[0], x[1]])))
    products = map(lambda a, b: a * b, x, squares)
    return sum(squares) * sines[1] + sum(products)


def filtered(x: Any) -> Any:
    return sum(filter(lambda v: v > 0, x * x[0]))


def reduced(x: Any) -> Any:
    product = functools.reduce(lambda a, b: a * b, x)
    return product + functools.reduce(lambda a, b: a * 0.5 + b, x, x[0])


def keyed(x: Any) -> Any:
    largest = max(x[0], x[1] * 2.0, key=lambda v: -v)
    return largest * min([v * v for v in x], key=lambda v: -v) + sorted(x, key=abs)[0]


def vectorized(x: Any) -> Any:
    f = np.vectorize(lambda t: t**2 + 1.0)
    return np.sum(f(x)) * np.sum(np.vectorize(lambda t, s: t * s if t > 0 else s)(x, x[0]))


def pieces(x: Any) -> Any:
    y = np.piecewise(x, [x < 0, x >= 0], [lambda t: -2.0 * t, lambda t: t**2])
    return np.sum(y * np.piecewise(x, [x < 0], [lambda t: np.exp(t), 1.5]))


def of_places(x: Any) -> Any:
    return np.sum(np.fromfunction(lambda i, j: x[0] * i + x[1] ** 2 * j, (3, 2)))


def along(x: Any) -> Any:
    rows = np.outer(x, M[0])
    return np.sum(np.apply_along_axis(lambda r: np.sum(r**2) * r[0], 1, rows))


def flat(x: Any) -> Any:
    m = np.outer(x, M[1])
    total = m.flat[2] * np.sum(m.flat[1:5])
    for v in m.flat:
        total = total + v**2
    return total


def joined(x: Any) -> Any:
    return np.sum(np.r_[x, 0.5, x[0]] ** 2) + np.sum(np.einsum(x, [0], M, [1, 0], [1]) ** 2)


def picked(x: Any) -> Any:
    first = next(v for v in x if v < 0) * len({1, 2})
    table = dict(zip(["a", "b"], [x[0], x[1] * x[2]]))  # noqa: B905
    empty = max((v for v in x if v > 100.0), default=x[0])
    columns = np.c_[x, x * x]
    in_set = 3.0 if 2 in {1, 2} else 0.0
    return (
        first * table["b"] + max((v * v for v in x), default=0.0) * empty + columns[1, 1] * in_set
    )


def put(x: Any) -> Any:
    y = x.copy()
    np.putmask(y, np.array([True, False, True]), 2.0 * x * x[0])
    return np.sum(y * x)


FUNCTIONS = (
    mapped,
    filtered,
    reduced,
    keyed,
    vectorized,
    pieces,
    of_places,
    along,
    flat,
    joined,
    picked,
    put,
)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_against_differences(function: Any) -> None:
    value, gradient = ad.value_and_grad(function)(X.copy())
    np.testing.assert_allclose(value, function(X.copy()), rtol=1e-14)
    expected = [(function(X + 1e-6 * e) - function(X - 1e-6 * e)) / 2e-6 for e in np.eye(3)]
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-8)
    tangent = ad.jvp(function, (X.copy(),), (np.ones(3),))[1]
    np.testing.assert_allclose(tangent, np.sum(gradient), rtol=1e-10)


def by_order_of_keys(x):
    ranked = sorted(range(len(x)), key=lambda k: x[k])
    best = sorted([2, 0, 1], key=lambda k: x[k] * x[0], reverse=True)
    return sum(x[k] * (i + 1.0) for i, k in enumerate(ranked)) * x[best[0]]


def getters(x):
    pairs = [(x[0], 1.0), (x[1] * x[2], 0.5), (x[2], 2.0)]
    first = sorted(pairs, key=operator.itemgetter(1))[0]
    both = operator.itemgetter(0, 2)([x[0], x[1], x[2] * x[1]])
    at = types.SimpleNamespace(left=x[0], right=x[1])
    at.left *= 2.0
    return first[0] * both[0] + both[1] * operator.attrgetter("left")(at) - operator.neg(at.right)


def ordered_dict(x):
    import numpy.linalg as la

    d = collections.OrderedDict()
    for k, a in enumerate(x):
        d[f"k{k}"] = a * k
    return sum(d.values()) * d["k1"] + la.norm(x)


@pytest.mark.parametrize("function", [by_order_of_keys, getters, ordered_dict])
def test_orders_getters_and_ordered_dicts(function):
    check_derivatives(function, np.array([0.4, 1.3, -0.6]), np.array([1.0, -0.5, 0.7]))
