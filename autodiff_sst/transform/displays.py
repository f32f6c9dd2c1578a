"""Lists that are appended to one after another, where they are made, as what they hold.

CORE → CORE             items = []
                        append(items, a)       becomes       items = [a, b]
                        append(items, b)

So are dicts that get items at constant keys, until something else is done with them:

    d = {}                                        t = x * y
    d["a"] = x                                    d = {"a": x, "b": t}
    t = d["a"] * y                 becomes
    d["b"] = t

Tuples and lists that are joined, repeated or copied are displays of their items (`Joined`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from autodiff_sst.analysis.access import constant_slice
from autodiff_sst.analysis.infer import infer
from autodiff_sst.analysis.values import Abstract, Known, List, Tuple, can_be_active
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    Append,
    Assign,
    Atom,
    Attribute,
    Binary,
    Block,
    Call,
    DictOf,
    Expression,
    Function,
    ListOf,
    Literal,
    Name,
    Object,
    Slice,
    Statement,
    Store,
    Subscript,
    TupleOf,
)
from autodiff_sst.core.walk import reads, rebuild, statements
from autodiff_sst.rules.helpers import MAKE_RECORD
from autodiff_sst.transform.sites import items_of


def gather_displays(function: Function) -> Function:
    """The function; itself if there is nothing to gather."""
    every = [*statements(function.body)]
    grown = [s.target for s in every if isinstance(s, Append)]
    if not grown and not any(isinstance(s, Store) for s in every):
        return function
    body = _block(function.body, {name: grown.count(name) for name in grown})
    body = _with_whole_dicts(body)
    return function if body == function.body else replace(function, body=body)


def _block(block: Block, counts: dict[str, int]) -> Block:
    block = tuple(
        rebuild(s, lambda atom: atom, lambda b: _block(b, counts)) if _has_blocks(s) else s
        for s in block
    )
    for made in block:
        if isinstance(made, Assign) and isinstance(made.value, ListOf) and made.target in counts:
            new = _gathered(block, made, counts[made.target])
            if new is not None:
                return _block(new, {k: n for k, n in counts.items() if k != made.target})
    return block


def _with_whole_dicts(block: Block) -> Block:
    """The block, in which dicts, and objects that `make_record` makes, are displays of all that is
    stored in them at first."""
    made: list[Statement] = []
    open_: dict[str, tuple[Assign, dict[Any, Atom]]] = {}
    first: dict[str, str] = {}  # the first name of what is open, by all its names
    copies: dict[str, list[Statement]] = {}

    def close(name: str) -> None:
        display, items = open_.pop(name)
        for name_ in [n for n, f in first.items() if f == name]:
            del first[name_]
        made.append(replace(display, value=_display(display.value, items)))
        made.extend(copies.pop(name, []))

    for statement in block:
        match statement:
            case Assign(target, value) if (items := _first_items(value)) is not None:
                for name in {first[n] for n in reads((statement,)) & {*first}}:
                    close(name)
                open_[target] = (statement, items)
                first[target] = target
                continue
            case Assign(alias, Name(same)) if same in first:
                copies.setdefault(first[same], []).append(statement)
                first[alias] = first[same]
                continue
            case Store(target, (Literal(key),), value) if target in first and not (
                reads(value) & {*first}
            ):
                open_[first[target]][1][key] = value
                continue
            case Assign(
                _, (Subscript(Name(base), (Literal(key),)) | Attribute(Name(base), key))
            ) if base in first and key in open_[first[base]][1]:
                made.append(replace(statement, value=open_[first[base]][1][key]))
                continue
            case _:
                pass
        for name in {first[n] for n in (reads((statement,)) | stores_of(statement)) & {*first}}:
            close(name)
        if _has_blocks(statement):
            statement = rebuild(statement, lambda a: a, _with_whole_dicts)
        made.append(statement)
    for name in [*open_]:
        close(name)
    return tuple(made)


def _first_items(value: Expression) -> dict[Any, Atom] | None:
    is_made = isinstance(value, DictOf) or (
        isinstance(value, Call) and value.function == MAKE_RECORD
    )
    return items_of(value) if is_made else None


def _display(value: Expression, items: dict[Any, Atom]) -> Expression:
    if isinstance(value, Call):
        return replace(value, keywords=tuple(items.items()))
    return DictOf(tuple(map(Literal, items)), tuple(items.values()))


def stores_of(statement: Statement) -> set[str]:
    return {s.target for s in statements((statement,)) if isinstance(s, Store | Append)}


def _has_blocks(statement: Statement) -> bool:
    return hasattr(statement, "body") or hasattr(statement, "then")


def _gathered(block: Block, made: Assign, count: int) -> Block | None:
    """The block with the display whole where the last item was appended."""
    assert isinstance(made.value, ListOf)
    own = [s for s in block if isinstance(s, Append) and s.target == made.target]
    if len(own) != count:
        return None
    start, end = block.index(made), block.index(own[-1])
    between = [s for s in block[start + 1 : end] if s not in own]
    if any(made.target in reads((s,)) for s in between):
        return None
    whole = replace(made, value=ListOf((*made.value.items, *(s.value for s in own))))
    rest = tuple(s for s in block[start + 1 : end] if s not in own)
    return (*block[:start], *rest, whole, *block[end + 1 :])


class Joined:
    """Displays in the place of `a + b`, `a * 2`, `a[1:]`, `list(a)`, where items are known."""

    def __init__(self, facts: Mapping[str, Abstract], names: Names) -> None:
        self.facts = facts
        self.names = names

    def display(self, value: Expression) -> tuple[list[tuple[Atom, int]], bool] | None:
        """The items of tuples that are joined, repeated or made lists; whether they make a list."""
        match value:
            case Binary("+", left, right):
                a, b = self.tuple_of(left), self.tuple_of(right)
                if a is None or b is None:
                    return None
                items = [(left, k) for k in range(len(a.items))]
                return items + [(right, k) for k in range(len(b.items))], a.cls is list
            case Binary("*", left, right):
                if self.tuple_of(left) is None:
                    left, right = right, left
                known, times = self.tuple_of(left), infer(right, self.facts, "")
                if known is None or not isinstance(times, Known) or type(times.value) is not int:
                    return None
                return [(left, k) for k in range(len(known.items))] * times.value, known.cls is list
            case Subscript(base, (Slice() as part,)) if isinstance(
                infer(base, self.facts, ""), List
            ) and (known := self.tuple_of(base)):
                chosen = constant_slice(part, self.facts)
                if chosen is None:
                    return None
                return [(base, k) for k in range(len(known.items))[chosen]], True
            case Call(Object(function), (atom,), ()) if function in (list, tuple):
                known = self.tuple_of(atom)
                if known is None:
                    return None
                return [(atom, k) for k in range(len(known.items))], function is list
        return None

    def tuple_of(self, atom: Atom) -> Tuple | None:
        """What is known of a tuple, or of a list that is as long as it was written down."""
        known = infer(atom, self.facts, "")
        if isinstance(known, List) and known.length is not None and known.item is not None:
            known = Tuple((known.item,) * known.length, list)
        return known if isinstance(known, Tuple) and can_be_active(known) else None

    def taken_apart(self, statement: Assign, parts: list[tuple[Atom, int]], is_list: bool) -> Block:
        names = [self.names.temporary() for _ in parts]
        items = tuple(
            Assign(name, Subscript(atom, (Literal(k),)), statement.origin)
            for name, (atom, k) in zip(names, parts, strict=True)
        )
        made = (ListOf if is_list else TupleOf)(tuple(map(Name, names)))
        return (*items, replace(statement, value=made))

    def listed(self, statement: Assign, atom: Atom, count: int) -> Block:
        """A tuple that is gone through, as a list: its items are read by an index that moves."""
        return self.taken_apart(statement, [(atom, k) for k in range(count)], True)
