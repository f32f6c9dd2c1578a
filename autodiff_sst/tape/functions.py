"""TensorFlow's arithmetic, sums, norms and products."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_sst.markers import stop_gradient
from autodiff_sst.tape import nn as _nn
from autodiff_sst.tape.making import as_axis
from autodiff_sst.tape.tensor import Tensor

_t = _nn.tensor


# Sums and their kin


def _reduction(function: Any) -> Any:
    def reduce(input_tensor: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return function(_t(input_tensor), axis=as_axis(axis), keepdims=keepdims)

    reduce.__name__ = f"reduce_{function.__name__}"
    return reduce


reduce_sum, reduce_mean, reduce_prod = _reduction(np.sum), _reduction(np.mean), _reduction(np.prod)
reduce_max, reduce_min = _reduction(np.max), _reduction(np.min)
reduce_any, reduce_all = _reduction(np.any), _reduction(np.all)
reduce_variance, reduce_std = _reduction(np.var), _reduction(np.std)


def reduce_logsumexp(input_tensor: Any, axis: Any = None, keepdims: Any = False) -> Any:
    x, along = _t(input_tensor), as_axis(axis)
    top = stop_gradient(np.max(x, axis=along, keepdims=True))
    total = np.log(np.sum(np.exp(x - top), axis=along, keepdims=keepdims))
    return total + np.reshape(top, total.shape)


def cumsum(x: Any, axis: int = 0) -> Any:
    return np.cumsum(_t(x), axis=axis)


def argmax(input: Any, axis: int = 0) -> Any:
    return np.argmax(_t(input), axis=axis)


def argmin(input: Any, axis: int = 0) -> Any:
    return np.argmin(_t(input), axis=axis)


def norm(tensor: Any, ord: Any = "euclidean", axis: Any = None, keepdims: Any = False) -> Any:
    x, along = _t(tensor), as_axis(axis)
    if ord in ("euclidean", "fro", 2):
        return np.sqrt(np.sum(x * x, axis=along, keepdims=keepdims))
    if ord == 1:
        return np.sum(np.absolute(x), axis=along, keepdims=keepdims)
    if ord == np.inf:
        return np.max(np.absolute(x), axis=along, keepdims=keepdims)
    return np.sum(np.absolute(x) ** ord, axis=along, keepdims=keepdims) ** (1.0 / ord)


def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any) -> Any:
    return np.minimum(np.maximum(_t(t), clip_value_min), clip_value_max)


def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None) -> Any:
    x = _t(t)
    length = norm(x, axis=axes, keepdims=True) if x.ndim else np.absolute(x)
    return x * clip_norm / np.maximum(length, clip_norm)


def global_norm(t_list: Any) -> Any:
    return np.sqrt(add_n([np.sum(_t(t) ** 2) for t in t_list if t is not None]))


def clip_by_global_norm(t_list: Any, clip_norm: Any) -> Any:
    whole = global_norm(t_list)
    scale = clip_norm / np.maximum(whole, clip_norm)
    return [None if t is None else t * scale for t in t_list], whole


# Arithmetic


def add_n(inputs: Any) -> Any:
    total = _t(inputs[0])
    for x in inputs[1:]:
        total = total + x
    return total


def matmul(a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False) -> Any:
    x, y = _t(a), _t(b)
    return np.matmul(np.swapaxes(x, -1, -2) if transpose_a else x,
                     np.swapaxes(y, -1, -2) if transpose_b else y)  # fmt: skip


def tensordot(a: Any, b: Any, axes: Any) -> Any:
    return np.tensordot(_t(a), _t(b), axes)


def einsum(equation: str, *inputs: Any) -> Any:
    return np.einsum(equation, *map(_t, inputs))


def _unary(function: Any) -> Any:
    def elementwise(x: Any) -> Any:
        return function(_t(x))

    elementwise.__name__ = function.__name__
    return elementwise


def _binary(function: Any) -> Any:
    def elementwise(x: Any, y: Any) -> Any:
        return function(x if isinstance(y, Tensor) else _t(x), y)

    elementwise.__name__ = function.__name__
    return elementwise


sin, cos, tan, asin, acos, atan = map(
    _unary, (np.sin, np.cos, np.tan, np.arcsin, np.arccos, np.arctan)
)
sinh, cosh, tanh, asinh, acosh, atanh = map(
    _unary, (np.sinh, np.cosh, np.tanh, np.arcsinh, np.arccosh, np.arctanh)
)
exp, sqrt, square, abs, negative, sign = map(
    _unary, (np.exp, np.sqrt, np.square, np.absolute, np.negative, np.sign)
)
floor, ceil, round, log, log1p, expm1, reciprocal = map(
    _unary, (np.floor, np.ceil, np.rint, np.log, np.log1p, np.expm1, np.reciprocal)
)
add, subtract, multiply, divide, pow = map(
    _binary, (np.add, np.subtract, np.multiply, np.true_divide, np.power)
)
maximum, minimum, floordiv, floormod, atan2 = map(
    _binary, (np.maximum, np.minimum, np.floor_divide, np.remainder, np.arctan2)
)
greater, greater_equal, less, less_equal, equal, not_equal = map(
    _binary, (np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal)
)
logical_and, logical_or = map(_binary, (np.logical_and, np.logical_or))
logical_not, is_nan, is_finite = map(_unary, (np.logical_not, np.isnan, np.isfinite))
sigmoid = _nn.sigmoid


def rsqrt(x: Any) -> Any:
    return 1.0 / np.sqrt(_t(x))


def squared_difference(x: Any, y: Any) -> Any:
    return (_t(x) - y) ** 2


def l2_normalize(x: Any, axis: Any = None, epsilon: float = 1e-12) -> Any:
    total = np.sum(_t(x) ** 2, axis=as_axis(axis), keepdims=True)
    return _t(x) * rsqrt(np.maximum(total, epsilon))
