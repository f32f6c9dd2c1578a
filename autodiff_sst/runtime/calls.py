"""Calls whose derivative is taken when they are made: of functions that call themselves, or that
are known at run time only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Pullback = Callable[[Any], tuple[Any, ...]]


def call_with_pullback(
    function: Any, by: tuple[int | str, ...], *args: Any, **kwargs: Any
) -> tuple[Any, Pullback]:
    """The value of `function(*args, **kwargs)`, and the pullback by the arguments `by`."""
    from autodiff_sst.derivative import derivative_of  # the compiler, only where it is needed

    return derivative_of(function, by).with_pullback(args, kwargs)
