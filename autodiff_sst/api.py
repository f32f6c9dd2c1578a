"""The transforms: what users call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, overload

from autodiff_sst.derivative import Argnums, Derivative

Function = Callable[..., Any]


@overload
def grad(f: Function, argnums: Argnums = ...) -> Derivative: ...
@overload
def grad(f: None = ..., argnums: Argnums = ...) -> Callable[[Function], Derivative]: ...
def grad(f: Function | None = None, argnums: Argnums = 0) -> Any:
    """The gradient of a scalar function.

    Args:
        f: the function; left out where `grad` decorates with options, `@grad(argnums=1)`.
        argnums: by which parameters: an int, a name, or a tuple of these.

    Returns:
        `df(*args, **kwargs)`, a `Derivative`: the gradient of the real scalar that `f` returns, in
        the shape and dtype of the argument; with a tuple of `argnums` a tuple of gradients.

    Raises:
        ValueError, TypeError: bad `argnums`.
        NonScalarOutputError: when it is called, if `f` returns anything but a real scalar.
        NonDifferentiableInputError: when it is called, if an argument in `argnums` is no float.
    """
    return _transform("grad", f, argnums)


@overload
def value_and_grad(f: Function, argnums: Argnums = ...) -> Derivative: ...
@overload
def value_and_grad(f: None = ..., argnums: Argnums = ...) -> Callable[[Function], Derivative]: ...
def value_and_grad(f: Function | None = None, argnums: Argnums = 0) -> Any:
    """`(f(...), gradient)` from one forward sweep; arguments and errors as of `grad`."""
    return _transform("value_and_grad", f, argnums)


def _transform(kind: str, f: Function | None, argnums: Argnums) -> Any:
    if f is None:
        return lambda function: Derivative(function, kind, argnums)
    return Derivative(f, kind, argnums)
