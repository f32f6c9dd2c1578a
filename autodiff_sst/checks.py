"""`check_grads`: derivatives held against finite differences."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autodiff_sst.derivative import Derivative, derivative_of
from autodiff_sst.errors import GradientMismatchError
from autodiff_sst.runtime.calls import with_pullback
from autodiff_sst.runtime.structure import (
    children,
    holds_floats,
    is_differentiable,
    with_children,
    zeros_of,
)

Function = Callable[..., Any]
Arguments = tuple[Any, ...]
# Changes a number or an array; it is told how one gets there: `["w"][0]`.
Change = Callable[[str, Any], Any]


def check_grads(
    f: Function,
    args: Arguments,
    order: int = 2,
    modes: tuple[str, ...] = ("forward", "reverse"),
    rtol: float = 1e-5,
    atol: float = 1e-7,
) -> None:
    """Compares the derivatives of a scalar function with central differences.

    Args:
        f: returns a real scalar. It may change its arguments; `args` stay as they are.
        args: the numbers and arrays in them, floats or complex, are differentiated by, in lists,
            tuples, dicts and dataclasses too. A rectangular list is given to `f` as an array.
        order: 1, or 2 to compare the Hessian times a random vector too.
        modes: `"reverse"`, the gradient index by index, and the pullback of the gradient;
            `"forward"`, tangents along random directions, of the gradient too.

    Raises:
        GradientMismatchError: names the argument, the index, and both numbers.
        ValueError: an unknown mode; or no argument holds a float.
    """
    if {*modes} - {"forward", "reverse"}:
        raise ValueError(f"modes: ('forward', 'reverse') is what there is, not {modes!r}")
    args = tuple(_array(a) for a in args)
    by = tuple(k for k, a in enumerate(args) if holds_floats(a))
    if not by:
        raise ValueError("no argument holds a float: there is no derivative to check")
    for mode, check in (("forward", _check_tangents), ("reverse", _check_gradient)):
        if mode in modes:
            check(f, args, by, rtol, atol)
    if order > 1:
        _check_second_order(f, args, by, modes, rtol, atol)


def _check_tangents(
    f: Function, args: Arguments, by: tuple[int, ...], rtol: float, atol: float
) -> None:
    """The tangent along a random direction in each number or array."""
    rng = np.random.default_rng(0)
    for k in by:
        for place, leaf in _leaves(args[k]):
            direction = _random(rng, leaf)
            tangent = _changed(zeros_of(_own(args[k])), _as({place: direction}))
            _, got = derivative_of(f, (k,), "jvp").along(_owned(args), {}, (tangent,))
            expected = _difference(f, args, k, place, direction, 1e-6)
            _compare("tangent", f"{k}{place}", got, expected, rtol, 10 * atol)


def _check_gradient(
    f: Function, args: Arguments, by: tuple[int, ...], rtol: float, atol: float
) -> None:
    """The gradient, index by index."""
    gradients = Derivative(f, "grad", by)(*_owned(args))
    for k, gradient in zip(by, gradients, strict=True):
        for (place, leaf), (_, own) in zip(_leaves(args[k]), _like(gradient, args[k]), strict=True):
            value = np.asarray(leaf)
            for index in np.ndindex(value.shape):
                units = (1.0, 1j) if value.dtype.kind == "c" else (1.0,)
                for unit in units:
                    direction = np.zeros_like(value, complex if len(units) > 1 else float)
                    direction[index] = unit
                    step = 1e-6 * max(1.0, abs(value[index]))
                    expected = _difference(f, args, k, place, direction, step)
                    got = np.real(np.asarray(own)[index] * unit)
                    _compare("derivative", f"{k}{place}", got, expected, rtol, atol, index)


def _check_second_order(
    f: Function,
    args: Arguments,
    by: tuple[int, ...],
    modes: tuple[str, ...],
    rtol: float,
    atol: float,
) -> None:
    """The Hessian times a random vector: the gradient's tangent, and its pullback."""
    rng = np.random.default_rng(1)
    first = Derivative(f, "grad", by)
    vectors = tuple(_changed(_own(args[k]), lambda _, leaf: _random(rng, leaf)) for k in by)
    step = 1e-5

    def moved(scale: float) -> Arguments:
        found = [*_owned(args)]
        for k, vector in zip(by, vectors, strict=True):
            found[k] = _changed(found[k], _along(dict(_leaves(vector)), scale))
        return tuple(found)

    up, down = first(*moved(step)), first(*moved(-step))
    products: list[tuple[str, Any]] = []
    if "forward" in modes:
        found = derivative_of(first, by, "jvp").along(_owned(args), {}, vectors)
        products.append(("gradient's tangent", found[1]))
    is_real = all(np.asarray(leaf).dtype.kind == "f" for k in by for _, leaf in _leaves(args[k]))
    if "reverse" in modes and is_real:  # a complex gradient's pullback is no Hessian
        _, pullback = with_pullback(derivative_of(first, by), _owned(args), {})
        products.append(("gradient's pullback", pullback(vectors)))
    for what, product in products:
        for k, own, after, before in zip(by, product, up, down, strict=True):
            whole = (_like(v, args[k]) for v in (own, after, before))
            for (place, got), (_, a), (_, b) in zip(*whole, strict=True):
                expected = (np.asarray(a) - np.asarray(b)) / (2 * step)
                size = np.max(np.abs(expected), initial=0.0)
                for index in np.ndindex(expected.shape):
                    _compare(what, f"{k}{place}", np.asarray(got)[index], expected[index],
                             10 * rtol, 10 * (atol + rtol * size), index)  # fmt: skip


def _difference(
    f: Function, args: Arguments, k: int, place: str, direction: Any, step: float
) -> Any:
    """Of `f`, along a direction of one number or array."""
    values = []
    for scale in (step, -step):
        own = [*_owned(args)]
        own[k] = _changed(own[k], _along({place: direction}, scale))
        values.append(f(*own))
    return (values[0] - values[1]) / (2 * step)


def _compare(
    what: str,
    place: str,
    got: Any,
    expected: Any,
    rtol: float,
    atol: float,
    index: tuple[int, ...] = (),
) -> None:
    if not abs(got - expected) <= atol + rtol * abs(expected):
        where = f" at {index}" if index else ""
        raise GradientMismatchError(
            f"the {what} by argument {place}{where} is {got}; finite differences give {expected}"
        )


def _array(value: Any) -> Any:
    """A list of numbers, or of lists of one length, as an array."""
    return np.asarray(value) if isinstance(value, list) and _shape(value) is not None else value


def _shape(value: Any) -> tuple[int, ...] | None:
    """Of a number, or of lists that are rectangular."""
    if not isinstance(value, list):
        return () if isinstance(value, int | float | complex) else None
    (shape, *others) = {_shape(v) for v in value} or {()}
    return None if others or shape is None else (len(value), *shape)


def _owned(args: Arguments) -> Arguments:
    """The arguments, for a function that may change them."""
    return tuple(map(_own, args))


def _own(value: Any) -> Any:
    try:
        return copy.deepcopy(value)
    except Exception:  # what cannot be copied, a file or a lock, is given as it is
        return value


def _leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """What is differentiated by, with how one gets there."""
    return _like(value, value, place)


def _like(value: Any, model: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """The same of a gradient, say, of `model`."""
    parts = children(model)
    if parts is not None and holds_floats(model):
        for (step, part), (_, own) in zip(parts, children(value) or (), strict=True):
            yield from _like(own, part, place + step)
    elif is_differentiable(model):
        yield place, value


def _changed(value: Any, change: Change, place: str = "") -> Any:
    parts = children(value)
    if parts is not None:
        return with_children(value, [_changed(v, change, place + s) for s, v in parts])
    return change(place, value) if is_differentiable(value) else value


def _as(directions: dict[str, Any]) -> Change:
    return lambda at, zero: directions.get(at, zero)


def _along(directions: dict[str, Any], scale: float) -> Change:
    return lambda at, leaf: _sum(leaf, scale * directions[at]) if at in directions else leaf


def _sum(leaf: Any, change: Any) -> Any:
    """In double precision, which differences need."""
    value = np.asarray(leaf)
    total = value.astype(np.result_type(value.dtype, float)) + change
    return total if isinstance(leaf, np.ndarray) else total[()].item()


def _random(rng: np.random.Generator, leaf: Any) -> Any:
    value = np.asarray(leaf)
    made: Any = rng.normal(size=value.shape)
    if value.dtype.kind == "c":
        made = made + 1j * rng.normal(size=value.shape)
    made = np.asarray(made, value.dtype)
    return made if isinstance(leaf, np.ndarray) else made.item()
