"""What `zip`, `enumerate` and `items` give, where it is held, sorted or unpacked."""

# ruff: noqa: B905

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives

X, V = np.array([0.6, 0.7, 1.1, 0.5]), np.array([0.5, -0.3, 0.2, 1.0])


def items_of_zip(x):
    ps = list(zip(x, x**2))
    return ps[0][1] * ps[1][0]


def through_a_list(x):
    t = 0.0
    for a, b in list(zip(x, x**2)):
        t += a * b
    return t


def of_enumerate(x):
    ps = list(enumerate(x))
    return sum(i * v for i, v in ps)


def sorted_zip(x):
    return sum(a * (k + 1) for k, (a, b) in enumerate(sorted(zip(x, -x))))


def sorted_by_values(x):
    t = 0.0
    for k, (i, v) in enumerate(sorted(enumerate(x), key=lambda p: p[1])):
        t += v * k * (i + 1)
    return t


def largest_of_enumerate(x):
    i, v = max(enumerate(x), key=lambda p: p[1])
    return v * (i + 1)


def largest_pair(x):
    a, b = max(zip(x, -x))
    return a * b


def starred(x):
    ps = [*zip(x, x[1:])]  # noqa: RUF007
    return sum(a * b for a, b in ps)


def sorted_items(x):
    d = {"a": x[0], "b": x[1]}
    return sum(v * len(k) for k, v in list(d.items())) * sorted(d.items())[1][1]


def items_by_value(x):
    d = {"b": x[0], "a": x[1]}
    t = 1.0
    for _k, v in sorted(d.items(), key=lambda kv: kv[1], reverse=True):
        t = t * 2 + v
    return t


def unzipped(x):
    ps = [(v, v * v) for v in x]
    a, b = zip(*ps)
    return np.dot(a, b)


def unzipped_as_arrays(x):
    ps = [(v, v * v) for v in x]
    a, b = map(np.array, zip(*ps))
    return np.dot(a, b)


def transposed(x):
    rows = [[x[0], x[1]], [x[2], x[3]]]
    cols = [list(c) for c in zip(*rows)]
    return cols[0][1] * cols[1][0]


def sorted_pairs(x):
    ps = [(v**2, i) for i, v in enumerate(x)]
    return sum(v * (k + 1) for k, (v, i) in enumerate(sorted(ps, reverse=True)))


def pairs_sorted_in_place(x):
    ps = [(v**2, i) for i, v in enumerate(x)]
    ps.sort()
    return sum(v * (k + 1) for k, (v, i) in enumerate(ps))


FUNCTIONS = [
    items_of_zip,
    through_a_list,
    of_enumerate,
    sorted_zip,
    sorted_by_values,
    largest_of_enumerate,
    largest_pair,
    starred,
    sorted_items,
    items_by_value,
    unzipped,
    unzipped_as_arrays,
    transposed,
    sorted_pairs,
    pairs_sorted_in_place,
]


@pytest.mark.parametrize("f", FUNCTIONS)
def test_lazy(f):
    check_derivatives(f, X, V)
    hessian = ad.jacobian(ad.grad(f), mode="reverse")(X)
    np.testing.assert_allclose(ad.hessian(f)(X), hessian, atol=1e-12)
