"""What lowering learns of types: which Python functions are called where only the arguments tell.

    y = layer(x)              t = type(layer)
                       →      if t is Linear:            the body of Linear.__call__
                                  …
                              else:
                                  y = layer(x)

Lowering comes before types are known. Where a call turns out to be of a method, of an object, of a
function that was an argument, or where an operator is a method, lowering runs again with a hint.
A hint stays for all kinds of arguments: so it is a branch, which `resolve` decides.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from autodiff_sst.errors import Origin

# What the methods of operators are called, and the functions of the module `operator`.
METHODS = {
    **{"+": "add", "-": "sub", "*": "mul", "/": "truediv", "**": "pow", "@": "matmul"},
    **{"//": "floordiv", "%": "mod", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"},
    **{"==": "eq", "!=": "ne", "&": "and", "|": "or", "^": "xor"},
}

# They go through what they are given, once.
CONSUMERS: tuple[Any, ...] = (list, tuple, sum, max, min, sorted, set, frozenset, any, all)


@dataclass(frozen=True)
class Hint:
    """At this place `function` is called where the object is of class `cls`; without a class, where
    the called object is `function` itself."""

    function: Any
    cls: Any = None
    binds_self: bool = True
    definition: Any = None  # Python code for a function that has none
    lists: tuple[int | str, ...] = ()  # arguments that are lists, where arrays are due
    is_last: bool = False  # of the functions that a container holds, of which one is called


Site: TypeAlias = tuple[Origin, str]  # a place, and the attribute or operator there
Hints: TypeAlias = Mapping[Site, tuple[Hint, ...]]


# Calls of functions that a definition stands for, and that it could not be put in the place of.
_given_up: set[tuple[Site, Any]] = set()


def give_up(site: Site, function: Any) -> None:
    _given_up.add((site, _key(function)))


def is_given_up(site: Site, function: Any) -> bool:
    return (site, _key(function)) in _given_up


def _key(function: Any) -> Any:
    """Bound methods are made anew each time, and equal."""
    return function if isinstance(function, Hashable) else id(function)


class MoreHintsError(Exception):
    """Lowering must run again: `hints` were found."""

    def __init__(self, hints: Hints) -> None:
        super().__init__("lowering must run again")
        self.hints = hints


def joined(old: Hints, new: Hints) -> Hints:
    return {**old, **{site: (*old.get(site, ()), *found) for site, found in new.items()}}
