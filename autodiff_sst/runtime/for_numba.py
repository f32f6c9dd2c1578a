"""What generated source calls and Numba lacks, said to Numba. Imported for `backend="numba"` alone.

An overload gets types and gives a function for them, or None where Numba has its own.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numba.core import types
from numba.extending import overload

from autodiff_sst.errors import NonScalarOutputError
from autodiff_sst.runtime.broadcast import check_scalar, unbroadcast, unbroadcast_from
from autodiff_sst.runtime.directions import (
    check_batch,
    one_a_component,
    one_a_component_of_items,
    widened,
    widened_item,
)
from autodiff_sst.runtime.linalg import undiagonal

Maker = Callable[..., Any]


def _said(function: Any) -> Callable[[Maker], Maker]:
    """Registers an overload. Numba compares signatures, annotations too: so there are none left."""

    def register(typed: Maker) -> Maker:
        @functools.wraps(typed)
        def bare(*args: Any, **named: Any) -> Maker | None:
            made: Maker | None = typed(*args, **named)
            if made is not None:
                made.__annotations__ = {}
            return made

        typed.__annotations__ = {}
        bare.__annotations__ = {}
        overload(function, prefer_literal=True)(bare)
        return typed

    return register


@_said(reversed)
def _reversed(items: Any) -> Maker | None:
    if isinstance(items, types.RangeType):
        return lambda items: range(
            items.start + (len(items) - 1) * items.step, items.start - items.step, -items.step
        )
    if isinstance(items, types.List | types.ListType | types.UniTuple | types.Array):
        return lambda items: items[::-1]
    return None


@_said(check_scalar)
def _check_scalar(y: Any) -> Maker:
    if isinstance(y, types.Float | types.Integer | types.Boolean):
        return lambda y: None
    if isinstance(y, types.Array) and y.ndim == 0 and not isinstance(y.dtype, types.Complex):
        return lambda y: None
    message = f"the gradient is of a real scalar; the function returned {y}"

    def refuse(y: Any) -> None:
        raise NonScalarOutputError(message)

    return refuse


@_said(check_batch)
def _check_batch(x: Any, y: Any) -> Maker:
    message = "batch_jacobian: argument and result must have the same leading size"
    if getattr(x, "ndim", 0) == 0 or getattr(y, "ndim", 0) == 0:

        def refuse(x: Any, y: Any) -> None:
            raise ValueError(message)

        return refuse

    def check(x: Any, y: Any) -> None:
        if x.shape[0] != y.shape[0]:
            raise ValueError(message)

    return check


@_said(one_a_component)
def _one_a_component(x: Any, start: Any = 0, stop: Any = None) -> Maker | None:
    if not isinstance(stop, types.Omitted | types.NoneType | None):
        return None  # by chunks
    if not isinstance(x, types.Array):
        return lambda x, start=0, stop=None: np.ones(1)
    return lambda x, start=0, stop=None: np.eye(x.size).reshape((x.size, *x.shape))


@_said(one_a_component_of_items)
def _one_a_component_of_items(x: Any) -> Maker:
    def of_items(x: Any) -> Any:
        size = x[0].size if len(x) else 1
        each = np.eye(size).reshape((size, 1, *x.shape[1:]))
        return np.broadcast_to(each, (size, *x.shape)).copy()

    return of_items


@_said(widened)
def _widened(x: Any, count: Any) -> Maker:
    if not isinstance(x, types.Array):
        return lambda x, count: np.full(count, x)
    return lambda x, count: np.broadcast_to(x, (count, *x.shape)).copy()


@_said(widened_item)
def _widened_item(x: Any, count: Any) -> Maker:
    if not isinstance(x, types.Array) or x.ndim == 0:
        return lambda x, count: np.zeros(count)
    return lambda x, count: x


@_said(undiagonal)
def _undiagonal(diagonal: Any, v: Any) -> Maker:
    if v.ndim == 1:
        return lambda diagonal, v: np.diag(diagonal)

    def of_matrix(diagonal: Any, v: Any) -> Any:
        v_bar = np.zeros(v.shape, diagonal.dtype)
        for k in range(len(diagonal)):
            v_bar[k, k] = diagonal[k]
        return v_bar

    return of_matrix


@_said(unbroadcast)
def _unbroadcast(x_bar: Any, x: Any) -> Maker | None:
    whole = x_bar if isinstance(x_bar, types.Array) else None
    made_real = _is_complex(x_bar) and not _is_complex(x)
    if isinstance(x, types.Number) and whole is None:
        return (lambda x_bar, x: x_bar.real) if made_real else (lambda x_bar, x: x_bar)
    if isinstance(x, types.Number):
        return (
            (lambda x_bar, x: np.sum(x_bar).real) if made_real else lambda x_bar, x: np.sum(x_bar)
        )
    if not isinstance(x, types.Array):
        return None
    if whole is None:
        if made_real:
            return lambda x_bar, x: np.full(x.shape, x_bar.real)
        return lambda x_bar, x: np.full(x.shape, x_bar)
    if made_real:
        return lambda x_bar, x: np.ascontiguousarray(_summed(x_bar, x).real)
    return lambda x_bar, x: _summed(x_bar, x)


def _is_complex(kind: Any) -> bool:
    return isinstance(getattr(kind, "dtype", kind), types.Complex)


def _summed(x_bar: Any, x: Any) -> Any:
    raise NotImplementedError  # its overload stands for it


@_said(_summed)
def _summed_arrays(x_bar: Any, x: Any) -> Maker:
    """Every item of the broadcast of both is added to the item of `x` that it came of."""
    wide, narrow = x_bar.ndim, x.ndim
    axes = max(wide, narrow)

    def summed(x_bar: Any, x: Any) -> Any:
        count = 1
        for k in range(axes):
            m = x_bar.shape[k - axes + wide] if k >= axes - wide else 1
            n = x.shape[k - axes + narrow] if k >= axes - narrow else 1
            count *= n if m == 1 else m
        items = np.ascontiguousarray(x_bar).ravel()
        out = np.zeros(x.size, x_bar.dtype)
        for at in range(count):
            rest, source, target, source_step, target_step = at, 0, 0, 1, 1
            for j in range(axes):
                k = axes - 1 - j
                m = x_bar.shape[k - axes + wide] if k >= axes - wide else 1
                n = x.shape[k - axes + narrow] if k >= axes - narrow else 1
                length = n if m == 1 else m
                position, rest = rest % length, rest // length
                source += position * source_step if m != 1 else 0
                target += position * target_step if n != 1 else 0
                source_step, target_step = source_step * m, target_step * n
            out[target] += items[source]
        return out.reshape(x.shape)

    return summed


@_said(unbroadcast_from)
def _unbroadcast_from(x_bar: Any, x: Any, y: Any) -> Maker:
    if not isinstance(y, types.Array):
        return lambda x_bar, x, y: unbroadcast(x_bar, x)
    if not isinstance(x_bar, types.Array):
        return lambda x_bar, x, y: unbroadcast(np.full(y.shape, x_bar), x)
    return lambda x_bar, x, y: unbroadcast(np.broadcast_to(x_bar, y.shape), x)


@_said(np.full_like)
def _full_like(a: Any, fill_value: Any) -> Maker | None:
    if not isinstance(a, types.Array) or not isinstance(fill_value, types.Array):
        return None

    def full(a: Any, fill_value: Any) -> Any:
        out = np.empty_like(a)
        out[...] = fill_value
        return out

    return full


@_said(np.concatenate)
def _concatenate(arrays: Any, axis: Any = 0) -> Maker | None:
    """Of a list, along the first axis."""
    first = getattr(axis, "literal_value", axis) == 0
    if not first or not isinstance(arrays, types.List) or not isinstance(arrays.dtype, types.Array):
        return None

    def joined(arrays: Any, axis: Any = 0) -> Any:
        length = 0
        for part in arrays:
            length += len(part)
        out = np.empty((length, *arrays[0].shape[1:]), arrays[0].dtype)
        start = 0
        for part in arrays:
            out[start : start + len(part)] = part
            start += len(part)
        return out

    return joined


# Reductions along axes. Each is a start, and how a number `v` is taken into `out[at]`.
_STEPS = {
    np.sum: ("0.0", "out[{at}] += v"),
    np.mean: ("0.0", "out[{at}] += v / count"),
    np.prod: ("1.0", "out[{at}] *= v"),
    np.max: ("-np.inf", "if v > out[{at}] or v != v: out[{at}] = v"),
    np.min: ("np.inf", "if v < out[{at}] or v != v: out[{at}] = v"),
}


def _reduction(function: Any) -> None:
    start, step = _STEPS[function]

    def typed(a: Any, axis: Any = None, keepdims: Any = False) -> Maker | None:
        axes, kept = (
            _axes(axis, getattr(a, "ndim", 0)),
            getattr(keepdims, "literal_value", keepdims),
        )
        whole = isinstance(getattr(a, "dtype", None), types.Boolean | types.Integer)
        if axes is None or not isinstance(kept, bool) or (whole and function is not np.sum):
            return None
        dtype = "np.int64" if whole else "a.dtype"
        names = [f"i{k}" for k in range(a.ndim)]
        shape = [f"a.shape[{k}]" if k not in axes else "1" for k in range(a.ndim)]
        at = [n if k not in axes else "0" for k, n in enumerate(names)]
        if not kept:
            shape, at = ([s for k, s in enumerate(p) if k not in axes] for p in (shape, at))
        count = " * ".join(f"a.shape[{k}]" for k in axes)
        lines = [
            "def reduced(a, axis=None, keepdims=False):",
            f"    count = {count}",
            f"    out = np.full(({''.join(s + ', ' for s in shape)}), {start}, {dtype})",
        ]
        if "inf" in start:
            lines.append("    if count == 0: raise ValueError('a reduction of no numbers')")
        for k, name in enumerate(names):
            lines.append("    " * (k + 1) + f"for {name} in range(a.shape[{k}]):")
        inner = "    " * (a.ndim + 1)
        lines.append(f"{inner}v = a[{', '.join(names)}]")
        lines.append(inner + step.format(at=", ".join(at) or "()"))
        lines.append("    return out" + ("" if shape else "[()]"))
        space: dict[str, Any] = {"np": np}
        exec("\n".join(lines), space)
        made: Maker = space["reduced"]
        return made

    _said(function)(typed)


def _axes(axis: Any, rank: int) -> tuple[int, ...] | None:
    """The axes that are reduced; None where they are not written down, or none are given."""
    parts: Any = axis if isinstance(axis, types.BaseTuple) else (axis,)
    values = [v for p in parts if isinstance(v := getattr(p, "literal_value", None), int)]
    if len(values) < len(parts) or not all(-rank <= v < rank for v in values):
        return None
    return tuple(v % rank for v in values)


for _function in _STEPS:
    _reduction(_function)
