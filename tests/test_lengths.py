"""Lengths that are told apart, and lengths that are known to be equal."""

from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad
from autodiff_sst.analysis.lengths import MANY, are_same, cut, is_constant, is_many


def test_names_of_lengths() -> None:
    assert is_many(MANY) and is_many("n:x.0") and not is_many("x.0") and not is_many("<n:x.0-1>")
    assert cut(cut("n:x.0", 1), 2) == cut("n:x.0", 3) == "<n:x.0-3>"
    assert cut("n:x.0", 0) == "n:x.0"
    assert is_constant("<n:x.0-1>") and not is_constant("<n:x.0[i:]>") and not is_constant("t.0")
    assert are_same(("n:x.0", 1), (MANY, 1)) and not are_same(("n:x.0",), ("<n:x.0-1>",))


def of_a_column_and_a_row(a):
    return np.sum(a[1:, 0] * a[0, 1:])


def of_another_axis(a):
    t = a[None, 1:, 0] * a[0, 1:]
    return np.sum(t * t)


def of_parts(a, k):
    return np.sum(a[k:] * a[k:] * a[1 : k + 1]) + np.sum(a[:-1] * a[1:])


def of_products(a, b):
    c = np.outer(a[1:], b[1:])
    return np.sum(c * a[1:, None]) + np.sum(c * b[:-1])


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (of_a_column_and_a_row, (np.array([[1.0, 2.0, 3.0, 4.0], [0.5, 0.3, 0.2, 0.1]]),)),
        (of_another_axis, (np.array([[1.0, 2.0, 3.0], [0.5, 0.3, 0.2]]),)),
        (of_another_axis, (np.arange(1.0, 10.0).reshape(3, 3),)),
        (of_products, (np.array([1.0, 2.0]), np.array([0.3, 0.4, 0.5]))),
        (of_products, (np.array([1.0, 2.0, 3.0]), np.array([0.3, 0.4]))),
    ],
)
def test_lengths_that_may_be_one(function: Any, args: Any) -> None:
    ad.check_grads(function, args)


@pytest.mark.parametrize("n", [2, 3, 5])
def test_parts_of_an_array(n: int) -> None:
    ad.check_grads(of_parts, (np.arange(1.0, n + 1), n - 1))


def test_equal_parts_need_no_helper() -> None:
    def smooth(u: Any, k: int) -> Any:
        v = u[1:-1] + 0.5 * (u[:-2] + u[2:])
        return np.sum(v * v) + np.sum(u[k:] * u[k:])

    derivative = ad.grad(smooth)
    derivative(np.ones(5), 2)
    assert "unbroadcast" not in derivative.source
