"""What the functions of the module `copy` make of containers and objects, item by item.

b = deepcopy(a)        →        t = np.copy(a.w)
                                b = make_record(Model, w=t, k=a.k)
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff_sst.analysis.values import (
    Abstract,
    Array,
    Dict,
    Known,
    List,
    Record,
    Scalar,
    Table,
    Tuple,
    keys_of,
    rank,
)
from autodiff_sst.core.syntax import Atom, Attribute, Call, Expression, Literal, Subscript
from autodiff_sst.rules.helpers import LIST, numpy_object
from autodiff_sst.transform.reverse.program import container_like

Emit = Callable[[Expression], Atom]


def is_copy(function: Any) -> bool:
    return function is copy.copy or function is copy.deepcopy


def holds_arrays(known: Abstract) -> int:
    """How many arrays a container holds."""
    if isinstance(known, Array):
        return 1
    items = known.items if isinstance(known, Tuple | Dict | Record) else ()
    return sum(map(holds_arrays, items))


def copied(atom: Atom, known: Abstract, deep: bool, emit: Emit) -> Expression | None:
    """A copy; None of what is not known item by item."""
    match known:
        case Array():
            return Call(numpy_object(np.copy), (atom,))
        case Scalar() | Known():
            return atom
        case Table():
            return None
        case List(item):
            numbers = item is None or rank(item) == 0
            return Call(LIST, (atom,)) if numbers or not deep else None
        case Tuple() | Dict() | Record():
            parts: list[Atom] = []
            for key, item in zip(keys_of(known) or (), known.items, strict=True):
                is_object = isinstance(known, Record)
                read = Attribute(atom, key) if is_object else Subscript(atom, (Literal(key),))
                part = emit(read)
                made = copied(part, item, deep, emit) if deep else part
                if made is None:
                    return None
                parts.append(emit(made))
            return container_like(known, parts)
    return None
