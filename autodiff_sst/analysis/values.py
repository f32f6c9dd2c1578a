"""What is known of a value before the program runs: an abstract value (lengths.py)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any, TypeAlias

import numpy as np

from autodiff_sst.analysis.lengths import MANY, Dims, is_constant, is_many, join_lengths
from autodiff_sst.core.syntax import UNDEFINED
from autodiff_sst.runtime.records import attributes_of, is_function, is_record


@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """A number: Python's if `dtype` is None, else NumPy's. `kind` is one of `b i f c`."""

    kind: str
    dtype: np.dtype[Any] | None = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Scalar):
            return NotImplemented
        if self.dtype is None or other.dtype is None:  # to NumPy, float64 equals None
            return self.kind == other.kind and self.dtype is other.dtype
        return self.dtype == other.dtype

    def __hash__(self) -> int:
        return hash((self.kind, self.dtype))


@dataclass(frozen=True, slots=True)
class Array:
    dtype: np.dtype[Any]
    dims: Dims


@dataclass(frozen=True, slots=True)
class Unknown:
    """A number or an array of numbers, of any rank and dtype; equal `shape`s, unless empty, are
    equal shapes."""

    shape: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """This very object: a function, a string, None, an int in the source; compares by value and
    type where it can, else by identity."""

    value: Any

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Known):
            return NotImplemented
        return self.value is other.value or (
            type(self.value) is type(other.value)
            and isinstance(self.value, _BY_VALUE)
            and repr(self.value) == repr(other.value)
        )

    def __hash__(self) -> int:
        by_value = isinstance(self.value, _BY_VALUE)
        return hash((type(self.value), repr(self.value) if by_value else id(self.value)))


_BY_VALUE = (int, float, complex, str, bytes, type(None), type(Ellipsis))


@dataclass(frozen=True, slots=True)
class Tuple:
    """A tuple; a NamedTuple, or a list that does not grow, if `cls` says so."""

    items: tuple[Abstract, ...]
    cls: Any = None


@dataclass(frozen=True, slots=True)
class List:
    """A list of numbers, or one that grows: its elements share an abstract value; None as long as
    it is empty. `length` is known of lists that are written down."""

    item: Abstract | None
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Table(List):
    """A dict whose keys are known at run time only; its values share an abstract value."""

    key: Abstract | None = None


@dataclass(frozen=True, slots=True)
class Dict:
    """A dict with these keys, in this order."""

    keys: tuple[Any, ...]
    items: tuple[Abstract, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """An object of a class that Python defines, with these attributes."""

    cls: Any
    keys: tuple[str, ...]
    items: tuple[Abstract, ...]


@dataclass(frozen=True, slots=True)
class Opaque:
    """Any other object; never active."""


@dataclass(frozen=True, slots=True)
class Method:
    """A method of an array or number, by its name."""

    base: Abstract
    name: str


Abstract: TypeAlias = (
    "Scalar | Array | Unknown | Known | Tuple | List | Dict | Record | Opaque | Method"
)

FLOAT, INT, BOOL = Scalar("f"), Scalar("i"), Scalar("b")
UNKNOWN, OPAQUE = Unknown(), Opaque()


def abstract(value: Any, constant: bool = False) -> Abstract:
    """The abstract value of an argument; of a constant, with its value if it is small."""
    match value:
        case bool() | int() | float() | complex() if type(value) in _KINDS:
            return Known(value) if constant else Scalar(_KINDS[type(value)])
        case np.generic() if value.dtype.kind in "biufc":
            return Scalar(_kind(value.dtype), value.dtype)
        case np.ndarray() if value.dtype.kind in "biufc":
            return Array(value.dtype, tuple(1 if n == 1 else MANY for n in value.shape))
        case tuple():
            cls = None if type(value) is tuple else type(value)
            return Tuple(tuple(abstract(v, constant) for v in value), cls)
        case list() if type(value) is list:
            return of_list([abstract(v) for v in value])
        case dict() if type(value) is dict:
            return Dict(tuple(value), tuple(abstract(v, constant) for v in value.values()))
        case None | str() | bytes() | ModuleType():
            return Known(value)
        case _ if is_function(value) or isinstance(value, np.dtype | slice | type(...)):
            return Known(value)
        case _ if value is UNDEFINED.value:
            return Known(value)
        case _ if is_record(type(value)):
            return _record(value)
        case _:
            return OPAQUE


_KINDS: dict[type, str] = {bool: "b", int: "i", float: "f", complex: "c"}


def _kind(dtype: np.dtype[Any]) -> str:
    return "i" if dtype.kind == "u" else dtype.kind


def of_list(items: list[Abstract], where: str = "", length: int | None = None) -> Abstract:
    """A list of numbers, any of which may be read; a list of other things is known item by item."""
    if not items:
        return List(None, length)
    if all(rank(i) == 0 and not isinstance(i, Array) for i in items):
        return List(join_all([*map(widen, items)], where), length)
    return Tuple(tuple(items), list)


_open: list[int] = []  # the objects around the one that is looked at


def _record(value: Any) -> Abstract:
    if id(value) in _open or len(_open) > 8:
        return OPAQUE
    _open.append(id(value))
    try:
        found = attributes_of(value)
        return Record(type(value), tuple(found), tuple(map(abstract, found.values())))
    finally:
        _open.pop()


NOTHING = Known(UNDEFINED.value)  # on a path where a variable is not bound: no value at all


def widen(value: Abstract) -> Abstract:
    """Without its constant: what a number in the source has in common with others of its type."""
    match value:
        case Known(v) if type(v) in _KINDS:
            return Scalar(_KINDS[type(v)])
        case Tuple() | Record():
            return with_items(value, map(widen, value.items))
        case _:
            return value


def make_sequence(cls: Any, items: list[Any]) -> Any:
    """The tuple, list or NamedTuple that a `Tuple` stands for."""
    if cls is None or cls is list:
        return items if cls is list else tuple(items)
    return cls(*items)


def keys_of(value: Abstract) -> tuple[Any, ...] | None:
    """The keys of a container whose items are known one by one."""
    match value:
        case Tuple(items):
            return tuple(range(len(items)))
        case Dict(keys) | Record(_, keys):
            return keys
        case _:
            return None


def with_items(value: Abstract, items: Iterable[Abstract]) -> Abstract:
    """A container of the same kind, with other items."""
    assert isinstance(value, Tuple | Dict | Record)
    return replace(value, items=tuple(items))


def join(a: Abstract, b: Abstract, where: str = "") -> Abstract:
    """The least abstract value that covers both; `where` names the lengths that differ."""
    if a == b:
        return a
    if a == NOTHING or b == NOTHING:
        return b if a == NOTHING else a
    match widen(a), widen(b):
        case x, y if x == y:
            return x
        case Array(dtype, d), Array(other, e) if len(d) == len(e) and (
            dtype == other or "c" in dtype.kind + other.kind
        ):  # rules for complex numbers serve real ones too
            both = dtype if dtype == other else np.result_type(dtype, other)
            pairs = enumerate(zip(d, e, strict=True))
            return Array(both, tuple(join_lengths(m, n, f"{where}.{k}") for k, (m, n) in pairs))
        case Tuple(items, cls), Tuple(others, other_cls) if (
            len(items) == len(others) and cls is other_cls
        ):
            pairs_ = enumerate(zip(items, others, strict=True))
            return Tuple(tuple(join(m, n, f"{where}.{k}") for k, (m, n) in pairs_), cls)
        case Tuple(items, cls), Tuple(others, other_cls) if cls is list and other_cls is list:
            return List(join_all([*map(widen, (*items, *others))], where))
        case (Table() as x, Table() as y):
            return Table(_join_if_any(x.item, y.item), None, _join_if_any(x.key, y.key))
        case (Table(), _) | (_, Table()):
            return OPAQUE
        case (Tuple(items, cls), List() as y) | (List() as y, Tuple(items, cls)) if cls is list:
            return join(List(join_all([*map(widen, items)], where)), y, where) if items else y
        case List(m, length), List(n, other_length):
            return List(_join_if_any(m, n, where), length if length == other_length else None)
        case (Dict() as x, Dict() as y) if x.keys == y.keys:
            pairs_ = enumerate(zip(x.items, y.items, strict=True))
            return Dict(x.keys, tuple(join(m, n, f"{where}.{k}") for k, (m, n) in pairs_))
        case (Record() as x, Record() as y) if x.cls is y.cls and x.keys == y.keys:
            pairs_ = enumerate(zip(x.items, y.items, strict=True))
            return with_items(x, [join(m, n, f"{where}.{k}") for k, (m, n) in pairs_])
        case Scalar() as x, Scalar() as y:
            return _join_scalars(x, y)
        case ((Scalar() | Array() | Unknown()), (Scalar() | Array() | Unknown())):
            return UNKNOWN
        case _:
            return OPAQUE


def _join_if_any(a: Abstract | None, b: Abstract | None, where: str = "") -> Abstract | None:
    return b if a is None else a if b is None else join(a, b, where)


def _join_scalars(a: Scalar, b: Scalar) -> Scalar:
    """A number of the wider kind; NumPy's rather than Python's, whose dtype is the weaker."""
    kind = max(a.kind, b.kind, key="bifc".index)
    own = [s.dtype for s in (a, b) if s.dtype is not None and s.kind == kind]
    return Scalar(kind, np.result_type(*own) if own else None)


def named_lengths(value: Abstract, where: str) -> Abstract:
    """With lengths of its own: what a turn calls by one name, the next may call by it again."""
    match value:
        case Array(dtype, dims):
            own = (d if is_constant(d) else f"{where}.{k}" for k, d in enumerate(dims))
            return Array(dtype, tuple(own))
        case Unknown(shape) if shape:
            return Unknown(where)
        case Tuple() | Record():
            named = (named_lengths(i, f"{where}.{k}") for k, i in enumerate(value.items))
            return with_items(value, named)
        case _:
            return value


def with_own_lengths(value: Abstract, where: str) -> Abstract:
    """With names for the lengths that are not 1: a parameter's are what they are throughout."""
    match value:
        case Array(dtype, dims):
            named = (f"n:{where}.{k}" if is_many(d) else d for k, d in enumerate(dims))
            return Array(dtype, tuple(named))
        case Tuple() | Dict() | Record():
            own = (with_own_lengths(i, f"{where}.{k}") for k, i in enumerate(value.items))
            return with_items(value, own)
        case _:
            return value


def join_all(values: list[Abstract], where: str = "") -> Abstract:
    result = values[0]
    for value in values[1:]:
        result = join(result, value, where)
    return result


def can_be_active(value: Abstract) -> bool:
    """Whether something in it may carry a derivative: floats and complex numbers."""
    match value:
        case Scalar(kind):
            return kind in "fc"
        case Array(dtype):
            return dtype.kind in "fc"
        case Known(v):
            return isinstance(v, float | complex)
        case Unknown():
            return True
        case Tuple() | Dict() | Record():
            return any(map(can_be_active, value.items))
        case List(item):
            return item is None or can_be_active(item)
        case _:
            return False


def rank(value: Abstract) -> int | None:
    """The number of dimensions of a number or array; None if it is not known."""
    match value:
        case Array(_, dims):
            return len(dims)
        case Scalar():
            return 0
        case Known(v):
            return 0 if type(v) in _KINDS else None
        case _:
            return None


def dims_of(value: Abstract) -> Dims | None:
    return value.dims if isinstance(value, Array) else () if rank(value) == 0 else None
