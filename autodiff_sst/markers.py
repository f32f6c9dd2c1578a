"""Words that users put into their functions, and that the compiler knows."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def stop_gradient(x: T) -> T:
    """`x`, as a constant: no derivative flows through it. Outside a derivative it is `x`."""
    return x


class CustomGradient:
    """A function with a gradient of its own; called, it gives its value."""

    def __init__(self, function: Callable[..., tuple[Any, Callable[..., Any]]]) -> None:
        functools.update_wrapper(self, function)
        self.function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)[0]


def custom_gradient(function: Callable[..., tuple[Any, Callable[..., Any]]]) -> CustomGradient:
    """Gives a function the gradient that it says.

    Args:
        function: returns `(y, backward)`; `backward(y_bar)` gives the cotangents of the positional
            arguments: a tuple, or one value for one argument.
    """
    return CustomGradient(function)
