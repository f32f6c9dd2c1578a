"""Lists of lists or arrays of which an item is taken by an index that is not known.

    rows = [[], []]                 rows = [[], []]       its items are alike
    t = rows[k]                →    t = rows[k]

A list that is written down is known item by item, until it turns out that nobody can tell which
item is meant: then one is like another, as in a list that a loop makes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.values import Abstract, Array, Known, List, Tuple, rank
from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    Block,
    Function,
    ListOf,
    Name,
    Slice,
    Store,
    Subscript,
)
from autodiff_sst.core.walk import rebuild, statements
from autodiff_sst.frontend.calls import original


def make_alike(function: Function, facts: Mapping[str, Abstract]) -> Function:
    """The function; itself if there is no such list."""
    made = {s.target: s.value for s in statements(function.body) if isinstance(s, Assign)}
    found: set[str] = set()
    for statement in statements(function.body):
        match statement:
            case Assign(_, Subscript(Name() as base, (item,))) | Store(str() as base, (item,)):
                if not isinstance(item, Slice) and not isinstance(fact(item, facts), Known):
                    first = original(base if isinstance(base, Name) else Name(base), made)
                    found.add(first.id)
            case _:
                pass
    chosen = {n for n in found if _may_be_alike(made.get(n), facts.get(n))}
    if not chosen:
        return function

    def block(body: Block) -> Block:
        return tuple(
            replace(s, value=replace(s.value, alike=True))
            if isinstance(s, Assign) and s.target in chosen and isinstance(s.value, ListOf)
            else rebuild(s, _same, block)
            for s in body
        )

    return replace(function, body=block(function.body))


def _same(atom: Atom) -> Atom:
    return atom


def _may_be_alike(value: object, known: Abstract | None) -> bool:
    """Whether it is a list that is written down, of lists, or of arrays of one rank."""
    if not isinstance(value, ListOf) or value.alike or not isinstance(known, Tuple):
        return False
    if all(isinstance(item, List) for item in known.items):
        return True
    ranks = {rank(item) for item in known.items}
    return all(isinstance(item, Array) for item in known.items) and len(ranks) == 1
