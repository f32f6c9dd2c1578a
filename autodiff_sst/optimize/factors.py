"""Signs, numbers and transposes move to where they cost least.

    CORE, facts → CORE      t = -u                            t = u * w
                            v = t * w            becomes      s = np.sum(t)
                            s = np.sum(v)                     y = x - s
                            y = x + s

    -a * b              -(a * b)              sums of what is negative: the sum is
    np.sum(v * w)       v @ w                 of vectors, where the sweep goes backward
    -m @ v              -(m @ v)              of a matrix and a vector, there too
    2 * (c * a)         (2 * c) * a           of an array `a` and a number `c`
    (a @ b).T           b.T @ a.T             of matrices; a transpose is a view
    np.size(a + b)      np.size(a)            of arrays that are as large as their sum

Where the value that is taken apart is read elsewhere too, it stays. Rounding may differ in the last
digit where numbers are multiplied in another order.
Leaves  `x + -s` (algebra.py) and what nobody reads any more (dead_code.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.infer import infer
from autodiff_sst.analysis.lengths import are_same
from autodiff_sst.analysis.values import Abstract, Array, Known, Scalar
from autodiff_sst.core.names import Names
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
    Unary,
)
from autodiff_sst.core.walk import all_names, atoms, count_reads, rebuild, statements
from autodiff_sst.rules.helpers import FULL_LIKE, SUM, ZEROS_LIKE

_SIZES = (np.size, np.shape, np.ndim, len)


def _reads_size(called: Object) -> bool:
    return called.value in _SIZES or called in (FULL_LIKE, ZEROS_LIKE)


def move_factors(function: Function, facts: Mapping[str, Abstract]) -> Function:
    return _Factors(function, facts).run()


class Moving:
    """A pass that takes assigned values apart; `step` gives one in another form, or None."""

    def __init__(self, function: Function, facts: Mapping[str, Abstract]) -> None:
        self.facts = {**facts}
        self.function = function
        self.names = Names(all_names(function))
        self.values: dict[str, Expression] = {}
        self.count = count_reads(function)
        self.before: list[Statement] = []
        self.is_backward = False  # what the user wrote keeps its last digit, and its zeros' signs

    def run(self) -> Function:
        return replace(self.function, body=self.block(self.function.body))

    def step(self, value: Expression) -> Expression | None:
        raise NotImplementedError

    def infer(self, value: Expression) -> Abstract:
        return infer(value, self.facts, "")

    def rank(self, atom: Atom) -> int | None:
        known = fact(atom, self.facts)
        return len(known.dims) if isinstance(known, Array) else None

    def is_number(self, atom: Atom) -> bool:
        known = fact(atom, self.facts)
        if isinstance(known, Known):
            return type(known.value) in (int, float)
        return isinstance(known, Scalar) and known.kind in "if"

    def block(self, block: Block) -> Block:
        done: list[Statement] = []
        for statement in block:
            if isinstance(statement, Assign):
                value = statement.value
                self.is_backward = statement.origin is not None and statement.origin.backward
                while (moved := self.step(value)) is not None:
                    value = moved
                statement = replace(statement, value=value)
                self.values[statement.target] = value
                done += [replace(s, origin=statement.origin) for s in self.before]
                self.before = []
            else:
                statement = rebuild(statement, lambda atom: atom, self.block)
            done.append(statement)
        return tuple(done)

    def named(self, value: Expression) -> Atom:
        """A name for a new value, before the statement."""
        if isinstance(value, Name | Literal | Object):
            return value
        name = self.names.temporary()
        self.facts[name] = infer(value, self.facts, name)
        self.values[name] = value
        self.count[name] = 1
        self.before.append(Assign(name, value))
        return Name(name)

    def once(self, atom: Atom) -> Expression | None:
        """What an atom was made as, if it is read only here."""
        if isinstance(atom, Name) and self.count[atom.id] == 1:
            return self.values.get(atom.id)
        return None

    def products(self, atom: Atom) -> list[tuple[Atom, Atom]]:
        """The two factors of a product that is read only here, in either order."""
        match self.once(atom):
            case Binary("*", left, right):
                return [(left, right), (right, left)]
        return []


class _Factors(Moving):
    def __init__(self, function: Function, facts: Mapping[str, Abstract]) -> None:
        super().__init__(function, facts)
        # How often no more than the size of a name is read.
        self.sizes: Counter[str] = Counter()
        for statement in statements(function.body):
            match statement:
                case Assign(_, Call(Object() as called, (Name(x), *_))) if _reads_size(called):
                    self.sizes[x] += 1

    def step(self, value: Expression) -> Expression | None:
        match value:
            case Binary("*" | "/" as op, left, right):
                match self.once(left):
                    case Unary("-", inner) if self.is_real(left):
                        return Unary("-", self.named(Binary(op, inner, right)))
                if op == "*":
                    return self.scaled(left, right) or self.scaled(right, left)
            case Binary("@", left, right) if self.is_backward:
                return self.positive(left, right)
            case Call(function, (Name(x),), keywords) if function == SUM:
                match self.values.get(x):
                    case Unary("-", inner) if self.is_real_array(Name(x)):
                        return Unary("-", self.named(Call(function, (inner,), keywords)))
                if not keywords and self.is_backward:
                    return self.dot(Name(x))
            case Call(Object(function), (base,), ()) if function is np.transpose:
                return self.transposed(base)
            case Attribute(base, "T"):
                return self.transposed(base)
            case Call(Object(function) as called, (Name() as x, *rest), keywords) if _reads_size(
                called
            ):
                alike = self.as_large(x, function not in _SIZES)
                if alike is not None:
                    return Call(called, (alike, *rest), keywords)
        return None

    def scaled(self, number: Atom, array: Atom) -> Expression | None:
        """`number * (c * a)`."""
        if not self.is_number(number) or not self.is_real_array(array):
            return None
        for c, a in self.products(array):
            if self.is_number(c) and not self.is_number(a):
                return Binary("*", self.named(Binary("*", number, c)), a)
        return None

    def dot(self, product: Name) -> Expression | None:
        """The sum of a product of vectors of one length."""
        for left, right in self.products(product)[:1]:
            a, b = fact(left, self.facts), fact(right, self.facts)
            vectors = self.rank(left) == self.rank(right) == 1
            real = self.is_real_array(left) and self.is_real_array(right)
            if vectors and real and isinstance(a, Array) and isinstance(b, Array):
                return Binary("@", left, right) if are_same(a.dims, b.dims) else None
        return None

    def positive(self, left: Atom, right: Atom) -> Expression | None:
        """`-matrix @ vector`: the vector that comes of it is shorter to negate."""
        for matrix, vector in ((left, right), (right, left)):
            if (self.rank(matrix), self.rank(vector)) != (2, 1) or not self.is_real_array(matrix):
                continue
            match self.values.get(matrix.id) if isinstance(matrix, Name) else None:
                case Unary("-", inner):
                    sides = (inner, right) if matrix is left else (left, inner)
                    return Unary("-", self.named(Binary("@", *sides)))
        return None

    def transposed(self, base: Atom) -> Expression | None:
        match self.once(base):
            case Binary("@", left, right) if self.rank(left) == self.rank(right) == 2:
                return Binary("@", self.turned(right), self.turned(left))
        return None

    def turned(self, atom: Atom) -> Atom:
        match self.values.get(atom.id) if isinstance(atom, Name) else None:
            case Attribute(inner, "T"):
                return inner
            case Call(Object(function), (inner,), ()) if function is np.transpose:
                return inner
        return self.named(Attribute(atom, "T"))

    def as_large(self, atom: Name, same_dtype: bool) -> Name | None:
        """An operand of an elementwise operation that is as large as the result."""
        known = self.facts.get(atom.id)
        if self.count[atom.id] > self.sizes[atom.id]:
            return None  # what is read elsewhere is there anyway
        value = self.values.get(atom.id)
        elementwise = isinstance(value, Binary | Unary) and not (
            isinstance(value, Binary) and value.operator == "@"
        )
        if isinstance(value, Call) and isinstance(value.function, Object):
            called = value.function.value
            elementwise = called is np.where and len(value.args) == 3
            elementwise |= isinstance(called, np.ufunc) and called.signature is None
        if value is None or not elementwise or not isinstance(known, Array) or not known.dims:
            return None
        for operand in atoms(value):
            other = self.facts.get(operand.id) if isinstance(operand, Name) else None
            if isinstance(operand, Name) and isinstance(other, Array):
                fits = are_same(other.dims, known.dims) and 1 not in known.dims
                if fits and (not same_dtype or other.dtype == known.dtype):
                    return operand
        return None

    def is_real(self, atom: Atom) -> bool:
        known = fact(atom, self.facts)
        return self.is_real_array(atom) or (isinstance(known, Scalar) and known.kind == "f")

    def is_real_array(self, atom: Atom) -> bool:
        known = fact(atom, self.facts)
        return isinstance(known, Array) and known.dtype.kind == "f" and bool(known.dims)
