"""The abstract value of an attribute, an item, or an index into an array."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from autodiff_sst.analysis.kinds import held_by
from autodiff_sst.analysis.lengths import MANY, cut
from autodiff_sst.analysis.probe import probe
from autodiff_sst.analysis.values import (
    INT,
    NOTHING,
    OPAQUE,
    UNKNOWN,
    Abstract,
    Array,
    Dict,
    Known,
    List,
    Method,
    Opaque,
    Record,
    Scalar,
    Table,
    Tuple,
    Unknown,
    abstract,
    join,
    join_all,
    rank,
    widen,
)
from autodiff_sst.core.syntax import (
    Atom,
    Binary,
    Expression,
    Index,
    Literal,
    Name,
    Object,
    Slice,
    Subscript,
    Update,
    assert_never,
)
from autodiff_sst.rules.registry import METHODS

Facts = Mapping[str, Abstract]


def fact(atom: Atom, facts: Facts) -> Abstract:
    match atom:
        case Name(name):
            return facts[name]
        case Literal(value) | Object(value):
            return abstract(value, constant=True)
        case _:
            assert_never(atom)


def is_plain(index: Index, facts: Facts) -> bool:
    """Whether no element is meant twice: of numbers and slices."""
    return all(isinstance(i, Slice) or rank(fact(i, facts)) == 0 for i in index)


def subscript(value: Subscript, facts: Facts, where: str) -> Abstract:
    base = fact(value.value, facts)
    if isinstance(base, Array):
        return _index_array(value.value, base, value.index, facts, where)
    if isinstance(base, Unknown):
        return UNKNOWN
    if isinstance(base, Table):
        return NOTHING if base.item is None else base.item
    (item, *more) = value.index
    if more:
        return OPAQUE
    if isinstance(item, Slice):
        known = constant_slice(item, facts)
        if isinstance(base, Tuple) and known is not None:
            return Tuple(base.items[known], list if base.cls is list else None)
        if not isinstance(base, List):
            return OPAQUE
        if base.length is None or known is None:
            return List(base.item)
        return List(base.item, len(range(base.length)[known]))
    key = fact(item, facts)
    match base, key:
        case Tuple(items), Known(int() as k) if -len(items) <= k < len(items):
            return items[k]
        case Dict(keys, items), Known(k) if k in keys:
            return items[keys.index(k)]
        case ((Tuple(items) | Dict(_, items)), _):
            return join_all([*items], where) if items else OPAQUE
        case Known(range() | str() as items_), Known(int() as k) if -len(items_) <= k < len(items_):
            return Known(items_[k])
        case Known(range()), _:
            return INT
        case List(inner), _:
            return NOTHING if inner is None else inner
        case _:
            return OPAQUE


def constant_slice(item: Slice, facts: Facts) -> slice | None:
    """The slice, if its bounds are known."""
    if any(isinstance(b, Name) and b.id not in facts for b in slice_bounds(item)):
        return None
    bounds = [None if b is None else fact(b, facts) for b in slice_bounds(item)]
    if not all(b is None or isinstance(b, Known) for b in bounds):
        return None
    return slice(*(b.value if isinstance(b, Known) else None for b in bounds))


def slice_bounds(item: Slice) -> tuple[Atom | None, Atom | None, Atom | None]:
    return item.start, item.stop, item.step


def _index_array(base_atom: Atom, base: Array, index: Index, facts: Facts, where: str) -> Abstract:
    """Indexing is probed with every slice whole; of the lengths of the others nothing is known."""
    operands: list[Abstract] = []
    proper = [isinstance(i, Slice) and slice_bounds(i) != (None, None, None) for i in index]
    for item in index:
        operand = Known(slice(None)) if isinstance(item, Slice) else fact(item, facts)
        operand = _array_of_list(operand, where)
        if isinstance(operand, Array) and operand.dtype.kind == "b":
            # As many as there are Trues; among other indices, anything.
            whole = len(index) == 1 and len(operand.dims) == len(base.dims)
            return Array(base.dtype, (f"{where}.0",)) if whole else UNKNOWN
        if isinstance(operand, Tuple) and operand.cls is not list:
            return UNKNOWN  # `x[t]`, which is to become `x[t[0], t[1]]`
        operands.append(Known(0) if _is_int(operand) else operand)
    if any(proper) and any(isinstance(o, Array | List) for o in operands):
        return UNKNOWN

    def run(array: Any, *parts: Any) -> Any:
        return array[parts]

    found = probe(run, [base, *operands], where)
    if not isinstance(found, Array):
        return found
    dims = list(found.dims)
    position = axis = 0
    taken = sum(o not in (Known(None), Known(...)) for o in operands)
    for operand, is_proper, item in zip(operands, proper, index, strict=True):
        if is_proper:
            length = _slice_length(base.dims[axis], item, facts) if axis < len(base.dims) else None
            dims[position] = length or f"{where}.{position}"
        if operand == Known(...):
            position += len(base.dims) - taken
            axis += len(base.dims) - taken
        else:
            position += operand != Known(0)
            axis += operand != Known(None)
    return Array(found.dtype, tuple(dims))


def _array_of_list(index: Abstract, where: str) -> Abstract:
    """A list of places, or of Trues and Falses, as the array that it is as an index."""
    match index:
        case List(Scalar(kind), length) if kind in "ib":
            dtype = np.dtype(bool if kind == "b" else int)
            return Array(dtype, (length or f"{where}.places",))
        case _:
            return index


def _slice_length(length: int | str, item: Atom | Slice, facts: Facts) -> str | None:
    """The length of a part of an axis: equal ones are equal lengths. `x[1:]`, `x[:-1]` and
    `x[1:-1]` have that of `x` less some."""
    if not isinstance(item, Slice) or item.step is not None or length in (1, MANY):
        return None
    start = 0 if item.start is None else _constant(fact(item.start, facts))
    stop = None if item.stop is None else _constant(fact(item.stop, facts))
    if start is not None and start >= 0 and (item.stop is None or (stop is not None and stop < 0)):
        return cut(length, start - (stop or 0))
    bounds = [b for b in (item.start, item.stop) if b is not None and not isinstance(b, Name)]
    if any(_constant(fact(b, facts)) is None for b in bounds):
        return None
    texts = [
        "" if b is None else b.id if isinstance(b, Name) else str(_constant(fact(b, facts)))
        for b in (item.start, item.stop)
    ]
    return f"<{length}[{':'.join(texts)}]>"


def list_arithmetic(operator: str, operands: list[Abstract], where: str) -> Abstract | None:
    """`xs + ys` and `xs * n` of lists, one of them of any length; None of anything else."""
    lists = [o for o in operands if isinstance(o, List) or (_is_display(o) and operator in "+*")]
    items: list[Abstract] = []
    for one in lists:
        items += held_by(one)
    if operator == "+" and len(lists) == 2:
        is_known = all(isinstance(one, Tuple) for one in lists)
    elif operator == "*" and len(lists) == 1 and any(map(_is_count, operands)):
        is_known = any(isinstance(o, Known) for o in operands) and isinstance(lists[0], Tuple)
    else:
        return None
    if is_known:
        return None  # as long as they are written down
    return List(join_all([widen(i) for i in items], where) if items else None)


def _is_count(value: Abstract) -> bool:
    """Whether a list times it is a longer list: NumPy's floats and arrays multiply the items."""
    if isinstance(value, Known):
        return isinstance(value.value, int | np.integer)
    return isinstance(value, Opaque) or (isinstance(value, Scalar) and value.kind in "ib")


def _is_display(value: Abstract) -> bool:
    return isinstance(value, Tuple) and value.cls is list


def stored(
    base: Abstract, index: Index, new: Abstract, where: str, key: Abstract | None = None
) -> Abstract:
    """What a list is after `base[index] = new`: an item of it may be what was stored."""
    if isinstance(base, Dict | Record):
        return _with_item(base, index, new, key)
    if not isinstance(base, List):
        return base
    if isinstance(base, Table) and isinstance(index[0], Slice):
        return base if new == NOTHING else join(base, new, where)  # another dict
    if isinstance(base, Table):
        return join(base, Table(widen(new), None, None if key is None else widen(key)), where)
    first, *rest = index
    if isinstance(first, Slice):
        items = [*new.items] if isinstance(new, Tuple) else [getattr(new, "item", UNKNOWN)]
        known = [i for i in (base.item, *items) if i is not None]
        return List(join_all(known, where) if known else None)
    if new == NOTHING or (base.item is None and rest):
        return base
    if base.item is None:
        return List(widen(new), base.length)
    if rest:
        return List(stored(base.item, tuple(rest), new, where), base.length)
    return List(join_all([base.item, widen(new)], where), base.length)


def _with_item(base: Dict | Record, index: Index, new: Abstract, key: Abstract | None) -> Abstract:
    """A dict or object with another item, or one more."""
    if len(index) > 1:
        return base
    if not isinstance(key, Known):
        return OPAQUE
    items = {**dict(zip(base.keys, base.items, strict=True)), key.value: new}
    return replace(base, keys=(*items,), items=(*items.values(),))


def key_of(index: Index, facts: Facts) -> Abstract | None:
    """What is known of the key at which something is stored."""
    (first, *more) = index
    if more:
        return OPAQUE
    if isinstance(first, Slice) or (isinstance(first, Name) and first.id not in facts):
        return None
    return fact(first, facts)


def added_to_item(
    update: Update, made: Mapping[str, Expression]
) -> tuple[str, tuple[str, str], Atom] | None:
    """Of `x[i] = x[i] + v`: the sign, the names of the sum and of the item in it, and `v`."""
    total = update.value
    value = made.get(total.id) if isinstance(total, Name) else None
    if update.add or not isinstance(value, Binary) or value.operator not in ("+", "-"):
        return None
    orders = [(value.left, value.right), (value.right, value.left)]
    for item, term in orders if value.operator == "+" else orders[:1]:
        known = made.get(item.id) if isinstance(item, Name) else None
        if known == Subscript(update.base, update.index):
            assert isinstance(item, Name) and isinstance(total, Name)
            return value.operator, (total.id, item.id), term
    return None


def _constant(value: Abstract) -> int | None:
    known = isinstance(value, Known) and type(value.value) is int
    return value.value if known and isinstance(value, Known) else None


def _is_int(value: Abstract) -> bool:
    if isinstance(value, Known):
        return type(value.value) is int
    return isinstance(value, Scalar) and value.kind == "i"


def position_of(base: Abstract, name: str) -> int | None:
    """Which item of a NamedTuple or an object an attribute is."""
    match base:
        case Tuple(_, cls) if name in getattr(cls, "_fields", ()):
            return int(cls._fields.index(name))
        case Record(_, keys) if name in keys:
            return keys.index(name)
        case _:
            return None


def attribute(base: Abstract, name: str, where: str) -> Abstract:
    if (position := position_of(base, name)) is not None:
        assert isinstance(base, Tuple | Record)
        return base.items[position]
    if isinstance(base, Record):
        member = inspect.getattr_static(base.cls, name, None)
        plain = member is None or hasattr(type(member), "__get__")
        return OPAQUE if plain else abstract(member)
    if isinstance(base, Array | Scalar | Unknown) and name in ("shape", "size", "ndim"):
        known = rank(base)
        if name == "shape":
            return OPAQUE if known is None else Tuple((INT,) * known)
        return Known(known) if name == "ndim" and known is not None else INT
    if isinstance(base, Array | Scalar) and name in ("T", "real", "imag", "dtype", "itemsize"):
        return probe(lambda a: getattr(a, name), [base], where)
    if isinstance(base, Array) and name == "flat":
        return Array(base.dtype, (f"{where}.0",))
    if isinstance(base, Array) and name in METHODS:
        return Method(base, name)
    return UNKNOWN if isinstance(base, Unknown) and name in ("T", "real", "imag") else OPAQUE
