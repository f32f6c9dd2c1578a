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
from autodiff_sst.analysis.values import Abstract, Array, List, Table, Tuple, can_be_active, rank
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


def is_of_numbers(known: Abstract) -> bool:
    """Whether this is a list or tuple of numbers, or of arrays of one rank, that may carry a
    derivative."""
    match known:
        case Table():
            return False
        case List(item) if item is not None:
            items: tuple[Abstract, ...] = (item,)
        case Tuple(items, cls) if cls is None or cls is list:
            pass
        case _:
            return False
    numbers = all(rank(i) == 0 and not isinstance(i, Array) for i in items)
    arrays = all(isinstance(i, Array) for i in items) and len({*map(rank, items)}) == 1
    nested = all(isinstance(i, Tuple) and is_of_numbers(i) for i in items) and bool(items)
    return (numbers or arrays or nested) and can_be_active(known)


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
        case Binary(op, left, right) if op in OPERATORS and any(
            isinstance(fact(a, facts), Array) for a in (left, right)
        ):
            given = [left, right]
        case _:
            return []
    return [a for a in given if is_of_numbers(fact(a, facts))]


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
