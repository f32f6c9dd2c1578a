"""Lists that get longer or shorter, as what is known of values sees them."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import TypeGuard

from autodiff_sst.analysis.sharing import Classes
from autodiff_sst.analysis.values import (
    Abstract,
    Array,
    Dict,
    List,
    Record,
    Scalar,
    Table,
    Tuple,
    Unknown,
    join,
    join_all,
    with_items,
)
from autodiff_sst.core.syntax import (
    Assign,
    Attribute,
    Call,
    DictOf,
    Effect,
    For,
    Function,
    If,
    ListOf,
    Name,
    Object,
    Slice,
    Statement,
    Store,
    TupleOf,
    While,
)
from autodiff_sst.core.walk import own_reads, statements
from autodiff_sst.runtime.sequences import LIST_CHANGES


def makes_longer(statement: Statement) -> bool:
    """Whether a list may get longer or shorter, now or when the method is called."""
    match statement:
        case Store(_, (Slice(), *_)):
            return True
        case Assign(_, Attribute(_, name)):
            return name in LIST_CHANGES
        case Assign(_, Call(Object(called))) | Effect(Call(Object(called))):
            return called is operator.iadd
    return False


def of_any_length(known: Abstract) -> Abstract:
    """What is known, without how long the lists are that it is or holds."""
    match known:
        case Table():
            return known
        case List(item):
            return List(None if item is None else of_any_length(item))
        case Tuple() | Dict() | Record():
            return with_items(known, map(of_any_length, known.items))
        case _:
            return known


def as_list(known: Tuple, where: str) -> List:
    """A list whose items are known one by one, as one that grows: an item is like another."""
    return List(join_all([*known.items], where) if known.items else None)


def holds_objects(known: Abstract) -> TypeGuard[List]:
    """Whether a list holds what is no number, array or list: what is called may depend on it."""
    if not isinstance(known, List) or known.item is None:
        return False
    return not isinstance(known.item, Scalar | Array | Unknown | List)


def under_all_names(
    lists: Mapping[str, Abstract], function: Function, facts: Mapping[str, Abstract]
) -> dict[str, Abstract]:
    """The lists that get more items; those of objects under all names that they may have."""
    found = {**lists}
    changed = {n: known for n, known in lists.items() if holds_objects(known)}
    if not changed:
        return found
    classes = Classes(function, facts, callers=False)
    for name, whole in changed.items():
        for other in classes.of(name):
            known = found.get(other, facts.get(other))
            if other == name or known is None:
                continue
            if isinstance(known, List) and type(known.item) is type(whole.item):
                found[other] = join(known, whole, other)
    return found


def are_held(function: Function, lists: set[str]) -> bool:
    """Whether containers or copies hold some of the lists, which grow."""
    holds = (Name, TupleOf, ListOf, DictOf, Call)
    return bool(lists) and any(
        (isinstance(s.value, holds) if isinstance(s, Assign) else isinstance(s, If | For | While))
        and own_reads(s) & lists
        for s in statements(function.body)
    )
