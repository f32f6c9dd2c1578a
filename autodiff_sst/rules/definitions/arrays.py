"""Functions that join, split, repeat, choose and order elements."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

import numpy as np

from autodiff_sst.errors import MissingRuleError
from autodiff_sst.markers import stop_gradient
from autodiff_sst.rules.definitions import defines
from autodiff_sst.runtime.calls import plain
from autodiff_sst.runtime.methods import choose_of, compress_of, divided
from autodiff_sst.runtime.places import partition_places


@defines(np.hstack)
def hstack(tup):
    arrays = [np.atleast_1d(a) for a in tup]
    return np.concatenate(arrays, axis=0 if np.ndim(arrays[0]) == 1 else 1)


@defines(np.vstack, *([np.row_stack] if hasattr(np, "row_stack") else []))
def vstack(tup):
    return np.concatenate([np.atleast_2d(a) for a in tup], axis=0)


@defines(np.dstack)
def dstack(tup):
    return np.concatenate([np.atleast_3d(a) for a in tup], axis=2)


@defines(np.column_stack)
def column_stack(tup):
    return np.concatenate([_column(a) for a in tup], axis=1)


def _column(a):
    return np.reshape(a, (-1, 1)) if np.ndim(a) < 2 else a


@defines(np.append)
def append(arr, values, axis=None):
    if axis is None:
        return np.concatenate([np.ravel(arr), np.ravel(values)])
    return np.concatenate([arr, values], axis=axis)


@defines(np.atleast_2d)
def atleast_2d(ary):
    if np.ndim(ary) == 0:
        return np.reshape(ary, (1, 1))
    return ary[None, :] if np.ndim(ary) == 1 else ary


@defines(np.atleast_3d)
def atleast_3d(ary):
    if np.ndim(ary) == 0:
        return np.reshape(ary, (1, 1, 1))
    if np.ndim(ary) == 1:
        return ary[None, :, None]
    return ary[:, :, None] if np.ndim(ary) == 2 else ary


@defines(np.rot90)
def rot90(m, k=1, axes=(0, 1)):
    first, second = axes
    if k % 4 == 0:
        return m[:]
    if k % 4 == 2:
        return np.flip(np.flip(m, first), second)
    if k % 4 == 1:
        return np.swapaxes(np.flip(m, second), first, second)
    return np.flip(np.swapaxes(m, first, second), second)


@defines(np.fliplr)
def fliplr(m):
    return m[:, ::-1]


@defines(np.flipud)
def flipud(m):
    return m[::-1]


@defines(np.take)
def take(a, indices, axis=None, mode="raise"):
    if mode != "raise":
        count = np.size(a) if axis is None else np.shape(a)[axis]
        indices = np.take(np.arange(count), indices, mode=mode)
    if axis is None:
        return np.ravel(a)[indices]
    where = axis % np.ndim(a)
    moved = np.moveaxis(a, axis, 0)[indices]
    count = np.ndim(indices)
    if count == 0 and np.ndim(a) > 1:
        return np.copy(moved)  # no view
    if count == 0 or where == 0:
        return moved
    return np.moveaxis(moved, tuple(range(count)), tuple(range(where, where + count)))


@defines(np.compress)
def compress(condition, a, axis=None):
    return np.take(a, np.flatnonzero(condition), axis=axis)


@defines(compress_of)
def compress_method(a, condition, axis=None):
    return np.take(a, np.flatnonzero(condition), axis=axis)


@defines(choose_of, np.choose)
def choose(a, choices, mode="raise"):
    parts = np.broadcast_arrays(*choices)
    shape = np.broadcast_shapes(np.shape(a), np.shape(parts[0]))
    places = np.choose(a, np.arange(len(parts)), mode=mode)
    result = np.broadcast_to(parts[0], shape)
    for k in range(1, len(parts)):
        result = np.where(places == k, parts[k], result)
    return result


@defines(np.asarray_chkfinite)
def asarray_chkfinite(a, dtype=None):
    return np.asarray(a, dtype=dtype)


@defines(np.asfortranarray)
def asfortranarray(a, dtype=None):
    return np.asarray(a, dtype=dtype)


@defines(np.apply_over_axes)
def apply_over_axes(func, a, axes):
    """At once, for those that come to the same axis after axis."""
    if func is np.sum or func is np.prod or func is np.max or func is np.min or func is np.mean:
        return func(a, axis=axes if np.ndim(axes) == 0 else tuple(axes), keepdims=True)
    raise MissingRuleError("`np.apply_over_axes` of this function has no derivative rule")


@defines(np.extract)
def extract(condition, arr):
    return np.ravel(arr)[np.flatnonzero(condition)]


@defines(np.delete)
def delete(arr, obj, axis=None):
    if axis is None:
        flat = np.ravel(arr)
        return flat[np.delete(np.arange(flat.shape[0]), obj)]
    return np.take(arr, np.delete(np.arange(arr.shape[axis]), obj), axis=axis)


@defines(np.repeat)
def repeat(a, repeats, axis=None):
    if axis is None:
        flat = np.ravel(a)
        return flat[np.repeat(np.arange(flat.shape[0]), repeats)]
    return np.take(a, np.repeat(np.arange(a.shape[axis]), repeats), axis=axis)


@defines(np.tile)
def tile(A, reps):
    shape = np.shape(A)
    order = np.tile(np.reshape(np.arange(np.size(A)), shape), reps)
    return np.reshape(np.ravel(A)[np.ravel(order)], np.shape(order))


@defines(np.resize)
def resize(a, new_shape):
    order = np.resize(np.arange(np.size(a)), new_shape)
    return np.reshape(np.ravel(a)[np.ravel(order)], np.shape(order))


@defines(np.diagonal, np.linalg.diagonal)
def diagonal(a, offset=0, axis1=0, axis2=1):
    moved = np.moveaxis(a, (axis1, axis2), (-2, -1))
    rows, columns = moved.shape[-2], moved.shape[-1]
    places = np.diagonal(np.reshape(np.arange(rows * columns), (rows, columns)), offset)
    flat = np.reshape(moved, moved.shape[:-2] + (rows * columns,))
    return flat[..., places]


@defines(np.trace)
def trace(a, offset=0, axis1=0, axis2=1):
    return np.sum(diagonal(a, offset, axis1, axis2), axis=-1)


@defines(np.diag)
def diag(v, k=0):
    if np.ndim(v) == 2:
        return diagonal(v, k)
    n = np.shape(v)[0] + abs(k)
    return np.pad(v, (max(-k, 0), max(k, 0)))[:, None] * np.eye(n, n, k)


@defines(np.diagflat)
def diagflat(v, k=0):
    return diag(np.ravel(v), k)


@defines(np.take_along_axis)
def take_along_axis(arr, indices, axis=-1):
    size = np.size(arr)
    places = np.take_along_axis(np.reshape(np.arange(size), np.shape(arr)), indices, axis)
    return np.reshape(np.ravel(arr)[np.ravel(places)], np.shape(places))


@defines(np.sort)
def sort(a, axis=-1, kind=None):
    if axis is None:
        flat = np.ravel(a)
        return flat[np.argsort(flat, kind=kind)]
    return take_along_axis(a, np.argsort(a, axis=axis, kind=kind), axis)


@defines(np.partition)
def partition(a, kth, axis=-1):
    items, along = (np.ravel(a), 0) if axis is None else (a, axis)
    return take_along_axis(items, partition_places(items, kth, along), along)


@defines(np.select)
def select(condlist, choicelist, default=0):
    result = default
    for k in reversed(range(len(condlist))):
        result = np.where(condlist[k], choicelist[k], result)
    return result


@defines(np.nan_to_num)
def nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None):
    finite = np.where(np.isfinite(x), x, plain(np.nan_to_num, x, True, nan, posinf, neginf))
    if copy or np.ndim(x) == 0:
        return finite
    x[...] = finite
    return x


@defines(np.ediff1d)
def ediff1d(ary, to_end=None, to_begin=None):
    flat = np.ravel(ary)
    steps = flat[1:] - flat[:-1]
    if to_begin is not None:
        steps = np.concatenate([np.ravel(to_begin), steps])
    return steps if to_end is None else np.concatenate([steps, np.ravel(to_end)])


@defines(np.meshgrid)
def meshgrid(*xi, indexing="xy", sparse=False, copy=True):
    if not copy:
        raise MissingRuleError("`np.meshgrid` of views has no derivative rule")
    shapes = np.meshgrid(*[np.arange(np.size(x)) for x in xi], indexing=indexing, sparse=sparse)
    return [np.ravel(x)[places] for x, places in zip(xi, shapes)]  # noqa: B905


@defines(np.broadcast_arrays)
def broadcast_arrays(*args):
    shape = np.broadcast_shapes(*[np.shape(a) for a in args])
    return tuple([np.broadcast_to(a, shape) for a in args])


def edge(value, a, axis):
    if np.ndim(value) > 0:
        return value
    at = axis % np.ndim(a)
    return np.ones((*np.shape(a)[:at], 1, *np.shape(a)[at + 1 :]), np.result_type(a)) * value


@defines(np.diff)
def diff(a, n=1, axis=-1, prepend=None, append=None):
    whole = a if prepend is None else np.concatenate([edge(prepend, a, axis), a], axis)
    whole = whole if append is None else np.concatenate([whole, edge(append, a, axis)], axis)
    for _ in range(n):
        whole = np.diff(whole, axis=axis)
    return whole


def part_of(ary, part, axis):
    start = np.min(part, initial=np.shape(ary)[axis])
    stop = start + len(part)
    if axis == 0:
        return ary[start:stop]  # a view, as NumPy gives
    return np.moveaxis(np.moveaxis(ary, axis, 0)[start:stop], 0, axis)


@defines(np.array_split)
def array_split(ary, indices_or_sections, axis=0):
    parts = np.array_split(np.arange(np.shape(ary)[axis]), indices_or_sections)
    return [part_of(ary, part, axis) for part in parts]


@defines(np.split)
def split(ary, indices_or_sections, axis=0):
    count = divided(np.shape(ary)[axis], indices_or_sections)
    parts = np.array_split(np.arange(count), indices_or_sections)
    return [part_of(ary, part, axis) for part in parts]


@defines(np.hsplit)
def hsplit(ary, indices_or_sections):
    return np.split(ary, indices_or_sections, 0 if np.ndim(ary) == 1 else 1)


@defines(np.vsplit)
def vsplit(ary, indices_or_sections):
    return np.split(ary, indices_or_sections, 0)


@defines(np.dsplit)
def dsplit(ary, indices_or_sections):
    return np.split(ary, indices_or_sections, 2)


def unstack(x, axis=0):
    moved = np.moveaxis(x, axis, 0)
    return [moved[k] for k in range(np.shape(moved)[0])]


if hasattr(np, "unstack"):  # NumPy 2.1
    defines(np.unstack)(unstack)


@defines(np.unwrap)
def unwrap(p, discont=None, axis=-1, period=6.283185307179586):
    return p + stop_gradient(plain(np.unwrap, p, discont, axis, period=period) - p)


@defines(np.real_if_close)
def real_if_close(a, tol=100):
    return np.real(a) if np.isrealobj(plain(np.real_if_close, a, tol)) else a
