"""Cotangents in the shape, rank and dtype of what they belong to.

A cotangent may be *deferred*: smaller than its primal, to which it broadcasts (the cotangent of a
full reduction is one number). Elementwise rules take it as it is; before anything else, and where
it leaves the function, it is written out.

A *place* is a number or array: a name, or a name and a path into the tuples and dicts it holds.
The cotangent of a container is a cotangent for each of its places.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autodiff_sst.analysis.lengths import are_same, is_many, is_same
from autodiff_sst.analysis.values import (
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
    Unknown,
    dims_of,
    keys_of,
    rank,
)
from autodiff_sst.core.build import Builder
from autodiff_sst.core.syntax import Atom, Attribute, ListOf, Literal, Name, Object, Subscript
from autodiff_sst.rules.helpers import (
    ARRAY,
    BROADCAST_TO,
    FULL_LIKE,
    LEN,
    REAL,
    SHAPE,
    SUM,
    UNBROADCAST,
    UNBROADCAST_FROM,
    ZEROS,
    ZEROS_BY_ROW,
    ZEROS_LIKE,
    ZEROS_OF_ROWS,
    ZEROS_OF_TABLE,
    numpy_object,
)


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    path: tuple[Any, ...] = ()

    def fact(self, builder: Builder) -> Abstract:
        return fact_at(builder.facts[self.name], self.path)

    def atom(self, builder: Builder) -> Atom:
        """The primal value that is there."""
        atom: Atom = Name(self.name)
        for k, key in enumerate(self.path):
            container = fact_at(builder.facts[self.name], self.path[:k])
            atom = item_of(builder, container, atom, key)
        return atom


def fact_at(value: Abstract, path: tuple[Any, ...]) -> Abstract:
    for key in path:
        keys = keys_of(value)
        assert keys is not None and isinstance(value, Tuple | Dict | Record)
        value = value.items[keys.index(key)]
    return value


def item_of(builder: Builder, container: Abstract, atom: Atom, key: Any) -> Atom:
    """What a container holds at a key; an item of a display straight away."""
    if isinstance(container, Record):
        return builder.emit(Attribute(atom, key))
    return builder.emit(Subscript(atom, (Literal(key),)))


def is_list_of_numbers(value: Abstract) -> bool:
    """Also of lists of numbers."""
    if not isinstance(value, List) or isinstance(value, Table) or value.item is None:
        return False
    return rank(value.item) == 0 or is_list_of_numbers(value.item)


def has_array(builder: Builder, place: Place) -> bool:
    """Whether what is there is a list whose cotangent is an array."""
    if place.name in builder.ragged:
        return False
    known = place.fact(builder)
    if place.name in builder.rows and isinstance(known, List) and isinstance(known.item, Unknown):
        return True
    return is_list_of_numbers(known)


def cotangent_fact(builder: Builder, place: Place) -> Abstract:
    """What a cotangent that is carried is: that of a list is an array."""
    known = place.fact(builder)
    if isinstance(known, Table):
        return Table(UNKNOWN, None, known.key) if isinstance(known.item, List) else known
    depth, item = 0, known
    while isinstance(item, List) and item.item is not None:
        depth, item = depth + 1, item.item
    if depth == 0:
        return known
    if not has_array(builder, place):
        return List(UNKNOWN)
    dtype = np.dtype(complex if kind_of(item)[0] == "c" else float)
    return Array(dtype, tuple(f"{place.name}.{k}" for k in range(depth)))


def zero(builder: Builder, place: Place) -> Atom:
    """A zero in the shape of a value."""
    fact = place.fact(builder)
    if rank(fact) == 0 and not isinstance(fact, Array):
        return Literal(0.0)
    if place.name in builder.maybe_undefined:
        return Literal(0.0)  # it has no shape yet
    if has_array(builder, place):
        known = cotangent_fact(builder, place)
        assert isinstance(known, Array)
        primal = place.atom(builder)
        if len(known.dims) > 1 and known.dtype.kind == "f":
            rows = builder.call(ZEROS_OF_ROWS, primal)
            assert isinstance(rows, Name)
            builder.facts[rows.id] = known
            return rows
        shape = builder.call(LEN if len(known.dims) == 1 else SHAPE, primal)
        if known.dtype.kind == "c":
            return builder.call(ZEROS, shape, Object(complex, "complex", complex))
        return builder.call(ZEROS, shape)
    if isinstance(fact, Table):
        return builder.call(ZEROS_OF_TABLE, place.atom(builder))
    if isinstance(fact, List):
        made = zero_items(builder, place)
        assert isinstance(made, Name)
        builder.facts[made.id] = cotangent_fact(builder, place)
        return made
    made = builder.call(ZEROS_LIKE, place.atom(builder))
    if isinstance(made, Name) and isinstance(fact, Unknown) and fact.shape:
        builder.facts[made.id] = fact
    return made


def zero_items(builder: Builder, place: Place) -> Atom:
    """Zeros for the items of a list; a number stands for an array of zeros."""
    known = place.fact(builder)
    if isinstance(known, List) and isinstance(known.item, List) and not has_array(builder, place):
        return builder.call(ZEROS_BY_ROW, place.atom(builder))
    length = builder.call(LEN, place.atom(builder))
    zeros = builder.binary("*", builder.emit(ListOf((Literal(0.0),))), length)
    if isinstance(zeros, Name) and not is_list_of_numbers(known):
        builder.facts[zeros.id] = List(UNKNOWN)
    return zeros


def as_row(builder: Builder, value: Atom, name: str) -> Atom:
    """The cotangent of a list of numbers that another list holds: there, zero stands for zeros."""
    row = builder.call(BROADCAST_TO, value, builder.call(LEN, Name(name)))
    assert isinstance(row, Name)
    builder.facts[row.id] = cotangent_fact(builder, Place(name))
    return row


def fit(builder: Builder, value: Atom, place: Place, source: Place | None = None) -> Atom:
    """A contribution to the cotangent of a place, summed where its value was broadcast.

    Args:
        source: the result of an elementwise function that the contribution comes from. Where the
            value was broadcast to it, a deferred contribution counts once an element of it.
    """
    if source is not None and _dims_differ(builder, place, source):
        if is_deferred(builder, value, source) and _may_differ(builder, place, source):
            value = builder.call(UNBROADCAST_FROM, value, place.atom(builder), source.atom(builder))
            value = in_shape_of(builder, value, place)
            return match_dtype(builder, value, place.fact(builder), builder.fact(value))
        value = write_out(builder, value, source)
    primal, given = place.fact(builder), builder.fact(value)
    if _same_unknown(primal, given):
        return value
    dims, given_dims = dims_of(primal), dims_of(given)
    if dims is None and given_dims == ():
        return value  # deferred: it broadcasts to any shape
    if dims is None or given_dims is None:
        return _unbroadcast(builder, value, place)
    value = match_dtype(builder, value, primal, given)
    extra = len(given_dims) - len(dims)
    rest = given_dims[extra:] if extra > 0 else given_dims
    own = dims[len(dims) - len(rest) :]
    if any(d != 1 and g != 1 and not is_many(d) and d != g for d, g in zip(own, rest, strict=True)):
        return _unbroadcast(builder, value, place)
    if extra > 0:
        if not dims:
            return builder.call(SUM, value)
        value = builder.call(SUM, value, axis=0 if extra == 1 else tuple(range(extra)))
    ones = [k for k, (d, g) in enumerate(zip(own, rest, strict=True)) if d == 1 and g != 1]
    if ones:
        axis: Any = ones[0] if len(ones) == 1 else tuple(ones)
        value = builder.call(SUM, value, axis=axis, keepdims=True)
    return value


def _unbroadcast(builder: Builder, value: Atom, place: Place) -> Atom:
    fitted = builder.call(UNBROADCAST, value, place.atom(builder))
    assert isinstance(fitted, Name)
    builder.facts[fitted.id] = place.fact(builder)
    return fitted


def _dims_differ(builder: Builder, place: Place, source: Place) -> bool:
    fact, result = place.fact(builder), source.fact(builder)
    dims = dims_of(fact)
    if dims is None:
        return not _same_unknown(fact, result)
    return not are_same(dims, dims_of(result))


def _may_differ(builder: Builder, place: Place, source: Place) -> bool:
    """Whether it is not known how a value was broadcast."""
    dims, result = dims_of(place.fact(builder)), dims_of(source.fact(builder))
    if dims is None or result is None or len(result) < len(dims):
        return True
    pairs = zip(dims, result[len(result) - len(dims) :], strict=True)
    return any(d != 1 and not is_same(d, r) for d, r in pairs)


def _same_unknown(primal: Abstract, given: Abstract) -> bool:
    return isinstance(primal, Unknown) and primal == given and primal.shape != ""


def match_dtype(builder: Builder, value: Atom, primal: Abstract, given: Abstract) -> Atom:
    """Real for a real primal, and in its precision: float32 stays float32."""
    kind, dtype = kind_of(primal)
    given_kind, given_dtype = kind_of(given)
    if given_kind == "c" and kind != "c":
        value = builder.call(REAL, value)
        given_dtype = kind_of(builder.fact(value))[1]
    if dtype is None or given_dtype is None:  # to NumPy, float64 equals None
        return value
    if dtype.itemsize < 8 and given_dtype != dtype:
        value = builder.call(numpy_object(dtype.type), value)
    return value


def kind_of(value: Abstract) -> tuple[str, np.dtype[Any] | None]:
    match value:
        case Scalar(kind, dtype):
            return kind, dtype
        case Array(dtype):
            return dtype.kind, dtype
        case Known(complex()):
            return "c", None
        case _:
            return "f", None


def is_deferred(builder: Builder, value: Atom, place: Place) -> bool:
    """Whether a cotangent that fits a place may be smaller than what is there."""
    fact, given = place.fact(builder), builder.fact(value)
    dims, given_dims = dims_of(fact), dims_of(given)
    if has_array(builder, place):
        return not given_dims  # the cotangent of a list that is not a buffer is an array
    if isinstance(fact, List):
        return False
    if dims is None or given_dims is None:
        return not _same_unknown(fact, given)
    return not are_same(dims, given_dims)


def write_out(builder: Builder, value: Atom, place: Place, own: bool = False) -> Atom:
    """A cotangent in the full shape of a place; with `own`, in an array of its own if deferred."""
    if not is_deferred(builder, value, place):
        return value
    if place.path and place.name in builder.maybe_undefined and value == Literal(0.0):
        return value  # of nothing, maybe
    primal = place.atom(builder)
    if has_array(builder, place):
        if isinstance(builder.fact(value), List):
            return builder.call(ARRAY, value)
    elif own or isinstance(value, Literal):
        return builder.call(FULL_LIKE, primal, value)
    return in_shape_of(
        builder, builder.call(BROADCAST_TO, value, builder.call(SHAPE, primal)), place
    )


def in_shape_of(builder: Builder, value: Atom, place: Place) -> Atom:
    """The value, of which it is known that it has the shape of a place."""
    primal, given = place.fact(builder), builder.fact(value)
    if isinstance(value, Name) and isinstance(primal, Array) and isinstance(given, Array):
        builder.facts[value.id] = Array(given.dtype, primal.dims)
    return value
