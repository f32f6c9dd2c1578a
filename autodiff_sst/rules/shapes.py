"""Functions that move, repeat or choose elements."""

import numpy as np

from autodiff_sst.core.syntax import Object
from autodiff_sst.errors import MissingRuleError
from autodiff_sst.markers import stop_gradient
from autodiff_sst.rules.language import adjoint, d, macro
from autodiff_sst.rules.registry import declare_nondifferentiable
from autodiff_sst.runtime.broadcast import unbroadcast

declare_nondifferentiable(
    *(np.zeros_like, np.ones_like, np.empty_like, np.shape, np.ndim, np.size, np.argmax, np.argmin),
    *(np.argsort, np.sign, np.floor, np.ceil, np.rint, np.trunc, np.round, np.isnan, np.isfinite),
    *(np.isinf, np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal),
    *(np.logical_and, np.logical_or, np.logical_not, np.logical_xor, np.any, np.all, np.zeros),
    *(np.ones, np.empty, np.arange, np.eye, np.identity, np.searchsorted, np.nonzero),
    *(len, int, bool, isinstance, type, range, str, format, repr, ascii, stop_gradient),
)


@adjoint(np.copy)
def _(y, a):
    d[a] = d[y]


@adjoint(np.where)
def _(y, condition, a, b):
    d[condition] = None
    d[a] = np.where(condition, d[y], 0.0)
    d[b] = np.where(condition, 0.0, d[y])


@adjoint(np.real)
def _(y, val):
    d[val] = d[y]


@adjoint(np.full_like)
def _(y, a, fill_value):
    d[a] = None
    d[fill_value] = d[y]


@adjoint(np.broadcast_to)
def _(y, array, shape):
    d[array] = d[y]


@adjoint(unbroadcast)
def _(y, x_bar, x):
    d[x] = None
    d[x_bar] = d[y]


@adjoint(np.float32, np.float64)
def _(y, x):
    d[x] = d[y]


# Axes


@macro
def inverse_axes(builder, knowledge, y_bar, axes):
    order = knowledge.constant(axes, False)
    if order is False:
        raise MissingRuleError("`axes` of a transpose must be a constant", builder.origin)
    if order is None:
        return builder.call(Object(np.transpose, "np.transpose", np), y_bar)
    inverse = tuple(int(k) for k in np.argsort([axis % len(order) for axis in order]))
    return builder.call(Object(np.transpose, "np.transpose", np), y_bar, inverse)


@adjoint(np.transpose)
def _(y, a, axes=None):
    d[a] = inverse_axes(d[y], axes)


@adjoint(np.swapaxes)
def _(y, a, axis1, axis2):
    d[a] = np.swapaxes(d[y], axis1, axis2)


@adjoint(np.reshape)
def _(y, a, shape):
    d[a] = np.reshape(d[y], np.shape(a))


@adjoint(np.ravel, np.squeeze)
def _(y, a, axis=None):
    d[a] = np.reshape(d[y], np.shape(a))


@adjoint(np.flip)
def _(y, m, axis=None):
    d[m] = np.flip(d[y], axis)


@adjoint(np.roll)
def _(y, a, shift, axis=None):
    d[a] = np.roll(d[y], -shift, axis)


@adjoint(np.asarray, np.array, np.atleast_1d, np.ascontiguousarray)
def _(y, a):
    d[a] = np.reshape(d[y], np.shape(a))


@adjoint(np.expand_dims)
def _(y, a, axis):
    d[a] = np.reshape(d[y], np.shape(a))
