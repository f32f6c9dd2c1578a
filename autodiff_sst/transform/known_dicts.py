"""Dicts that are made of two lists, whose keys are known, as they would be written down.

CORE → CORE     keys = ["a", "b"]                 t = values[0]; t_1 = values[1]
                d = dict(zip(keys, values))  →    d = {"a": t, "b": t_1}
                k = place_of(keys, "b")           k = 1
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from autodiff_sst.analysis.calls import made_by
from autodiff_sst.analysis.infer import infer
from autodiff_sst.analysis.values import Abstract, Dict, Known, Tuple
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
    If,
    ListOf,
    Literal,
    Name,
    Object,
    Slice,
    Statement,
    Store,
    Subscript,
    TupleOf,
    While,
)
from autodiff_sst.core.walk import reads, statements
from autodiff_sst.frontend.calls import original
from autodiff_sst.frontend.dicts import CHANGES
from autodiff_sst.rules.helpers import DICT_OF
from autodiff_sst.runtime.sequences import dict_of, last_places, place_of
from autodiff_sst.transform.common import WHOLE
from autodiff_sst.transform.sites import object_meant, read_by_key
from autodiff_sst.transform.tables import homes_of

_RANGE = Object(range, "range", range)


class KnownDicts:
    """Of a block of statements: the lists that are written down in it, and do not grow."""

    def __init__(self, block: Block, facts: Mapping[str, Abstract], names: Names) -> None:
        self.facts = facts
        self.names = names
        every = [*statements(block)]
        grown = {s.target for s in every if isinstance(s, Append)}
        self.displays: dict[Atom, ListOf] = {
            Name(s.target): s.value
            for s in every
            if isinstance(s, Assign) and isinstance(s.value, ListOf) and s.target not in grown
        }
        self.made = {s.target: s.value for s in every if isinstance(s, Assign)}
        self.block, self.every = block, every
        self.zips = {
            s.target: s.value.args
            for s in every
            if isinstance(s, Assign)
            and isinstance(s.value, Call)
            and isinstance(s.value.function, Object)
            and s.value.function.value is zip
            and len(s.value.args) == 2
        }

    @cached_property
    def by_key(self) -> set[str]:
        return read_by_key(self.block)

    def known(self, statement: Statement) -> Block | None:
        """What a statement becomes, if it is a call whose keys are known."""
        match statement:
            case Assign(_, Call(Object(function), (Name(zipped),), ())) if (
                function is dict and zipped in self.zips
            ):
                return self.known(replace(statement, value=Call(DICT_OF, self.zips[zipped])))
            case Assign(_, Call(Object(function), (keys, values))) if function is dict_of:
                found = self._constants(keys)
                if found is None or len(found) != self._length(values):
                    return None
                places = {key: k for k, key in enumerate(found)}
                parts = [self.names.temporary() for _ in places]
                items = tuple(
                    Assign(name, Subscript(values, (Literal(k),)), statement.origin)
                    for name, k in zip(parts, places.values(), strict=True)
                )
                made = DictOf((*map(Literal, places),), (*map(Name, parts),))
                return (*items, replace(statement, value=made))
            case Assign(_, Call(Object(function), (keys,))) if function is last_places:
                found = self._constants(keys)
                if found is None or len({*found}) < len(found):
                    return None
                return (replace(statement, value=Call(_RANGE, (Literal(len(found)),))),)
            case Assign(_, Call(Object(function), (keys, key))) if function is place_of:
                found, wanted = self._constants(keys), infer(key, self.facts, "")
                if found is None or not isinstance(wanted, Known) or wanted.value not in found:
                    return None
                return (replace(statement, value=Literal(found.index(wanted.value))),)
        return None

    def updated(
        self, statement: Statement, methods: Mapping[str, tuple[Atom, str]]
    ) -> Block | None:
        """`d.update(other)`, as what is stored."""
        match statement:
            case Effect(Call(Name(method), args, keywords)) if method in methods:
                base, name = methods[method]
            case _:
                return None
        if name != "update" or len(args) > 1 or not isinstance(base, Name):
            return None
        if not isinstance(infer(base, self.facts, ""), Dict):
            return None
        made: list[Statement] = []

        def store(key: Any, value: Atom) -> None:
            made.append(Store(base.id, (Literal(key),), value, statement.origin))

        if args:
            other = infer(args[0], self.facts, "")
            if not isinstance(other, Dict):
                return None
            for key in other.keys:
                item = self.names.temporary()
                read = Subscript(args[0], (Literal(key),))
                made.append(Assign(item, read, statement.origin))
                store(key, Name(item))
        for key, value in keywords:
            store(key, value)
        return tuple(made)

    def without_key(
        self, statement: Assign | Effect, methods: Mapping[str, tuple[Atom, str]]
    ) -> Block | None:
        """What `d.pop(key)` is: another dict that is stored, one such store at a time."""
        match statement.value:
            case Call(Name(method), (_, *_) as args, ()) if method in methods and len(args) <= 2:
                base, name = methods[method]
            case _:
                return None
        known = infer(base, self.facts, "")
        if name != "pop" or not isinstance(known, Dict) or not isinstance(base, Name):
            return None
        first = self.meant(base)
        keys = None if first is None else self.keys_before(statement, first)
        if keys is None:
            return None
        key = infer(args[0], self.facts, "")
        if not isinstance(key, Known) or (key.value not in keys and len(args) == 1):
            return None
        origin, target = statement.origin, getattr(statement, "target", None)
        if key.value not in keys:
            return () if target is None else (Assign(target, args[1], origin),)
        items = {k: self.names.temporary() for k in keys}
        made: list[Statement] = [
            Assign(name, Subscript(base, (Literal(own),)), origin) for own, name in items.items()
        ]
        rest = {k: Name(name) for k, name in items.items() if k != key.value}
        new = self.names.temporary()
        made.append(Assign(new, DictOf((*map(Literal, rest),), (*rest.values(),)), origin))
        made.append(Store(base.id, WHOLE, Name(new), origin))
        if target is not None:
            made.append(Assign(target, Name(items[key.value]), origin))
        return tuple(made)

    def keys_before(self, statement: Statement, first: Name) -> list[Any] | None:
        """The keys that a dict has, if all that changed them is in the block that made it."""
        known = infer(first, self.facts, "")
        if not isinstance(known, Dict) or not isinstance(self.made.get(first.id), DictOf):
            return None
        if self.is_held(first):
            return None  # there may be changes that do not name it
        keys = [*known.keys]
        homes = homes_of(self.block)
        home = homes[first.id]
        for other in self.every:
            if other is statement:
                return keys if homes[id(other)] == home else None
            match other:
                case Store(target, (key, *_)) if self.meant(Name(target)) == first:
                    own = None if isinstance(key, Slice) else infer(key, self.facts, "")
                    if not isinstance(own, Known):
                        return None
                    if own.value not in keys and homes[id(other)] != home:
                        return None
                    keys = [*dict.fromkeys((*keys, own.value))]
                case Assign(_, Call(Name(method), (key, *_))) | Effect(
                    Call(Name(method), (key, *_))
                ) if isinstance(of := self.made.get(method), Attribute) and of.name == "pop":
                    if self.meant(of.value) == first:
                        own = infer(key, self.facts, "")
                        if not isinstance(own, Known):
                            return None
                        keys = [k for k in keys if k != own.value]
                case Assign(_, Attribute(base, name)) if name in CHANGES and name != "pop":
                    if self.meant(base) == first:
                        return None
                case _:
                    pass
        return None

    def meant(self, atom: Atom) -> Name | None:
        return object_meant(atom, self.made, lambda name: name not in self.by_key)

    def is_held(self, first: Name) -> bool:
        """Whether a container that may be gone through holds it, or what a branch or loop binds."""
        for statement in self.every:
            match statement:
                case Assign(target, (TupleOf() | ListOf() | DictOf()) as value):
                    read = {*()} if target in self.by_key else {*reads(value)}
                case Assign(_, Call() as value) if made_by(value) is not None:
                    read = {*reads(value)}
                case Append(_, value) | Store(_, _, value):
                    read = {*reads(value)}
                case If(merges=merges):
                    read = {n for m in merges for v in m.values for n in reads(v)}
                    read |= {m.name for m in merges}
                case For(carries=carries) | While(carries=carries):
                    read = {n for c in carries for v in (c.init, c.next) for n in reads(v)}
                    read |= {c.name for c in carries}
                case _:
                    continue
            if any(self.meant(Name(n)) == first for n in read):
                return True
        return False

    def _display(self, atom: Atom) -> ListOf | None:
        return self.displays.get(original(atom, self.made))

    def _length(self, values: Atom) -> int | None:
        display, known = self._display(values), infer(values, self.facts, "")
        if isinstance(known, Tuple) and known.cls is not list:
            return len(known.items)
        return None if display is None else len(display.items)

    def _constants(self, keys: Atom) -> list[Any] | None:
        display, whole = self._display(keys), infer(keys, self.facts, "")
        if isinstance(whole, Tuple) and whole.cls is not list:
            known = [*whole.items]
        elif display is not None:
            known = [infer(a, self.facts, "") for a in display.items]
        else:
            return None
        found = [k.value for k in known if isinstance(k, Known) and isinstance(k.value, int | str)]
        return found if len(found) == len(known) else None
