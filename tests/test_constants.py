"""Arguments that have to be constants: the derivative is compiled for their values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad

M = np.arange(6.0).reshape(2, 3) + 1
AXIS = 1


def of_sum(x: Any, axis: Any = 0) -> Any:
    return np.sum(np.sum(x, axis=axis) ** 2)


def of_keepdims(x: Any, keep: bool) -> Any:
    return np.sum(np.mean(x, axis=0, keepdims=keep) * x)


def of_stack(x: Any, axis: int) -> Any:
    return np.sum(np.stack([x, 2 * x], axis)[1] ** 3)


def of_axes(x: Any, axes: tuple[int, int]) -> Any:
    return np.sum(np.transpose(x, axes)[0] ** 2)


def of_computed(x: Any, n: int, axis: int) -> Any:
    for _ in range(n):
        x = x * np.sum(np.sum(x, axis=axis - 1) ** 2)
    return np.sum(x)


def of_module(x: Any) -> Any:
    return np.sum(np.max(x, axis=AXIS) ** 2)


def of_item(parts: Any, k: int) -> Any:
    return np.sum(parts[k]) * parts[0]


def of_nested(x: Any, axis: int) -> Any:
    return np.sum(ad.grad(of_sum)(x, axis) ** 2)


def of_inner(x: Any, axis: int) -> Any:
    def squares(y: Any, a: int) -> Any:
        return np.sum(np.sum(y, axis=a) ** 2)

    return np.sum(ad.grad(squares)(x, axis) ** 2)


def of_letters(x: Any, letters: str) -> Any:
    return np.sum(np.einsum(letters, x, x) ** 2)


CASES: list[tuple[Any, tuple[Any, ...]]] = [
    (of_sum, (M,)),
    (of_sum, (M, 1)),
    (of_sum, (M, (0, 1))),
    (of_sum, (M, None)),
    (of_keepdims, (M, True)),
    (of_keepdims, (M, False)),
    (of_stack, (M, 2)),
    (of_axes, (M, (1, 0))),
    (of_computed, (M / 9, 2, 2)),
    (of_module, (M,)),
    (of_item, ((2.0, M), 1)),
    (of_nested, (M, 0)),
    (of_inner, (M, 0)),
    (of_letters, (M, "ij,kj->ik")),
]


@pytest.mark.parametrize(("f", "args"), CASES)
def test_derivatives_are_right(f: Any, args: Any) -> None:
    ad.check_grads(f, args)


def test_each_value_has_its_own_derivative() -> None:
    gradient = ad.grad(of_sum)
    for _ in range(3):
        for axis in (0, 1, (0, 1), None, -1):
            expected = 2 * np.broadcast_to(np.sum(M, axis=axis, keepdims=True), M.shape)
            np.testing.assert_allclose(gradient(M, axis), expected)
    jacobian = ad.jacobian(lambda x, axis: np.sum(x, axis=axis))
    for axis in (0, 1, 0, 1):
        assert jacobian(M, axis).shape == (M.shape[1 - axis], *M.shape)


def test_what_need_not_be_constant_is_not() -> None:
    gradient = ad.grad(of_computed)
    gradient(M / 9, 2, 1)
    known = gradient._last
    gradient(M / 9, 3, 1)
    assert gradient._last is known
    gradient(M / 9, 3, 2)
    assert gradient._last is not known


def test_defaults_are_constants_of_the_source() -> None:
    assert "axis" in ad.grad(of_sum).source


def test_what_cannot_be_a_constant_is_refused() -> None:
    with pytest.raises(ad.MissingRuleError, match="must be a constant"):
        ad.grad(lambda x: np.sum(np.sum(x, axis=int(x[0, 0])) ** 2))(M)
    with pytest.raises(ad.MissingRuleError, match="must be a constant"):
        ad.grad(of_sum)(M, np.int64(0))


def test_functions_of_numpy_by_themselves() -> None:
    assert ad.jacobian(np.sum)(M, axis=0).shape == ad.jacobian(np.sum)(M, 0).shape == (3, 2, 3)
    np.testing.assert_allclose(ad.grad(np.var)(M), 2 * (M - np.mean(M)) / 6)
    assert ad.jacobian(np.ptp)(M, axis=1).shape == (2, 2, 3)
    np.testing.assert_allclose(ad.grad(np.linalg.norm)(M[0]), M[0] / np.linalg.norm(M[0]))
    f = ad.grad(lambda x: ad.grad(np.var)(x) @ x)
    np.testing.assert_allclose(f(M[0]), 4 * (M[0] - np.mean(M[0])) / 3)
