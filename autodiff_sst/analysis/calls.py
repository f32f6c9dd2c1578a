"""What calls that make objects make: NamedTuples and dataclasses, item by item."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import numpy as np

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.values import (
    FLOAT,
    OPAQUE,
    UNKNOWN,
    Abstract,
    Array,
    Dict,
    Known,
    Record,
    Tuple,
    dims_of,
)
from autodiff_sst.core.syntax import (
    Atom,
    Call,
    DictOf,
    Expression,
    Function,
    ListOf,
    Literal,
    Object,
    TupleOf,
)
from autodiff_sst.runtime.calls import Pullback, call_with_pullback
from autodiff_sst.runtime.places import FLAT, LIKE_FIRST
from autodiff_sst.runtime.records import make_record, plain_fields
from autodiff_sst.runtime.solvers import (
    nodes_of,
    number_of,
    simpson_weights,
    steps_between,
    steps_of,
    vector_of,
)


def made_by(value: Call) -> tuple[Any, dict[str, Atom]] | None:
    """The class of the object that a call makes, and its attributes, if that is all it does."""
    cls = value.function.value if isinstance(value.function, Object) else None
    if cls is make_record and isinstance(value.args[0], Object):
        return value.args[0].value, dict(value.keywords)
    if not isinstance(cls, type):
        return None
    defaults: dict[str, Any]
    fields = getattr(cls, "_fields", None)
    if fields is not None and issubclass(cls, tuple):
        defaults = getattr(cls, "_field_defaults", {})
    else:
        fields = plain_fields(cls)
        if fields is None:
            return None
        known = ((f.name, f.default) for f in dataclasses.fields(cls))
        defaults = {k: v for k, v in known if v is not dataclasses.MISSING}
    given = dict(zip(fields, value.args, strict=False)) | dict(value.keywords)
    if len(value.args) > len(fields) or len(given) < len(value.args) + len(value.keywords):
        return None
    made: dict[str, Atom] = {}
    for name in fields:
        if name not in given and name not in defaults:
            return None
        made[name] = given[name] if name in given else _atom(defaults[name])
    return (cls, made) if {*given} <= {*fields} else None


def holds_parts(value: Expression) -> bool:
    """Whether an expression makes a container, or an object, of what it reads."""
    if isinstance(value, Call):
        return made_by(value) is not None
    return isinstance(value, TupleOf | ListOf | DictOf)


def is_pullback(value: Abstract) -> bool:
    return isinstance(value, Tuple) and value.cls is Pullback


def of_pullbacks(
    function: Abstract, args: list[Abstract], keywords: list[tuple[str, Abstract]]
) -> Abstract | None:
    """What `call_with_pullback` gives, and what a pullback gives: cotangents in the shapes of the
    arguments. None of other functions."""
    if isinstance(function, Tuple) and function.cls is Pullback:
        return Tuple(function.items)
    if not isinstance(function, Known) or function.value is not call_with_pullback:
        return None
    _, by, *rest = args
    given = dict([*enumerate(rest), *keywords])
    keys = [k.value for k in getattr(by, "items", ()) if isinstance(k, Known)]
    return Tuple((UNKNOWN, Tuple(tuple(given[k] for k in keys), Pullback)))


def of_derivatives(function: Atom, args: list[Abstract]) -> Abstract | None:
    """What a derivative that is called gives, as far as it is like its arguments."""
    called = function.value if isinstance(function, Object) else None
    likeness = getattr(called, "likeness", None)
    if likeness is None or isinstance(called, type):
        return None
    return _like(likeness(), args, getattr(called, "function", None))


def _like(likeness: Any, args: list[Abstract], primal: Function | None) -> Abstract:
    if isinstance(likeness, tuple):
        return Tuple(tuple(_like(part, args, primal) for part in likeness))
    if isinstance(likeness, int):
        return _of_floats(args[likeness]) if likeness < len(args) else OPAQUE
    if likeness is None:
        return OPAQUE
    x = y = _of_floats(args[likeness.by])
    if not likeness.of_gradient:
        from autodiff_sst.analysis.facts import find_facts

        if primal is None:
            return OPAQUE
        own = dict(zip(primal.parameters, args, strict=False))
        y = _of_floats(fact(primal.result, find_facts(primal, own)))
    if OPAQUE in (x, y):
        return OPAQUE
    dims = (*(dims_of(y) or ()), *(dims_of(x) or ()))
    return Array(np.dtype(float), dims) if dims else FLOAT


def _of_floats(known: Abstract) -> Abstract:
    """A number, or an array of double precision that has axes; else nothing is known."""
    floats = isinstance(known, Array) and known.dims and known.dtype == np.float64
    return known if floats or known == FLOAT else OPAQUE


def _atom(value: Any) -> Atom:
    plain = value is None or type(value) in (bool, int, float, str)
    return Literal(value) if plain else Object(value, "constant", value)


def of_copies(called: Any, args: list[Abstract], keywords: dict[str, Abstract]) -> Abstract | None:
    """What `dataclasses.replace` and the functions of `copy` make of an object."""
    base = args[0] if args else None
    if called in (copy.copy, copy.deepcopy) and isinstance(base, Tuple | Dict | Record):
        return base
    if not isinstance(base, Record):
        return None
    if called is dataclasses.replace and {*keywords} <= {*base.keys}:
        own = zip(base.keys, base.items, strict=True)
        return Record(base.cls, base.keys, tuple(keywords.get(k, i) for k, i in own))
    return None


_PLACES = np.dtype(int)


def of_places(called: Any, args: list[Abstract], where: str) -> Abstract | None:
    """Places of items in an array: integers. Solutions of SciPy's solvers."""
    if called in FLAT:
        return Array(_PLACES, (f"{where}.0",))
    if called in (vector_of, simpson_weights):
        return Array(np.dtype(float), (f"{where}.0",))
    if called in (steps_of, steps_between):
        steps = Array(np.dtype(float), (f"{where}.0",))
        first = Array(_PLACES, (f"{where}.1",))
        weights = Array(np.dtype(float), (f"{where}.2", f"{where}.3"))
        result = UNKNOWN if called is steps_between else OPAQUE
        return Tuple((result, steps, steps, first, weights))
    if called is number_of:
        return FLOAT
    if called is nodes_of:
        nodes = Array(np.dtype(float), (f"{where}.0",))
        return Tuple((FLOAT, FLOAT, nodes, nodes))
    if called in LIKE_FIRST:
        return Array(_PLACES, args[0].dims) if isinstance(args[0], Array) else UNKNOWN
    return None
