"""Where names are bound, and which may not be."""

from __future__ import annotations

from autodiff_sst.core.syntax import UNDEFINED, Atom, Block, For, If, Name, While
from autodiff_sst.core.walk import binds, blocks, statements

Branches = tuple[tuple[Atom, int], ...]  # tests, and which of their branches


def branches_of(block: Block, around: Branches = ()) -> dict[str, Branches]:
    """Of each name, in which branches of which `if`s it is bound."""
    found: dict[str, Branches] = {}
    for statement in block:
        found |= dict.fromkeys(binds(statement), around)
        for k, inner in enumerate(blocks(statement)):
            within = (*around, (statement.test, k)) if isinstance(statement, If) else around
            found |= branches_of(inner, within)
    return found


def maybe_undefined(block: Block) -> frozenset[str]:
    """The merges and carries that are UNDEFINED on some path."""
    sources: dict[str, tuple[Atom, ...]] = {}
    for statement in statements(block):
        if isinstance(statement, If):
            sources |= {m.name: m.values for m in statement.merges}
        elif isinstance(statement, For | While):
            sources |= {c.name: (c.init, c.next) for c in statement.carries}
    found: frozenset[str] = frozenset()
    while True:
        bad = {UNDEFINED, *map(Name, found)}
        new = frozenset(name for name, atoms in sources.items() if bad & {*atoms})
        if new == found:
            return found
        found = new
