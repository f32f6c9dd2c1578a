"""What a program subtracts to be safe, and adds again: its derivative by that is zero.

    top = np.max(x)                               shifts by d, with `top` itself
    e = np.exp(x - top)                           grows by the factor exp(-d)
    return top + np.log(np.sum(e))                top: d; the logarithm: -d; the sum: nothing

If all that is made of a maximum shifts (or grows) with it until nothing of it is left, as in a
softmax or a logarithm of a sum of exponentials, no derivative need flow through the maximum. What
is made is followed through the operations that keep the form; anything else, and the maximum is
taken for what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.values import Abstract, Array, can_be_active, dims_of
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
    Slice,
    Subscript,
    Unary,
)
from autodiff_sst.core.walk import atoms, blocks, own_reads, reads, statements

_WHOLE = Slice(None, None, None)


@dataclass(frozen=True)
class _Form:
    """A value that shifts by `degree * d`, or grows by the factor `exp(degree * d)`.

    `axes` says for each axis of the value which axis of `d` it is; None: along it `d` is constant.
    """

    grows: bool
    degree: float
    axes: tuple[int | None, ...]


class _Unlike(Exception):
    """A value of neither form."""


def find_shifts(function: Function, facts: Mapping[str, Abstract]) -> frozenset[str]:
    """The maxima and minima that no derivative need flow through."""
    found = set()
    blocks_ = [function.body, *(b for s in statements(function.body) for b in blocks(s))]
    for block in blocks_:
        for k, statement in enumerate(block):
            match statement:
                case Assign(target, Call(Object(called), (Name(base),)) as value) if called in (
                    np.max,
                    np.min,
                ):
                    axes = _axes_of(value, facts[base], facts[target])
                    if axes is None or target in reads(function.result):
                        continue
                    if _leaves_nothing(target, axes, block[k + 1 :], function, facts):
                        found.add(target)
    return frozenset(found)


def _axes_of(call: Call, base: Abstract, result: Abstract) -> tuple[int | None, ...] | None:
    keywords = dict(call.keywords)
    dims = dims_of(base)
    if {*keywords} - {"axis", "keepdims"} or not isinstance(base, Array) or dims is None:
        return None
    if not can_be_active(base) or not can_be_active(result) or base.dtype.kind == "c":
        return None
    reduced = _reduced(keywords, len(dims))
    if reduced is None:
        return None
    kept = [None if k in reduced else k for k in range(len(dims))]
    if _is_set(keywords, "keepdims"):
        return tuple(kept)
    return tuple(k for k in kept if k is not None)


def _reduced(keywords: Mapping[str, Atom], count: int) -> set[int] | None:
    axis: Any = None
    if "axis" in keywords:
        if not isinstance(keywords["axis"], Literal):
            return None
        axis = keywords["axis"].value
    axes = range(count) if axis is None else [axis]
    return {a % count for a in axes} if count else set()


def _is_set(keywords: Mapping[str, Atom], name: str) -> bool:
    return keywords.get(name, Literal(False)) == Literal(True)


def _leaves_nothing(
    target: str,
    axes: tuple[int | None, ...],
    rest: Block,
    function: Function,
    facts: Mapping[str, Abstract],
) -> bool:
    forms = {target: _Form(False, 1.0, axes)}
    for statement in rest:
        if not reads(statement) & forms.keys():
            continue
        if not isinstance(statement, Assign):
            return False
        try:
            form = _form(statement.value, forms, facts)
        except _Unlike:
            return False
        if form is not None and form.degree:
            forms[statement.target] = form
    own = {id(s) for s in rest}
    elsewhere = [s for s in statements(function.body) if id(s) not in own]
    read = reads(function.result).union(*map(own_reads, elsewhere))
    return not read & forms.keys()


def _form(
    value: Expression, forms: Mapping[str, _Form], facts: Mapping[str, Abstract]
) -> _Form | None:
    """The form of a value; None if nothing of `d` is in it."""

    def of(atom: Atom) -> _Form | None:
        return forms.get(atom.id) if isinstance(atom, Name) else None

    def rank(atom: Atom) -> int:
        dims = dims_of(fact(atom, facts))
        if dims is None:
            raise _Unlike
        return len(dims)

    match value:
        case Binary("<" | "<=" | ">" | ">=" | "==" | "!="):
            return None
        case Name():
            return of(value)
        case Unary("-", operand) if (form := of(operand)) is not None:
            return form if form.grows else _Form(False, -form.degree, form.axes)
        case Binary("+" | "-" as op, left, right):
            a, b = of(left), of(right)
            if any(f is not None and f.grows for f in (a, b)):
                return _sum(a, b)
            sign = 1.0 if op == "+" else -1.0
            return _combined(False, a, b, sign, max(rank(left), rank(right)))
        case Binary("*" | "/" as op, left, right):
            a, b = of(left), of(right)
            if any(f is not None and not f.grows for f in (a, b)):
                raise _Unlike
            sign = 1.0 if op == "*" else -1.0
            return _combined(True, a, b, sign, max(rank(left), rank(right)))
        case Binary("**", left, Literal(power)) if (form := of(left)) is not None and (
            form.grows and type(power) in (int, float)
        ):
            return _Form(True, form.degree * power, form.axes)
        case Binary("@", left, right) if (form := of(left)) is not None and of(right) is None:
            if not form.grows or len(form.axes) not in (1, 2) or rank(right) not in (1, 2):
                raise _Unlike
            if form.axes[-1] is not None:
                raise _Unlike
            return _Form(True, form.degree, form.axes[:-1] + (None,) * (rank(right) - 1))
        case Subscript(base, index) if (form := of(base)) is not None:
            return _indexed(form, index)
        case Attribute(base, "T") if (form := of(base)) is not None:
            return _Form(form.grows, form.degree, form.axes[::-1])
        case Call(Object(called), (argument,), keywords) if (form := of(argument)) is not None:
            return _called(called, form, dict(keywords))
    if any(of(a) is not None for a in atoms(value)):
        raise _Unlike
    return None


def _sum(a: _Form | None, b: _Form | None) -> _Form:
    """Of two that grow alike."""
    if a is None or b is None or a != b:
        raise _Unlike
    return a


def _combined(
    grows: bool, a: _Form | None, b: _Form | None, sign: float, count: int
) -> _Form | None:
    padded = [None if f is None else (None,) * (count - len(f.axes)) + f.axes for f in (a, b)]
    if a is not None and b is not None and padded[0] != padded[1]:
        raise _Unlike
    degree = (a.degree if a else 0.0) + sign * (b.degree if b else 0.0)
    axes = padded[0] if padded[0] is not None else padded[1]
    return None if axes is None else _Form(grows, degree, axes)


def _indexed(form: _Form, index: tuple[Any, ...]) -> _Form:
    """`top[:, None]` and the like."""
    axes: list[int | None] = []
    position = 0
    taken = sum(i == _WHOLE for i in index)
    for item in index:
        if item == Literal(None):
            axes.append(None)
        elif item == _WHOLE:
            axes.append(form.axes[position])
            position += 1
        elif item == Literal(...):
            more = len(form.axes) - taken
            axes += form.axes[position : position + more]
            position += more
        else:
            raise _Unlike
    return _Form(form.grows, form.degree, (*axes, *form.axes[position:]))


def _called(called: object, form: _Form, keywords: dict[str, Atom]) -> _Form:
    if called is np.exp and not form.grows and not keywords:
        return _Form(True, form.degree, form.axes)
    if called is np.log and form.grows and not keywords:
        return _Form(False, form.degree, form.axes)
    if called is np.sum and form.grows and not {*keywords} - {"axis", "keepdims"}:
        reduced = _reduced(keywords, len(form.axes))
        if reduced is None or any(form.axes[k] is not None for k in reduced):
            raise _Unlike
        if _is_set(keywords, "keepdims"):
            return form
        return _Form(
            True, form.degree, tuple(a for k, a in enumerate(form.axes) if k not in reduced)
        )
    raise _Unlike
