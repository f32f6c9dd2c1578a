"""Functions of arrays that are given lists of numbers: the lists are made arrays.

y = np.dot(items, w)        →        t = np.array(items)
                                     y = np.dot(t, w)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.values import (
    Abstract,
    Array,
    Known,
    List,
    Scalar,
    Table,
    Tuple,
    can_be_active,
    rank,
)
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    Binary,
    Block,
    Call,
    Expression,
    Name,
    Object,
)
from autodiff_sst.rules.helpers import ARRAY
from autodiff_sst.rules.registry import OPERATORS
from autodiff_sst.runtime.solvers import is_solver

# They join what is in the sequence, or have rules of their own for it.
_OF_SEQUENCES: tuple[Any, ...] = (
    *(np.array, np.asarray, np.asanyarray, np.ascontiguousarray, np.asfortranarray, np.stack),
    *(np.concatenate, np.hstack, np.vstack, np.dstack, np.column_stack, np.block),
    *(np.meshgrid, np.select, np.choose, np.broadcast_arrays, np.shape, np.size, np.ndim),
    *(np.fromiter, np.linalg.multi_dot, np.max, np.min, np.amax, np.amin),
    *(np.histogramdd, np.histogram2d, np.ix_, np.lexsort),
)
# Of others than ufuncs, how many arguments are arrays.
_OPERANDS: tuple[tuple[Any, int], ...] = (
    *((f, 2) for f in (np.dot, np.vdot, np.inner, np.outer, np.kron, np.tensordot, np.cross)),
    *((f, 2) for f in (np.convolve, np.correlate, np.append, np.linalg.solve, np.linalg.lstsq)),
    *((np.interp, 3), (np.where, 3), (np.clip, 3), (np.trapezoid, 2)),
)


def is_of_numbers(known: Abstract) -> bool:
    """Whether this is a list or tuple of numbers, or of arrays of one rank, that may carry a
    derivative."""
    return is_like_array(known) and can_be_active(known)


def is_like_array(known: Abstract) -> bool:
    """Whether it is one of numbers, whole ones too."""
    match known:
        case Table():
            return False
        case Known(range()):
            return True
        case List(item) if item is not None:
            items: tuple[Abstract, ...] = (item,)
        case Tuple(items, cls) if cls is None or cls is list:
            pass
        case _:
            return False
    numbers = all(rank(i) == 0 and not isinstance(i, Array) for i in items)
    arrays = all(isinstance(i, Array) for i in items) and len({*map(rank, items)}) == 1
    nested = bool(items) and all(isinstance(i, Tuple | List) and is_like_array(i) for i in items)
    return numbers or arrays or nested


def takes_arrays(function: Any) -> bool:
    """Whether a function makes arrays of lists that it is given."""
    module = getattr(function, "__module__", None) or ""
    ours = isinstance(function, np.ufunc) or module.partition(".")[0] in ("numpy", "scipy")
    return ours and not is_solver(function) and not any(function is f for f in _OF_SEQUENCES)


def lists_given(value: Expression, facts: Mapping[str, Abstract]) -> list[Atom]:
    """The lists of numbers in the place of arrays."""
    match value:
        case Call(Object(function), args, keywords) if takes_arrays(function):
            given = [*args, *(a for _, a in keywords)]
            operands = _operands(function, args)
        case Binary(op, left, right) if op in OPERATORS:
            operands = (left, right)
            given = [left, right]
            if not any(_is_of_numpy(fact(a, facts), op) for a in given):
                return []
        case _:
            return []
    is_active = any(can_be_active(fact(a, facts)) for a in given)
    whole = operands if is_active else ()  # that are of whole numbers
    known = [(a, fact(a, facts)) for a in given]
    return [a for a, k in known if is_of_numbers(k) or (a in whole and is_like_array(k))]


def _operands(function: Any, args: tuple[Atom, ...]) -> tuple[Atom, ...]:
    """The arguments that are arrays: not axes, nor shapes."""
    if isinstance(function, np.ufunc):
        return args[: function.nin]
    return args[: next((n for f, n in _OPERANDS if f is function), 0)]


def _is_of_numpy(known: Abstract, op: str) -> bool:
    """Whether it makes an array of a list that it meets; a list times a number is a list."""
    is_float = isinstance(known, Scalar) and known.kind in "fc" and known.dtype is not None
    return isinstance(known, Array) or (is_float and op != "*")


def with_arrays(statement: Assign, facts: Mapping[str, Abstract], names: Names) -> Block | None:
    """The statement, given arrays; None if it is given no lists."""
    value = statement.value
    lists = dict.fromkeys(lists_given(value, facts))
    if not lists:
        return None
    made: list[Assign] = []
    arrays: dict[Atom, Atom] = {}
    for atom in lists:
        name = names.temporary()
        made.append(Assign(name, Call(ARRAY, (atom,)), statement.origin))
        arrays[atom] = Name(name)
    match value:
        case Call(function, args, keywords):
            value = Call(
                function,
                tuple(arrays.get(a, a) for a in args),
                tuple((k, arrays.get(a, a)) for k, a in keywords),
            )
        case Binary(op, left, right):
            value = Binary(op, arrays.get(left, left), arrays.get(right, right))
    return (*made, replace(statement, value=value))
