"""Fresh names, the same ones on every run: `t`, `t_1`, `t_2`; `x_bar`, then `x_bar_1`."""

from __future__ import annotations

import re
from collections.abc import Iterable


class Names:
    """Gives names that nothing else has: not the user's, not a module's, not a helper's."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._next: dict[str, int] = {}

    def take(self, names: Iterable[str]) -> None:
        self._taken |= {*names}

    def fresh(self, base: str) -> str:
        """`base` if it is free, else `base_1`, `base_2`, …"""
        if base not in self._taken:
            self._taken.add(base)
            return base
        number = self._next.get(base, 1)
        while f"{base}_{number}" in self._taken:
            number += 1
        self._next[base] = number + 1
        name = f"{base}_{number}"
        self._taken.add(name)
        return name

    def release(self, name: str) -> None:
        """Gives a fresh name back; nothing may bear it any more."""
        self._taken.discard(name)
        base, number = _VERSION.sub("", name), _VERSION.search(name)
        if number:
            self._next[base] = min(self._next.get(base, 1), int(number.group()[1:]))

    def temporary(self) -> str:
        return self.fresh("t")

    def cotangent(self, name: str) -> str:
        """x̄, after Griewank and Walther; all versions of a variable share the name."""
        return self.fresh(f"{_VERSION.sub('', name)}_bar")

    def tangent(self, name: str) -> str:
        return self.fresh(f"{_VERSION.sub('', name)}_dot")


_VERSION = re.compile(r"_\d+$")


_TEMPORARY = re.compile(r"t(_\d+)?(_bar(_\d+)?|_dot(_\d+)?)*$")


def is_temporary(name: str) -> bool:
    """Whether a name looks like one that the compiler made: `t_1`, or the cotangent of one."""
    return _TEMPORARY.match(name) is not None
