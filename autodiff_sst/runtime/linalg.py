"""Factorisations as functions with one result each, which rules can be given to."""

from __future__ import annotations

from typing import Any

import numpy as np


def log_abs_det(a: Any) -> Any:
    """The logarithm of the absolute value of a determinant: `(…, n, n)` gives `(…)`."""
    return np.linalg.slogdet(a)[1]


def eigenvectors(a: Any, UPLO: str = "L") -> Any:
    """The eigenvectors of a symmetric matrix, as columns."""
    return np.linalg.eigh(a, UPLO)[1]  # type: ignore[call-overload]


def gaps(w: Any) -> Any:
    """`1 / (w_j - w_i)`, and 0 on the diagonal: `(…, n)` gives `(…, n, n)`."""
    difference = w[..., None, :] - w[..., :, None]
    return np.where(difference == 0, 0.0, 1 / np.where(difference == 0, 1.0, difference))


def product_of_others(a: Any, axis: Any = None) -> Any:
    """For each element the product of the others along the axes; right where some are zero."""
    if axis is None:
        flat = np.ravel(a)
        return _others(flat).reshape(np.shape(a))
    axes = axis if isinstance(axis, tuple) else (axis,)
    axes = tuple(k % np.ndim(a) for k in axes)
    moved = np.moveaxis(a, axes, range(len(axes)))
    flat = moved.reshape((-1, *moved.shape[len(axes) :]))
    return np.moveaxis(_others(flat).reshape(moved.shape), range(len(axes)), axes)


def _others(items: Any) -> Any:
    """Along the first axis: what comes before, times what comes after."""
    if len(items) == 0:
        return items * 1.0
    one = np.ones_like(items[:1])
    before = np.cumprod(np.concatenate([one, items[:-1]]), axis=0)
    after = np.cumprod(np.concatenate([one, items[:0:-1]]), axis=0)[::-1]
    return before * after


def second_product(p_bar: Any, a: Any, axis: Any = None) -> Any:
    """The cotangent of `a` in `product_of_others(a, axis)`."""
    a_bar = np.zeros_like(a)
    for index in np.ndindex(np.shape(a)):
        b = np.array(a)
        b[index] = 1.0
        rest = np.array(product_of_others(b, axis) * p_bar)
        rest[index] = 0.0
        axes = range(np.ndim(a)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        own = {k % max(1, np.ndim(a)) for k in axes}
        lane = tuple(slice(None) if k in own else n for k, n in enumerate(index))
        a_bar[index] = np.sum(rest[lane])
    return a_bar


def eigenvectors_of(a: Any) -> Any:
    """The right eigenvectors of a square matrix, as columns, whatever their lengths."""
    return np.linalg.eig(a)[1]


def unit_lower(a: Any) -> Any:
    """The factor L of a = L U, without pivoting, of a square matrix."""
    lower, rest = np.eye(len(a)), np.array(a, float)
    for k in range(len(a) - 1):
        lower[k + 1 :, k] = rest[k + 1 :, k] / rest[k, k]
        rest[k + 1 :] -= np.outer(lower[k + 1 :, k], rest[k])
    return lower


def undiagonal(diagonal: Any, v: Any) -> Any:
    """The cotangent of `v`, from that of `np.diag(v)`, whether it is a vector or a matrix."""
    if np.ndim(v) == 1:
        return np.diag(diagonal)
    v_bar = np.zeros(np.shape(v), np.result_type(diagonal))
    places = np.arange(len(diagonal))
    v_bar[places, places] = diagonal
    return v_bar
