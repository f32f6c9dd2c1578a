"""Functions picked from a container by what is known at run time only."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad

X = np.array([0.5, -1.2, 2.0])


def squared(v: Any) -> Any:
    return v * v


class Scaled:
    def __init__(self, k: float) -> None:
        self.k = k

    def __call__(self, v: Any) -> Any:
        return np.sin(v) * self.k


GLOBAL = {"sq": squared, "ex": np.exp}


def of_numpy(x: Any) -> Any:
    d = {"sq": np.square, "ex": np.exp}
    return d["sq" if x[0] > 0 else "ex"](x[1])


def defined_here(x: Any) -> Any:
    d = {"sq": lambda v: v * v, "ex": np.exp, "third": lambda v: v**3}
    return d["sq" if x[0] > 1 else "third"](x[1])


def of_the_module(x: Any) -> Any:
    return GLOBAL["sq" if x[0] > 0 else "ex"](x[0])


def by_a_number(x: Any) -> Any:
    return [np.sin, np.exp, squared][int(x[0] > 0)](x[1]) * (np.cos, squared)[-1](x[2])


def by_a_truth_value(x: Any) -> Any:
    return {True: np.exp, False: np.tanh}[bool(x[1] > 0)](x[0])


def in_a_loop(x: Any) -> Any:
    total = 0.0
    for k, v in zip(("sq", "ex", "sq"), x, strict=True):
        total += GLOBAL[k](v)
    return total


def gone_through(x: Any) -> Any:
    return sum(f(v) for f, v in zip([np.sin, np.exp, squared], x, strict=True))


def objects(x: Any) -> Any:
    made = [Scaled(2.0), squared, partial(np.multiply, 3.0)]
    total = 0.0
    for k in range(3):
        total = total + made[k](x[k])
    return total * made[int(x[0] > 0)](x[2])


PROGRAMS = [
    *(of_numpy, defined_here, of_the_module, by_a_number, by_a_truth_value, in_a_loop),
    *(gone_through,),
]


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("x", [X, -X])
def test_program(f: Any, x: Any) -> None:
    slopes = np.array([(f(x + h) - f(x - h)) / 2e-6 for h in 1e-6 * np.eye(3)])
    value, gradient = ad.value_and_grad(f)(x)
    np.testing.assert_allclose(value, f(x))
    np.testing.assert_allclose(gradient, slopes, rtol=1e-5, atol=1e-8)
    v = np.array([0.3, 1.1, -0.7])
    np.testing.assert_allclose(ad.jvp(f, (x,), (v,))[1], slopes @ v, rtol=1e-5)
    moved = (ad.grad(f)(x + 1e-5 * v) - ad.grad(f)(x - 1e-5 * v)) / 2e-5
    np.testing.assert_allclose(ad.hvp(f)(x, v), moved, rtol=1e-4, atol=1e-6)


def test_objects_and_functions_together() -> None:
    """Right, or refused."""
    try:
        gradient = ad.grad(objects)(X)
    except ad.AutodiffError:
        return
    slopes = [(objects(X + h) - objects(X - h)) / 2e-6 for h in 1e-6 * np.eye(3)]
    np.testing.assert_allclose(gradient, slopes, rtol=1e-5)


def test_key_that_is_missing() -> None:
    def f(x: Any) -> Any:
        return GLOBAL["none" if x > 0 else "ex"](x)

    with pytest.raises(KeyError):
        ad.grad(f)(1.0)
