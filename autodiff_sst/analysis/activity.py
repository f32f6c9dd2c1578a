"""Which names carry a derivative: those that depend on an active argument (*varied*) and on which
the result depends (*useful*), through floats and complex numbers.

    CORE, facts, active parameters → the set of active names

Integers, bools, strings cut it; so do functions that declare that they carry no derivative, and
whatever reads only a shape. What is made of an active value and of which nothing is known counts as
active: its reverse is refused then, never left out.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import FunctionType
from typing import Any

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.invariance import find_shifts
from autodiff_sst.analysis.values import (
    Abstract,
    Dict,
    Known,
    List,
    Method,
    Opaque,
    Record,
    Tuple,
    can_be_active,
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
    CustomGrad,
    Effect,
    Expression,
    For,
    Function,
    If,
    Literal,
    Merge,
    Name,
    Pop,
    Push,
    Raise,
    Store,
    Try,
    While,
    assert_never,
)
from autodiff_sst.core.walk import Names, atoms, blocks, reads, statements
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.rules.registry import is_nondifferentiable

_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in")
_SHAPE_ONLY = ("shape", "ndim", "size", "dtype")


def find_active(
    function: Function, facts: Mapping[str, Abstract], active: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """The active names, and the varied ones.

    Raises UnsupportedSyntaxError where one is what a class computes of an object by itself.
    """
    flows = _Flows(facts, find_shifts(function, facts))
    flows.block(function.body)
    varied = _closure(active, flows.forwards)
    useful = _closure(reads(function.result), flows.backwards)
    found = varied & useful
    for statement in statements(function.body):
        match statement:
            case Assign(target, Attribute(base, name)) if target in found:
                known = fact(base, facts)
                if isinstance(known, Record) and name not in known.keys:
                    of = known.cls.__name__
                    words = (
                        f"`{name}`, which a `{of}` computes and is no property, is not supported"
                    )
                    instead = "a property, or a method."
                    raise UnsupportedSyntaxError(words, statement.origin, instead=instead)
            case _:
                pass
    return found, varied


def _closure(start: Names, edges: Mapping[str, set[str]]) -> Names:
    found = {*start}
    new = [*start]
    while new:
        new = [*(edges.get(new.pop(), set()) - found), *new]
        found.update(new)
    return frozenset(found)


def sources_of(value: Expression, facts: Mapping[str, Abstract]) -> Names:
    """The names that a derivative of the value flows to."""
    match value:
        case Attribute(_, name) if name in _SHAPE_ONLY:
            return frozenset()
        case Attribute(base, name) if isinstance(known := fact(base, facts), Record):
            if name not in known.keys and is_of_class(known.cls, name):
                return frozenset()
        case Binary(op, left, right) if op in _COMPARISONS:
            if not any(isinstance(fact(a, facts), Opaque | Record) for a in (left, right)):
                return frozenset()  # of numbers; what objects give is theirs to say
        case Call(function):
            called: Any = fact(function, facts)
            if isinstance(called, Known) and is_nondifferentiable(called.value):
                return frozenset()
    return frozenset(
        a.id for a in atoms(value) if isinstance(a, Name) and may_be_active(facts[a.id])
    )


def is_of_class(cls: Any, name: str) -> bool:
    """Whether an attribute that an object has not is a method, or the same for all of its class;
    what else is computed of the object, as a `cached_property` is."""
    member = inspect.getattr_static(cls, name, None)
    if member is None:
        return not hasattr(cls, "__getattr__")
    methods = isinstance(member, FunctionType | staticmethod | classmethod)
    return methods or not hasattr(type(member), "__get__")


def may_be_active(value: Abstract) -> bool:
    """Whether it holds floats, or anything of which nothing is known."""
    match value:
        case Opaque():
            return True
        case Method(base):
            return may_be_active(base)
        case Tuple() | Dict() | Record():
            return any(map(may_be_active, value.items))
        case List(item):
            return item is None or may_be_active(item)
        case _:
            return can_be_active(value)


class _Flows:
    """The edges along which derivatives flow, from a name to those made of it, and back."""

    def __init__(self, facts: Mapping[str, Abstract], shifts: Names) -> None:
        self.facts = facts
        self.shifts = shifts
        self.forwards: dict[str, set[str]] = {}
        self.backwards: dict[str, set[str]] = {}
        self.pushed: dict[str, list[tuple[Atom, ...]]] = {}

    def flow(self, target: str, sources: Names) -> None:
        if not may_be_active(self.facts[target]):
            return
        for source in sources:
            if may_be_active(self.facts[source]):
                self.forwards.setdefault(source, set()).add(target)
                self.backwards.setdefault(target, set()).add(source)

    def block(self, block: Block) -> None:
        for statement in block:
            match statement:
                case Assign(target) if target in self.shifts:
                    pass
                case Assign(target, value):
                    self.flow(target, sources_of(value, self.facts))
                case Accumulate(target, _, value):
                    self.flow(target, reads(value))
                case Append(target, value):
                    self.flow(target, reads(value))
                case If(_, then, orelse, merges):
                    self.block(then)
                    self.block(orelse)
                    self.merges(merges)
                case For(carries=carries) | While(carries=carries):
                    for inner in blocks(statement):
                        self.block(inner)
                    for carry in carries:
                        self.flow(carry.name, reads(carry.init) | reads(carry.next))
                case Try(merges=merges):
                    for inner in blocks(statement):
                        self.block(inner)
                    self.merges(merges)
                case Push(stack, values):
                    self.pushed.setdefault(stack, []).append(values)
                case Pop(targets, stack) if stack not in self.pushed:
                    for target in targets:  # the cotangents of a list
                        self.flow(target, frozenset([stack]))
                case Pop(targets, stack):
                    # Every push on a stack comes before its pops, in the text too.
                    for values in self.pushed.get(stack, []):
                        for target, value in zip(targets, values, strict=True):
                            self.flow(target, reads(value))
                case CustomGrad(target, _, arguments, _, body, results):
                    self.block(body)
                    for argument, result in zip(arguments, results, strict=True):
                        if result != Literal(None):
                            self.flow(target, reads(argument))
                case Effect() | Store() | Raise():
                    pass
                case _:
                    assert_never(statement)

    def merges(self, merges: tuple[Merge, ...]) -> None:
        for merge in merges:
            for value in merge.values:
                self.flow(merge.name, reads(value))
