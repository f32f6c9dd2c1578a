"""Comprehensions of dicts and sets, and lists of lists."""

from __future__ import annotations

import numpy as np
import pytest

import autodiff_sst as ad


def counted(x):
    d = {i: v * v for i, v in enumerate(x)}
    return d[1] + sum(d.values()) * d[0] + len(d)


def the_same_key_again(x):
    d = {i % 2: v * v for i, v in enumerate(x)}
    e = {k: w * k for k, w in d.items() if k != 3}
    s = 0.0
    for k in d:
        if k in e and 7 not in e:
            s = s + e[k] * d[k] * len(d)
    return s


def of_a_dict(x):
    p = {"w": x * 2.0, "b": np.sum(x)}
    q = {k: v - 0.1 * v * v for k, v in p.items()}
    return np.sum(q["w"]) * q["b"]


def total(d):
    return d["w"] * np.sum(d["b"])


def passed_on(x):
    p = {"b": x * 2.0, "w": np.sum(x)}
    return total({k: np.sin(v) for k, v in p.items()})


def of_itself(x):
    d = {k: v * v for k, v in enumerate(x)}
    if x[0] > 0.0:
        d = {k: v * d[0] + len(d) for k, v in d.items() if k in d}
    return d[0] + d[1] * sum(d.values())


def read_by_functions(x):
    d = {k: v * v for k, v in enumerate(x)}

    def get(k):
        return d[k] * len(d)

    return get(1) + (lambda: d[0])()


def zipped(x):
    d = dict(zip(("w", "b"), (x[0] * x[1], x * x), strict=True))
    return total(d)


def its_own_variables(k):
    v = 3.0
    d = {v: v * x * k[0] for v in range(3) for x in k}
    return d[2] * v + sum(d.values())


def a_set(x):
    kinds = {int(v > 0.0) for v in x}
    return np.sum(x**2) * len(kinds)


def rows(x):
    c = [[v * i for i in range(j + 1)] for j, v in enumerate(x)]
    s = sum(sum(r) for r in c)
    for r in c[1:]:
        s = s + r[0] + r[1] * c[2][1]
    return s * c[-1][1] + c[1][-1]


def only_some_rows_are_read(x):
    c = [[v * v * i for i in range(j + 1)] for j, v in enumerate(x)]
    s = 0.0
    for r in c:
        if len(r) != 2:
            for v in r:
                s = s + v * v
    return s


FUNCTIONS = [
    counted, the_same_key_again, of_a_dict, passed_on, of_itself, read_by_functions, zipped,
    its_own_variables, a_set, rows,
    only_some_rows_are_read,
]  # fmt: skip


@pytest.mark.parametrize("f", FUNCTIONS)
def test_derivatives(f):
    x, v, h = np.array([0.3, -0.2, 0.9]), np.array([0.5, -1.0, 0.7]), 1e-5
    expected = (f(x + h * v) - f(x - h * v)) / (2 * h)
    assert ad.grad(f)(x) @ v == pytest.approx(expected, rel=1e-6, abs=1e-8)
    value, tangent = ad.jvp(f, (x,), (v,))
    assert value == f(x)
    assert tangent == pytest.approx(expected, rel=1e-6, abs=1e-8)
    second = (ad.grad(f)(x + h * v) - ad.grad(f)(x - h * v)) / (2 * h)
    assert np.allclose(ad.hvp(f)(x, v), second, rtol=1e-6, atol=1e-8)


def test_a_key_that_is_not_there():
    def f(x):
        d = {k: 2.0 * v for k, v in enumerate(x)}
        return d[5] * x[0]

    with pytest.raises(KeyError):
        f(np.ones(2))
    with pytest.raises(KeyError):
        ad.grad(f)(np.ones(2))
