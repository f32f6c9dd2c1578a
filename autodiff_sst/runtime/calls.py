"""Calls whose derivative is taken when they are made: of functions that call themselves, or that
are known at run time only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.markers import Checkpointed, CustomGradient
from autodiff_sst.runtime.broadcast import unbroadcast

Pullback = Callable[[Any], tuple[Any, ...]]


def call_with_pullback(
    function: Any, by: tuple[int | str, ...], *args: Any, **kwargs: Any
) -> tuple[Any, Pullback]:
    """The value of `function(*args, **kwargs)`, and the pullback by the arguments `by`."""
    if isinstance(function, CustomGradient):
        return _custom(function, by, args, kwargs)
    if isinstance(function, Checkpointed):
        return _again(function.function, by, args, kwargs)
    from autodiff_sst.derivative import derivative_of  # the compiler, only where it is needed

    return derivative_of(function, by).with_pullback(args, kwargs)


def _again(
    function: Any, by: tuple[int | str, ...], args: Any, kwargs: Any
) -> tuple[Any, Pullback]:
    """The pullback runs the function once more, and keeps nothing but its arguments."""
    from autodiff_sst.derivative import derivative_of

    derivative = derivative_of(function, by)

    def pullback(y_bar: Any) -> tuple[Any, ...]:
        cotangents: tuple[Any, ...] = derivative.with_pullback(args, kwargs)[1](y_bar)
        return cotangents

    return function(*args, **kwargs), pullback


def plain(function: Any, *args: Any, **kwargs: Any) -> Any:
    """What a function returns; no derivative goes through it."""
    return function(*args, **kwargs)


def call_with_tangent(
    function: Any, by: tuple[int | str, ...], tangents: tuple[Any, ...], *args: Any, **kwargs: Any
) -> tuple[Any, Any]:
    """The value of `function(*args, **kwargs)`, and its tangent along those of arguments `by`."""
    from autodiff_sst.derivative import derivative_of

    if isinstance(function, Checkpointed):
        function = function.function
    result: tuple[Any, Any] = derivative_of(function, by, "jvp").along(args, kwargs, tangents)
    return result


def pullback_along(
    function: Any,
    by: tuple[int | str, ...],
    along: tuple[int | str, ...],
    tangents: tuple[Any, ...],
    *args: Any,
    **kwargs: Any,
) -> tuple[tuple[Any, Pullback], tuple[Any, Callable[[Any, Any], tuple[Any, ...]]]]:
    """`call_with_pullback`, and its tangent along those of the arguments `along`.

    The tangent of the pullback is a function of the cotangent and its tangent: the derivative of
    what the pullback gives, by all that it depends on. `along` has all of `by`.
    """
    from autodiff_sst.derivative import derivative_of

    if isinstance(function, Checkpointed):
        function = function.function
    if isinstance(function, CustomGradient):
        raise UnsupportedSyntaxError(
            "the second derivative of a custom gradient that is known at run time only",
            instead="a call of the function by its name.",
        )
    y, pullback = call_with_pullback(function, by, *args, **kwargs)
    y_dot = call_with_tangent(function, along, tangents, *args, **kwargs)[1]
    places = [along.index(k) for k in by]

    def pullback_dot(y_bar: Any, y_bar_dot: Any) -> tuple[Any, ...]:
        if not isinstance(y, tuple | list | dict):
            y_bar, y_bar_dot = unbroadcast(y_bar, y), unbroadcast(y_bar_dot, y)
        bars = derivative_of(function, along, "pullback").along(
            args, kwargs, (y_bar, *tangents, y_bar_dot)
        )
        return tuple(bars[k] for k in places)

    return (y, pullback), (y_dot, pullback_dot)


def _custom(
    function: CustomGradient, by: tuple[int | str, ...], args: Any, kwargs: Any
) -> tuple[Any, Pullback]:
    y, backward = function.function(*args, **kwargs)

    def pullback(y_bar: Any) -> tuple[Any, ...]:
        cotangents = backward(y_bar if isinstance(y, tuple | list) else unbroadcast(y_bar, y))
        whole = tuple(cotangents) if isinstance(cotangents, tuple | list) else (cotangents,)
        if len(whole) != len(args):
            raise ValueError(f"`backward` gave {len(whole)} cotangents for {len(args)} arguments")
        return tuple(whole[k] for k in by if isinstance(k, int))

    return y, pullback
