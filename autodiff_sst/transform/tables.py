"""Dicts that get items at keys which are known at run time only, and their methods.

    d = {}                              t = {}
    d[k] = v                            d = dict(t)           a `Table`
    y = d.get(k, 0.0)          →        d[k] = v
                                        if k in d: y = d[k]
                                        else: y = 0.0

A `defaultdict` of numbers is one, to which a read adds what is not there.
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import FunctionType
from typing import Any

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.sharing import with_copies
from autodiff_sst.analysis.values import (
    Abstract,
    Array,
    Dict,
    Known,
    List,
    Scalar,
    Tuple,
    Unknown,
    can_be_active,
)
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    Attribute,
    Binary,
    Block,
    Call,
    DictOf,
    Effect,
    Expression,
    For,
    Function,
    If,
    ListOf,
    Literal,
    Merge,
    Name,
    Object,
    Slice,
    Statement,
    Store,
    Subscript,
)
from autodiff_sst.core.walk import all_names, blocks, rebuild, statements
from autodiff_sst.frontend.calls import original
from autodiff_sst.frontend.dicts import CHANGES
from autodiff_sst.rules.helpers import DICT_OF, LEN, TABLE
from autodiff_sst.runtime.sequences import (
    as_sequence,
    dict_of,
    merged,
)

_NUMBERS = {float: Literal(0.0), int: Literal(0)}


def mark_tables(function: Function, facts: Mapping[str, Abstract]) -> Function:
    """The function in which such dicts are made as tables; itself if there is none."""
    every = [*statements(function.body)]
    made = {s.target: s.value for s in every if isinstance(s, Assign)}

    marked = {n: default for n, value in made.items() if (default := _default(value)) is not None}
    roots = {_root(n, made) for n in _open(function.body, facts)}
    found = {n for n in roots if isinstance(made.get(n), DictOf)}
    zipped = {
        n
        for n, value in made.items()
        if isinstance(value, Call)
        and value.function == DICT_OF
        and all(isinstance(fact(a, facts), List | Tuple | Array | Unknown) for a in value.args)
    }
    if not found and not marked and not zipped:
        return function
    names = Names(all_names(function))

    def block(body: Block) -> Block:
        return tuple(m for s in body for m in one(s))

    def filled(target: str, keys: Atom, values: Atom, statement: Statement) -> Block:
        """A dict that gets its keys one by one."""
        empty, length, key, value = (names.temporary() for _ in range(4))
        counter, origin = names.fresh("k"), statement.origin
        body: Block = (
            Assign(key, Subscript(keys, (Name(counter),)), origin),
            Assign(value, Subscript(values, (Name(counter),)), origin),
            Store(target, (Name(key),), Name(value), origin),
        )
        return (
            Assign(empty, DictOf((), ()), origin),
            Assign(target, Call(TABLE, (Name(empty),)), origin),
            Assign(length, Call(LEN, (keys,)), origin),
            For(counter, (Name(length),), body, origin=origin),
        )

    def one(statement: Statement) -> Block:
        match statement:
            case Assign(target, Call(_, (keys, values))) if target in zipped:
                return filled(target, keys, values, statement)
            case Assign(target, value) if target in found or target in marked:
                empty = names.temporary()
                display = value if isinstance(value, DictOf) else DictOf((), ())
                return (
                    Assign(empty, display, statement.origin),
                    replace(statement, value=Call(TABLE, (Name(empty),))),
                )
            case Assign(_, Subscript(Name(base), (key,))) if _root(base, made) in marked:
                assert not isinstance(key, Slice)
                test, default = names.temporary(), marked[_root(base, made)]
                if is_counter(made.get(_root(base, made))):  # it has zeros without getting them
                    there = Assign(test, Binary("in", key, Name(base)), statement.origin)
                    item = names.temporary()
                    read = (replace(statement, target=item),)
                    assert isinstance(default, Literal)
                    merge = Merge(statement.target, (Name(item), default))
                    return (there, If(Name(test), read, (), (merge,), statement.origin))
                body: Block = ()
                first: Atom = default if isinstance(default, Literal) else Name(names.temporary())
                if isinstance(first, Name):  # each a list of its own
                    body = (Assign(first.id, default, statement.origin),)
                store = Store(base, (key,), first, statement.origin)
                missing = Binary("not in", key, Name(base))
                return (
                    Assign(test, missing, statement.origin),
                    If(Name(test), (*body, store), origin=statement.origin),
                    statement,
                )
            case _:
                return (rebuild(statement, lambda atom: atom, block),)

    return replace(function, body=block(function.body))


def _root(name: str, made: Mapping[str, Expression]) -> str:
    """The first of a dict's names."""
    return str(original(Name(name), made).id)


def open_dicts(function: Block, facts: Mapping[str, Abstract]) -> set[str]:
    """The dicts, by all their names, of which it is not known which keys they have."""
    return with_copies(function, _open(function, facts))


def _open(body: Block, facts: Mapping[str, Abstract]) -> set[str]:
    found: set[str] = set()
    every = [*statements(body)]
    made = {s.target: s.value for s in every if isinstance(s, Assign)}
    calls: dict[str, tuple[str, str]] = {}  # methods that are given a key

    def is_made_outside(base: str, at: Statement) -> bool:
        """Whether it depends on what runs if a dict of numbers, made here, has a key."""
        first = _root(base, made)
        known = facts.get(first)
        if not isinstance(made.get(first), DictOf) or not isinstance(known, Dict):
            return False
        if not all(map(_is_number, known.items)):
            return False
        homes = homes_of(body)
        return homes.get(first) != homes[id(at)]

    for statement in every:
        match statement:
            case Assign(method, Attribute(Name(base), "pop" | "get" | "setdefault" as name)) if (
                isinstance(known := facts.get(base), Dict)
            ):
                is_made = isinstance(made.get(_root(base, made)), DictOf)
                if name != "get" or (is_made and all(map(_is_number, known.items))):
                    calls[method] = (base, name)
                continue
            case Assign(_, Call(Name(method), (item, *_))) | Effect(
                Call(Name(method), (item, *_))
            ) if method in calls:
                base, of = calls[method]
                outside = of != "get" and is_made_outside(base, statement)
                if not isinstance(fact(item, facts), Known) or outside:
                    found.add(base)
                continue
            case Store(base, (item, *more)) if isinstance(known := facts.get(base), Dict):
                own = None if isinstance(item, Slice) else fact(item, facts)
                is_more = isinstance(own, Known) and own.value not in known.keys
                if is_more and is_made_outside(base, statement):
                    found.add(base)
            case Assign(_, Subscript(Name(base), (item, *more))) if isinstance(
                known := facts.get(base), Dict
            ) and can_be_active(known):
                pass
            case _:
                continue
        if not more and (isinstance(item, Slice) or isinstance(fact(item, facts), Known)):
            continue
        known = facts[base]
        if not isinstance(known, Dict) or not _keys_of(item, made, facts) <= {*known.keys}:
            found.add(base)
    return found


def homes_of(body: Block) -> dict[Any, int]:
    """The block that each statement is in; also by the name that it makes."""
    found: dict[Any, int] = {}
    for statement in body:
        found[id(statement)] = id(body)
        if isinstance(statement, Assign):
            found[statement.target] = id(body)
        for inner in blocks(statement):
            found |= homes_of(inner)
    return found


def _is_number(known: Abstract) -> bool:
    if isinstance(known, Known):
        return isinstance(known.value, int | float | complex)
    return isinstance(known, Scalar | Array | Unknown)


_ANY: set[object] = {object()}  # no dict has these keys


def _keys_of(
    key: Atom | Slice, made: Mapping[str, Expression], facts: Mapping[str, Abstract]
) -> set[object]:
    """The keys that this may be, if it is one of a loop over a dict or over its items."""
    if not isinstance(key, Slice) and isinstance(own := fact(key, facts), Known):
        return {own.value}
    first = original(key, made)
    match made.get(first.id) if isinstance(first, Name) else None:
        case Subscript(Name(pair), (Literal(0),)) if isinstance(
            item := made.get(pair), Subscript
        ) and isinstance(item.value, Name):
            method, sequence = "items", item.value.id
        case Subscript(Name(sequence), (Name(),)):
            method = "keys"
        case _:
            return _ANY
    known = facts.get(sequence)
    if isinstance(known, Tuple):
        pairs = [i.items[0] for i in known.items if isinstance(i, Tuple)]
        items = pairs if method == "items" else [*known.items]
        constants = [i.value for i in items if isinstance(i, Known)]
        return {*constants} if len(constants) == len(known.items) else _ANY
    atom: Atom = Name(sequence)
    while isinstance(atom, Name):
        match made.get(atom.id):
            case Name() as atom:
                pass
            case Call(Object(called), (gone_through, *_)) if called in (as_sequence, list):
                atom = gone_through
            case Call(Name(call), ()) if isinstance(of := made.get(call), Attribute):
                if of.name != method:
                    return _ANY
                atom, method = of.value, "keys"
            case _:
                break
    dict_ = fact(atom, facts)
    return {*dict_.keys} if method == "keys" and isinstance(dict_, Dict) else _ANY


def growing_dicts(function: Block, facts: Mapping[str, Abstract]) -> Callable[[Atom], bool]:
    """Whether a dict may have more keys than is known: some are yet to be stored."""
    every = [*statements(function)]
    made = {s.target: s.value for s in every if isinstance(s, Assign)}

    grown: set[str] = set()
    for statement in every:
        match statement:
            case Store(base, (Slice(), *_)) if isinstance(facts.get(base), Dict):
                grown.add(_root(base, made))
            case Store(base, (item, *_)) if isinstance(known := facts.get(base), Dict):
                if not _keys_of(item, made, facts) <= {*known.keys}:
                    grown.add(_root(base, made))
            case Assign(_, Attribute(Name(base), name)) if name in CHANGES:
                if isinstance(facts.get(base), Dict):
                    grown.add(_root(base, made))
            case _:
                pass

    def grows(atom: Atom) -> bool:
        if not grown or not isinstance(atom, Name) or not isinstance(facts.get(atom.id), Dict):
            return False
        first = _root(atom.id, made)
        match made.get(first):
            case DictOf():
                is_new = True
            case Call(Object(called)):
                is_new = called is dict or called is merged or called is dict_of
            case _:
                is_new = False
        return first in grown or not is_new

    return grows


def _default(value: Expression) -> Literal | ListOf | None:
    """The number that a `defaultdict` is made with, or a `Counter`; or a list."""
    if is_counter(value):
        return Literal(0)
    match value:
        case Call(Object(called), (Object(FunctionType() as constant),), ()) if (
            called is collections.defaultdict and not constant.__code__.co_names
        ):
            plain = constant.__code__.co_argcount == 0 and constant.__closure__ is None
            found = constant() if plain else None
            if found == [] and type(found) is list:
                return ListOf(())
            return Literal(found) if type(found) in (int, float) else None
        case Call(Object(called), (Object(kind),), ()) if called is collections.defaultdict:
            return ListOf(()) if kind is list else _NUMBERS.get(kind)
    return None


def is_counter(value: Expression | None) -> bool:
    match value:
        case Call(Object(called), (), ()):
            return called is collections.Counter
    return False
