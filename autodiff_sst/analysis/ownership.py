"""Which expressions make an array of their own, and which arrays nobody else sees."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_sst.core.syntax import (
    UNDEFINED,
    Assign,
    Atom,
    Binary,
    Block,
    Call,
    Effect,
    Expression,
    For,
    If,
    Literal,
    Name,
    Object,
    Statement,
    Try,
    Unary,
    While,
)
from autodiff_sst.core.walk import reads, statements

_FRESH: set[Any] = {
    *(np.copy, np.zeros_like, np.full_like, np.ones_like, np.empty_like, np.zeros, np.ones),
    *(np.full, np.sum, np.outer, np.where),
}


def is_fresh(value: Expression) -> bool:
    match value:
        case Binary() | Unary():
            return True
        case Call(Object(function)):
            return isinstance(function, np.ufunc) or function in _FRESH
        case _:
            return False


class Owners:
    """Whether what a name holds is seen through that name alone.

    It is if it was made fresh, and everything that reads it makes something fresh in turn: nothing
    keeps it, and no view of it is about.
    """

    def __init__(self, body: Block) -> None:
        self.made: dict[str, list[Atom | None]] = {}  # None: fresh; an atom: the same object
        self.kept: set[str] = set()
        for statement in statements(body):
            self.look(statement)

    def is_alone(self, name: str) -> bool:
        seen: set[str] = set()
        new = [name]
        while new:
            current = new.pop()
            if current in seen:
                continue
            seen.add(current)
            if current in self.kept or current not in self.made:
                return False
            for source in self.made[current]:
                if isinstance(source, Name):
                    new.append(source.id)
                elif isinstance(source, Object) and source != UNDEFINED:
                    return False
        return True

    def look(self, statement: Statement) -> None:
        match statement:
            case Assign(target, value):
                updates = isinstance(value, Call) and _is_update(value)
                if updates or is_fresh(value):
                    self.made.setdefault(target, []).append(None)
                elif isinstance(value, Literal):
                    self.made.setdefault(target, []).append(value)
                else:
                    self.kept |= reads(value)
            case If(merges=merges) | Try(merges=merges):
                for merge in merges:
                    self.made.setdefault(merge.name, []).extend(merge.values)
            case For(carries=carries) | While(carries=carries):
                for carry in carries:
                    self.made.setdefault(carry.name, []).extend([carry.init, carry.next])
            case Effect(Call(Object(function))) if function is print:
                pass
            case _:
                self.kept |= reads(statement)


def _is_update(value: Call) -> bool:
    function = value.function
    return isinstance(function, Object) and getattr(function.value, "__module__", "") == "_operator"
