"""Sums and their kin: functions along an axis."""

import math

import numpy as np

from autodiff_sst.core.syntax import Literal, Slice, Subscript
from autodiff_sst.errors import MissingRuleError, needing
from autodiff_sst.rules.helpers import LEN, numpy_object
from autodiff_sst.rules.language import adjoint, d, is_complex, macro, rank, tangent
from autodiff_sst.rules.registry import declare_linear, declare_nondifferentiable
from autodiff_sst.runtime.linalg import product_of_others, second_product
from autodiff_sst.runtime.quantiles import quantile_slopes, quantile_weights

_MISSING = object()


@macro
def unreduce(builder, knowledge, y_bar, a, axis, keepdims):
    """The cotangent of a reduction, reduced axes put back as ones: it broadcasts to `a`."""
    axes, kept = knowledge.constant(axis, _MISSING), knowledge.constant(keepdims, _MISSING)
    if axes is None or kept is True:
        return y_bar
    if axes is _MISSING or kept is _MISSING:
        what, value = ("axis", axis) if axes is _MISSING else ("keepdims", keepdims)
        words = f"`{what}` of a reduction must be a constant"
        raise needing(MissingRuleError(words, builder.origin), value)
    rank = knowledge.rank(a)
    axes = axes if isinstance(axes, tuple) else (axes,)
    if rank is None:
        return builder.call(numpy_object(np.expand_dims), y_bar, axes)
    reduced = {axis % rank for axis in axes}
    if knowledge.rank(y_bar) == 0 or reduced == {*range(len(reduced))}:
        return y_bar  # it broadcasts as it is
    last = max(reduced)
    index = (Literal(None) if k in reduced else Slice(None, None, None) for k in range(last + 1))
    return builder.emit(Subscript(y_bar, tuple(index)))


@macro
def count_of(builder, knowledge, a, y, axis):
    """Of how many numbers of `a` each of `y` is made."""
    along = knowledge.constant(axis, _MISSING)
    if along is None:
        return builder.call(numpy_object(np.size), a)
    if along == 0:
        return builder.call(LEN, a)
    if isinstance(along, int):
        shape = builder.call(numpy_object(np.shape), a)
        return builder.emit(Subscript(shape, (Literal(along),)))
    sizes = [builder.call(numpy_object(np.size), part) for part in (a, y)]
    return builder.binary("/", *sizes)


@adjoint(np.sum)
def _(y, a, axis=None, keepdims=False, where=True, initial=0.0, dtype=None):
    if where is True:
        d[a] = unreduce(d[y], a, axis, keepdims)
    else:
        d[a] = unreduce(d[y], a, axis, keepdims) * where
    d[initial] = np.sum(d[y])


declare_linear(np.sum, by=("a", "initial"), joint=True)
declare_linear(np.mean, np.cumsum, by=("a",))
declare_linear(sum, by=("iterable", "start"), joint=True)


@adjoint(sum, math.fsum)
def _(y, iterable, start=0):
    if rank(iterable) is None:
        d[iterable] = [d[y]] * len(iterable)
    else:
        d[iterable] = np.broadcast_to(d[y], np.shape(iterable))
    d[start] = d[y]


@tangent(math.fsum)
def _(y, seq):
    d[y] = sum(d[seq])


@adjoint(np.mean)
def _(y, a, axis=None, keepdims=False, where=True, dtype=None):
    if where is True:
        d[a] = unreduce(d[y], a, axis, keepdims) / count_of(a, y, axis)
    else:
        count = np.sum(np.broadcast_to(where, np.shape(a)), axis=axis, keepdims=True)
        d[a] = unreduce(d[y], a, axis, keepdims) * (where / count)


@adjoint(np.prod)
def _(y, a, axis=None, keepdims=False, where=True, initial=1):
    if where is not True:
        a_ = np.where(where, a, 1.0)
        others = product_of_others(a_, axis) * where
    else:
        others = product_of_others(a, axis)
    if initial == 1:
        d[a] = unreduce(d[y], a, axis, keepdims) * others
    else:
        d[a] = unreduce(d[y], a, axis, keepdims) * (others * initial)


@adjoint(product_of_others)
def _(y, a, axis=None):
    d[a] = second_product(d[y], a, axis)


@tangent(product_of_others)
def _(y, a, axis=None):
    d[y] = second_product(d[a], a, axis)


@adjoint(second_product)
def _(y, p_bar, a, axis=None):
    d[p_bar] = second_product(d[y], a, axis)


@adjoint(np.max, np.min)
def _(y, a, axis=None, keepdims=False):
    # Shares split evenly among equals.
    chosen = a == unreduce(y, a, axis, keepdims)
    share = chosen / np.sum(chosen, axis=axis, keepdims=True)
    d[a] = unreduce(d[y], a, axis, keepdims) * share


@tangent(np.prod)
def _(y, a, axis=None, keepdims=False, where=True, initial=1):
    if where is not True:
        others = product_of_others(np.where(where, a, 1.0), axis) * where
    else:
        others = product_of_others(a, axis)
    if initial == 1:
        d[y] = np.sum(d[a] * others, axis=axis, keepdims=keepdims)
    else:
        d[y] = np.sum(d[a] * (others * initial), axis=axis, keepdims=keepdims)


@tangent(np.max, np.min)
def _(y, a, axis=None, keepdims=False):
    chosen = a == unreduce(y, a, axis, keepdims)
    share = chosen / np.sum(chosen, axis=axis, keepdims=True)
    d[y] = np.sum(d[a] * share, axis=axis, keepdims=keepdims)


@tangent(np.var)
def _(y, a, axis=None, ddof=0, keepdims=False):
    centred = a - np.mean(a, axis=axis, keepdims=True)
    scale = 2 / (count_of(a, y, axis) - ddof)
    if is_complex(a):
        d[y] = np.sum(np.real(np.conj(centred) * d[a]), axis=axis, keepdims=keepdims) * scale
    else:
        d[y] = np.sum(centred * d[a], axis=axis, keepdims=keepdims) * scale


@tangent(np.std)
def _(y, a, axis=None, ddof=0, keepdims=False):
    centred = a - np.mean(a, axis=axis, keepdims=True)
    scale = y * (count_of(a, y, axis) - ddof)
    if is_complex(a):
        d[y] = np.sum(np.real(np.conj(centred) * d[a]), axis=axis, keepdims=keepdims) / scale
    else:
        d[y] = np.sum(centred * d[a], axis=axis, keepdims=keepdims) / scale


@adjoint(np.var)
def _(y, a, axis=None, ddof=0, keepdims=False):
    centred = a - np.mean(a, axis=axis, keepdims=True)
    if is_complex(a):
        centred = np.conj(centred)
    d[a] = unreduce(d[y], a, axis, keepdims) * (2 * centred / (count_of(a, y, axis) - ddof))


@adjoint(np.std)
def _(y, a, axis=None, ddof=0, keepdims=False):
    centred = a - np.mean(a, axis=axis, keepdims=True)
    if is_complex(a):
        centred = np.conj(centred)
    scale = unreduce(y, a, axis, keepdims) * (count_of(a, y, axis) - ddof)
    d[a] = unreduce(d[y], a, axis, keepdims) * (centred / scale)


@adjoint(np.cumsum)
def _(y, a, axis=None):
    if axis is None:
        d[a] = np.reshape(np.flip(np.cumsum(np.flip(d[y]))), np.shape(a))
    else:
        d[a] = np.flip(np.cumsum(np.flip(d[y], axis), axis), axis)


declare_nondifferentiable(quantile_slopes)


@adjoint(quantile_weights)
def _(y, q, n, method):
    d[q] = np.sum(d[y] * quantile_slopes(q, n, method), axis=-1)


@tangent(quantile_weights)
def _(y, q, n, method):
    d[y] = np.asarray(d[q])[..., None] * quantile_slopes(q, n, method)
