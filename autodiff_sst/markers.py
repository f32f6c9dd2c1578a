"""Words that users put into their functions, and that the compiler knows."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import MethodType
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")


def stop_gradient(x: T) -> T:
    """`x`, as a constant: no derivative flows through it. Outside a derivative it is `x`."""
    stopped = getattr(type(x), "__stop_gradient__", None)
    return x if stopped is None else stopped(x)


@contextmanager
def insert_grad_of(x: T) -> Iterator[T]:
    """`with insert_grad_of(x) as dx:` — its body runs in the backward sweep, at this point.

    There `dx` is the cotangent of `x`; assigning `dx` changes it. Outside a derivative `dx` is a
    zero like `x`, and what is assigned to it is lost.
    """
    zero: Any = np.zeros_like(x) if isinstance(x, np.ndarray) else x * 0  # type: ignore[operator]
    yield zero


class CustomGradient:
    """A function with a gradient of its own; called, it gives its value."""

    def __init__(self, function: Callable[..., tuple[Any, Callable[..., Any]]]) -> None:
        functools.update_wrapper(self, function)
        self.function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        given = (*args, *kwargs.values())
        if any(hasattr(type(a), "__stop_gradient__") for a in given):  # tensors of a tape
            from autodiff_sst.tape.custom import call_custom

            return call_custom(self.function, args, kwargs)
        return self.function(*args, **kwargs)[0]

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else MethodType(self, instance)


def custom_gradient(function: Callable[..., tuple[Any, Callable[..., Any]]]) -> CustomGradient:
    """Gives a function the gradient that it says.

    Args:
        function: returns `(y, backward)`; `backward(y_bar)` gives the cotangents of the arguments:
            a tuple, or one value for one argument; keywords may be left out at its end. A tuple of
            results gives `backward` as many arguments.

    `backward` is differentiated as it stands for second derivatives; custom gradients that it calls
    give the higher ones.
    """
    return CustomGradient(function)


class Checkpointed:
    """A function whose intermediate values a backward sweep computes again."""

    def __init__(self, function: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)
        self.function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else MethodType(self, instance)


def checkpoint(f: Callable[..., Any]) -> Checkpointed:
    """`f`, of whose calls a backward sweep keeps the arguments alone.

    The intermediate values are computed again when the sweep comes to the call: once more the time
    of `f`, for memory that does not grow with what it computes. Outside a derivative it is `f`.
    """
    return Checkpointed(f)
