"""Read the original where a copy is read, and what is known where it is decided.

    CORE → CORE             y = x                            z = np.sin(x)
                            z = np.sin(y)      becomes
                            if True: w = z                   return z
                            ...

Also    merges whose values are one atom, carries that never change, branches that are decided.
        A temporary that is copied to a name that says more gets that name.
Leaves  `np.copy`; `drop_copies` drops it where a new array that nobody else reads is copied. That
        comes last: it must not meet a pass that makes something old of something new.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

import numpy as np

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.ownership import is_fresh
from autodiff_sst.analysis.values import Abstract, Array
from autodiff_sst.core.names import is_temporary
from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    Block,
    Call,
    Expression,
    For,
    Function,
    If,
    Literal,
    Name,
    Object,
    Statement,
    Store,
    While,
)
from autodiff_sst.core.walk import (
    count_reads,
    map_atoms,
    reads,
    rebuild,
    rename,
    statements,
    substitute,
)
from autodiff_sst.rules.helpers import COPY


def drop_copies(
    function: Function, facts: Callable[[], Mapping[str, Abstract]] | None = None
) -> Function:
    """Without copies of what is new, or of what is read only where nothing is changed.

    Args:
        facts: gives what is known of the names, if it is asked for.
    """
    return propagate_copies(function, True, facts and cache(facts))


def propagate_copies(
    function: Function,
    drop: bool = False,
    facts: Callable[[], Mapping[str, Abstract]] | None = None,
) -> Function:
    while True:
        copies = _Copies(function, drop, facts)
        body = copies.block(function.body)
        function = replace(function, body=body, result=copies.atom(function.result))
        if not copies.constants:
            return rename(function, copies.better) if copies.better else function
        # Their loops have read them already.
        originals = {name: copies.atom(Name(name)) for name in copies.constants}
        function = replace(function, body=substitute(body, originals))


def _only_read(function: Function) -> frozenset[str]:
    """Where nothing is changed in place: the names that are read only to make something new."""
    every = [*statements(function.body)]
    if any(not isinstance(s, Assign) for s in every):
        return frozenset()
    kept = {*reads(function.result)}
    for statement in every:
        if isinstance(statement, Assign) and not is_fresh(statement.value):
            kept |= reads(statement.value)
    return frozenset(s.target for s in every if isinstance(s, Assign)) - kept


class _Copies:
    def __init__(
        self, function: Function, drop: bool, facts: Callable[[], Mapping[str, Abstract]] | None
    ) -> None:
        self.drop = drop
        self.facts = facts
        self.only_read = _only_read(function) if facts else frozenset()
        self.better: dict[str, str] = {}
        self.parameters = {*function.parameters}
        self.names: dict[str, Atom] = {}
        self.constants: set[str] = set()
        self.count = count_reads(function)
        self.fresh: set[str] = set()
        for statement in statements(function.body):
            if isinstance(statement, Store):
                self.count[statement.target] += 1
            match statement:
                case Assign(target, Call(Object(made), (of,), ())) if made is np.diag and facts:
                    if isinstance(known := fact(of, facts()), Array) and len(known.dims) == 1:
                        self.fresh.add(target)  # of a matrix it is a view
                case Assign(target, value) if is_fresh(value):
                    self.fresh.add(target)

    def atom(self, atom: Atom) -> Atom:
        while isinstance(atom, Name) and atom.id in self.names:
            atom = self.names[atom.id]
        return atom

    def name(self, name: str) -> str:
        atom = self.atom(Name(name))
        return atom.id if isinstance(atom, Name) else name

    def block(self, block: Block) -> Block:
        done: list[Statement] = []
        for statement in block:
            done += self.statement(statement)
        return tuple(done)

    def statement(self, statement: Statement) -> Block:
        match statement:
            case Assign(target, value):
                value = map_atoms(value, self.atom)
                original = self.original(value, target)
                if original is not None:
                    self.names[target] = original
                    if isinstance(original, Name) and self.says_more(target, original.id):
                        self.better[original.id] = target
                    return ()
                return (replace(statement, value=value),)
            case If(test, then, orelse, merges):
                test = self.atom(test)
                if isinstance(test, Literal):
                    taken = 0 if test.value else 1
                    block = self.block((then, orelse)[taken])
                    self.names |= {m.name: self.atom(m.values[taken]) for m in merges}
                    return block
                new = rebuild(statement, self.atom, self.block)
                assert isinstance(new, If)
                same = [m for m in new.merges if len({*m.values}) == 1]
                self.names |= {m.name: m.values[0] for m in same}
                return (replace(new, merges=tuple(m for m in new.merges if m not in same)),)
            case For() | While():
                new = rebuild(statement, self.atom, self.block, self.name)
                assert isinstance(new, For | While)
                constant = [c for c in new.carries if c.next in (Name(c.name), c.init)]
                self.constants |= {c.name for c in constant}
                self.names |= {c.name: c.init for c in constant}
                return (replace(new, carries=tuple(c for c in new.carries if c not in constant)),)
            case _:
                return (rebuild(statement, self.atom, self.block, self.name),)

    def says_more(self, target: str, original: str) -> bool:
        nameless = is_temporary(original) and original not in self.parameters
        return nameless and not is_temporary(target) and original not in self.better

    def is_needless(self, target: str, copied: str) -> bool:
        """Whether a copy is of what is new, or of an array, and read where nothing is changed."""
        if copied in self.fresh and self.count[copied] == 1:
            return True
        if self.facts is None or target not in self.only_read:
            return False
        return isinstance(self.facts()[copied], Array)

    def original(self, value: Expression, target: str) -> Atom | None:
        """The atom that a value is a copy of."""
        match value:
            case Name() | Literal() | Object():
                return value
            case Call(function, (Name(copied),)) if (
                function == COPY and self.drop and self.is_needless(target, copied)
            ):
                return Name(copied)
        return None
