"""Functions that move, repeat or choose elements."""

import bisect
import math

import numpy as np

from autodiff_sst.core.syntax import Atom, ListOf, Literal, Object, Slice, Subscript, Unary
from autodiff_sst.errors import MissingRuleError, needing
from autodiff_sst.markers import stop_gradient
from autodiff_sst.rules.helpers import numpy_object
from autodiff_sst.rules.language import Only, adjoint, d, is_complex, is_constant, macro, rank
from autodiff_sst.rules.registry import declare_linear, declare_nondifferentiable
from autodiff_sst.runtime.broadcast import unbroadcast, unbroadcast_from
from autodiff_sst.runtime.calls import plain
from autodiff_sst.runtime.contexts import error_of
from autodiff_sst.runtime.methods import astype
from autodiff_sst.runtime.sequences import (
    count_from,
    count_of,
    is_array,
    is_mapping,
    is_sequence,
    last_places,
    nones,
    number,
    order_of,
    own_items,
    pieces_like,
    place_of,
    position,
    position_of,
    positions,
    rows_like,
    rows_of,
    start_of,
    unpad_like,
    zeros_by_row,
    zeros_of_items,
    zeros_of_rows,
)
from autodiff_sst.runtime.storage import last_written
from autodiff_sst.runtime.tables import keys_of_table, zeros_of_table

declare_nondifferentiable(
    *(np.zeros_like, np.ones_like, np.empty_like, np.shape, np.ndim, np.size, np.argmax, np.argmin),
    *(np.argsort, np.sign, np.floor, np.ceil, np.rint, np.trunc, np.round, np.isnan, np.isfinite),
    *(np.around, np.isposinf, np.isneginf),
    *(np.isinf, np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal),
    *(np.logical_and, np.logical_or, np.logical_not, np.logical_xor, np.any, np.all, np.zeros),
    *(np.floor_divide, np.fix, np.signbit, np.isclose, np.allclose, np.array_equal),
    *(np.count_nonzero, np.lexsort, np.argpartition, np.flatnonzero, np.argwhere, np.digitize),
    *(np.iscomplexobj, np.isrealobj, np.isreal),
    *(np.nanargmax, np.nanargmin, np.result_type, np.broadcast_shapes, np.spacing, np.tri),
    *(math.floor, math.ceil, math.trunc, math.isnan, math.isfinite, math.isinf, math.isclose),
    *(bisect.bisect_left, bisect.bisect_right),
    *(np.ones, np.empty, np.eye, np.identity, np.searchsorted, np.nonzero),
    *(
        error_of,
        last_written,
        positions,
        plain,
        count_of,
        position_of,
        place_of,
        position,
        last_places,
        nones,
        zeros_by_row,
        zeros_of_items,
        keys_of_table,
        zeros_of_table,
        zeros_of_rows,
        order_of,
        rows_of,
        start_of,
        count_from,
        is_sequence,
        is_mapping,
        is_array,
    ),
    *(len, int, bool, round, isinstance, type, range, str, format, repr, ascii, stop_gradient),
)


declare_linear(np.copy, np.transpose, np.swapaxes, np.reshape, np.ravel, np.squeeze, by=("a",))
declare_linear(np.roll, np.asarray, np.array, np.atleast_1d, np.ascontiguousarray, by=("a",))
declare_linear(np.expand_dims, np.moveaxis, np.diff, astype, by=("a",))
declare_linear(np.where, by=("a", "b"), joint=True)
declare_linear(np.real, by=("val",))
declare_linear(np.full_like, by=("fill_value",))
declare_linear(np.broadcast_to, np.pad, by=("array",))
declare_linear(unbroadcast, unbroadcast_from, by=("x_bar",))
declare_linear(np.float32, np.float64, number, by=("x",))
declare_linear(np.flip, by=("m",))
declare_linear(list, by=("iterable",))
declare_linear(own_items, by=("xs",))
declare_linear(rows_like, by=("rows",))
declare_linear(np.concatenate, np.stack, by=("arrays",))


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


@adjoint(np.imag)
def _(y, val):
    d[val] = -1j * d[y]


declare_linear(np.imag, by=("val",))


@adjoint(np.full_like)
def _(y, a, fill_value):
    d[a] = None
    d[fill_value] = d[y]


@adjoint(np.broadcast_to)
def _(y, array, shape):
    d[array] = d[y]


@adjoint(unbroadcast_from)
def _(z, x_bar, x, y):
    d[x] = None
    d[y] = None
    d[x_bar] = unbroadcast_from(d[z], x_bar, y)


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
        words = "`axes` of a transpose must be a constant"
        raise needing(MissingRuleError(words, builder.origin), axes)
    if order is None:
        return builder.call(numpy_object(np.transpose), y_bar)
    inverse = tuple(int(k) for k in np.argsort([axis % len(order) for axis in order]))
    return builder.call(numpy_object(np.transpose), y_bar, inverse)


@adjoint(np.transpose)
def _(y, a, axes=None):
    d[a] = inverse_axes(d[y], axes)


@adjoint(np.swapaxes)
def _(y, a, axis1, axis2):
    d[a] = np.swapaxes(d[y], axis1, axis2)


@adjoint(np.reshape)
def _(y, a, shape, order="C"):
    d[a] = np.reshape(d[y], np.shape(a)) if order == "C" else np.reshape(d[y], np.shape(a), order)


@adjoint(np.ravel)
def _(y, a, order="C"):
    d[a] = np.reshape(d[y], np.shape(a)) if order == "C" else np.reshape(d[y], np.shape(a), order)


@adjoint(np.squeeze)
def _(y, a, axis=None):
    d[a] = np.reshape(d[y], np.shape(a))


@adjoint(np.flip)
def _(y, m, axis=None):
    d[m] = np.flip(d[y], axis)


@adjoint(np.roll)
def _(y, a, shift, axis=None):
    if is_constant(shift) and isinstance(shift, tuple):
        d[a] = np.roll(d[y], np.negative(shift), axis)
    else:
        d[a] = np.roll(d[y], -shift, axis)


@adjoint(np.asarray, np.array)
def _(y, a, dtype=None, copy=None, order=None, ndmin=0):
    if rank(a) is None:
        d[a] = d[y]  # of a list: its items take the rows
    elif dtype is not None:
        d[a] = np.asarray(np.reshape(d[y], np.shape(a)), dtype=np.result_type(a))
    elif ndmin:
        d[a] = np.reshape(d[y], np.shape(a))
    else:
        d[a] = d[y]


@adjoint(astype)
def _(y, a, dtype):
    if is_complex(a):
        d[a] = np.asarray(d[y], dtype=np.result_type(a))
    elif is_complex(y):
        d[a] = np.asarray(np.real(d[y]), dtype=np.result_type(a))
    else:
        d[a] = np.asarray(d[y], dtype=np.result_type(a))


@adjoint(np.atleast_1d, np.ascontiguousarray)
def _(y, a):
    d[a] = np.reshape(d[y], np.shape(a))


@adjoint(np.expand_dims)
def _(y, a, axis):
    d[a] = np.reshape(d[y], np.shape(a))


@adjoint(number)
def _(y, x):
    d[x] = d[y]


@adjoint(list)
def _(y, iterable):
    d[iterable] = rows_like(d[y], iterable)


@adjoint(own_items)
def _(y, xs):
    d[xs] = d[y]


@adjoint(rows_like)
def _(y, rows, x):
    d[x] = None
    d[rows] = list(d[y])


# Several arrays made one


@macro
def pieces(builder, knowledge, y_bar, arrays, axis):
    """The parts of an array that was concatenated, a list."""
    items, along = knowledge.items(arrays), knowledge.constant(axis, False)
    if items is None or along is False or along is None or not knowledge.rank(y_bar):
        return builder.call(Object(pieces_like, "pieces_like"), y_bar, arrays, axis)
    made: list[Atom] = []
    start: Atom | None = Literal(0)
    rank = knowledge.rank(y_bar) or 1
    for k, item in enumerate(items):
        stop = None
        if k < len(items) - 1:
            shape = builder.call(numpy_object(np.shape), item)
            length = builder.emit(Subscript(shape, (Literal(along),)))
            stop = length if start == Literal(0) else builder.binary("+", start, length)
        whole = Slice(None, None, None)
        index = [whole] * (along % rank) + [
            Slice(None if start == Literal(0) else start, stop, None)
        ]
        made.append(builder.emit(Subscript(y_bar, tuple(index))))
        builder.exact.add(made[-1])
        start = stop
    return builder.emit(ListOf(tuple(made)))


declare_linear(pieces_like, by=("y_bar",))


@adjoint(pieces_like)
def _(y, y_bar, arrays, axis):
    d[y_bar] = np.concatenate(d[y], axis)
    d[arrays] = None


@adjoint(np.concatenate)
def _(y, arrays, axis=0):
    d[arrays] = pieces(d[y], arrays, axis)


@adjoint(np.stack)
def _(y, arrays, axis=0):
    d[arrays] = d[y] if axis == 0 else np.moveaxis(d[y], axis, 0)


@adjoint(np.moveaxis)
def _(y, a, source, destination):
    d[a] = np.moveaxis(d[y], destination, source)


ONE = Only(1)


@adjoint(np.diff)
def _(y, a, n=ONE, axis=-1):
    d[a] = undiff(d[y], axis)


@macro
def undiff(builder, knowledge, y_bar, axis):
    """-diff of the cotangent between zeros."""
    along, rank = knowledge.constant(axis, False), knowledge.rank(y_bar)
    if along is False or rank is None:
        raise needing(MissingRuleError("`axis` of np.diff must be a constant"), axis)
    width = tuple((int(k == along % rank), int(k == along % rank)) for k in range(rank))
    padded = builder.call(numpy_object(np.pad), y_bar, width)
    return builder.emit(Unary("-", builder.call(numpy_object(np.diff), padded, axis=along)))


@adjoint(np.pad)
def _(y, array, pad_width):
    d[array] = unpad(d[y], array, pad_width)


@adjoint(unpad_like)
def _(y, y_bar, array, pad_width):
    d[y_bar] = np.pad(d[y], pad_width)
    d[array] = None


declare_linear(unpad_like, by=("y_bar",))


@macro
def unpad(builder, knowledge, y_bar, array, pad_width):
    width, rank = knowledge.constant(pad_width), knowledge.rank(array)
    if width is None or rank is None:
        return builder.call(Object(unpad_like, "unpad_like"), y_bar, array, pad_width)
    width = np.broadcast_to(np.asarray(width), (rank, 2))
    index = tuple(Slice(Literal(int(a)), Literal(-int(b)) if b else None, None) for a, b in width)
    return builder.emit(Subscript(y_bar, index))
