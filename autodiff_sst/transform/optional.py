"""Variables that are None or something: what they are is one variable, whether it is None another.

    CORE → CORE     for i in range(n):                 for i in range(n):
                        # carry best = None, b             # carry best = UNDEFINED, b
                                             becomes       # carry best_is_none = True, False
                        t = best is None                   t = best_is_none

So a variable has the type of what it is, and a cotangent. That holds only where None fails, but in
a test with `is`: of arithmetic, of items and attributes. Elsewhere the variable stays what it was.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    UNDEFINED,
    Assign,
    Atom,
    Attribute,
    Binary,
    Block,
    Call,
    Carry,
    For,
    Function,
    If,
    Literal,
    Merge,
    Name,
    Object,
    Raise,
    Statement,
    Subscript,
    TupleOf,
    Unary,
    While,
)
from autodiff_sst.core.walk import all_names, own_reads, rebuild, statements
from autodiff_sst.errors import NonDifferentiableInputError
from autodiff_sst.rules.registry import OPERATORS

_NONE = Literal(None)
_ERROR = Object(NonDifferentiableInputError, "NonDifferentiableInputError")
_FAILS_FOR_NONE: set[Any] = {
    *(np.sum, np.mean, np.dot, np.linalg.norm, len, abs, float, sum, max, min),
    *(f for f in vars(math).values() if callable(f)),
}
_COMPARISONS = {"<", "<=", ">", ">="}


def split_none(function: Function) -> Function:
    """The function; itself if no variable is None or something."""
    function = _unpacked(function)
    sources = _sources(function.body)
    if not any(_NONE in values for values in sources.values()):
        return function
    chosen = _chosen(function, sources)
    if not chosen:
        return function
    names = Names(all_names(function))
    flags: dict[str, Atom] = {v: Name(names.fresh(f"{v}_is_none")) for v in sorted(chosen)}
    body = _Splitting(flags).block(function.body)
    if not isinstance(function.result, Name) or function.result.id not in chosen:
        return replace(function, body=body)
    made, origin = names.temporary(), function.origin
    fail = (Assign(made, Call(_ERROR, (Literal("the result is None"),)), origin),)
    check = If(flags[function.result.id], (*fail, Raise(Name(made), origin)), origin=origin)
    return replace(function, body=(*body, check))


def _unpacked(function: Function) -> Function:
    """With `a = t[0]` as `a = None`, where it was `t = None, …`."""
    displays = {
        s.target: s.value.items
        for s in statements(function.body)
        if isinstance(s, Assign) and isinstance(s.value, TupleOf) and _NONE in s.value.items
    }

    def one(statement: Statement) -> Statement:
        match statement:
            case Assign(_, Subscript(Name(display), (Literal(int() as k),))) if display in displays:
                items = displays[display]
                if -len(items) <= k < len(items) and items[k] == _NONE:
                    return replace(statement, value=_NONE)
        return rebuild(statement, lambda atom: atom, block)

    def block(statements: Block) -> Block:
        return (*map(one, statements),)

    return replace(function, body=block(function.body)) if displays else function


def _sources(block: Block) -> dict[str, tuple[Atom, ...]]:
    """What merges, carries and copies may be."""
    found: dict[str, tuple[Atom, ...]] = {}
    for statement in statements(block):
        match statement:
            case Assign(target, (Name() | Literal()) as atom):
                found[target] = (atom,)
            case If(merges=merges):
                found |= {m.name: m.values for m in merges}
            case For(carries=carries) | While(carries=carries):
                found |= {c.name: (c.init, c.next) for c in carries}
    return found


def _chosen(function: Function, sources: dict[str, tuple[Atom, ...]]) -> set[str]:
    """The variables that are None or something, wherever they get to, and are used as such."""
    neighbours: dict[str, set[str]] = {name: set() for name in sources}
    for name, atoms in sources.items():
        for atom in atoms:
            if isinstance(atom, Name) and atom.id in sources:
                neighbours[name].add(atom.id)
                neighbours[atom.id].add(name)
    maybe = {name for name, atoms in sources.items() if _NONE in atoms}
    while True:
        more = {n for n, atoms in sources.items() if maybe & {a.id for a in _names(atoms)}}
        if more <= maybe:
            break
        maybe |= more
    misused = _misused(function.body, maybe)
    chosen: set[str] = set()
    for start in maybe:
        group, new = {start}, [start]
        while new:
            for other in neighbours[new.pop()] & maybe - group:
                group.add(other)
                new.append(other)
        others = {a for n in group for a in sources[n]} - {_NONE, *map(Name, group)}
        plain = all(isinstance(a, Name) or a == UNDEFINED for a in others)
        if others and plain and not group & misused:
            chosen |= group
    return chosen


def _names(atoms: Iterable[Atom]) -> list[Name]:
    return [a for a in atoms if isinstance(a, Name)]


def _misused(block: Block, maybe: set[str]) -> set[str]:
    """The variables that are used where None would do."""
    found: set[str] = set()
    for statement in statements(block):
        match statement:
            case Assign(_, Name() | Attribute()):
                pass
            case Assign(_, Binary("is" | "is not", left, right)) if _NONE in (left, right):
                pass
            case Assign(_, Binary(op)) if op in OPERATORS or op in _COMPARISONS:
                pass
            case Assign(_, Unary("-" | "+")):
                pass
            case Assign(_, Subscript(base, _) as value):
                found |= own_reads(statement) - {a.id for a in _names([base])}
                found |= {a.id for a in _names(value.index) if a == base}  # type: ignore[arg-type]
            case Assign(_, Call(Object(called), _, ())) if isinstance(
                called, np.ufunc
            ) or _is_one_of(called, _FAILS_FOR_NONE):
                pass
            case If(test=test):
                found |= {a.id for a in _names([test])}
            case For(bounds=bounds):
                found |= {a.id for a in _names(bounds)}
            case While(test=test):
                found |= {a.id for a in _names([test])}
            case _:
                found |= own_reads(statement)
    return found & maybe


def _is_one_of(called: Any, functions: set[Any]) -> bool:
    return callable(called) and any(called is f for f in functions)


class _Splitting:
    def __init__(self, flags: dict[str, Atom]) -> None:
        self.flags = flags

    def block(self, block: Block) -> Block:
        return tuple(made for statement in block for made in self.statement(statement))

    def flag(self, atom: Atom) -> Atom:
        if isinstance(atom, Name) and atom.id in self.flags:
            return self.flags[atom.id]
        return Literal(atom == _NONE)

    def value(self, atom: Atom) -> Atom:
        return UNDEFINED if atom == _NONE else atom

    def statement(self, statement: Statement) -> tuple[Statement, ...]:
        match statement:
            case Assign(target, (Name() | Literal()) as atom) if isinstance(
                flag := self.flags.get(target), Name
            ):
                own = Assign(flag.id, self.flag(atom), statement.origin)
                return (replace(statement, value=self.value(atom)), own)
            case Assign(_, Binary("is" | "is not" as op, left, right)):
                tested = left if right == _NONE else right
                if _NONE not in (left, right) or not isinstance(tested, Name):
                    return (statement,)
                if tested.id not in self.flags:
                    return (statement,)
                flag = self.flags[tested.id]
                value = flag if op == "is" else Unary("not", flag)
                return (replace(statement, value=value),)
        made = rebuild(statement, lambda atom: atom, self.block)
        if isinstance(made, If):
            merges: list[Merge] = []
            for merge in made.merges:
                flag = self.flags.get(merge.name)
                if isinstance(flag, Name):
                    merges.append(Merge(flag.id, (*map(self.flag, merge.values),)))
                    merge = Merge(merge.name, (*map(self.value, merge.values),))
                merges.append(merge)
            made = replace(made, merges=(*merges,))
        elif isinstance(made, For | While):
            carries: list[Carry] = []
            for carry in made.carries:
                flag = self.flags.get(carry.name)
                if isinstance(flag, Name):
                    carries.append(Carry(flag.id, self.flag(carry.init), self.flag(carry.next)))
                    carry = Carry(carry.name, self.value(carry.init), self.value(carry.next))
                carries.append(carry)
            made = replace(made, carries=(*carries,))
        return (made,)
