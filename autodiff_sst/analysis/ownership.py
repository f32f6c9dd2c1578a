"""Which expressions make an array of their own, and which arrays nobody else sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autodiff_sst.core.purity import writes_into_argument
from autodiff_sst.core.syntax import (
    UNDEFINED,
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
    Name,
    Object,
    Statement,
    Try,
    Unary,
    Update,
    While,
)
from autodiff_sst.core.walk import binds, blocks, count_reads, reads, statements
from autodiff_sst.runtime.sequences import own_items, zeros_by_row, zeros_of_items, zeros_of_rows
from autodiff_sst.runtime.tables import zeros_of_table

_FRESH: set[Any] = {
    *(np.copy, np.zeros_like, np.full_like, np.ones_like, np.empty_like, np.zeros, np.ones),
    *(np.full, np.sum, np.outer, np.where),
    *(own_items, zeros_by_row, zeros_of_items, zeros_of_rows, zeros_of_table),
}


def is_fresh(value: Expression) -> bool:
    match value:
        case Binary() | Unary() | Update():
            return True
        case Call(Object(function)) if not writes_into_argument(value):
            return isinstance(function, np.ufunc) or function in _FRESH
        case _:
            return False


class Owners:
    """Whether an array may be updated in place as though its variable were bound anew.

    It may if it was made fresh, if everything that reads it makes something fresh in turn, and if
    it came to the update from one hand to the next: no merge, carry or other name holds it too.
    """

    def __init__(self, function: Function) -> None:
        self.made: dict[str, list[Atom | None]] = {}  # None: fresh; an atom: the same object
        self.kept: set[str] = set()
        self.holders: dict[str, list[tuple[str, Statement]]] = {}  # merges and carries, by value
        self.loops: dict[str, Statement] = {}  # by carry
        self.copied = _handed_on(function)
        for statement in statements(function.body):
            self.look(statement)

    def is_alone(self, name: str, update: Statement) -> bool:
        """Whether nobody else sees what `name` holds when `update` changes it."""
        came = self._versions(name)
        return all(self._is_free(version, came, update) for version in came)

    def _versions(self, name: str) -> dict[str, set[str]]:
        """The names through which the object came to `name`; of each, those that got it from it."""
        came: dict[str, set[str]] = {name: set()}
        new = [name]
        while new:
            current = new.pop()
            for source in self.made.get(current, []):
                if isinstance(source, Name):
                    if source.id not in came:
                        came[source.id] = set()
                        new.append(source.id)
                    came[source.id].add(current)
        return came

    def _is_free(self, name: str, came: Mapping[str, set[str]], update: Statement) -> bool:
        """Whether a version is held by no other than the next, nor kept anywhere."""
        if name in self.kept or name not in self.made:
            return False
        if any(isinstance(s, Object) and s != UNDEFINED for s in self.made[name]):
            return False
        holders = self.holders.get(name, [])
        if len({holder for holder, _ in holders}) == 1 and holders[0][0] in came[name]:
            return True  # from one hand to the next
        return all(self._lets_go(name, h, s, update) for h, s in holders)

    def _lets_go(self, name: str, holder: str, at: Statement, update: Statement) -> bool:
        """Whether a merge or carry that holds a version does not see the update."""
        if isinstance(at, If) and _is_inside(update, at):
            return True  # it holds it in the branch that does not update
        # After a loop its carries are left, and nothing of its turns.
        loop = self.loops.get(name)
        if loop is None or _is_inside(update, loop) or not _is_inside(at, loop):
            return False
        return not self._leaves(holder, name, loop)

    def _leaves(self, holder: str, carry: str, loop: Statement) -> bool:
        """Whether what a turn holds is there after the loop under another name than the carry's."""
        if holder in self.kept or self.loops.get(holder) is loop:
            return holder != carry
        return any(
            other != carry and (not _is_inside(at, loop) or self._leaves(other, carry, loop))
            for other, at in self.holders.get(holder, [])
        )

    def look(self, statement: Statement) -> None:
        match statement:
            case Assign(target, Name(source)) if source in self.copied:
                self.hold(target, (Name(source),), statement)
            case Assign(target, value):
                if isinstance(value, Call) and _is_update(value):  # maybe the same object
                    self.made.setdefault(target, []).append(value.args[0])
                elif is_fresh(value):
                    self.made.setdefault(target, []).append(None)
                elif isinstance(value, Attribute) and value.name in ("shape", "ndim", "size"):
                    pass
                elif isinstance(value, Literal):
                    self.made.setdefault(target, []).append(value)
                else:
                    self.kept |= reads(value)
            case If(merges=merges) | Try(merges=merges):
                for merge in merges:
                    self.hold(merge.name, merge.values, statement)
            case For(carries=carries) | While(carries=carries):
                for carry in carries:
                    self.loops[carry.name] = statement
                    self.hold(carry.name, (carry.init, carry.next), statement)
            case CustomGrad(_, value, arguments, bars):
                self.kept |= reads(value).union(*map(reads, arguments))
                self.made |= {bar: [None] for bar in bars}  # nobody sees a cotangent change
            case Effect(Call(Object(function))) if function is print:
                pass
            case _:
                self.kept |= reads(statement)

    def hold(self, name: str, values: tuple[Atom, ...], statement: Statement) -> None:
        self.made.setdefault(name, []).extend(values)
        for value in values:
            if isinstance(value, Name):
                self.holders.setdefault(value.id, []).append((name, statement))


def _handed_on(function: Function) -> set[str]:
    """The variables that are read once, to become others, in the same turn."""
    read = count_reads(function)
    found: set[str] = set()

    def look(block: Block, made: set[str]) -> None:
        for statement in block:
            match statement:
                case Assign(_, Name(source)) if source in made and read[source] == 1:
                    found.add(source)
            is_loop = isinstance(statement, For | While)
            for inner in blocks(statement):
                look(inner, {*binds(statement)} if is_loop else made)
            made |= {*binds(statement)}

    look(function.body, {*function.parameters})
    return found


def _is_inside(inner: Statement, outer: Statement) -> bool:
    return any(s is inner for s in statements((outer,)))


def _is_update(value: Call) -> bool:
    function = value.function
    return isinstance(function, Object) and getattr(function.value, "__module__", "") == "_operator"
