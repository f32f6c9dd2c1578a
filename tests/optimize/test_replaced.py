from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad
from autodiff_sst.core.text import show
from autodiff_sst.core.validate import validate
from autodiff_sst.optimize.replaced import replace_parts
from tests.differences import check_derivatives
from tests.passes import program, with_facts

X = np.array([0.3, 1.2, -0.7, 0.5])
V = np.array([1.0, -0.5, 0.3, 0.8])


def check(before: str, after: str, **arguments: Any) -> None:
    result = with_facts(replace_parts, arguments)(program(before, arguments))
    validate(result)
    assert show(result) == show(program(after, arguments))


def test_a_part_that_is_scaled() -> None:
    check(
        "b = x * 2; t = b[1:]; p = np.copy(t); q = updated(b[1:], 0.0); u = p / c; s = u @ u;"
        " r = added(q[0], s); y = added(r[1:], u); return y",
        "b = x * 2; t = b[1:]; p = t; u = p / c; q = updated(b[1:], u); s = u @ u;"
        " y = added(q[0], s); return y",
        x=X,
        c=2.0,
    )


def test_what_others_read_stays() -> None:
    text = (
        "b = x * 2; t = b[1:]; q = updated(b[1:], 0.0); u = t / c; s = np.sum(q);"
        " r = added(q[0], s); y = added(r[1:], u); return y"
    )
    check(text, text, x=X, c=2.0)


def scaled_parts(x):
    a = x.copy()
    for k in range(3):
        a[k + 1 :] /= 1.0 + a[k] ** 2
        a[:k] *= a[k]
        a[k] *= a[k + 1]
    return np.sum(a * a)


def scaled_columns(x):
    a = np.outer(x, x[::-1]) + 1.0
    for k in range(3):
        a[k + 1 :, k] /= a[k, k]
        a[k + 1 :, k + 1 :] -= np.outer(a[k + 1 :, k], a[k, k + 1 :])
    return np.sum(np.diag(a) ** 2)


def rows_that_are_replaced(x):
    rows = [[x[0], 1.0], [0.0, 0.0]]
    first = rows[0]
    rows[0] = [rows[1][1], x[0] * x[1]]
    return np.tanh(np.sum(np.array(rows[len(x) % 2]) * x[2]) + np.sum(np.array(first)))


@pytest.mark.parametrize("function", [scaled_parts, scaled_columns, rows_that_are_replaced])
def test_derivatives(function: Any) -> None:
    check_derivatives(function, X, V)
    assert "] = 0.0" not in ad.grad(function).source_for(X)
