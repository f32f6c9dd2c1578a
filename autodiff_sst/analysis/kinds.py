"""What an abstract value tells of classes, ranks and shapes."""

from __future__ import annotations

from collections.abc import Sequence
from types import UnionType
from typing import Any

import numpy as np

from autodiff_sst.analysis.lengths import Dims, is_many
from autodiff_sst.analysis.values import (
    INT,
    OPAQUE,
    UNKNOWN,
    Abstract,
    Array,
    Dict,
    Known,
    List,
    Record,
    Scalar,
    Table,
    Tuple,
    dims_of,
    join_all,
    rank,
    widen,
)
from autodiff_sst.runtime.sequences import dict_of, own_items, zeros_of_items
from autodiff_sst.runtime.tables import (
    add_tables,
    keys_of_table,
    table,
    with_zero,
    without_key,
    zeros_of_table,
)

# Whether their results are complex depends on the values of their arguments: rules for complex
# results serve real ones too.
MAY_BE_COMPLEX: set[Any] = {
    *(np.linalg.eig, np.linalg.eigvals, np.roots, np.emath.sqrt, np.emath.log, np.emath.power),
    *("eigenvectors_of", "sqrtm", "logm", "fractional_matrix_power"),  # ours, and SciPy's
}


def of_complex(value: Abstract) -> Abstract:
    if isinstance(value, Tuple):
        return Tuple(tuple(map(of_complex, value.items)), value.cls)
    if isinstance(value, Array):
        return Array(np.result_type(value.dtype, np.complex64), value.dims)
    return value


def class_of(value: Abstract) -> Any:
    """The class of what an abstract value stands for; None if it is not known."""
    match value:
        case Scalar(kind, None):
            return {"b": bool, "i": int, "f": float, "c": complex}[kind]
        case Scalar(_, dtype):
            return dtype.type if dtype is not None else None
        case Known(v):
            return type(v)
        case Tuple(_, cls):
            return cls or tuple
        case Record(cls):
            return cls
        case Table():
            return dict
        case List():
            return list
        case Dict():
            return dict
        case Array():
            return np.ndarray
        case _:
            return None


def is_list(value: Abstract) -> bool:
    """Whether it is a list, one whose items are known one by one included."""
    if isinstance(value, Table):
        return False
    return isinstance(value, List) or (isinstance(value, Tuple) and value.cls is list)


def held_by(value: Abstract) -> tuple[Abstract, ...]:
    """What a list or a tuple holds: of a list of any length, one item for all."""
    if isinstance(value, List):
        return () if value.item is None else (value.item,)
    return value.items if isinstance(value, Tuple) else ()


def depth(value: Abstract) -> int | None:
    """The rank of an array, or of the array that a list of them would be."""
    if isinstance(value, Tuple) and value.items:
        inner = depth(value.items[0])
    elif isinstance(value, List) and value.item is not None:
        inner = depth(value.item)
    else:
        return rank(value)
    return None if inner is None else inner + 1


def reshaped(base: Abstract, shape: Abstract, where: str) -> Abstract:
    """Whose length does not tell the shape; but of the shape the rank is known."""
    if not isinstance(base, Array) or not isinstance(shape, Tuple):
        return UNKNOWN
    sizes = [s.value if isinstance(s, Known) and s.value != -1 else None for s in shape.items]
    return Array(base.dtype, tuple(f"{where}.{k}" if s is None else s for k, s in enumerate(sizes)))


def decided(op: str, operands: list[Abstract]) -> Abstract:
    """`is` and `in`, decided now where both sides are known."""
    left, right = operands
    if op in ("is", "is not"):
        same: bool | None = None
        if isinstance(left, Known) and isinstance(right, Known):
            same = left.value is right.value
        elif Known(None) in operands and OPAQUE not in operands:
            same = False  # a number, an array or a container is not None
        if same is not None:
            return Known(same if op == "is" else not same)
    elif isinstance(right, Dict) and isinstance(left, Known):
        return Known((left.value in right.keys) == (op == "in"))
    elif isinstance(right, Tuple) and isinstance(left, Known):
        items = [i.value for i in right.items if isinstance(i, Known)]
        if len(items) == len(right.items) and all(_is_plain(v) for v in (left.value, *items)):
            return Known((left.value in items) == (op == "in"))
    return Scalar("b")


def union_of(op: str, operands: list[Abstract]) -> Known | None:
    """`list | tuple`, and `float | None`."""
    kinds = [o.value for o in operands if isinstance(o, Known)]
    if (
        op != "|"
        or len(kinds) < 2
        or not all(isinstance(k, type | UnionType | None) for k in kinds)
    ):
        return None
    left, right = kinds
    return None if left is None and right is None else Known(left | right)


def _is_plain(value: Any) -> bool:
    return value is None or type(value) in (bool, int, float, str)


def negated(operand: Abstract) -> Abstract:
    return Known(not operand.value) if isinstance(operand, Known) else Scalar("b")


def describe(value: Abstract) -> str:
    """An abstract value in words, for messages."""
    match value:
        case Scalar(kind, dtype):
            words = {"b": "a bool", "i": "an int", "f": "a float", "c": "a complex number"}
            return words[kind] if dtype is None else f"a number of dtype {dtype}"
        case Array(dtype):
            return f"an array of dtype {dtype}"
        case Known(v):
            return repr(v)
        case Tuple(_, cls) if cls is not None:
            return f"a {cls.__name__} without floats"
        case Record(cls):
            return f"a {cls.__name__} without floats"
        case Tuple() | List() | Dict():
            return f"a {type(value).__name__.lower()} without floats"
        case _:
            return "no number"


def is_real(known: Abstract) -> bool:
    return isinstance(known, Array) and known.dtype.kind != "c"


def of_tables(called: Any, args: list[Abstract]) -> Abstract | None:
    """What `range`, `list`, or a function of ours, makes of what it gets: a list or table, or what
    is known of one; None of anything else."""
    first = args[0] if args else None
    if called is table and isinstance(first, Dict):
        items = [widen(i) for i in first.items]
        keys = [widen(Known(k)) for k in first.keys]
        return Table(join_all(items) if items else None, None, join_all(keys) if keys else None)
    if called in (zeros_of_items, own_items) and isinstance(first, List):
        return first
    if called is range and not all(isinstance(a, Known) for a in args):
        return List(INT)
    if called is list and isinstance(first, List) and not isinstance(first, Table):
        return first
    if called is dict_of:  # until its keys are known
        return OPAQUE
    if not isinstance(first, Table):
        return None
    if called is zeros_of_table and isinstance(first.item, List):
        return Table(UNKNOWN, None, first.key)  # an array, for a list of numbers
    if called in (table, dict, zeros_of_table, add_tables, without_key, with_zero):
        return first
    if called is len:
        return INT
    if called is keys_of_table:
        return List(OPAQUE if first.key is None or isinstance(first.key, Known) else first.key)
    return OPAQUE


def product_dims(operands: list[Abstract]) -> Dims | None:
    """The dimensions of a product of matrices and vectors; of stacks of them a probe tells."""
    left, right = operands
    if not isinstance(left, Array) or not isinstance(right, Array):
        return None
    if not all(len(a.dims) in (1, 2) for a in (left, right)):
        return None
    return left.dims[:-1] + right.dims[1:]


def broadcast(values: list[Abstract], where: str) -> Dims | None:
    """The dimensions that numbers and arrays broadcast to; None if a rank is not known."""
    shapes = [dims_of(v) for v in values]
    known = [s for s in shapes if s is not None]
    if len(known) < len(shapes):
        return None
    result: list[int | str] = []
    for k in range(-max(map(len, known), default=0), 0):
        found = {s[k] for s in known if len(s) >= -k} - {1}
        if many := sorted(d for d in found if is_many(d)):  # all are equal, named ones or not
            result.append(many[-1])
        else:
            result.append(found.pop() if len(found) == 1 else f"{where}.{k}" if found else 1)
    return tuple(result)


def ordered(known: Abstract, where: str) -> List | None:
    """A list of the items of a list or tuple in another order."""
    match known:
        case Table():
            return None
        case List(item):
            return List(item)
        case Tuple(items) if items:
            item = join_all([*map(widen, items)], where)
            return None if item == OPAQUE else List(item)
    return None


# How long their results are depends on numbers that they are given: a probe would tell a lie.
_COUNTED_BY_VALUE: set[Any] = {
    *(np.arange, np.bincount, np.trim_zeros),
    *(np.union1d, np.intersect1d, np.setdiff1d, np.setxor1d),
}


def of_any_count(called: Any, given: Sequence[Abstract], found: Abstract, where: str) -> Abstract:
    """What a probe has found, without how long it is where the probe cannot know."""
    if called not in _COUNTED_BY_VALUE or not isinstance(found, Array):
        return found
    known = all(isinstance(value, Known) for value in given)
    return found if known else Array(found.dtype, (f"{where}.0",))
