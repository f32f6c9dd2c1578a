"""The cotangents of `a @ b` where the ranks are known at run time only."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_sst.runtime.broadcast import unbroadcast


def matmul_left(y_bar: Any, a: Any, b: Any) -> Any:
    """The cotangent of `a` in `y = a @ b`; shape `np.shape(a)`."""
    if np.ndim(b) == 1:
        a_bar = np.asarray(y_bar)[..., None] * b
    elif np.ndim(a) == 1:
        a_bar = (b @ np.asarray(y_bar)[..., None])[..., 0]
    else:
        a_bar = y_bar @ np.swapaxes(b, -1, -2)
    return unbroadcast(a_bar, a)


def matmul_right(y_bar: Any, a: Any, b: Any) -> Any:
    """The cotangent of `b` in `y = a @ b`; shape `np.shape(b)`."""
    if np.ndim(a) == 1:
        column = a if np.ndim(b) == 1 else a[:, None]
        b_bar = column * np.asarray(y_bar)[..., None, :] if np.ndim(b) > 1 else column * y_bar
    elif np.ndim(b) == 1:
        b_bar = (np.swapaxes(a, -1, -2) @ np.asarray(y_bar)[..., None])[..., 0]
    else:
        b_bar = np.swapaxes(a, -1, -2) @ y_bar
    return unbroadcast(b_bar, b)
