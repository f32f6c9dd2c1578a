"""How the arguments of a function are called: its rule may have them in another order."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

_BY_POSITION = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def by_position(
    function: Any, ours: Callable[..., Any], first: int, count: int
) -> list[str | None]:
    """Of so many arguments by position, the names of those that `ours` has elsewhere, or not at
    all; None where the places are the same.

    Args:
        ours: what stands for the function, whose parameters begin at `first`.
    """
    theirs, own = parameters(function), [*parameters(ours)][first:]
    if function is ours:  # a template that stands for itself
        return [None] * count
    names = [n for n, p in theirs.items() if p.kind in _BY_POSITION]
    found: list[str | None] = []
    for k in range(count):
        name = names[k] if k < len(names) else None
        mine = own[k] if k < len(own) else None
        elsewhere = mine is None or name in own or mine in theirs
        moved = name is not None and name != mine and elsewhere
        found.append(name if moved else None)
    return found


def is_default(function: Any, name: str, value: Any) -> bool:
    """Whether an argument is what it is if it is not given."""
    parameter = parameters(function).get(name)
    return parameter is not None and (parameter.default is value or parameter.default == value)


@functools.cache
def parameters(function: Any) -> dict[str, inspect.Parameter]:
    """By name; none where there is no signature to be read."""
    try:
        return (
            {} if isinstance(function, np.ufunc) else dict(inspect.signature(function).parameters)
        )
    except (TypeError, ValueError):  # C code may have none
        return {}
