"""Which names may share memory: classes of aliases, views, items, merges, carries and stacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autodiff_sst.analysis.ownership import is_fresh
from autodiff_sst.analysis.values import (
    Abstract,
    Array,
    Dict,
    Known,
    List,
    Scalar,
    Tuple,
    Unknown,
    rank,
)
from autodiff_sst.core.syntax import (
    Accumulate,
    Append,
    Assign,
    Atom,
    Attribute,
    Binary,
    Block,
    Call,
    DictOf,
    For,
    Function,
    If,
    ListOf,
    Name,
    Object,
    Pop,
    Push,
    Statement,
    Store,
    Subscript,
    Try,
    TupleOf,
    Update,
    While,
)
from autodiff_sst.core.walk import Names, binds, blocks, own_reads, reads, statements
from autodiff_sst.runtime.sequences import as_sequence

SHAPES = ("shape", "ndim", "size", "dtype")
CALLERS = "the caller's"  # no name


class Classes:
    """Which names may share memory; which may share it with the caller's."""

    def __init__(
        self, function: Function, facts: Mapping[str, Abstract], callers: bool = True
    ) -> None:
        self.facts = facts
        self.parent: dict[str, str] = {}
        self.members: dict[str, set[str]] = {}
        for parameter in function.parameters if callers else ():
            self.join(parameter, CALLERS)
        self.passed = _passed_on(function)
        for statement in statements(function.body):
            self.look(statement)

    def find(self, name: str) -> str:
        self.parent.setdefault(name, name)
        while self.parent[name] != name:
            name = self.parent[name]
        return name

    def join(self, a: str, b: str) -> None:
        first, second = self.find(a), self.find(b)
        if first == second:
            return
        for root in (first, second):
            self.members.setdefault(root, {root})
        self.parent[second] = first
        self.members[first] |= self.members.pop(second)

    def of(self, name: str) -> set[str]:
        root = self.find(name)
        return self.members.get(root, {root})

    def may_hold_memory(self, name: str) -> bool:
        known = self.facts.get(name)
        if known is None:
            return True
        return not (isinstance(known, Scalar | Known) or (rank(known) == 0))

    def link(self, target: str, atom: Atom) -> None:
        if not self.may_hold_memory(target):
            return
        if isinstance(atom, Name):
            if self.may_hold_memory(atom.id):
                self.join(target, atom.id)
        elif isinstance(atom, Object):
            self.join(target, CALLERS)

    def look(self, statement: Statement) -> None:
        match statement:
            case Assign(target, (Name() | Object()) as same):
                self.link(target, same)
            case Assign(target, Call(Object(function), (base, *_))) if function is np.broadcast_to:
                self.link(target, base)
                self.join(target, CALLERS)  # it cannot be written to
            case Assign(target, Subscript(base)):
                self.link(target, base)
            case Assign(target, Attribute(base, name)) if name not in SHAPES:
                self.link(target, base)
            case Store(target, _, value) if not isinstance(self.facts.get(target), Array):
                self.link(target, value)
            case Assign(target, Update(base, _, value)):
                if not isinstance(self.facts.get(target), Array):  # a new list, of the same items
                    self.link(target, base)
                    self.link(target, value)
            case Assign(target, (TupleOf() | ListOf())) if target in self.passed:
                pass  # what is made of the items is new
            case Assign(target, (TupleOf(items) | ListOf(items))):
                for item in items:
                    self.link(target, item)
            case Assign(target, DictOf(_, values)):
                for item in values:
                    self.link(target, item)
            case Assign(target, Binary(_, left, right)) if isinstance(
                self.facts.get(target), List | Tuple
            ):
                self.link(target, left)
                self.link(target, right)
            case Assign(target, Call(function, args, keywords) as value) if not is_fresh(value):
                for atom in (*args, *(a for _, a in keywords)):
                    if isinstance(atom, Name):
                        self.link(target, atom)
                if isinstance(function, Name):
                    self.join(target, CALLERS)
            case Push(stack, values):
                for value in values:
                    self.link(stack, value)
            case Pop(targets, stack):
                for target in targets:
                    self.link(target, Name(stack))
            case Append(target, value):
                self.link(target, value)
            case If(merges=merges) | Try(merges=merges):
                for merge in merges:
                    for value in merge.values:
                        self.link(merge.name, value)
            case For(carries=carries) | While(carries=carries):
                for carry in carries:
                    self.link(carry.name, carry.init)
                    self.link(carry.name, carry.next)
            case _:
                pass


class ListClasses(Classes):
    """Which names may be the same list, or one that holds it; arrays and numbers are none."""

    def join(self, a: str, b: str) -> None:
        if not any(isinstance(self.facts.get(n), Array | Scalar | Unknown) for n in (a, b)):
            super().join(a, b)

    def look(self, statement: Statement) -> None:
        match statement:
            case Assign(target, Update()):
                known = self.facts.get(target)
                item = known.item if isinstance(known, List) else known
                if not isinstance(item, Array) and not (item and rank(item) == 0):
                    super().look(statement)
            case _:
                super().look(statement)


class SameObjects(Classes):
    """Which names may be one object, found through no container."""

    def look(self, statement: Statement) -> None:
        match statement:
            case Assign(target, Call(Object(function), (same,))) if function is as_sequence:
                self.link(target, same)
            case Assign(_, Name()) | If() | Try() | For() | While():
                super().look(statement)
            case _:
                pass


def lists_regrown(function: Function, classes: Classes) -> set[str]:
    """The lists that may grow again after something was stored in them."""
    every = [*statements(function.body)]
    own = SameObjects(function, classes.facts, callers=False)
    appends_later = stores_after(function, classes, kinds=Append)
    stored = [
        s.target
        for s in every
        if isinstance(s, Store) and classes.find(s.target) in appends_later.get(id(s), frozenset())
    ]
    held: set[str] = set()  # by a container, or by what a call makes
    for statement in every:
        match statement:
            case Assign(target, TupleOf() | ListOf() | DictOf() | Call() as value):
                held |= reads(value) if classes.may_hold_memory(target) else set()
            case Append(_, value) | Store(_, _, value):
                held |= reads(value)
            case _:
                pass

    def may_be(stored: str, grown: str) -> bool:
        if classes.find(stored) != classes.find(grown):
            return False
        return own.find(stored) == own.find(grown) or bool(held & own.of(grown))

    grown = {s.target for s in every if isinstance(s, Append)}
    return {g for g in grown if any(may_be(s, g) for s in stored)}


def with_copies(body: Block, names: set[str]) -> set[str]:
    """The names, and all other variables that are the same objects."""
    if not names:
        return names
    assigned = [s for s in statements(body) if isinstance(s, Assign)]
    copies = [(s.target, s.value.id) for s in assigned if isinstance(s.value, Name)]
    found = {*names}
    while more := {n for pair in copies if {*pair} & found for n in pair} - found:
        found |= more
    return found


def dicts_that_shrink(function: Function, facts: Mapping[str, Abstract]) -> set[str]:
    """All names of the dicts of which a key is taken out, by a call that still stands there."""
    found = {
        s.value.value.id
        for s in statements(function.body)
        if isinstance(s, Assign) and isinstance(s.value, Attribute)
        if s.value.name in ("pop", "popitem", "clear") and isinstance(s.value.value, Name)
        if isinstance(facts.get(s.value.value.id), Dict)
    }
    return with_copies(function.body, found)


# They make something new of the arrays in a list.
_JOINING = (np.concatenate, np.stack, np.hstack, np.vstack, np.column_stack, np.array, np.block)


def _passed_on(function: Function) -> frozenset[str]:
    """Displays that nobody reads but a call that joins their items."""
    displays = set()
    others: set[str] = {*reads(function.result)}
    for statement in statements(function.body):
        match statement:
            case Assign(target, (TupleOf() | ListOf()) as value):
                displays.add(target)
                others |= reads(value)
            case Assign(_, Call(Object(called), (Name(), *rest), keywords)) if _joins(called):
                others.update(*map(reads, rest), *(reads(a) for _, a in keywords))
            case _:  # its own parts: its blocks come by themselves
                others |= own_reads(statement)
    return frozenset(displays - others)


def _joins(called: object) -> bool:
    return any(called is function for function in _JOINING)


def stores_after(
    function: Function,
    classes: Classes,
    counts: Callable[[str], bool] = lambda name: True,
    kinds: Any = Store | Accumulate,
) -> dict[int, frozenset[str]]:
    """Of each statement, by its `id`, the classes that may be stored into after it.

    Args:
        counts: whether a store into a name counts.
        kinds: the statements that are stores.
    """
    found: dict[int, frozenset[str]] = {}

    def inside(statement: Statement) -> frozenset[str]:
        own = statements((statement,))
        targets = {s.target for s in own if isinstance(s, kinds)}
        return frozenset(classes.find(t) for t in targets if counts(t))

    def block(statements_: tuple[Statement, ...], after: frozenset[str]) -> None:
        for statement in reversed(statements_):
            found[id(statement)] = after
            own = inside(statement)
            within = after | own if isinstance(statement, For | While) else after
            for inner in blocks(statement):
                block(inner, within)
            after = after | own

    block(function.body, frozenset())
    return found


def live_after(function: Function) -> dict[int, Names]:
    """Of each statement, by its `id`, what may be read after it."""
    found: dict[int, Names] = {}

    def block(statements_: tuple[Statement, ...], live: Names) -> Names:
        for statement in reversed(statements_):
            found[id(statement)] = found.get(id(statement), frozenset()) | live
            live = before(statement, live)
        return live

    def before(statement: Statement, live: Names) -> Names:
        live = live - frozenset(binds(statement))
        if isinstance(statement, For | While):
            own = frozenset(c.name for c in statement.carries)
            nexts = frozenset().union(*(reads(c.next) for c in statement.carries))
            inits = frozenset().union(*(reads(c.init) for c in statement.carries))
            head: Names = frozenset()
            for _ in range(3):
                turn = live | nexts | head
                for inner in reversed(blocks(statement)):
                    turn = block(inner, turn)
                head = head | turn
            bounds = reads(statement) - reads(statement.body)
            return (head - own) | live | inits | bounds
        if isinstance(statement, If | Try):
            ends = live.union(*(reads(v) for m in statement.merges for v in m.values))
            parts = [block(inner, ends) for inner in blocks(statement)]
            test = reads(statement.test) if isinstance(statement, If) else frozenset()
            return live.union(*parts, test)
        return live | reads(statement)

    block(function.body, reads(function.result))
    return found
