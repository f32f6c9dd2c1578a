"""Builds core programs: fresh names, the open blocks, and what is known of each name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    Binary,
    Block,
    Call,
    Effect,
    Expression,
    Literal,
    Name,
    Object,
    Statement,
    TupleOf,
)
from autodiff_sst.errors import Origin

Infer = Callable[[Expression, MutableMapping[str, Any], str], Any]


class Builder:
    """Appends statements to the innermost open block.

    `facts` holds what is known of every name; `infer` (analysis/infer.py) says what is known of a
    new one. `origin` goes onto the statements that are made. `maybe_undefined` names may hold
    `UNDEFINED`.
    """

    def __init__(self, names: Names, facts: MutableMapping[str, Any], infer: Infer) -> None:
        self.names = names
        self.facts = facts
        self.exact: set[Atom] = set()  # parts of cotangents, in the shape of what they are of
        self.origin: Origin | None = None
        self.maybe_undefined: frozenset[str] = frozenset()
        self.ragged: frozenset[str] = frozenset()  # lists of lists of different lengths
        self.rows: frozenset[str] = frozenset()  # lists of numbers that are in these
        self._infer = infer
        self._open: list[list[Statement]] = [[]]
        self._temporaries: set[str] = set()

    # Blocks

    @contextmanager
    def block(self) -> Iterator[list[Statement]]:
        """A new innermost block; what it yields holds the statements once it is closed."""
        statements: list[Statement] = []
        self._open.append(statements)
        try:
            yield statements
        finally:
            self._open.pop()

    @contextmanager
    def reopen(self, statements: list[Statement]) -> Iterator[None]:
        """Makes a block that was closed the innermost one again."""
        self._open.append(statements)
        try:
            yield
        finally:
            self._open.pop()

    @property
    def statements(self) -> Block:
        return tuple(self._open[-1])

    def append(self, *statements: Statement) -> None:
        self._open[-1].extend(statements)

    def pop_temporary(self, atom: Atom) -> Assign | None:
        """Takes back the last statement if it made `atom` as a temporary."""
        if self._open[-1] and isinstance(atom, Name) and atom.id in self._temporaries:
            last = self._open[-1][-1]
            if isinstance(last, Assign) and last.target == atom.id:
                self._open[-1].pop()
                self.names.release(atom.id)
                return last
        return None

    def take_back(self, statement: Assign) -> None:
        """Emits what `pop_temporary` gave once more, under the same name."""
        self.names.take([statement.target])
        self._open[-1].append(statement)

    def keep(self, atom: Atom) -> None:
        """What is read more than once must not be taken back."""
        if isinstance(atom, Name):
            self._temporaries.discard(atom.id)

    # Values

    def emit(self, value: Expression, base: str | None = None) -> Atom:
        """The atom that holds a value; unless it is one, a new name, from `base` if given."""
        if isinstance(value, Name | Literal | Object):
            return value
        name = self.names.temporary() if base is None else self.names.fresh(base)
        if base is None:
            self._temporaries.add(name)
        self.facts[name] = self._infer(value, self.facts, name)
        self.append(Assign(name, value, self.origin))
        return Name(name)

    def call(self, function: Object, *args: Atom | Any, **keywords: Atom | Any) -> Atom:
        """A call of an object; arguments are atoms, numbers, or (nested) tuples of these."""
        named = tuple((key, self.atom(value)) for key, value in keywords.items())
        return self.emit(Call(function, tuple(map(self.atom, args)), named))

    def binary(self, operator: str, left: Atom | Any, right: Atom | Any) -> Atom:
        return self.emit(Binary(operator, self.atom(left), self.atom(right)))

    def effect(self, value: Expression) -> None:
        self.append(Effect(value, self.origin))

    def atom(self, value: Atom | Any) -> Atom:
        if isinstance(value, Name | Literal | Object):
            return value
        if isinstance(value, tuple):
            return self.emit(TupleOf(tuple(map(self.atom, value))))
        return Literal(value)

    def fact(self, atom: Atom) -> Any:
        return self._infer(atom, self.facts, "")

    def bind(self, name: str, fact: Any) -> Name:
        """Declares a name that a statement of the caller's binds."""
        self.facts[name] = fact
        return Name(name)
