"""Products with the unit directions of a Jacobian, which are the rows of an identity matrix.

    CORE, facts → CORE      e = one_a_component(y)           t = a * b
                            u = e * a            becomes     s = t[:, None]
                            v = u * b                        w = s * m
                            w = v @ m

For vectors `a` and `b` and a matrix `m`: what is made direction by direction is made once.
Leaves  what nobody reads any more (dead_code.py).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.lengths import are_same
from autodiff_sst.analysis.values import Abstract, Array
from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    Attribute,
    Binary,
    Call,
    Expression,
    Function,
    Literal,
    Name,
    Slice,
    Subscript,
)
from autodiff_sst.core.walk import statements
from autodiff_sst.optimize.factors import Moving
from autodiff_sst.rules.helpers import COPY, ONE_A_COMPONENT, ONE_OF_ITEMS, numpy_object

_DIAG = numpy_object(np.diag)
_ALL = Slice(None, None, None)
_COLUMN = (_ALL, Literal(None))


def has_units(function: Function) -> bool:
    return any(
        isinstance(s, Assign)
        and isinstance(s.value, Call)
        and s.value.function in (ONE_A_COMPONENT, ONE_OF_ITEMS)
        for s in statements(function.body)
    )


def multiply_units(function: Function, facts: Mapping[str, Abstract]) -> Function:
    units = _Units(function, facts)
    return _Diagonals(units.run(), units.facts).run()


class _Units(Moving):
    def step(self, value: Expression) -> Expression | None:
        match value:
            case Binary("*", left, right):
                return self.scaled(left, right) or self.scaled(right, left)
            case Binary("+", left, right):
                first, second = self.diagonal(left), self.diagonal(right)
                if first is not None and second is not None and first[0] == second[0]:
                    total = self.named(Binary("+", first[1], second[1]))
                    return Binary("*", first[0], total)
            case Binary("@", left, Name() as right) if self.rank(right) == 2:
                if self.is_unit(left):
                    return Call(COPY, (right,)) if self.is_like(value, right) else None
                if (diagonal := self.diagonal(left)) is not None:
                    if self.is_number(diagonal[1]):
                        return Binary("*", diagonal[1], right)
                    column = self.named(Subscript(diagonal[1], _COLUMN))
                    return Binary("*", column, right)
                if (factor := self.of_items(left)) is not None:
                    turned = self.named(Attribute(factor, "T"))
                    columns = self.named(Subscript(turned, (_ALL, _ALL, Literal(None))))
                    rows = self.named(Subscript(right, (_ALL, Literal(None), _ALL)))
                    return Binary("*", columns, rows)
        return None

    def scaled(self, rows: Atom, vector: Atom) -> Expression | None:
        """`(e * a) * b`."""
        diagonal = self.diagonal(rows)
        if diagonal is None or not self.is_part(vector):
            return None
        return Binary("*", diagonal[0], self.named(Binary("*", diagonal[1], vector)))

    def diagonal(self, atom: Atom) -> tuple[Atom, Atom] | None:
        """`e` and `a` of `e * a`, which is read only here."""
        for e, a in self.products(atom):
            if self.is_unit(e) and self.is_part(a):
                return e, a
        return None

    def of_items(self, atom: Atom) -> Name | None:
        """`a` of `e * a`, for a batch of vectors `a` and the directions `e` of each of them."""
        for e, a in self.products(atom):
            made = self.values.get(e.id) if isinstance(e, Name) else None
            match made:
                case Call(function, (Name(of),), ()) if function == ONE_OF_ITEMS:
                    known, own = self.facts[of], fact(a, self.facts)
                    arrays = isinstance(known, Array) and isinstance(own, Array)
                    dims = own.dims if isinstance(own, Array) else ()
                    same = len(dims) == 2 and are_same(dims, getattr(known, "dims", None))
                    if isinstance(a, Name) and arrays and same:
                        return a
        return None

    def is_part(self, atom: Atom) -> bool:
        """Whether it is a vector, or a number."""
        return self.rank(atom) == 1 or self.is_number(atom)

    def is_unit(self, atom: Atom) -> bool:
        match self.values.get(atom.id) if isinstance(atom, Name) else None:
            case Call(function, (Name() as of,), ()):
                return function == ONE_A_COMPONENT and self.rank(of) == 1
        return False

    def is_like(self, value: Expression, atom: Name) -> bool:
        made, known = self.infer(value), self.facts[atom.id]
        return isinstance(made, Array) and isinstance(known, Array) and made.dtype == known.dtype


class _Diagonals(_Units):
    """What is left of `e * a` is a diagonal matrix."""

    def step(self, value: Expression) -> Expression | None:
        match value:
            case Binary("*", e, Name() as a) if self.is_unit(e) and self.rank(a) == 1:
                return Call(_DIAG, (a,)) if self.is_like(value, a) else None
        return None
