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
    Attribute,
    Block,
    Function,
    ListOf,
    Name,
    Slice,
    Statement,
    Store,
    Subscript,
)
from autodiff_sst.core.walk import rebuild, statements
from autodiff_sst.frontend.calls import original
from autodiff_sst.runtime.sequences import LIST_CHANGES


def make_alike(
    function: Function, facts: Mapping[str, Abstract], changed: bool = False
) -> Function:
    """The function; itself if there is no such list.

    Args:
        changed: whether only lists are meant whose items are changed. They are told before it is
            decided what is at a constant index, for that is known no more.
    """
    every = [*statements(function.body)]
    made = {s.target: s.value for s in every if isinstance(s, Assign)}
    changes = {str(original(Name(n), made).id) for n in map(_changed, every) if n is not None}
    found: set[str] = set()
    for statement in every:
        match statement:
            case Assign(target, Subscript(Name(base), (item,))):
                counts = not changed or target in changes
            case Store(base, (item,)):
                counts = not changed
            case _:
                continue
        if counts and not isinstance(item, Slice) and not isinstance(fact(item, facts), Known):
            found.add(original(Name(base), made).id)
    chosen = {n for n in found if _may_be_alike(made.get(n), facts.get(n), changed)}
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


def _changed(statement: Statement) -> str | None:
    """What a statement changes, or a method that it takes."""
    match statement:
        case Assign(_, Attribute(Name(base), name)) if name in LIST_CHANGES:
            return base
        case Store(base):
            return base
    return None


def _same(atom: Atom) -> Atom:
    return atom


def _may_be_alike(value: object, known: Abstract | None, lists: bool) -> bool:
    """Whether it is a list that is written down, of lists, or of arrays of one rank."""
    if not isinstance(value, ListOf) or value.alike or not isinstance(known, Tuple):
        return False
    if lists or all(isinstance(item, List) for item in known.items):
        return all(isinstance(item, List) for item in known.items)
    ranks = {rank(item) for item in known.items}
    return all(isinstance(item, Array) for item in known.items) and len(ranks) == 1
