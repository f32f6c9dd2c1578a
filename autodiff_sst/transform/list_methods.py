"""Methods that change a list, found by its type: of lists in dicts, objects and tuples.

    history = {"loss": loss, "w": w}              loss = []
    t = history["loss"]                           append(loss, v)
    t_1 = t.append                         →
    t_1(v)

What a variable holds is known while lowering (lists.py, list_values.py); here it is known which
list a container holds at a constant key, if nothing is stored in the container.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.kinds import is_list
from autodiff_sst.analysis.values import Abstract, Array, List, Tuple
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    Append,
    Assign,
    Atom,
    Attribute,
    Binary,
    Block,
    Call,
    Effect,
    Expression,
    For,
    ListOf,
    Literal,
    Name,
    Slice,
    Statement,
    Store,
    Subscript,
)
from autodiff_sst.core.walk import statements
from autodiff_sst.rules.helpers import LEN, LIST
from autodiff_sst.transform.common import WHOLE
from autodiff_sst.transform.sites import object_meant


class ListMethods:
    def __init__(self, body: Block, facts: Mapping[str, Abstract], names: Names) -> None:
        self.facts, self.names = facts, names
        self.made = {s.target: s.value for s in statements(body) if isinstance(s, Assign)}
        self.grown = {s.target for s in statements(body) if isinstance(s, Append)}
        self.stored = {s.target for s in statements(body) if isinstance(s, Store)}

    def resolved(
        self, statement: Statement, methods: Mapping[str, tuple[Atom, str]]
    ) -> Block | None:
        """What a call of a method that changes a list is, or what reads such a list of a
        container; None if it is neither."""
        if not isinstance(statement, Effect | Assign):
            return None
        match statement.value:
            case Subscript() | Attribute() if isinstance(statement, Assign):
                held = self.list_of(Name(statement.target))
                if held not in self.grown:
                    return None
                return (replace(statement, value=Name(held)),)
            case Call(Name(method), args, ()) if method in methods:
                base, name = methods[method]
            case _:
                return None
        if not is_list(fact(base, self.facts)):
            return None
        made = self.grows(base, name, args, statement)
        if made is None:
            return self.changes(base, name, args, statement)
        if isinstance(statement, Assign):
            made = (*made, Assign(statement.target, Literal(None), statement.origin))
        return made

    def grows(
        self, base: Atom, name: str, args: tuple[Atom, ...], statement: Statement
    ) -> Block | None:
        grown = self.list_of(base) if name in ("append", "extend") else None
        if grown is None or len(args) != 1:
            return None
        if name == "append":
            return (Append(grown, args[0], statement.origin),)
        if isinstance(fact(args[0], self.facts), List | Tuple | Array):
            return self.extended(grown, args[0], statement)
        return None

    def changes(
        self, base: Atom, name: str, args: tuple[Atom, ...], statement: Effect | Assign
    ) -> Block | None:
        """`x.append(v)` is `x[:] = x + [v]`, and so on."""
        made: list[Statement] = []

        def new(value: Expression) -> Atom:
            fresh = self.names.temporary()
            made.append(Assign(fresh, value, statement.origin))
            return Name(fresh)

        def part(start: Atom | None, stop: Atom | None) -> Atom:
            return new(Subscript(base, (Slice(start, stop, None),)))

        result: Atom = Literal(None)
        match name, args:
            case "append", (item,):
                now = new(Binary("+", base, new(ListOf((item,)))))
            case "extend", (items,):
                now = new(Binary("+", base, new(Call(LIST, (items,)))))
            case "insert", (place, item):
                first, rest = part(None, place), part(place, None)
                now = new(Binary("+", new(Binary("+", first, new(ListOf((item,))))), rest))
            case "pop", () | (Literal(-1),):
                result = new(Subscript(base, (Literal(-1),)))
                now = part(None, Literal(-1))
            case "pop", (Literal(int(place)),) if place >= 0:
                result = new(Subscript(base, (Literal(place),)))
                rest = part(Literal(place + 1), None)
                now = new(Binary("+", part(None, Literal(place)), rest)) if place else rest
            case "clear", ():
                now = new(ListOf(()))
            case "reverse", ():
                now = new(Subscript(base, (Slice(None, None, Literal(-1)),)))
            case _:
                return None
        if not isinstance(base, Name):
            return None
        made.append(Store(base.id, WHOLE, now, statement.origin))
        if isinstance(statement, Assign):
            made.append(Assign(statement.target, result, statement.origin))
        return tuple(made)

    def extended(self, grown: str, items: Atom, statement: Statement) -> Block:
        length, counter, item = (self.names.fresh(n) for n in ("t", "k", "t"))
        body = (
            Assign(item, Subscript(items, (Name(counter),)), statement.origin),
            Append(grown, Name(item), statement.origin),
        )
        return (
            Assign(length, Call(LEN, (items,)), statement.origin),
            For(counter, (Name(length),), body, origin=statement.origin),
        )

    def list_of(self, atom: Atom) -> str | None:
        """The list that is meant, as it was made: a name, or what a container holds."""
        meant = object_meant(atom, self.made, self.stored.__contains__)
        return (
            meant.id if meant is not None and isinstance(self.made.get(meant.id), ListOf) else None
        )
