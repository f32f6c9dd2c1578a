"""One product with a matrix instead of several with parts of its scale.

    a = w * u                        c = u * v
    b = a / v                        d = u / v         (vectors)
    c = a * v               →        e = c - d
    y = c - b                        y = w * e         (the one product with the matrix)

Of sums, differences, products and quotients in which one array `w` of two or more dimensions is a
factor of everything, and all else is of fewer. Derivatives of many directions at once are such.
Rounding may differ in the last digits. What is taken apart must not be read elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.values import Abstract, Array, Known, Scalar
from autodiff_sst.core.syntax import Atom, Binary, Expression, Function, Name, Unary
from autodiff_sst.optimize.factors import Moving


def gather_scales(function: Function, facts: Mapping[str, Abstract]) -> Function:
    """The function; itself if it has no array of two dimensions."""
    if not any(isinstance(f, Array) and len(f.dims) > 1 for f in facts.values()):
        return function
    gathering = _Gathering(function, facts)
    gathered = gathering.run()
    return gathered if gathering.changed else function


@dataclass(frozen=True)
class _Scaled:
    """`base * scale`: an array, and an expression over arrays of fewer dimensions."""

    base: Name
    scale: object  # an atom, or an operator with two such; None for 1
    wide: tuple[str, ...] = ()  # the names on the way, once for each time they are read


class _Gathering(Moving):
    changed = False

    def step(self, value: Expression) -> Expression | None:
        if not isinstance(value, Binary) or value.operator not in ("*", "/", "+", "-"):
            return None
        whole = self.combined(value.operator, value.left, value.right)
        if whole is None or not whole.wide:
            return None
        seen = Counter(whole.wide)
        if any(self.count[name] != times for name, times in seen.items()):
            return None  # it is made anyway
        self.changed = True
        return Binary("*", whole.base, self.made(whole.scale))

    def made(self, scale: object) -> Atom:
        if not isinstance(scale, tuple):
            return scale  # type: ignore[return-value]
        op, left, right = scale
        if right is None:
            return self.named(Unary("-", self.made(left)))
        return self.named(Binary(op, self.made(left), self.made(right)))

    def rank_of(self, atom: Atom) -> int | None:
        """The number of dimensions of what is real."""
        known = fact(atom, self.facts)
        if isinstance(known, Array):
            return len(known.dims) if known.dtype.kind == "f" else None
        if isinstance(known, Known):
            return 0 if type(known.value) in (int, float) else None
        return 0 if isinstance(known, Scalar) and known.kind in "if" else None

    def scaled(self, atom: Atom) -> _Scaled | None:
        """An array of two or more dimensions as a scaled one."""
        rank = self.rank_of(atom)
        if not isinstance(atom, Name) or rank is None or rank < 2:
            return None
        found: _Scaled | None = None
        match self.values.get(atom.id):
            case Binary("*" | "/" | "+" | "-" as op, left, right):
                found = self.combined(op, left, right)
            case Unary("-", inner):
                part = self.scaled(inner)
                if part is not None and part.scale is not None:
                    found = _Scaled(part.base, ("-", part.scale, None), part.wide)
        if found is None:
            return _Scaled(atom, None)
        return _Scaled(found.base, found.scale, (*found.wide, atom.id))

    def combined(self, op: str, left: Atom, right: Atom) -> _Scaled | None:
        a, b = self.scaled(left), self.scaled(right)
        if op in ("+", "-"):
            if a is None or b is None or a.base != b.base or None in (a.scale, b.scale):
                return None
            wide = (*a.wide, *b.wide)
            return _Scaled(a.base, (op, a.scale, b.scale), wide)
        if op == "*" and a is None:
            left, right, a, b = right, left, b, a
        rank = self.rank_of(right)
        if a is None or b is not None or rank is None:
            return None
        if rank >= (self.rank_of(a.base) or 0):
            return None
        if a.scale is None:
            return _Scaled(a.base, right, a.wide) if op == "*" else None
        return _Scaled(a.base, (op, a.scale, right), a.wide)
