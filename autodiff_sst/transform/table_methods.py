"""Methods of dicts whose keys are known at run time only (`tables.py`), and what goes through them.

for k, v in d.items():              t = list(d)
    s += v                          for k_1 in range(len(t)):
y = d.get(k, 0.0)          →            …
                                    if k in d: y = d[k]
                                    else: y = 0.0
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.values import (
    UNKNOWN,
    Abstract,
    Dict,
    Table,
    keys_of,
    rank,
)
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
    If,
    ListOf,
    Literal,
    Merge,
    Name,
    Object,
    Statement,
    Store,
    Subscript,
    TupleOf,
)
from autodiff_sst.core.walk import map_atoms, statements
from autodiff_sst.frontend.calls import original
from autodiff_sst.rules.helpers import KEYS, LEN, TABLE, WITHOUT_KEY
from autodiff_sst.runtime.sequences import (
    as_sequence,
    order_of,
    rows_of,
    sorted_by,
)
from autodiff_sst.transform.common import WHOLE
from autodiff_sst.transform.tables import open_dicts

_SET = Object(set, "set", set)
_OF_SETS = ("==", "!=", "<", "<=", ">", ">=", "&", "|", "-", "^")
# Of a dict they go through the keys.
_GO_THROUGH: tuple[Any, ...] = (
    *(sorted, sorted_by, order_of, tuple, list, set, frozenset, max, min, sum, any, all),
    *(enumerate, zip, reversed, iter, rows_of),
)


class TableMethods:
    statement: Assign | Effect  # what is resolved now, and what it becomes
    made: list[Statement]

    def __init__(self, body: Block, facts: Mapping[str, Abstract], names: Names) -> None:
        self.facts, self.names = facts, names
        self.open: set[Atom] = {*map(Name, open_dicts(body, facts))}
        self.every = {s.target: s.value for s in statements(body) if isinstance(s, Assign)}

    def waits(self, call: Call, methods: Mapping[str, tuple[Atom, str]]) -> bool:
        """Whether a call is given a dict that becomes a table first, or is a method of one."""
        method = call.function.id if isinstance(call.function, Name) else ""
        return any(a in self.open for a in (*methods.get(method, ())[:1], *call.args))

    def resolved(
        self, statement: Statement, methods: Mapping[str, tuple[Atom, str]]
    ) -> Block | None:
        """What a method of a table is, or a loop over one; None if it is neither."""
        if not isinstance(statement, Assign | Effect):
            return None
        self.made, self.statement = [], statement
        keywords: tuple[tuple[str, Atom], ...] = ()
        match statement:
            case Assign(_, Call(Object(called), args)) if any(called is f for f in _GO_THROUGH):
                if not any(isinstance(fact(a, self.facts), Table) for a in args):
                    return None
                return self.of_keys(statement)
            case Assign(target, Binary(operator, left, right)) if operator in _OF_SETS:
                left, right = self.as_set(left), self.as_set(right)
                if not self.made:
                    return None
                self.assign(target, Binary(operator, left, right))
                return tuple(self.made)
            case Assign(_, Call(Name(method), args, keywords)) | Effect(
                Call(Name(method), args, keywords)
            ):
                if method not in methods:
                    return None
                base, name = methods[method]
                if keywords and name != "update":
                    return None
            case Assign(_, Call(Object(called), (base,), ())) if called is as_sequence:
                name, args = "keys", ()
            case Assign(_, Call(Object(called), (base,), ())) if called is dict:
                name, args = "copy", ()
            case _:
                return None
        known = fact(base, self.facts)
        if not isinstance(known, Table) or not isinstance(base, Name):
            return None
        target = statement.target if isinstance(statement, Assign) else self.names.temporary()
        match name, args:
            case "keys", ():
                self.assign(target, Call(KEYS, (base,)))
            case "values", ():
                self.gathered(target, base, lambda key, value: value)
            case "items", ():
                self.gathered(target, base, lambda key, value: self.new(TupleOf((key, value))))
            case "copy", () if rank(known.item or UNKNOWN) == 0:
                self.assign(target, Call(TABLE, (base,)))
            case "update", () | (_,) if all(isinstance(fact(a, self.facts), Dict) for a in args):
                new: list[tuple[str, Atom]] = []
                for items in args:
                    keys = keys_of(fact(items, self.facts)) or ()
                    new += [(key, self.new(Subscript(items, (Literal(key),)))) for key in keys]
                for key, value in (*new, *keywords):
                    self.made.append(Store(base.id, (Literal(key),), value, statement.origin))
                self.assign(target, Literal(None))
            case "pop", (key,):
                self.popped(target, base, key)
            case "pop", (key, default):
                there = self.new(Binary("in", key, base))
                outer, self.made = self.made, []
                found = self.names.temporary()
                self.popped(found, base, key)
                then, self.made = tuple(self.made), outer
                merges = (Merge(target, (Name(found), default)),)
                self.made.append(If(there, then, (), merges, statement.origin))
            case "get" | "setdefault", (key, *default):
                self.looked_up(target, base, name, key, default[0] if default else Literal(None))
            case _:
                return None
        return tuple(self.made)

    def of_keys(self, statement: Assign) -> Block:
        """A call that goes through tables is given lists of their keys."""

        def keys(atom: Atom) -> Atom:
            is_table = isinstance(fact(atom, self.facts), Table)
            return self.new(Call(KEYS, (atom,))) if is_table else atom

        value = map_atoms(statement.value, keys)
        return (*self.made, replace(statement, value=value))

    def as_set(self, atom: Atom) -> Atom:
        """What `keys()` gave, where it is compared: a set."""
        first = original(atom, self.every) if isinstance(atom, Name) else atom
        match self.every.get(first.id) if isinstance(first, Name) else None:
            case Call(Name(method), ()):
                of = self.every.get(method)
                base = of.value if isinstance(of, Attribute) and of.name == "keys" else None
                if base is not None and isinstance(fact(base, self.facts), Table):
                    return self.new(Call(_SET, (self.new(Call(KEYS, (base,))),)))
        return atom

    def assign(self, target: str, value: Expression) -> None:
        self.made.append(Assign(target, value, self.statement.origin))

    def new(self, value: Expression) -> Atom:
        name = self.names.temporary()
        self.assign(name, value)
        return Name(name)

    def gathered(self, target: str, base: Name, item: Callable[[Atom, Atom], Atom]) -> None:
        """A list of what is made of each key and value."""
        origin = self.statement.origin
        keys = self.new(Call(KEYS, (base,)))
        length = self.new(Call(LEN, (keys,)))
        self.assign(target, ListOf(()))
        counter = self.names.fresh("k")
        outer, self.made = self.made, []
        key = self.new(Subscript(keys, (Name(counter),)))
        value = self.new(Subscript(base, (key,)))
        self.made.append(Append(target, item(key, value), origin))
        body, self.made = tuple(self.made), outer
        self.made.append(For(counter, (length,), body, origin=origin))

    def popped(self, target: str, base: Name, key: Atom) -> None:
        self.assign(target, Subscript(base, (key,)))
        rest = self.new(Call(WITHOUT_KEY, (base, key)))
        self.made.append(Store(base.id, WHOLE, rest, self.statement.origin))

    def looked_up(self, target: str, base: Name, name: str, key: Atom, default: Atom) -> None:
        origin = self.statement.origin
        if name == "setdefault":
            missing = self.new(Binary("not in", key, base))
            self.made.append(If(missing, (Store(base.id, (key,), default, origin),), origin=origin))
            self.assign(target, Subscript(base, (key,)))
            return
        there = self.new(Binary("in", key, base))
        found = self.names.temporary()
        then = (Assign(found, Subscript(base, (key,)), origin),)
        self.made.append(If(there, then, (), (Merge(target, (Name(found), default)),), origin))
