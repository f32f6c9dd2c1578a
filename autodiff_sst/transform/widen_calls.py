"""The widened form of each kind of function: what `y = e` is for many directions."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from autodiff_sst.analysis.calls import made_by
from autodiff_sst.analysis.values import Array, List, keys_of
from autodiff_sst.core.syntax import (
    Atom,
    Attribute,
    Binary,
    Call,
    DictOf,
    Expression,
    Index,
    ListOf,
    Literal,
    Name,
    NewStack,
    Object,
    Subscript,
    TupleOf,
    Unary,
    Update,
)
from autodiff_sst.core.walk import map_atoms
from autodiff_sst.rules.helpers import (
    OVER_DIRECTIONS,
    numpy_object,
)
from autodiff_sst.rules.registry import ATTRIBUTES, OPERATORS, UNARY_OPERATORS, is_elementwise
from autodiff_sst.transform.widen import NotWidenedError, Widening
from autodiff_sst.transform.widen_forms import FORMS

Keywords = dict[str, Atom]


def widened_value(w: Widening, target: str, value: Expression) -> Expression:
    """What a wide name is assigned."""
    match value:
        case Name() | Literal() | Object():
            return w.atom(value)
        case NewStack():
            return value
        case TupleOf() | ListOf() | DictOf():
            return _display(w, value)
        case Attribute(_, name) if name not in ATTRIBUTES:
            return value
        case Subscript(base, index) if w.is_wide(base):
            known = w.fact(base)
            if keys_of(known) is not None or isinstance(known, List):
                return value
            if not isinstance(known, Array):
                raise NotWidenedError("an item of what is not known")
            new = w.index(known, index)
            if new is None:
                raise NotWidenedError("an index of several arrays")
            return Subscript(base, new)
        case Update(base, index, new, add):
            return _update(w, base, index, new, add)
        case Binary("+" | "*", left) if isinstance(w.fact(left), List):
            return value
        case Call() if made_by(value) is not None:
            return map_atoms(value, lambda a: a if isinstance(a, Object) else w.atom(a))
    function, args, keywords = _as_call(w, value)
    made = _form(w, target, function, args, keywords)
    return _each(w, function, args, keywords) if made is None else made


def _update(w: Widening, base: Atom, index: Index, new: Atom, add: bool) -> Expression:
    known = w.fact(base)
    place = w.index(known, index)
    if place is None or not isinstance(base, Name):
        raise NotWidenedError("an index of several arrays")
    value = w.aligned_to_item(base.id, index, new)
    return Update(w.atom(base), place, value, add)


def _display(w: Widening, value: Expression) -> Expression:
    if isinstance(value, DictOf):
        return DictOf(value.keys, tuple(map(w.atom, value.values)))
    return map_atoms(value, w.atom)


def _as_call(w: Widening, value: Expression) -> tuple[Any, tuple[Atom, ...], Keywords]:
    match value:
        case Binary(op, left, right) if op in OPERATORS:
            return OPERATORS[op], (left, right), {}
        case Unary(op, operand) if op in UNARY_OPERATORS:
            return UNARY_OPERATORS[op], (operand,), {}
        case Attribute(base, name) if name in ATTRIBUTES:
            return ATTRIBUTES[name], (base,), {}
        case Call(Object(function), args, keywords):
            return function, args, dict(keywords)
    raise NotWidenedError("a call of what is not known")


def _each(w: Widening, function: Any, args: tuple[Atom, ...], keywords: Keywords) -> Expression:
    """A loop over directions, in this one statement."""
    if keywords or not any(map(w.is_wide, args)):
        raise NotWidenedError(f"no form of {function}")
    if any(keys_of(w.fact(a)) is not None or isinstance(w.fact(a), List) for a in args):
        raise NotWidenedError("a container")
    flags = w.emit(TupleOf(tuple(Literal(w.is_wide(a)) for a in args)))
    return Call(OVER_DIRECTIONS, (_object(function), flags, *args))


def _object(function: Any) -> Object:
    name = function.__name__
    if getattr(np, name, None) is function:
        return numpy_object(function)
    if getattr(np.linalg, name, None) is function:
        return Object(function, f"np.linalg.{name}", np)
    if isinstance(getattr(builtins, name, None), type(function)):
        return Object(function, name, function)
    return Object(function, name)


def _form(
    w: Widening, target: str, function: Any, args: tuple[Atom, ...], keywords: Keywords
) -> Expression | None:
    ranks = [w.rank(a) for a in args]
    own = w.rank(Name(target))
    form = FORMS.get(function) if _hashable(function) else None
    if form is not None:
        return form(w, target, args, keywords)
    if _is_elementwise(function) and not keywords:
        if own is None or any(r is None for r in ranks):
            return None
        lifted = tuple(w.lifted(a, own) for a in args)
        return _call(function, lifted)
    return None


def _is_elementwise(function: Any) -> bool:
    """Whether a function works element by element on arrays too."""
    if function is float or getattr(function, "__module__", "") == "math":
        return False
    return is_elementwise(function) or function in (np.where, np.real, np.imag)


def _hashable(function: Any) -> bool:
    return getattr(type(function), "__hash__", None) is not None


_SYMBOLS = {function: symbol for symbol, function in OPERATORS.items()}


def _call(function: Any, args: tuple[Atom, ...]) -> Expression:
    if function in _SYMBOLS:
        return Binary(_SYMBOLS[function], *args)
    if function is np.negative:
        return Unary("-", args[0])
    return Call(_object(function), args)
