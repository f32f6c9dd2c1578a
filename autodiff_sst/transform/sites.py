"""Containers that a function makes: what they hold at first, and which are stored into."""

from __future__ import annotations

import inspect
from typing import Any

from autodiff_sst.analysis.calls import made_by
from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    Attribute,
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
from autodiff_sst.core.walk import (
    own_reads,
    reads,
    statements,
)


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
