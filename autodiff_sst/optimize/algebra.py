"""Arithmetic that nobody would write down: times one, minus minus, literals that meet.

    CORE, facts → CORE      t = 1.0 * x                      y = x + z
                            u = -z             becomes
                            y = t - u

Never what changes a shape, a dtype, a NaN or the sign of a zero: `x * 0` is not 0.
Leaves  the assignments that nobody reads any more, and the copies that it makes.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import replace

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.values import Abstract, Array, Scalar
from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    Attribute,
    Binary,
    Block,
    Call,
    Expression,
    Function,
    Literal,
    Name,
    Object,
    Statement,
    Subscript,
    TupleOf,
    Unary,
)
from autodiff_sst.core.walk import map_atoms, rebuild
from autodiff_sst.rules.helpers import MAKE_RECORD

_ARITHMETIC = {"+": operator.add, "-": operator.sub, "*": operator.mul}


def simplify_algebra(function: Function, facts: Mapping[str, Abstract]) -> Function:
    return replace(function, body=_Algebra(facts).block(function.body))


class _Algebra:
    def __init__(self, facts: Mapping[str, Abstract]) -> None:
        self.facts = facts
        self.values: dict[str, Expression] = {}
        self.copies: dict[str, Atom] = {}

    def read(self, atom: Atom) -> Atom:
        return self.copies.get(atom.id, atom) if isinstance(atom, Name) else atom

    def block(self, block: Block) -> Block:
        done: list[Statement] = []
        for statement in block:
            if isinstance(statement, Assign):
                value = self.simplify(map_atoms(statement.value, self.read))
                if isinstance(value, Name | Literal | Object):
                    self.copies[statement.target] = value
                statement = replace(statement, value=value)
                self.values[statement.target] = value
            else:
                statement = rebuild(statement, lambda atom: atom, self.block)
            done.append(statement)
        return tuple(done)

    def simplify(self, value: Expression) -> Expression:
        while (simpler := self.step(value)) is not None:
            value = simpler
        return value

    def step(self, value: Expression) -> Expression | None:
        """The value in a simpler form, or None."""
        match value:
            case Binary(op, Literal(a), Literal(b)) if op in _ARITHMETIC:
                return _fold(op, a, b)
            case Binary("/", Literal(a), Literal(b)) if {type(a), type(b)} <= {int, float} and b:
                return Literal(a / b)
            case Unary("-", Literal(a)) if type(a) in (int, float):
                return Literal(-a)
            case Unary("-", Name(x)):
                match self.values.get(x):
                    case Unary("-", inner):
                        return inner
            case Subscript(Name(x), (Literal(k),)) if type(k) is int:
                match self.values.get(x):
                    case TupleOf(items) if -len(items) <= k < len(items):
                        return items[k]
            case Attribute(Name(x), name):
                match self.values.get(x):
                    case Attribute(inner, "T") if name == "T":
                        return inner
                    case Call(function, _, keywords) if function == MAKE_RECORD:
                        return dict(keywords).get(name)
            case Binary("*", Literal(one), Name() as x) | Binary("*", Name() as x, Literal(one)):
                if _is(one, 1) and self.absorbs(one, x):
                    return x
                if _is(one, -1) and self.absorbs(one, x):
                    return Unary("-", x)
            case Binary("/" | "**", Name() as x, Literal(one)) if _is(one, 1):
                return x if self.absorbs(1.0, x) else None  # an int over 1 is a float
            case Binary("+", Name(x), Name(y)) if x == y and self.absorbs(2, Name(x)):
                return Binary("*", self.two(Name(x)), Name(x))
            case Binary("+", left, Name(x)):
                match self.values.get(x):
                    case Unary("-", inner):
                        return Binary("-", left, inner)
            case Binary("-", left, Name(x)):
                match self.values.get(x):
                    case Unary("-", inner):
                        return Binary("+", left, inner)
        if isinstance(value, Binary) and value.operator == "+" and isinstance(value.left, Name):
            match self.values.get(value.left.id):
                case Unary("-", inner):
                    return Binary("-", value.right, inner)
        return None

    def two(self, x: Atom) -> Literal:
        """Python multiplies two floats faster than a float and an int."""
        match fact(x, self.facts):
            case Scalar("f", None):
                return Literal(2.0)
        return Literal(2)

    def absorbs(self, one: object, x: Atom) -> bool:
        """Whether `x` times a literal one is `x`, in its type too."""
        match fact(x, self.facts):
            case Scalar(kind):
                return kind in "fc" or (kind == "i" and type(one) is int)
            case Array(dtype):
                return dtype.kind in "fc" or (dtype.kind == "i" and type(one) is int)
            case _:
                return False  # it may be an array of bools, whose sum is not their number


def _is(value: object, number: int) -> bool:
    return type(value) in (int, float) and value == number


def _fold(op: str, a: object, b: object) -> Literal | None:
    if type(a) not in (int, float) or type(b) not in (int, float):
        return None
    return Literal(_ARITHMETIC[op](a, b))
