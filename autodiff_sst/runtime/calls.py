"""Calls whose derivative is taken when they are made: of functions that call themselves, or that
are known at run time only."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.markers import Checkpointed, CustomGradient
from autodiff_sst.runtime.broadcast import unbroadcast_result

if TYPE_CHECKING:
    from autodiff_sst.derivative import Derivative

_Keys = tuple[int | str, ...]  # positions and names of arguments
_Plain = Callable[[Any], tuple[Any, ...]]


class Pullback:
    """What takes the cotangent of `y = function(*args, **kwargs)`, and gives those of the arguments
    `by`; `pull[k]` is the k-th of these arguments."""

    __slots__ = ("args", "by", "function", "kwargs", "plain", "y")

    def __init__(
        self, plain: _Plain, y: Any, function: Any, by: _Keys, args: Any, kwargs: Any
    ) -> None:
        self.plain, self.y, self.function, self.by = plain, y, function, by
        self.args, self.kwargs = args, kwargs

    def __call__(self, y_bar: Any) -> tuple[Any, ...]:
        return self.plain(y_bar)

    def __getitem__(self, k: int) -> Any:
        key = self.by[k]
        return self.args[key] if isinstance(key, int) else self.kwargs[key]


def call_with_pullback(
    function: Any, by: tuple[int | str, ...], *args: Any, **kwargs: Any
) -> tuple[Any, Pullback]:
    """The value of `function(*args, **kwargs)`, and the pullback by the arguments `by`."""
    if isinstance(function, CustomGradient):
        y, plain = _custom(function, by, args, kwargs)
    elif isinstance(function, Checkpointed):
        y, plain = _again(function.function, by, args, kwargs)
    else:
        y, plain = _pulled(*_pure(function, by, args, kwargs))
    return y, Pullback(plain, y, function, by, args, kwargs)


def with_pullback(
    derivative: Derivative, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, _Plain]:
    """The value for these arguments, and the pullback, which takes what broadcasts to it."""
    return _pulled(*derivative.bound_pair(args, kwargs))


def _pulled(pair: Any, values: list[Any]) -> tuple[Any, _Plain]:
    y, saved = pair.forward.function(*values)

    def pullback(y_bar: Any) -> tuple[Any, ...]:
        cotangents: tuple[Any, ...] = pair.backward.function(*saved, unbroadcast_result(y_bar, y))
        return cotangents

    return y, pullback


def pull_back_pullback(pull: Pullback, y_bar: Any, bars_bar: tuple[Any, ...]) -> tuple[Any, Any]:
    """The cotangents of the arguments and of `y_bar`, from those of `bars = pull(y_bar)`.

    `<c, pull(y_bar)>` is `<J c, y_bar>`, with J the Jacobian at the arguments: so its gradient by
    `y_bar` is the tangent of the value along c; by the arguments it is, since second derivatives
    are symmetric, the tangent of the pullback along c.

    Raises:
        UnsupportedSyntaxError: the function has a gradient of the user's, or complex numbers.
    """
    from autodiff_sst.derivative import derivative_of

    function, by, args, kwargs = pull.function, pull.by, pull.args, pull.kwargs
    if isinstance(function, CustomGradient):
        raise _known_here_only()
    along = tuple(unbroadcast_result(c, pull[k]) for k, c in enumerate(bars_bar))
    if isinstance(pull.y, tuple | list | dict) or np.iscomplexobj(pull.y):
        raise UnsupportedSyntaxError(
            "the second derivative of a function that calls itself, or is known at run time only, "
            "and returns complex numbers or several",
            instead="a function of a real result.",
        )
    y_dot = call_with_tangent(function, by, along, *args, **kwargs)[1]
    if isinstance(function, Checkpointed):
        function = function.function
    zero = np.zeros_like(pull.y) if np.ndim(pull.y) else 0.0
    seeds = (unbroadcast_result(y_bar, pull.y), *along, zero)
    return derivative_of(function, by, "pullback").along(args, kwargs, seeds), y_dot


def _known_here_only() -> UnsupportedSyntaxError:
    return UnsupportedSyntaxError(
        "the second derivative of a custom gradient that is known at run time only",
        instead="a call of the function by its name.",
    )


def _again(function: Any, by: tuple[int | str, ...], args: Any, kwargs: Any) -> tuple[Any, _Plain]:
    """The pullback runs the function once more, and keeps nothing but its arguments."""
    pair, values = _pure(function, by, args, kwargs)
    return function(*args, **kwargs), lambda y_bar: _pulled(pair, values)[1](y_bar)


def _pure(function: Any, by: _Keys, args: Any, kwargs: Any) -> tuple[Any, list[Any]]:
    """The pair of a function that changes nothing of what it is given, and the values for it."""
    from autodiff_sst.derivative import derivative_of  # the compiler, where it is needed

    pair, values = derivative_of(function, by).bound_pair(args, kwargs)
    _check_pure(function, pair)
    return pair, values


def _check_pure(function: Any, derived: Any) -> None:
    """Raises UnsupportedSyntaxError if a function changes what it is given: its caller, which was
    differentiated before, knows nothing of that."""
    if derived.changes_arguments:
        raise UnsupportedSyntaxError(
            f"`{getattr(function, '__name__', 'a function')}`, which is differentiated when it is "
            "called (it calls itself, is a checkpoint, or is known at run time only), changes "
            "its arguments",
            instead="a function that returns new values.",
        )


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
    derived, values = derivative_of(function, by, "jvp").bound(args, kwargs)
    _check_pure(function, derived)
    result: tuple[Any, Any] = derived.loaded.function(*values, *tangents)
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
        raise _known_here_only()
    y, pullback = call_with_pullback(function, by, *args, **kwargs)
    y_dot = call_with_tangent(function, along, tangents, *args, **kwargs)[1]
    places = [along.index(k) for k in by]

    def pullback_dot(y_bar: Any, y_bar_dot: Any) -> tuple[Any, ...]:
        y_bar, y_bar_dot = unbroadcast_result(y_bar, y), unbroadcast_result(y_bar_dot, y)
        bars = derivative_of(function, along, "pullback").along(
            args, kwargs, (y_bar, *tangents, y_bar_dot)
        )
        return tuple(bars[k] for k in places)

    return (y, pullback), (y_dot, pullback_dot)


def _custom(
    function: CustomGradient, by: tuple[int | str, ...], args: Any, kwargs: Any
) -> tuple[Any, _Plain]:
    y, backward = function.function(*args, **kwargs)

    def pullback(y_bar: Any) -> tuple[Any, ...]:
        cotangents = backward(unbroadcast_result(y_bar, y))
        whole = tuple(cotangents) if isinstance(cotangents, tuple | list) else (cotangents,)
        if len(whole) != len(args):
            raise ValueError(f"`backward` gave {len(whole)} cotangents for {len(args)} arguments")
        return tuple(whole[k] for k in by if isinstance(k, int))

    return y, pullback
