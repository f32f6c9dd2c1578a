"""Containers that a function makes: what they hold at first, and which are stored into."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from autodiff_sst.analysis.calls import made_by
from autodiff_sst.core.syntax import (
    Accumulate,
    Append,
    Assign,
    Atom,
    Attribute,
    Block,
    Call,
    DictOf,
    Expression,
    Function,
    ListOf,
    Literal,
    Name,
    Object,
    Store,
    Subscript,
    TupleOf,
)
from autodiff_sst.core.walk import own_reads, reads, statements


def class_member(cls: Any, name: Any) -> Object | None:
    """What objects have of their class."""
    member = inspect.getattr_static(cls, name, None) if isinstance(name, str) else None
    if member is None or hasattr(type(member), "__get__") or cls in (dict, list):
        return None
    return Object(member, f"{cls.__name__}.{name}", cls)


def made_in(statement: Assign) -> tuple[Any, dict[Any, Atom]] | None:
    """The class of a container that is made, and its items."""
    match statement.value:
        case DictOf() | ListOf() as display:
            held = items_of(display)
            kind = dict if isinstance(display, DictOf) else list
            return None if held is None else (kind, held)
        case Call() as call:
            made = made_by(call)
            return None if made is None or issubclass(made[0], tuple) else made
        case _:
            return None


def items_of(value: Expression | None) -> dict[Any, Atom] | None:
    """What a display holds, or an object that a call makes, by keys and attributes; None if that is
    not known, or of anything else."""
    match value:
        case DictOf(keys, values):
            known = [k.value for k in keys if isinstance(k, Literal)]
            return dict(zip(known, values, strict=True)) if len(known) == len(keys) else None
        case ListOf(_, True):
            return None  # one item is like another
        case ListOf(items) | TupleOf(items):
            return dict(enumerate(items))
        case Call():
            made = made_by(value)
            return None if made is None else made[1]
        case _:
            return None


def items_of_tuple(value: Expression) -> dict[Any, Atom] | None:
    """What a tuple holds for good, in its order: by position, of a NamedTuple by its fields."""
    match value:
        case TupleOf(items):
            return dict(enumerate(items))
        case Call() if (made := made_by(value)) is not None and issubclass(made[0], tuple):
            return made[1]
        case _:
            return None


def stored_into(function: Function, sites: set[str]) -> set[str]:
    """The containers that are stored into, and those that such ones may hold."""
    holders: dict[str, set[str]] = {}
    found = set()
    for statement in statements(function.body):
        match statement:
            case Assign(target, (Name() as base) | Subscript(base) | Attribute(base)):
                holders.setdefault(target, set()).update(reads(base))
            case Store(target, _, value):
                found.add(target)
                holders.setdefault(target, set()).update(reads(value))
            case Assign(target) if target in sites:
                holders.setdefault(target, set()).update(own_reads(statement))
            case _:
                pass
    while True:
        more = found.union(*(holders.get(name, set()) for name in found))
        if more == found:
            return found
        found = more


def read_by_key(body: Block) -> set[str]:
    """The containers that are made here, of which items are read by constant keys, and no more."""
    found: set[str] = set()
    others: set[str] = set()
    for statement in statements(body):
        match statement:
            case Assign(target, TupleOf() | ListOf() | DictOf()):
                found.add(target)
                others |= own_reads(statement)
            case Assign(_, Subscript(Name(), (Literal(),)) | Attribute(Name())):
                pass
            case Store(target) | Append(target) | Accumulate(target):
                others |= own_reads(statement) | {target}
            case _:
                others |= own_reads(statement)
    return found - others


def object_meant(
    atom: Atom, made: Mapping[str, Expression], changes: Callable[[str], bool]
) -> Name | None:
    """The object that an atom is, as it was made: through other variables, and through containers
    that do not change; None if that is not known."""
    while isinstance(atom, Name):
        match made.get(atom.id):
            case Name() as same:
                atom = same
            case Subscript(Name(base), (Literal(key),)) | Attribute(Name(base), key):
                atom = _held(base, key, made, changes)
            case _:
                return atom
    return None


def _held(
    container: str, key: object, made: Mapping[str, Expression], changes: Callable[[str], bool]
) -> Atom:
    """What a container holds at a key; None if that may change."""
    while not changes(container):
        same = made.get(container)
        if not isinstance(same, Name):
            return (items_of(same) or {}).get(key, Literal(None))
        container = same.id
    return Literal(None)
