"""Cotangents in the shape, rank and dtype of what they belong to.

A cotangent may be *deferred*: smaller than its primal, to which it broadcasts (the cotangent of a
full reduction is one number). Elementwise rules take it as it is; before anything else, and where
it leaves the function, it is written out.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_sst.analysis.values import (
    MANY,
    Abstract,
    Array,
    Scalar,
    Unknown,
    dims_of,
    rank,
)
from autodiff_sst.core.build import Builder
from autodiff_sst.core.syntax import Atom, Literal, Name, Object
from autodiff_sst.rules.helpers import (
    BROADCAST_TO,
    FULL_LIKE,
    REAL,
    SHAPE,
    SUM,
    UNBROADCAST,
    ZEROS_LIKE,
)


def zero(builder: Builder, name: str) -> Atom:
    """A zero in the shape of a value."""
    if rank(builder.facts[name]) == 0 and not isinstance(builder.facts[name], Array):
        return Literal(0.0)
    return builder.call(ZEROS_LIKE, Name(name))


def fit(builder: Builder, value: Atom, name: str) -> Atom:
    """A contribution to the cotangent of `name`, summed where `name` was broadcast."""
    primal, given = builder.facts[name], builder.fact(value)
    if _same_unknown(primal, given):
        return value
    dims, given_dims = dims_of(primal), dims_of(given)
    if dims is None and given_dims == ():
        return value  # deferred: it broadcasts to any shape
    if dims is None or given_dims is None:
        return _unbroadcast(builder, value, name)
    value = _match_dtype(builder, value, primal, given)
    extra = len(given_dims) - len(dims)
    rest = given_dims[extra:] if extra > 0 else given_dims
    own = dims[len(dims) - len(rest) :]
    if any(d not in (1, MANY, g) and g != 1 for d, g in zip(own, rest, strict=True)):
        return _unbroadcast(builder, value, name)
    if extra > 0:
        if not dims:
            return builder.call(SUM, value)
        value = builder.call(SUM, value, axis=0 if extra == 1 else tuple(range(extra)))
    ones = [k for k, (d, g) in enumerate(zip(own, rest, strict=True)) if d == 1 and g != 1]
    if ones:
        axis: Any = ones[0] if len(ones) == 1 else tuple(ones)
        value = builder.call(SUM, value, axis=axis, keepdims=True)
    return value


def _unbroadcast(builder: Builder, value: Atom, name: str) -> Atom:
    fitted = builder.call(UNBROADCAST, value, Name(name))
    assert isinstance(fitted, Name)
    builder.facts[fitted.id] = builder.facts[name]
    return fitted


def _same_unknown(primal: Abstract, given: Abstract) -> bool:
    return isinstance(primal, Unknown) and primal == given and primal.shape != ""


def _match_dtype(builder: Builder, value: Atom, primal: Abstract, given: Abstract) -> Atom:
    """Real for a real primal, and in its precision: float32 stays float32."""
    kind, dtype = kind_of(primal)
    given_kind, given_dtype = kind_of(given)
    if given_kind == "c" and kind != "c":
        value = builder.call(REAL, value)
        given_dtype = kind_of(builder.fact(value))[1]
    if dtype is not None and dtype.itemsize < 8 and given_dtype not in (None, dtype):
        value = builder.call(Object(dtype.type, f"np.{dtype.type.__name__}", np), value)
    return value


def kind_of(value: Abstract) -> tuple[str, np.dtype[Any] | None]:
    match value:
        case Scalar(kind, dtype):
            return kind, dtype
        case Array(dtype):
            return dtype.kind, dtype
        case _:
            return "f", None


def is_deferred(builder: Builder, value: Atom, name: str) -> bool:
    """Whether a cotangent that fits `name` may be smaller than it."""
    dims, given = dims_of(builder.facts[name]), dims_of(builder.fact(value))
    if dims is None or given is None:
        return not _same_unknown(builder.facts[name], builder.fact(value))
    return dims != given


def write_out(builder: Builder, value: Atom, name: str, own: bool = False) -> Atom:
    """A cotangent in the full shape of `name`; with `own`, in an array of its own if deferred."""
    if not is_deferred(builder, value, name):
        return value
    if own or builder.fact(value) == builder.fact(Literal(0.0)):
        return builder.call(FULL_LIKE, Name(name), value)
    shape = builder.call(SHAPE, Name(name))
    return builder.call(BROADCAST_TO, value, shape)
