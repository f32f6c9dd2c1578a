"""Blocks of what is tried, which know what every variable is before each statement: a handler finds
the variables as they are where something fails.

try:
    with opened(x) as y:           t = y
        s = s * 2          →       s_1 = s * 2
        v = y[9]                   v = t[9]               # here s is s_1
except IndexError:                 …
    …
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autodiff_sst.core.syntax import Name, Statement

# Of each statement, by identity: itself, and by the identity of a lowering its variables.
Seen = dict[int, tuple[Statement, dict[int, dict[str, Any]]]]


class Recorded(list[Statement]):
    def __init__(self, lowering: Any) -> None:
        super().__init__()
        self.lowering = lowering

    def append(self, statement: Statement) -> None:
        _, known = self.lowering.shared.seen.setdefault(id(statement), (statement, {}))
        known.setdefault(id(self.lowering), {**self.lowering.values})
        super().append(statement)

    def __iadd__(self, statements: Any) -> Recorded:  # type: ignore[override, misc]
        for statement in statements:
            self.append(statement)
        return self

    extend = __iadd__  # type: ignore[assignment]


def block_like(block: Any) -> list[Statement]:
    """A new block, inside of another."""
    return Recorded(block.lowering) if isinstance(block, Recorded) else []


def variables_at(lowering: Any, statement: Statement) -> dict[str, Any] | None:
    seen: Seen = lowering.shared.seen
    _, known = seen.get(id(statement), (statement, {}))
    return known.get(id(lowering))


def renamed(seen: Seen, old: Statement, new: Statement, names: Mapping[str, str]) -> None:
    """A copy of a statement, under other names, is known as the statement is."""
    _, known = seen.get(id(old), (old, {}))

    def other(atom: Any) -> Any:
        return Name(names[atom.id]) if isinstance(atom, Name) and atom.id in names else atom

    of_new = {k: {v: other(a) for v, a in values.items()} for k, values in known.items()}
    seen[id(new)] = (new, of_new)
