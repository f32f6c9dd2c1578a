"""More of TensorFlow's functions, and Keras's losses as objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff_sst.tape import nn as _nn
from autodiff_sst.tape.making import as_axis, as_ints
from autodiff_sst.tape.tensor import Tensor, unwrapped

_t = _nn.tensor

# Those that are in `tf` itself.
__all__ = ["Module", "boolean_mask", "cond", "executing_eagerly", "gather_nd", "map_fn", "meshgrid",
           "repeat", "roll", "slice", "sort", "while_loop"]  # fmt: skip


# Order and shape


def sort(values: Any, axis: int = -1, direction: str = "ASCENDING") -> Any:
    made = np.sort(_t(values), axis=axis)
    return made if direction == "ASCENDING" else np.flip(made, axis)


def repeat(input: Any, repeats: Any, axis: Any = None) -> Any:
    return np.repeat(_t(input), unwrapped(repeats), axis=as_axis(axis))


def roll(input: Any, shift: Any, axis: Any) -> Any:
    return np.roll(_t(input), unwrapped(shift), axis=as_axis(axis))


def slice(input_: Any, begin: Any, size: Any) -> Any:
    bounds = zip(as_ints(begin), as_ints(size), strict=True)
    return _t(input_)[tuple(np.s_[b : None if n < 0 else b + n] for b, n in bounds)]


def boolean_mask(tensor: Any, mask: Any) -> Any:
    return _t(tensor)[np.asarray(unwrapped(mask), bool)]


def gather_nd(params: Any, indices: Any) -> Any:
    places = np.asarray(unwrapped(indices))
    return _t(params)[tuple(np.moveaxis(places, -1, 0))]


def meshgrid(*args: Any, indexing: Any = "xy") -> Any:
    return np.meshgrid(*map(_t, args), indexing=indexing)


# Mathematics


def cumprod(x: Any, axis: int = 0) -> Any:
    return np.cumprod(_t(x), axis=axis)


def _special(name: str) -> Callable[[Any], Any]:
    def function(x: Any) -> Any:
        from scipy import special  # the extra that has these rules

        return getattr(special, name)(_t(x))

    function.__name__ = name
    return function


erf, erfc, lgamma, digamma = map(_special, ("erf", "erfc", "gammaln", "digamma"))


def xlogy(x: Any, y: Any) -> Any:
    """`x log y`, and zero where x is."""
    zero = unwrapped(_t(x)) == 0
    return _t(x) * np.log(np.where(zero, 1.0, _t(y)))


def log_sigmoid(x: Any) -> Any:
    return -_nn.softplus(-_t(x))


def divide_no_nan(x: Any, y: Any) -> Any:
    zero = unwrapped(_t(y)) == 0
    return np.where(zero, 0.0, _t(x) / np.where(zero, 1.0, _t(y)))


def polyval(coeffs: Any, x: Any) -> Any:
    total = _t(x) * 0.0
    for c in coeffs:
        total = total * _t(x) + c
    return total


def matrix_transpose(a: Any) -> Any:
    return np.swapaxes(_t(a), -1, -2)


def band_part(input: Any, num_lower: int, num_upper: int) -> Any:
    rows, columns = unwrapped(_t(input)).shape[-2:]
    away = np.arange(columns) - np.arange(rows)[:, None]
    kept = ((num_lower < 0) | (-away <= num_lower)) & ((num_upper < 0) | (away <= num_upper))
    return np.where(kept, _t(input), 0.0)


def relu6(x: Any) -> Any:
    return np.clip(_t(x), 0.0, 6.0)


def bias_add(value: Any, bias: Any) -> Any:
    return _t(value) + bias


def moments(x: Any, axes: Any, keepdims: Any = False) -> Any:
    along = as_axis(axes)
    return np.mean(_t(x), axis=along, keepdims=keepdims), np.var(
        _t(x), axis=along, keepdims=keepdims
    )


# Control


def cond(pred: Any, true_fn: Any, false_fn: Any) -> Any:
    return true_fn() if unwrapped(pred) else false_fn()


def map_fn(fn: Any, elems: Any) -> Any:
    return np.stack([fn(item) for item in _t(elems)])


def while_loop(cond: Any, body: Any, loop_vars: Any) -> Any:
    while unwrapped(cond(*loop_vars)):
        made = body(*loop_vars)
        loop_vars = made if isinstance(made, list | tuple) else (made,)
    return loop_vars


def executing_eagerly() -> bool:
    return True


# Losses


class Loss:
    """The mean of a loss over the batch; `from_logits` says that predictions are logits."""

    def __init__(self, from_logits: bool = False) -> None:
        self.from_logits = from_logits

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        each = self.call(unwrapped(_t(y_true)), _t(y_pred))
        return np.mean(each if sample_weight is None else each * unwrapped(sample_weight))

    def call(self, y_true: Any, y_pred: Any) -> Any:
        raise NotImplementedError


def mean_squared_error(y_true: Any, y_pred: Any) -> Any:
    return np.mean((_t(y_pred) - y_true) ** 2, axis=-1)


def mean_absolute_error(y_true: Any, y_pred: Any) -> Any:
    return np.mean(np.absolute(_t(y_pred) - y_true), axis=-1)


class MeanSquaredError(Loss):
    def call(self, y_true: Any, y_pred: Any) -> Any:
        return mean_squared_error(y_true, y_pred)


class MeanAbsoluteError(Loss):
    def call(self, y_true: Any, y_pred: Any) -> Any:
        return mean_absolute_error(y_true, y_pred)


_SMALL = 1e-7  # Keras's: probabilities are kept away from 0 and 1 by it


class BinaryCrossentropy(Loss):
    def call(self, y_true: Any, y_pred: Any) -> Any:
        if self.from_logits:
            each = _nn.sigmoid_cross_entropy_with_logits(labels=y_true, logits=y_pred)
        else:
            p = np.clip(y_pred, _SMALL, 1 - _SMALL)
            each = -(y_true * np.log(p) + (1 - y_true) * np.log(1 - p))
        return np.mean(each, axis=-1)


class CategoricalCrossentropy(Loss):
    def call(self, y_true: Any, y_pred: Any) -> Any:
        if self.from_logits:
            return -np.sum(y_true * _nn.log_softmax(y_pred), axis=-1)
        p = np.clip(y_pred / np.sum(y_pred, axis=-1, keepdims=True), _SMALL, 1 - _SMALL)
        return -np.sum(y_true * np.log(p), axis=-1)


class SparseCategoricalCrossentropy(CategoricalCrossentropy):
    def call(self, y_true: Any, y_pred: Any) -> Any:
        classes = unwrapped(y_pred).shape[-1]
        return super().call(np.eye(classes)[np.asarray(y_true, int)], y_pred)


class Module:
    """An object whose variables are found in its attributes."""

    @property
    def trainable_variables(self) -> tuple[Any, ...]:
        return tuple(v for v in self.variables if v.trainable)

    @property
    def variables(self) -> tuple[Any, ...]:
        return tuple(_variables_in([*vars(self).values()]))


def _variables_in(value: Any) -> list[Any]:
    if isinstance(value, Tensor):
        return [value] if hasattr(value, "trainable") else []
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, list | tuple):
        return [v for item in value for v in _variables_in(item)]
    return [*getattr(value, "variables", ())]


def flatten(structure: Any) -> list[Any]:
    """`tf.nest.flatten`: dicts by their sorted keys."""
    if isinstance(structure, dict):
        return [v for k in sorted(structure) for v in flatten(structure[k])]
    if isinstance(structure, list | tuple):
        return [v for item in structure for v in flatten(item)]
    return [structure]


def map_structure(func: Any, *structures: Any) -> Any:
    """`tf.nest.map_structure`."""
    first = structures[0]
    if isinstance(first, dict):
        return {k: map_structure(func, *(s[k] for s in structures)) for k in first}
    if isinstance(first, list | tuple):
        made = [map_structure(func, *parts) for parts in zip(*structures, strict=True)]
        return made if isinstance(first, list) else tuple(made)
    return func(*structures)
