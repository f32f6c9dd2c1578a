"""Reversing a broadcast whose shapes are known at run time only."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_sst.errors import NonScalarOutputError


def unbroadcast(x_bar: Any, x: Any) -> Any:
    """`x_bar` in the shape of `x`: summed where `x` was broadcast, spread out where it is smaller.

    Args:
        x_bar: a number or array whose shape broadcasts with that of `x`.
        x: a number or array.

    Returns:
        shape `np.shape(x)`; real if `x` is real.
    """
    arrays = isinstance(x_bar, np.ndarray) and isinstance(x, np.ndarray)
    if arrays and x_bar.shape == x.shape and x_bar.dtype == x.dtype:
        return x_bar
    shape = np.shape(x)
    if np.iscomplexobj(x_bar) and not np.iscomplexobj(x):
        x_bar = np.real(x_bar)
    extra = np.ndim(x_bar) - len(shape)
    if extra > 0:
        x_bar = np.sum(x_bar, axis=tuple(range(extra)))
    if np.shape(x_bar) == shape:  # an array, so that another is added to it
        return np.asarray(x_bar) if isinstance(x_bar, list) else x_bar
    offset = len(shape) - np.ndim(x_bar)
    axes = tuple(k for k, n in enumerate(np.shape(x_bar)) if n != 1 and shape[k + offset] == 1)
    if axes:
        x_bar = np.sum(x_bar, axis=axes, keepdims=True)
    return np.array(np.broadcast_to(x_bar, shape))  # which may be written to


def unbroadcast_result(y_bar: Any, y: Any) -> Any:
    """The cotangent of what a function returns: a container's as it is, else as `unbroadcast`."""
    return y_bar if isinstance(y, tuple | list | dict) else unbroadcast(y_bar, y)


def unbroadcast_from(x_bar: Any, x: Any, y: Any) -> Any:
    """`x_bar`, which broadcasts to the shape of `y`, spread out to that, then as `unbroadcast`.

    Args:
        x_bar: a number or array.
        x: a number or array; its shape broadcasts to that of `y`.
        y: what `x` was broadcast to.

    Returns:
        shape `np.shape(x)`; real if `x` is real.
    """
    if np.shape(x_bar) != np.shape(y):
        x_bar = np.broadcast_to(x_bar, np.shape(y))
        if np.shape(x) == np.shape(y):
            x_bar = np.array(x_bar)  # which may be written to
    return unbroadcast(x_bar, x)


def check_scalar(y: Any) -> None:
    """Raises NonScalarOutputError unless `y` is a real number, or an array of rank 0 of one."""
    if isinstance(y, str | bytes) or np.ndim(y) != 0 or np.asarray(y).dtype.kind not in "biuf":
        kind = type(y).__name__
        what = f"shape {np.shape(y)}" if isinstance(y, np.ndarray) else f"type {kind}"
        raise NonScalarOutputError(
            f"the gradient is of a real scalar; the function returned {what}",
            instead="reduce it to a scalar, with `np.sum` say, or take `ad.jacobian` or `ad.vjp`.",
        )
