"""Calls of functions that take functions: `map`, `reduce`, `np.vectorize`, `max(…, key=f)`.

Where their Python code (`runtime.higher`) can take the place of the call, it does.
"""

from __future__ import annotations

import functools
import operator
import string
from types import BuiltinFunctionType
from typing import Any

import gast
import numpy as np

from autodiff_sst.core.syntax import (
    Attribute,
    Call,
    DictOf,
    ListOf,
    Literal,
    Name,
    Object,
    Subscript,
    TupleOf,
)
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.frontend.calls import Arguments, Partial, Static, constant_atom, spread
from autodiff_sst.frontend.hints import METHODS
from autodiff_sst.markers import Checkpointed, checkpoint
from autodiff_sst.runtime.higher import (
    FROM_FUNCTION,
    HIGHER,
    VECTORIZED,
    first_or,
    map_one,
    max_by,
    max_or,
    min_by,
    min_or,
    piece,
)
from autodiff_sst.runtime.records import is_function
from autodiff_sst.runtime.sequences import sorted_by


def higher_call(lowering: Any, called: Any, given: Arguments, node: Any) -> Any:
    """What takes the place of a call; None if it stays."""
    function = called.value if isinstance(called, Object) else None
    if function is np.vectorize and len(given.positional) == 1 and not given.keywords:
        return Partial(constant_atom(np.vectorize), given)
    if function in (operator.attrgetter, operator.itemgetter) and not given.keywords:
        return _getter(lowering, function, given.positional, node)
    if function is checkpoint and len(given.positional) == 1:
        # A function that is defined here is part of the program: its values are kept.
        (inner,) = given.positional
        return constant_atom(_checkpointed(inner.value)) if isinstance(inner, Object) else inner
    if isinstance(called, Partial) and _is(called.function, np.vectorize):
        (inner,) = called.function.given.positional if isinstance(called.function, Partial) else (
            called.given.positional
        )  # fmt: skip
        return _inline(lowering, VECTORIZED.get(len(given.positional)), [inner], given, node)
    if function is np.fromfunction and len(given.positional) == 2:
        made = lowering.shared.made.get(getattr(given.positional[1], "id", None))
        rank = len(made.items) if isinstance(made, TupleOf) else None
        return _inline(lowering, FROM_FUNCTION.get(rank), [], given, node)  # type: ignore[arg-type]
    if function in (max, min) and "key" in given.keywords and len(given.keywords) == 1:
        items = given.positional
        listed = items[0] if len(items) == 1 else lowering.emit(ListOf(tuple(items)), node)
        if isinstance(listed, Name) and (known := spread(listed, lowering)):
            listed = lowering.emit(ListOf(tuple(known)), node)
        first = Arguments([listed, given.keywords["key"]], {})
        return _inline(lowering, max_by if function is max else min_by, [], first, node)
    if function is sorted and "key" in given.keywords and _takes_code([given.keywords["key"]]):
        whole = Arguments([given.keywords["key"], *given.positional], {})
        keys = lowering.inline_function(map_one, whole, node)
        reverse = given.keywords.get("reverse", constant_atom(False))
        return Call(Object(sorted_by, "sorted_by"), (*given.positional, keys, reverse))
    if function in (max, min) and "default" in given.keywords and len(given.positional) == 1:
        first = Arguments([*given.positional, given.keywords["default"]], {})
        return _inline(lowering, max_or if function is max else min_or, [], first, node)
    if function is next and len(given.positional) == 1 and isinstance(node, gast.Call):
        is_first = isinstance(node.args[0], gast.GeneratorExp)
        return Subscript(given.positional[0], (Literal(0),)) if is_first else None
    if function is next and len(given.positional) == 2 and isinstance(node, gast.Call):
        is_first = isinstance(node.args[0], gast.GeneratorExp)
        return _inline(lowering, first_or, [], given, node) if is_first else None
    if function is dict and len(given.positional) == 1 and not given.keywords:
        return _zipped(lowering, given)
    if function is np.einsum and not isinstance(given.positional[0], Literal):
        return _einsum(lowering, called, given)
    try:
        definition = HIGHER.get((function, len(given.positional)))
    except TypeError:  # not hashable
        return None
    if definition is None or given.keywords or not _takes_code(given.positional):
        return None
    return _inline(lowering, definition, [], given, node)


def _getter(lowering: Any, function: Any, given: list[Any], node: Any) -> Any:
    """`itemgetter(0)` as `lambda o: o[0]`."""
    if not given or not all(isinstance(a, Literal) for a in given):
        return None
    form = "o.{}" if function is operator.attrgetter else "o[{!r}]"
    parts = [form.format(a.value) for a in given]
    text = parts[0] if len(parts) == 1 else f"({', '.join(parts)})"
    tree = gast.parse(f"lambda o: {text}").body[0].value
    for inner in gast.walk(tree):
        gast.copy_location(inner, node)
    return lowering.closure(tree)


def joined(lowering: Any, node: Any) -> Any:
    """`np.r_[x, 0.5, y]` and `np.c_[x, y]`."""
    base = lowering.value(node.value)
    made = lowering.shared.made.get(base.id) if isinstance(base, Name) else None
    if not (isinstance(made, Attribute) and _is(made.value, np)):
        return None
    items = node.slice.elts if isinstance(node.slice, gast.Tuple) else [node.slice]
    rows = made.name == "r_"
    axis = _axis_of(items[0]) if rows else None
    items = items if axis is None else items[1:]
    strings = (isinstance(i, gast.Constant) and isinstance(i.value, str) for i in items)
    if any(strings):
        return None
    parts = [_ramp(lowering, i) if isinstance(i, gast.Slice) else lowering.atom(i) for i in items]
    if rows:
        flat = Object(np.atleast_1d, "np.atleast_1d", np)
        parts = [lowering.emit(Call(flat, (p,)), node) for p in parts]
    function = np.concatenate if rows else np.column_stack
    called = Object(function, f"np.{function.__name__}", np)
    listed = lowering.emit(ListOf(tuple(parts)), node)
    keywords = {} if axis is None else {"axis": Literal(axis)}
    return lowering.call_value(called, Arguments([listed], keywords), node)


def _axis_of(node: Any) -> int | None:
    """Of `np.r_["-1", a, b]`."""
    try:
        return int(node.value) if isinstance(node.value, str) else None
    except (AttributeError, ValueError):
        return None


def _ramp(lowering: Any, node: Any) -> Any:
    """`0:4` in `np.r_[0:4]` is a range; `0:1:5j` five numbers, with the last."""
    start, stop, step = (
        lowering.atom(b) if b else None for b in (node.lower, node.upper, node.step)
    )
    given = [start or Literal(0), stop or Literal(0)]
    if isinstance(step, Literal) and isinstance(step.value, complex):
        given.append(Literal(int(abs(step.value))))
    elif step is not None:
        given.append(step)
    function = np.linspace if step and isinstance(step.value, complex) else np.arange
    called = Object(function, f"np.{function.__name__}", np)
    return lowering.emit(lowering.call_value(called, Arguments(given, {}), node), node)


def _zipped(lowering: Any, given: Arguments) -> Any:
    """`dict(zip(keys, values))`, of displays."""
    made = lowering.shared.made.get(getattr(given.positional[0], "id", None))
    match made:
        case Call(Object(function), (left, right), ()) if function is zip:
            keys, values = (spread(a, lowering) for a in (left, right))
        case _:
            return None
    if keys is None or values is None or not all(isinstance(k, Literal) for k in keys):
        return None
    lowering.block[:] = [s for s in lowering.block if getattr(s, "value", None) is not made]
    pairs = dict(zip(keys, values, strict=False))
    return DictOf((*pairs,), (*pairs.values(),))


def _einsum(lowering: Any, called: Any, given: Arguments) -> Any:
    """`einsum(a, [0, 1], b, [1, 2], [0, 2])` with a string of subscripts."""
    args = given.positional
    operands, lists = args[0 : len(args) - len(args) % 2 : 2], [*args[1::2]]
    if len(args) % 2:
        lists.append(args[-1])
    terms = []
    for atom in lists:
        items = spread(atom, lowering)
        if items is None or not all(isinstance(i, Literal) for i in items):
            return None
        places = [i.value for i in items if isinstance(i, Literal)]
        terms.append("".join("..." if p is ... else string.ascii_letters[p] for p in places))
    text = ",".join(terms[: len(operands)]) + (f"->{terms[-1]}" if len(args) % 2 else "")
    return Call(called, (Literal(text), *operands), tuple(given.keywords.items()))


@functools.lru_cache(maxsize=256)
def _checkpointed(function: Any) -> Checkpointed:
    return checkpoint(function)


def _takes_code(values: list[Any]) -> bool:
    """Whether one of the arguments is a function that can stand in the place of its calls."""
    return any(
        isinstance(v, Static) or (isinstance(v, Object) and is_function(v.value)) for v in values
    )


def _is(value: Any, function: Any) -> bool:
    return isinstance(value, Object) and value.value is function


def _inline(lowering: Any, definition: Any, first: list[Any], given: Arguments, node: Any) -> Any:
    if definition is None:
        return None
    whole = Arguments([*first, *given.positional], {})
    return lowering.inline_function(definition, whole, node)


def piecewise(lowering: Any, node: Any) -> Any:
    """`np.piecewise(x, [c, …], [f, …])`: a store for each part."""
    match node.args, node.keywords:
        case [x_node, gast.List(elts=conditions), gast.List(elts=parts)], []:
            pass
        case _:
            return None
    x = lowering.atom(x_node)
    tests = [lowering.atom(c) for c in conditions]
    zeros = Object(np.zeros_like, "np.zeros_like", np)
    result = lowering.emit(Call(zeros, (x,)), node)
    values = [lowering.value(p) for p in parts]
    if len(values) == len(tests) + 1:  # where none holds
        stacked = lowering.emit(ListOf(tuple(tests)), node)
        found = Call(Object(np.any, "np.any", np), (stacked,), (("axis", constant_atom(0)),))
        none = Call(Object(np.logical_not, "np.logical_not", np), (lowering.emit(found, node),))
        tests.append(lowering.emit(none, node))
    if len(values) != len(tests):
        raise UnsupportedSyntaxError(
            "`np.piecewise` takes as many functions as conditions, or one more",
            lowering.source.origin(node),
        )
    for test, value in zip(tests, values, strict=True):
        if isinstance(value, Static) or (isinstance(value, Object) and callable(value.value)):
            result = _inline(lowering, piece, [], Arguments([result, x, test, value], {}), node)
            if result is None:
                return None
            result = lowering.emit(result, node)
        else:
            where = Object(np.where, "np.where", np)
            result = lowering.emit(Call(where, (test, value, result)), node)
    return result


_SYMBOLS = {getattr(operator, n): s for s, n in METHODS.items() if hasattr(operator, n)}


def operator_of(called: Any, given: Arguments) -> str | None:
    """The operator that a function of the module `operator` is."""
    function = called.value if isinstance(called, Object) else None
    if len(given.positional) != 2 or not isinstance(function, BuiltinFunctionType):
        return None
    return _SYMBOLS.get(function)
