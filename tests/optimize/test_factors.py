from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad
from autodiff_sst.optimize.factors import move_factors
from tests.passes import check_pass, with_facts

MATRIX, VECTOR = np.array([[1.0, 2.0], [3.0, -4.0]]), np.array([0.5, -1.5])


def check(before: str, after: str, **arguments: Any) -> None:
    check_pass(with_facts(move_factors, arguments), before, after, **arguments)


def test_signs_move_out() -> None:
    check(
        "t = -u; v = t * w; s = np.sum(v); y = x + s; return y",
        "t = -u; t_1 = u * w; v = -t_1; t_2 = np.sum(t_1); s = -t_2; y = x + s; return y",
        u=VECTOR,
        w=VECTOR,
        x=1.5,
    )


def test_numbers_meet() -> None:
    check(
        "t = c * a; y = 2 * t; return y",
        "t = c * a; t_1 = 2 * c; y = t_1 * a; return y",
        a=VECTOR,
        c=1.5,
    )
    check("t = a / c; y = 2.0 * t; return y", "t = a / c; y = 2.0 * t; return y", a=VECTOR, c=1.5)


def test_products_are_transposed_by_transposing_what_is_there() -> None:
    check(
        "t = a.T; u = t @ b; y = np.transpose(u); return y",
        "t = a.T; u = t @ b; t_1 = b.T; y = t_1 @ a; return y",
        a=MATRIX,
        b=MATRIX,
    )


def test_sizes_are_those_of_what_is_there() -> None:
    check(
        "t = a * c; y = np.size(t); return y",
        "t = a * c; y = np.size(a); return y",
        a=VECTOR,
        c=1.5,
    )
    check(
        "t = a * c; y = np.size(t); return y",
        "t = a * c; y = np.size(c); return y",
        a=VECTOR[:1],
        c=VECTOR,
    )


@pytest.mark.parametrize(
    "body",
    [
        "t = -u; v = t * w; s = v + t; return s",
        "t = -k; v = t * w; return v",
        "t = c * a; y = 2 * t; z = y + t; return z",
    ],
)
def test_what_is_read_elsewhere_or_is_a_number_stays(body: str) -> None:
    arguments = {"u": VECTOR, "w": VECTOR, "k": 2, "a": VECTOR, "c": 1.5}
    check(body, body, **arguments)


def test_a_value_that_is_made_for_its_size_alone_is_not_made() -> None:
    def huber(w: Any, x: Any, y: Any) -> Any:
        r = x @ w - y
        small = np.abs(r) <= 1.0
        return np.mean(np.where(small, 0.5 * r**2, np.abs(r) - 0.5))

    args = (np.array([0.3, -2.0]), MATRIX, VECTOR)
    assert "r ** 2" not in ad.grad(huber).source_for(*args)
    ad.check_grads(huber, args)
