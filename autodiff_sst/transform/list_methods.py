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
from autodiff_sst.analysis.calls import made_by
from autodiff_sst.analysis.values import Abstract, Array, List, Tuple
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    Append,
    Assign,
    Atom,
    Attribute,
    Block,
    Call,
    DictOf,
    Effect,
    For,
    ListOf,
    Literal,
    Name,
    Statement,
    Store,
    Subscript,
    TupleOf,
)
from autodiff_sst.core.walk import statements
from autodiff_sst.rules.helpers import LEN


class ListMethods:
    def __init__(self, body: Block, facts: Mapping[str, Abstract], names: Names) -> None:
        self.facts, self.names = facts, names
        self.made = {s.target: s.value for s in statements(body) if isinstance(s, Assign)}
        self.grown = {s.target for s in statements(body) if isinstance(s, Append)}
        self.stored = {s.target for s in statements(body) if isinstance(s, Store)}

    def resolved(
        self, statement: Statement, methods: Mapping[str, tuple[Atom, str]]
    ) -> Block | None:
        """What a call of a method that makes a list grow is, or what reads such a list of a
        container; None if it is neither."""
        if not isinstance(statement, Effect | Assign):
            return None
        match statement.value:
            case Subscript() | Attribute() if isinstance(statement, Assign):
                held = self.list_of(Name(statement.target))
                if held not in self.grown:
                    return None
                return (replace(statement, value=Name(held)),)
            case Call(Name(method), (item,), ()) if method in methods:
                base, name = methods[method]
            case _:
                return None
        known = fact(base, self.facts)
        if not isinstance(known, List) and getattr(known, "cls", None) is not list:
            return None
        grown = self.list_of(base) if name in ("append", "extend") else None
        if grown is None:
            return None
        if name == "append":
            made: Block = (Append(grown, item, statement.origin),)
        elif isinstance(fact(item, self.facts), List | Tuple | Array):
            made = self.extended(grown, item, statement)
        else:
            return None
        if isinstance(statement, Assign):
            made = (*made, Assign(statement.target, Literal(None), statement.origin))
        return made

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
        while isinstance(atom, Name):
            value = self.made.get(atom.id)
            match value:
                case ListOf():
                    return atom.id
                case Name():
                    atom = value
                case Subscript(Name(base), (Literal(key),)):
                    atom = self.item(base, key)
                case Attribute(Name(base), key):
                    atom = self.item(base, key)
                case _:
                    return None
        return None

    def item(self, container: str, key: object) -> Atom:
        """What a container holds at a key; None if that may change."""
        while isinstance(same := self.made.get(container), Name):
            if container in self.stored:
                return Literal(None)
            container = same.id
        if container in self.stored:
            return Literal(None)
        match self.made.get(container):
            case DictOf(keys, values):
                held = {k.value: v for k, v in zip(keys, values, strict=True) if k is not None}  # type: ignore[union-attr]
            case ListOf(items) | TupleOf(items):
                held = dict(enumerate(items))
            case Call() as call:
                made = made_by(call)
                held = dict(made[1]) if made is not None else {}
            case _:
                held = {}
        return held.get(key, Literal(None))
