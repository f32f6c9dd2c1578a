"""TensorFlow's functions that make tensors, and that change their shapes."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from autodiff_sst.tape import nn as _nn
from autodiff_sst.tape.ops import cast_to as _cast_to
from autodiff_sst.tape.tensor import Tensor, constant, unwrapped
from autodiff_sst.tape.tensor import call as _call

float16, float32, float64 = np.dtype("f2"), np.dtype("f4"), np.dtype("f8")
int32, int64, bool_ = np.dtype("i4"), np.dtype("i8"), np.dtype(bool)
complex64, complex128 = np.dtype("c8"), np.dtype("c16")
_t = _nn.tensor


def as_ints(shape: Any) -> tuple[int, ...]:
    plain = unwrapped(shape)
    return tuple(int(n) for n in np.ravel(np.asarray(plain)))


def as_axis(axis: Any) -> Any:
    plain = unwrapped(axis)
    if plain is None or isinstance(plain, int):
        return plain
    return as_ints(plain) if np.ndim(plain) else int(plain)


# Making tensors


def convert_to_tensor(value: Any, dtype: Any = None) -> Any:
    return value if isinstance(value, Tensor) and dtype is None else constant(value, dtype)


def is_tensor(x: Any) -> bool:
    return isinstance(x, Tensor)


def zeros(shape: Any, dtype: Any = float32) -> Tensor:
    return Tensor(np.zeros(as_ints(shape), dtype))


def ones(shape: Any, dtype: Any = float32) -> Tensor:
    return Tensor(np.ones(as_ints(shape), dtype))


def fill(dims: Any, value: Any) -> Tensor:
    return Tensor(np.full(as_ints(dims), constant(value).value))


def zeros_like(x: Any, dtype: Any = None) -> Tensor:
    return Tensor(np.zeros_like(unwrapped(_t(x)), dtype))


def ones_like(x: Any, dtype: Any = None) -> Tensor:
    return Tensor(np.ones_like(unwrapped(_t(x)), dtype))


def eye(num_rows: Any, num_columns: Any = None, dtype: Any = float32) -> Tensor:
    columns = None if num_columns is None else int(num_columns)
    return Tensor(np.eye(int(num_rows), columns, dtype=dtype))


def linspace(start: Any, stop: Any, num: Any) -> Any:
    first, last = _t(start), _t(stop)
    ramp = np.linspace(0.0, 1.0, int(num)).astype(first.dtype)
    return first + ramp * (last - first)


def range(*bounds: Any, dtype: Any = None) -> Tensor:
    made = np.arange(*(unwrapped(b) for b in bounds))
    return Tensor(made.astype(dtype or (float32 if made.dtype.kind == "f" else int32)))


def one_hot(indices: Any, depth: int, dtype: Any = float32) -> Tensor:
    return Tensor(np.eye(int(depth), dtype=dtype)[np.asarray(unwrapped(indices))])


def cast(x: Any, dtype: Any) -> Any:
    return _call(_cast_to, (_t(x), np.dtype(dtype)), {})


def identity(x: Any) -> Any:
    return np.positive(_t(x))


# Shapes


def shape(x: Any) -> Tensor:
    return constant(list(_t(x).shape), int32)


def rank(x: Any) -> Tensor:
    return constant(_t(x).ndim)


def size(x: Any) -> Tensor:
    return constant(_t(x).size)


def reshape(tensor: Any, shape: Any) -> Any:
    return np.reshape(_t(tensor), as_ints(shape))


def transpose(a: Any, perm: Any = None) -> Any:
    return np.transpose(_t(a), None if perm is None else as_ints(perm))


def expand_dims(input: Any, axis: Any) -> Any:
    return np.expand_dims(_t(input), as_axis(axis))


def squeeze(input: Any, axis: Any = None) -> Any:
    x = _t(input)
    gone = [a % x.ndim for a in as_ints(axis)] if axis is not None else [*builtins.range(x.ndim)]
    return np.reshape(x, tuple([n for k, n in enumerate(x.shape) if n != 1 or k not in gone]))


def concat(values: Any, axis: Any) -> Any:
    return np.concatenate([_t(v) for v in values], axis=as_axis(axis))


def stack(values: Any, axis: Any = 0) -> Any:
    return np.stack([_t(v) for v in values], axis=as_axis(axis))


def unstack(value: Any, num: Any = None, axis: int = 0) -> Any:
    x = _t(value)
    moved = np.moveaxis(x, axis, 0)
    return [moved[k] for k in builtins.range(moved.shape[0])]


def split(value: Any, num_or_size_splits: Any, axis: int = 0) -> Any:
    x, sizes = _t(value), unwrapped(num_or_size_splits)
    if np.ndim(sizes) == 0:
        sizes = [x.shape[axis] // int(sizes)] * int(sizes)
    ends = np.cumsum(sizes)
    parts = zip([0, *ends[:-1]], ends, strict=True)
    return [np.take(x, np.arange(a, b), axis=axis) for a, b in parts]


def tile(input: Any, multiples: Any) -> Any:
    return np.tile(_t(input), as_ints(multiples))


def gather(params: Any, indices: Any, axis: int = 0) -> Any:
    return np.take(_t(params), np.asarray(unwrapped(indices)), axis=axis)


def where(condition: Any, x: Any = None, y: Any = None) -> Any:
    test = np.asarray(unwrapped(condition))
    if x is None:
        return constant(np.argwhere(test))
    return np.where(test, _t(x), _t(y))


def pad(tensor: Any, paddings: Any, mode: str = "CONSTANT", constant_values: Any = 0) -> Any:
    x, width = _t(tensor), tuple(map(tuple, np.asarray(unwrapped(paddings)).tolist()))
    if mode.upper() != "CONSTANT":
        raise ValueError(f"pad: mode 'CONSTANT' is what there is, not {mode!r}")
    padded = np.pad(x, width)
    value = unwrapped(constant_values)
    if np.ndim(value) == 0 and float(value) == 0.0:
        return padded
    outside = 1 - np.pad(np.ones(x.shape, x.dtype), width)
    return padded + outside * constant_values


def broadcast_to(input: Any, shape: Any) -> Any:
    return np.broadcast_to(_t(input), as_ints(shape))


def reverse(tensor: Any, axis: Any) -> Any:
    return np.flip(_t(tensor), as_axis(axis))
