"""Copies of lists that grow, where they are read as a whole before they have grown.

    for i in range(n):                 for i in range(n):
        items.append(s)                    items.append(s)
        s = s + sum(items)      →          t = list(items)
                                           s = s + sum(t)

The backward sweep finds the list as it is in the end; the copy is what was read. An item that is
read by its index needs none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from autodiff_sst.analysis.calls import made_by
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    Append,
    Assign,
    Atom,
    Binary,
    Block,
    Call,
    For,
    Function,
    If,
    ListOf,
    Name,
    Object,
    Slice,
    Statement,
    Subscript,
    While,
)
from autodiff_sst.core.walk import all_names, blocks, map_atoms, rebuild, statements
from autodiff_sst.errors import UnsupportedSyntaxError

_LIST = Object(list, "list", list)
_TELL = (len, list, range, isinstance)  # they need no copy


def copy_growing_lists(function: Function) -> Function:
    """The function; itself if no list that still grows is read as a whole."""
    places = {id(s): k for k, s in enumerate(statements(function.body))}
    grown: dict[str, int] = {}  # where the last is appended
    for statement in statements(function.body):
        if isinstance(statement, Append):
            grown[statement.target] = places[id(statement)]
    if not grown:
        return function
    names = Names(all_names(function))

    def block(body: Block, in_loop: frozenset[str]) -> Block:
        return tuple(made for s in body for made in one(s, in_loop))

    def one(statement: Statement, in_loop: frozenset[str]) -> tuple[Statement, ...]:
        if isinstance(statement, For | While):
            inside = [s for b in blocks(statement) for s in statements(b)]
            own = {s.target for s in inside if isinstance(s, Assign)}  # of this turn
            in_loop |= {s.target for s in inside if isinstance(s, Append)} - own
        if isinstance(statement, If | For | While):
            _check_merged(statement, grown, places, in_loop)
        if not isinstance(statement, Assign):
            return (rebuild(statement, lambda atom: atom, lambda b: block(b, in_loop)),)
        later = {n for n, place in grown.items() if place > places[id(statement)]} | in_loop
        read = _read_whole(statement) & later
        value = statement.value
        alike = isinstance(value, ListOf) and value.alike  # nobody knows which of its items it is
        if read and (alike or (isinstance(value, Call) and made_by(value) is not None)):
            words = f"`{min(read)}` grows after an object or a list holds it"
            raise UnsupportedSyntaxError(
                f"{words}: not supported yet", statement.origin, instead="a copy of the list."
            )
        copies: dict[Atom, Atom] = {Name(n): Name(names.fresh(n)) for n in sorted(read)}
        made = tuple(
            Assign(copy.id, Call(_LIST, (of,)), statement.origin)
            for of, copy in copies.items()
            if isinstance(copy, Name)
        )
        value = map_atoms(statement.value, lambda a: copies.get(a, a))
        return (*made, replace(statement, value=value) if made else statement)

    body = block(function.body, frozenset())
    return function if body == function.body else replace(function, body=body)


def _check_merged(
    statement: If | For | While,
    grown: Mapping[str, int],
    places: Mapping[int, int],
    in_loop: frozenset[str],
) -> None:
    """Refuses a variable that may be a list that grows on: it would not be known how long it is."""
    end = max((places[id(s)] for b in blocks(statement) for s in statements(b)), default=0)
    if isinstance(statement, If):
        taken = [v for m in statement.merges for v in m.values]
    else:
        taken = [v for c in statement.carries for v in (c.init, c.next)]
    for atom in taken:
        if not isinstance(atom, Name) or atom.id not in grown:
            continue
        if grown[atom.id] > end or atom.id in in_loop:
            words = f"`{atom.id}` grows after another variable may have become it"
            raise UnsupportedSyntaxError(
                f"{words}: not supported yet", statement.origin, instead="a copy of the list."
            )


def _read_whole(statement: Assign) -> set[str]:
    """The names that are given to a function, or of which a part is taken."""
    match statement.value:
        case Call(Object(function), args, keywords) if not any(function is f for f in _TELL):
            given = [*args, *(a for _, a in keywords)]
            return {a.id for a in given if isinstance(a, Name)}
        case Subscript(Name(base), (Slice(),)):
            return {base}
        case ListOf(items, True):
            return {a.id for a in items if isinstance(a, Name)}
        case Binary("+" | "*", left, right):
            return {a.id for a in (left, right) if isinstance(a, Name)}
        case _:
            return set()
