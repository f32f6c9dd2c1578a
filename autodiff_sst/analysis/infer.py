"""The abstract value of an expression, from those of what it reads.

Ufuncs broadcast; all else is probed (probe.py), once for each function and kinds of arguments.
"""

from __future__ import annotations

import bisect
import functools
import math
import operator
from collections import ChainMap
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from autodiff_sst.analysis.access import (
    Facts,
    attribute,
    fact,
    key_of,
    list_arithmetic,
    stored,
    subscript,
)
from autodiff_sst.analysis.calls import made_by, of_copies, of_derivatives, of_places, of_pullbacks
from autodiff_sst.analysis.kinds import (
    MAY_BE_COMPLEX,
    broadcast,
    class_of,
    decided,
    depth,
    negated,
    of_any_count,
    of_complex,
    of_tables,
    ordered,
    product_dims,
    reshaped,
    union_of,
)
from autodiff_sst.analysis.knowledge import constant_of
from autodiff_sst.analysis.probe import probe
from autodiff_sst.analysis.values import (
    BOOL,
    FLOAT,
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
    can_be_active,
    join_all,
    of_list,
    rank,
    widen,
)
from autodiff_sst.core.purity import IN_PLACE, is_pure
from autodiff_sst.core.syntax import (
    Attribute,
    Binary,
    Call,
    DictOf,
    Expression,
    ListOf,
    Literal,
    Name,
    NewStack,
    Object,
    Subscript,
    TupleOf,
    Unary,
    Update,
    assert_never,
)
from autodiff_sst.core.walk import atoms
from autodiff_sst.markers import Checkpointed, CustomGradient, stop_gradient
from autodiff_sst.rules.registry import METHODS, OPERATORS, SPREAD
from autodiff_sst.runtime.contexts import error_of
from autodiff_sst.runtime.methods import divided
from autodiff_sst.runtime.sequences import (
    as_sequence,
    count_from,
    count_of,
    has_keys,
    in_order,
    is_array,
    is_mapping,
    is_sequence,
    last_places,
    nones,
    number,
    order_of,
    pieces_like,
    place_of,
    position,
    position_of,
    positions,
    sorted_by,
    start_of,
    zeros_by_row,
)

_PYTHON: dict[str, Callable[[Any, Any], Any]] = {
    **{"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv},
    **{"//": operator.floordiv, "%": operator.mod, "**": operator.pow, "@": operator.matmul},
    **{"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge},
    **{"==": operator.eq, "!=": operator.ne, "&": operator.and_, "|": operator.or_},
    **{"^": operator.xor, "<<": operator.lshift, ">>": operator.rshift},
    **{"is": operator.is_, "is not": operator.is_not, "in": lambda a, b: a in b},
    "not in": lambda a, b: a not in b,
}
_PYTHON_UNARY: dict[str, Callable[[Any], Any]] = {
    **{"-": operator.neg, "+": operator.pos, "~": operator.invert, "not": operator.not_},
}
_ARITHMETIC = {*(_PYTHON[op] for op in OPERATORS), operator.neg, operator.pos}
# What calls of these return is taken for numbers: the reverse of anything else is refused.
_FUNCTIONS = (FunctionType, CustomGradient, Checkpointed, functools._lru_cache_wrapper)
_LOGICAL = ("is", "is not", "in", "not in")

# The shapes of their results depend on data: a probe would tell a lie.
_DATA_DEPENDENT = {np.unique, np.nonzero, np.argwhere, np.flatnonzero, np.extract, np.compress}
# Of an array of any rank they make one number, unless an axis is given.
FULL_REDUCTIONS: set[Any] = {np.sum, np.mean, np.prod, np.max, np.min, np.var, np.std}
_FOLDED = (len, min, max, abs, int, float, round, range, str, bool)
_OURS: dict[Any, Abstract] = {
    **dict.fromkeys((count_of, position_of, place_of, position, start_of, count_from), INT),
    **dict.fromkeys((bisect.bisect_left, bisect.bisect_right, divided), INT),
    **{nones: List(None), zeros_by_row: List(UNKNOWN)},
    **dict.fromkeys((order_of, positions, last_places), List(INT)),
}
_ALWAYS: dict[Any, Abstract] = {
    **dict.fromkeys((len, int, id, hash, math.floor, math.ceil), INT),
    **dict.fromkeys((bool, isinstance, any, all, callable, hasattr), BOOL),
    float: FLOAT,
}


def infer(value: Expression, facts: Facts, where: str) -> Abstract:
    """The abstract value of an expression; `where` names lengths that are not known."""
    if not isinstance(value, Name | Object | TupleOf | ListOf | DictOf | Update) and any(
        isinstance(a, Name) and facts[a.id] == NOTHING for a in atoms(value)
    ):
        return NOTHING
    match value:
        case Name() | Literal() | Object():
            return fact(value, facts)
        case Binary(op, left, right):
            operands = [fact(left, facts), fact(right, facts)]
            made = list_arithmetic(op, operands, where) or union_of(op, operands)
            if made is not None:
                return made
            if op in _LOGICAL:
                return decided(op, operands)
            return _elementwise(_PYTHON[op], operands, where, op == "@")
        case Unary("not", operand):
            return negated(fact(operand, facts))
        case Unary(op, operand):
            return _elementwise(_PYTHON_UNARY[op], [fact(operand, facts)], where)
        case Call(function):
            return _call(value, fact(function, facts), facts, where)
        case Subscript():
            return subscript(value, facts, where)
        case Attribute(base, name):
            return attribute(fact(base, facts), name, where)
        case TupleOf(items):
            return Tuple(tuple(fact(i, facts) for i in items))
        case ListOf(items, alike):
            found = [fact(i, facts) for i in items]
            if alike:
                return List(join_all([*map(widen, found)], where), len(items))
            return of_list(found, where, len(items))
        case DictOf(keys, values):
            if all(isinstance(k, Literal) for k in keys):
                constants = tuple(k.value for k in keys if isinstance(k, Literal))
                return Dict(constants, tuple(fact(v, facts) for v in values))
            found = [join_all([widen(fact(a, facts)) for a in atoms]) for atoms in (values, keys)]
            return Table(found[0], None, found[1])
        case Update(base, index, new):
            return stored(fact(base, facts), index, fact(new, facts), where, key_of(index, facts))
        case NewStack():
            return OPAQUE
        case _:
            assert_never(value)


_cache: dict[Any, Abstract] = {}


def _cached(key: Any, compute: Callable[[], Abstract]) -> Abstract:
    """The result for a function and kinds of arguments, and where it names no new length."""
    found = _cache.get(key)
    if found is None:
        if len(_cache) > 10_000:
            _cache.clear()
        found = _cache[key] = compute()
    return found


def _elementwise(
    call: Callable[..., Any], operands: list[Abstract], where: str, product: bool = False
) -> Abstract:
    if any(isinstance(o, Opaque | Dict | Record) for o in operands):
        # Beside what may be active it must be a number: `resolve` has that checked.
        arithmetic = isinstance(call, np.ufunc) or call in _ARITHMETIC
        plain = [o for o in operands if isinstance(o, Scalar | Array | Unknown | Known)]
        checked = arithmetic and all(isinstance(o, Opaque) or o in plain for o in operands)
        return UNKNOWN if checked and any(map(can_be_active, plain)) else OPAQUE
    if all(isinstance(o, Known) for o in operands):
        return _folded(call, [o.value for o in operands if isinstance(o, Known)])
    if any(isinstance(o, Unknown) for o in operands):
        shapes = {o.shape for o in operands if isinstance(o, Unknown)}
        numbers = all(isinstance(o, Unknown) or rank(o) == 0 for o in operands)
        return Unknown(shapes.pop() if numbers and len(shapes) == 1 and not product else where)
    dims = product_dims(operands) if product else broadcast(operands, where)
    if dims is None:  # of strings, tuples, lists; and products
        return _cached(("op", call, *operands, where), lambda: probe(call, operands, where))
    # The dtype on arrays of one element: cheap, and known for most programs after a few lines.
    ones = [Array(o.dtype, (1,) * len(o.dims)) if isinstance(o, Array) else o for o in operands]
    if not all(isinstance(o, Known) for o in ones):
        ones = [_kind_only(o) for o in ones]
    found = _cached(("op", call, *ones), lambda: probe(call, ones, where))
    return Array(found.dtype, dims) if isinstance(found, Array) else found


def _folded(call: Callable[..., Any], values: list[Any]) -> Abstract:
    """The constant that an operator makes of constants."""
    try:
        made = call(*values)
    except Exception:  # it is the program's to raise it
        return OPAQUE
    small = type(made) in (bool, int, float, complex, str, range) and len(str(made)) < 100
    return Known(made) if small else abstract(made)


def _kind_only(value: Abstract) -> Abstract:
    """A constant need not be told from others of its type, but for an int's sign and size."""
    return Known(float(1)) if isinstance(value, Known) and type(value.value) is float else value


def _of_method(value: Call, method: Method, facts: Facts, where: str) -> Abstract:
    """What the method of an array returns: what the function does."""
    known = {"base()": method.base}
    args = value.args
    if method.name in SPREAD and len(args) > 1:  # x.reshape(2, 3)
        known["shape()"] = Tuple(tuple(fact(a, facts) for a in args))
        args = (Name("shape()"),)
    call = Call(Object(METHODS[method.name], method.name), (Name("base()"), *args), value.keywords)
    return infer(call, ChainMap(known, facts), where)  # type: ignore[arg-type]


def _call(value: Call, function: Abstract, facts: Facts, where: str) -> Abstract:
    if isinstance(function, Method):
        return _of_method(value, function, facts, where)
    args = [fact(a, facts) for a in value.args]
    keywords = [(k, fact(a, facts)) for k, a in value.keywords]
    if isinstance(function, Known) and (table := of_tables(function.value, args)) is not None:
        return table
    if (pulled := of_pullbacks(function, args, keywords)) is not None:
        return pulled
    if (derived := of_derivatives(value.function, args)) is not None:
        return derived
    if not isinstance(function, Known):
        return OPAQUE
    called = function.value
    if (copied := of_copies(called, args, dict(keywords))) is not None:
        return copied
    made = made_by(value)
    if made is not None:
        cls, parts = made
        items = tuple(fact(a, facts) for a in parts.values())
        return Tuple(items, cls) if issubclass(cls, tuple) else Record(cls, (*parts,), items)
    if isinstance(called, type(operator.iadd)) and called in IN_PLACE and len(args) == 2:
        return infer(Binary(IN_PLACE[called], *value.args), facts, where)
    if called is len and len(args) == 1 and isinstance(args[0], Tuple):
        return Known(len(args[0].items))
    if called is tuple and len(args) == 1 and isinstance(args[0], Known):
        items = args[0].value
        if isinstance(items, range) and len(items) <= 32:
            return Tuple(tuple(map(Known, items)))
    if called in (sorted, sorted_by, in_order) and args and (listed := ordered(args[0], where)):
        return listed
    if called is type and len(args) == 1 and class_of(args[0]) is not None:
        return Known(class_of(args[0]))
    if called is isinstance and len(args) == 2 and (cls := class_of(args[0])) is not None:
        kinds = constant_of(args[1])
        return Known(issubclass(cls, kinds)) if kinds is not None else BOOL
    if called is number:
        return args[0] if can_be_active(args[0]) else UNKNOWN
    if called is is_array and not isinstance(args[0], Opaque | Unknown):
        found = class_of(args[0])
        return Known(found is not None and issubclass(found, np.ndarray | np.generic))
    if called is np.ndim and len(args) == 1 and (known := depth(args[0])) is not None:
        return Known(known)
    if called is has_keys and isinstance(args[0], Dict):
        return Known({*args[0].keys} == {*constant_of(args[1])})
    if called in (is_sequence, is_mapping) and (cls := class_of(args[0])) is not None:
        return Known(issubclass(cls, dict if called is is_mapping else tuple | list | range))
    if called is stop_gradient or called is pieces_like:
        return args[0 if called is stop_gradient else 1]
    if called is error_of:  # a trial with other values would tell a lie
        return OPAQUE
    if called is as_sequence:
        is_range = isinstance(args[0], Known) and isinstance(args[0].value, range)
        plain = is_range or isinstance(args[0], Array | Tuple | List | Unknown)
        return args[0] if plain else OPAQUE
    operands = [*args, *(v for _, v in keywords)]
    if called in _FOLDED and operands and all(isinstance(o, Known) for o in operands):
        return _folded(called, [o.value for o in operands if isinstance(o, Known)])
    if not is_pure(called):
        return UNKNOWN if isinstance(called, _FUNCTIONS) else OPAQUE
    if (
        called in FULL_REDUCTIONS
        and not keywords
        and len(args) == 1
        and isinstance(args[0], Unknown)
    ):
        return FLOAT
    if called in _OURS:
        return _OURS[called]
    if (places := of_places(called, args, where)) is not None:
        return places
    if called in _ALWAYS and any(isinstance(o, Opaque | Unknown | List) for o in operands):
        return _ALWAYS[called]
    if called in _DATA_DEPENDENT or (called is np.where and len(args) == 1):
        return UNKNOWN
    broadcasts = isinstance(called, np.ufunc) and called.signature is None and called.nout == 1
    if broadcasts and not keywords:
        return _elementwise(called, operands, where)
    names, count = [k for k, _ in keywords], len(args)

    def run(*values: Any) -> Any:
        return called(*values[:count], **dict(zip(names, values[count:], strict=True)))

    key = ("call", called, count, tuple(names), *operands, where)
    found = _cached(key, lambda: of_any_count(called, operands, probe(run, operands, where), where))
    if called in MAY_BE_COMPLEX or getattr(called, "__name__", "") in MAY_BE_COMPLEX:
        return of_complex(found)
    if called is np.reshape and isinstance(found, Unknown) and len(operands) == 2:
        return reshaped(operands[0], operands[1], where)
    return found
