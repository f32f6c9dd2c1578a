"""What rules may ask of atoms (`rules.template.Knowledge`), from the facts of a program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.values import (
    Abstract,
    Array,
    Dict,
    Known,
    List,
    Opaque,
    Scalar,
    Tuple,
    Unknown,
    make_sequence,
    rank,
)
from autodiff_sst.core.syntax import Atom, Expression, ListOf, Name, TupleOf
from autodiff_sst.rules.template import Knowledge


class FactsKnown(Knowledge):
    def __init__(
        self, facts: Mapping[str, Abstract], made: Mapping[str, Expression] | None = None
    ) -> None:
        self.facts = facts
        self.made = made or {}

    def items(self, atom: Atom) -> tuple[Atom, ...] | None:
        value = self.made.get(atom.id) if isinstance(atom, Name) else None
        if isinstance(atom, Name) and isinstance(self.facts[atom.id], List):
            return None  # it may have grown
        return value.items if isinstance(value, ListOf | TupleOf) else None

    def rank(self, atom: Atom) -> int | None:
        return rank(fact(atom, self.facts))

    def constant(self, atom: Atom, otherwise: Any = None) -> Any:
        return constant_of(fact(atom, self.facts), otherwise)

    def is_complex(self, atom: Atom) -> bool:
        """Whether it may be: rules for complex numbers serve real ones too."""
        match fact(atom, self.facts):
            case Scalar(kind):
                return kind == "c"
            case Array(dtype):
                return dtype.kind == "c"
            case Known(v):
                return isinstance(v, complex)
            case Unknown():
                return True
            case _:
                return False

    def is_not_none(self, atom: Atom) -> bool:
        return not isinstance(fact(atom, self.facts), Opaque | Unknown)


_MISSING = object()


def constant_of(value: Abstract, otherwise: Any = None) -> Any:
    """The object that an abstract value stands for; tuples and dicts of constants are constants."""
    match value:
        case Known(v):
            return v
        case Tuple(items, cls):
            parts = [constant_of(i, _MISSING) for i in items]
            if any(p is _MISSING for p in parts):
                return otherwise
            return make_sequence(cls, parts)
        case Dict(keys, items):
            parts = [constant_of(i, _MISSING) for i in items]
            if any(p is _MISSING for p in parts):
                return otherwise
            return dict(zip(keys, parts, strict=True))
        case _:
            return otherwise
