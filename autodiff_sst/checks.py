"""`check_grads`: derivatives held against finite differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff_sst.derivative import Derivative, derivative_of
from autodiff_sst.errors import GradientMismatchError


def check_grads(
    f: Callable[..., Any],
    args: tuple[Any, ...],
    order: int = 2,
    modes: tuple[str, ...] = ("forward", "reverse"),
    rtol: float = 1e-5,
    atol: float = 1e-7,
) -> None:
    """Compares the derivatives of a scalar function with central differences.

    Args:
        f: returns a real scalar.
        args: those that are floats or arrays of floats are differentiated by.
        order: 1, or 2 to compare the gradient's gradient too, along a direction.
        modes: `"reverse"`, the gradient index by index; `"forward"`, tangents along directions.

    Raises:
        GradientMismatchError: names the argument, the index, and both numbers.
        ValueError: an unknown mode.
    """
    if {*modes} - {"forward", "reverse"}:
        raise ValueError(f"modes: ('forward', 'reverse') is what there is, not {modes!r}")
    args = tuple(np.asarray(a) if isinstance(a, list) else a for a in args)
    by = tuple(k for k, a in enumerate(args) if _is_float(a))
    if "forward" in modes:
        _check_forward(f, args, by, rtol, atol)
    if "reverse" not in modes:
        return
    gradients = Derivative(f, "grad", by)(*args)
    for k, gradient in zip(by, gradients, strict=True):
        for index in np.ndindex(np.shape(args[k])):
            step = 1e-6 * max(1.0, abs(float(np.asarray(args[k])[index])))
            up, down = (f(*_moved(args, k, index, s * step)) for s in (1, -1))
            _compare("derivative", k, index, np.asarray(gradient)[index], (up - down) / (2 * step),
                     rtol, atol)  # fmt: skip
    if order > 1:
        _check_second_order(f, args, by, rtol, atol)


def _check_forward(
    f: Callable[..., Any], args: tuple[Any, ...], by: tuple[int, ...], rtol: float, atol: float
) -> None:
    """The tangent along a direction in each argument."""
    rng = np.random.default_rng(0)
    for k in by:
        direction: Any = rng.normal(size=np.shape(args[k]))
        if np.ndim(args[k]) == 0:
            direction = float(direction)
        _, tangent = derivative_of(f, (k,), "jvp").along(args, {}, (direction,))
        step = 1e-6
        up, down = (f(*_along(args, k, s * step * direction)) for s in (1, -1))
        _compare("tangent", k, (), tangent, (up - down) / (2 * step), rtol, 10 * atol)


def _along(args: tuple[Any, ...], k: int, change: Any) -> tuple[Any, ...]:
    return (*args[:k], args[k] + change, *args[k + 1 :])


def _check_second_order(
    f: Callable[..., Any], args: tuple[Any, ...], by: tuple[int, ...], rtol: float, atol: float
) -> None:
    """The gradient of each scalar argument's derivative."""
    for k in by:
        if np.ndim(args[k]):
            continue
        first = Derivative(f, "grad", k)
        second = Derivative(first, "grad", by)(*args)
        for j, gradient in zip(by, second, strict=True):
            for index in np.ndindex(np.shape(args[j])):
                step = 1e-5
                up, down = (first(*_moved(args, j, index, s * step)) for s in (1, -1))
                _compare("second derivative", j, index, np.asarray(gradient)[index],
                         (up - down) / (2 * step), 10 * rtol, 10 * atol)  # fmt: skip


def _compare(
    what: str, k: int, index: tuple[int, ...], got: Any, expected: Any, rtol: float, atol: float
) -> None:
    if not abs(got - expected) <= atol + rtol * abs(expected):
        where = f" at {index}" if index else ""
        raise GradientMismatchError(
            f"the {what} by argument {k}{where} is {got}; finite differences give {expected}"
        )


def _moved(args: tuple[Any, ...], k: int, index: tuple[int, ...], step: float) -> tuple[Any, ...]:
    moved: Any = np.array(args[k], dtype=float)
    moved[index] += step
    if not isinstance(args[k], np.ndarray):
        moved = float(moved)
    return (*args[:k], moved, *args[k + 1 :])


def _is_float(value: Any) -> bool:
    return isinstance(value, float) or (isinstance(value, np.ndarray) and value.dtype.kind == "f")
