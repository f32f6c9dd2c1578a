"""Dicts that get their keys one by one, and are then read as a whole."""

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives

X, V = np.array([0.6, 0.7, 1.2, 0.5]), np.array([0.5, -0.3, 0.2, 1.0])


def values(x):
    g = {}
    g["a"] = x[0]
    g["b"] = x[1] * x[2]
    return sum(g.values())


def in_a_loop(x):
    g = {"z": x[0]}
    for k in ("a", "b"):
        g[k] = x[len(k)] ** 2
    s = 0.0
    for k, v in g.items():
        s += v * ord(k)
    return s * len(g)


def keys(x):
    g = {}
    g["a"] = x[0]
    g["b"] = x[1]
    total = 0.0
    for k in g:
        total += g[k] * ord(k)
    for k in sorted(g, reverse=True):
        total = total * g[k]
    return total * len(list(g)) * ("b" in g)


def copies(x):
    g = {}
    g["a"] = x[0]
    h = dict(g)
    h["b"] = x[1]
    i = {**h, "c": x[2]}
    return sum(h.values()) * sum(i.values()) * sum(g.copy().values())


def updated(x):
    g = {}
    g["a"] = x[0]
    g.update(b=x[1], c=x[2])
    g.update({"d": x[3] * g["a"]})
    return sum(g.values()) * len(g)


def held(x):
    class_ = {"inner": {}}
    class_["inner"]["a"] = x[0] * x[1]
    class_["inner"]["b"] = x[1]
    return sum(class_["inner"].values())


def over_itself(x):
    m = {"w": x[:2], "b": x[2:]}
    for k in m:
        m[k] = m[k] - 0.1 * m[k] ** 2
    return sum(np.sum(v**2) for v in m.values())


def zeros_first(x):
    m = {"w": x[:2].copy(), "b": x[2:].copy()}
    g = {}
    for k in m:
        g[k] = np.zeros_like(m[k])
    for k in m:
        g[k] += 2 * m[k]
    return sum(np.sum(v**2) for v in g.values())


class Model:
    def __init__(self, x):
        self.params = {}
        self.params["w"] = x[:2]
        self.params["b"] = x[2:]

    def total(self):
        return sum(np.sum(p**2) for p in self.params.values())


def of_an_object(x):
    return Model(x).total()


FUNCTIONS = [values, in_a_loop, keys, copies, updated, held, over_itself, zeros_first]
FUNCTIONS += [of_an_object]


@pytest.mark.parametrize("f", FUNCTIONS)
def test_growing_dicts(f):
    check_derivatives(f, X, V)
    hessian = ad.jacobian(ad.grad(f), mode="reverse")(X)
    np.testing.assert_allclose(ad.hessian(f)(X), hessian, atol=1e-12)
