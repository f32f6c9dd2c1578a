"""Widening: every cotangent (or tangent) gets one leading axis of directions.

    CORE, facts, wide parameters → CORE         y_bar: (3,)               y_bar: (n, 3)
                                                t_bar = y_bar * s    →    t_bar = y_bar * s
                                                x_bar = W.T @ t_bar       x_bar = t_bar @ W

Generated code is linear in its cotangents and never branches on them; the primal stays as it is.
What depends on a wide parameter is wide. A function has a widened form (widen_calls.py), or is
called once a direction in that one statement.

Raises NotWidenedError where the user's own backward code branches on a cotangent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.values import (
    Abstract,
    Array,
    Known,
    List,
    Opaque,
    Tuple,
    Unknown,
    keys_of,
    rank,
)
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    Accumulate,
    Append,
    Assign,
    Atom,
    Block,
    Call,
    Carry,
    Expression,
    For,
    Function,
    If,
    Index,
    Literal,
    Merge,
    Name,
    Object,
    Pop,
    Push,
    Slice,
    Statement,
    Subscript,
    While,
)
from autodiff_sst.core.walk import reads, statements
from autodiff_sst.errors import Origin
from autodiff_sst.rules.helpers import WIDENED, WIDENED_ITEM

WHOLE = Slice(None, None, None)


class NotWidenedError(Exception):
    """A program that branches on a direction."""


def widen(
    function: Function,
    facts: Mapping[str, Abstract],
    wide: frozenset[str],
    count: Atom,
    names: Names,
) -> Function:
    """The function for many directions; `count` is an atom for their number."""
    widening = Widening(function, facts, wide, count, names)
    body = widening.block(function.body)
    outer, widening.done = widening.done, []
    result = widening.atom(function.result)
    body = (*body, *widening.done)
    widening.done = outer
    return replace(function, body=body, result=result)


def find_wide(function: Function, wide: frozenset[str]) -> frozenset[str]:
    """What depends on a wide name."""
    edges: dict[str, set[str]] = {}

    def flow(source: frozenset[str], target: str) -> None:
        for name in source:
            edges.setdefault(name, set()).add(target)

    pushed: dict[str, list[tuple[Atom, ...]]] = {}
    for s in statements(function.body):
        match s:
            case Assign(target, value):
                flow(reads(value), target)
            case Accumulate(target, _, value) | Append(target, value):
                flow(reads(value), target)
            case If(merges=merges):
                for merge in merges:
                    for v in merge.values:
                        flow(reads(v), merge.name)
            case For(carries=carries) | While(carries=carries):
                for carry in carries:
                    flow(reads(carry.init) | reads(carry.next), carry.name)
            case Push(stack, values):
                pushed.setdefault(stack, []).append(values)
            case Pop(targets, stack):
                for k, target in enumerate(targets):
                    for values in pushed.get(stack, []):
                        flow(reads(values[k]), target)
                if stack not in pushed:
                    for target in targets:
                        flow(frozenset([stack]), target)
    found, new = {*wide}, [*wide]
    while new:
        for target in edges.get(new.pop(), set()) - found:
            found.add(target)
            new.append(target)
    return frozenset(found)


class Widening:
    def __init__(
        self,
        function: Function,
        facts: Mapping[str, Abstract],
        wide: frozenset[str],
        count: Atom,
        names: Names,
    ) -> None:
        self.wide = find_wide(function, wide)
        self.facts = facts
        self.count = count
        self.names = names
        self.done: list[Statement] = []
        self.origin: Origin | None = None
        self.lists = {
            s.stack
            for s in statements(function.body)
            if isinstance(s, Pop) and s.stack in self.wide
        } - {s.stack for s in statements(function.body) if isinstance(s, Push)}

        self.made = {s.target: s.value for s in statements(function.body) if isinstance(s, Assign)}

    def function_of(self, target: str) -> Any:
        """The function whose result a name is."""
        value = self.made[target]
        assert isinstance(value, Call) and isinstance(value.function, Object)
        return value.function.value

    # Atoms

    def is_wide(self, atom: Atom | Slice | None) -> bool:
        return isinstance(atom, Name) and atom.id in self.wide

    def fact(self, atom: Atom) -> Abstract:
        return fact(atom, self.facts)

    def emit(self, value: Expression) -> Atom:
        if isinstance(value, Name | Literal | Object):
            return value
        name = self.names.temporary()
        self.done.append(Assign(name, value, self.origin))
        return Name(name)

    def atom(self, atom: Atom) -> Atom:
        """An atom that is wide: itself, or the same in every direction."""
        if self.is_wide(atom) or atom == Literal(None):
            return atom
        known = self.fact(atom)
        if keys_of(known) is not None or isinstance(known, List):
            raise NotWidenedError("a container that holds no direction")
        return self.emit(Call(WIDENED, (atom, self.count)))

    # Statements

    def block(self, block: Block) -> Block:
        outer, self.done = self.done, []
        for statement in block:
            self.origin = statement.origin
            self.statement(statement)
        made = tuple(self.done)
        self.done = outer
        return made

    def statement(self, statement: Statement) -> None:
        match statement:
            case Assign(target, value) if target in self.wide:
                self.assign(statement, value)
            case Accumulate(target, index, value) if target in self.wide:
                if index is not None and not isinstance(self.facts[target], List):
                    new = self.index(self.facts[target], index)
                    if new is None:
                        raise NotWidenedError("an index of several arrays")
                    index = new
                    value = self.aligned_to_item(target, statement.index, value)
                elif index is None:
                    value = self.lifted(value, self.rank(Name(target)))
                self.done.append(replace(statement, index=index, value=value))
            case If(test, then, orelse, merges):
                self.must_be_narrow(test)
                blocks: list[Block] = []
                ends: list[list[Atom]] = []
                for k, branch in enumerate((then, orelse)):
                    made = self.block(branch)
                    outer, self.done = self.done, []
                    ends.append(
                        [self.atom(m.values[k]) if m.name in self.wide else m.values[k]
                         for m in merges]
                    )  # fmt: skip
                    blocks.append((*made, *self.done))
                    self.done = outer
                new_merges = tuple(
                    Merge(m.name, (a, b)) for m, a, b in zip(merges, *ends, strict=True)
                )
                self.done.append(
                    replace(statement, then=blocks[0], orelse=blocks[1], merges=new_merges)
                )
            case For(carries=carries) | While(carries=carries):
                self.loop(statement, carries)
            case Pop(targets, stack) if stack in self.lists:
                (target,) = targets  # of a list of cotangents: a zero may be one number
                raw = self.names.fresh(target)
                self.done.append(replace(statement, targets=(raw,)))
                self.done.append(Assign(target, Call(WIDENED_ITEM, (Name(raw), self.count))))
            case Push() | Append() | Pop():
                self.done.append(statement)
            case _:
                if not isinstance(statement, Assign) and reads(statement) & self.wide:
                    raise NotWidenedError("an effect of a direction")
                self.done.append(statement)

    def must_be_narrow(self, test: Atom) -> None:
        if self.is_wide(test):
            raise NotWidenedError("a branch on a direction")

    def loop(self, statement: For | While, carries: tuple[Carry, ...]) -> None:
        if isinstance(statement, While):
            self.must_be_narrow(statement.test)
        inits = [self.atom(c.init) if c.name in self.wide else c.init for c in carries]
        condition = self.block(statement.condition) if isinstance(statement, While) else ()
        body = self.block(statement.body)
        outer, self.done = self.done, []
        nexts = [self.atom(c.next) if c.name in self.wide else c.next for c in carries]
        body = (*body, *self.done)
        self.done = outer
        new = tuple(map(Carry, [c.name for c in carries], inits, nexts))
        if isinstance(statement, While):
            made: Statement = replace(statement, condition=condition, body=body, carries=new)
        else:
            made = replace(statement, body=body, carries=new)
        self.done.append(made)

    def assign(self, statement: Assign, value: Expression) -> None:
        from autodiff_sst.transform.widen_calls import widened_value

        new = widened_value(self, statement.target, value)
        self.done.append(replace(statement, value=new))

    # Ranks

    def rank(self, atom: Atom) -> int | None:
        return rank(self.fact(atom))

    def lifted(self, atom: Atom, rank: int | None) -> Atom:
        """A wide atom with axes after the first, so that it broadcasts like one of that rank."""
        if not self.is_wide(atom):
            return atom
        own = self.rank(atom)
        if own is None or rank is None:
            raise NotWidenedError("a rank that is not known")
        if own >= rank:
            return atom
        index: Index = (WHOLE, *[Literal(None)] * (rank - own))
        return self.emit(Subscript(atom, index))

    def index(self, base: Abstract, index: Index) -> Index | None:
        """The index behind the axis of directions; None where NumPy would order axes otherwise."""
        if any(not isinstance(i, Slice) and isinstance(self.fact(i), Tuple) for i in index):
            return None
        arrays = [k for k, i in enumerate(index) if self.is_array(i)]
        if len(arrays) > 1 and arrays != [*range(arrays[0], arrays[-1] + 1)]:
            return None
        scalars = [i for i in index if not self.is_array(i) and not isinstance(i, Slice)]
        ints = [i for i in scalars if self.fact(i) not in (Known(None), Known(...))]
        if arrays and ints:
            return None
        return (WHOLE, *index)

    def is_array(self, item: Atom | Slice) -> bool:
        known = None if isinstance(item, Slice) else self.fact(item)
        return isinstance(known, Array | List | Unknown | Opaque)

    def rank_of_items(self, base: int, index: Index) -> int | None:
        """The rank of what arrays pick; None if it is not known."""
        picked, rank = 0, base
        for item in index:
            known = None if isinstance(item, Slice) else self.fact(item)
            if isinstance(known, Array):
                is_mask = known.dtype.kind == "b"
                rank -= len(known.dims) if is_mask else 1
                picked = max(picked, 1 if is_mask else len(known.dims))
            elif known is not None:
                return None
        return rank + picked

    def aligned_to_item(self, target: str, index: Index | None, value: Atom) -> Atom:
        """What is accumulated into an item, with as many axes as the item has."""
        assert index is not None
        if not self.is_wide(value):
            return value
        base, own = self.rank(Name(target)), self.rank(value)
        if base is None or own is None:
            raise NotWidenedError("a rank that is not known")
        if any(self.is_array(i) for i in index):
            rank = self.rank_of_items(base, index)
            return value if rank is None else self.lifted(value, rank)
        removed = sum(not isinstance(i, Slice) and self.fact(i) not in (Known(None), Known(...))
                      for i in index)  # fmt: skip
        added = sum(not isinstance(i, Slice) and self.fact(i) == Known(None) for i in index)
        return self.lifted(value, base - removed + added)
