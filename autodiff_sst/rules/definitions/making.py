"""Functions that make arrays of values, count and sort them into bins, pad and join blocks."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

import math

import numpy as np

from autodiff_sst.errors import MissingRuleError
from autodiff_sst.markers import stop_gradient
from autodiff_sst.rules.definitions import defines
from autodiff_sst.rules.registry import declare_nondifferentiable
from autodiff_sst.runtime.calls import plain
from autodiff_sst.runtime.places import cells_of

declare_nondifferentiable(cells_of)


@defines(np.full)
def full(shape, fill_value, dtype=None):
    made = np.broadcast_to(fill_value, shape)
    return made + 0.0 if dtype is None else np.asarray(made, dtype=dtype)


@defines(np.full_like)
def full_like(a, fill_value, dtype=None):
    return np.broadcast_to(fill_value, np.shape(a)) + np.zeros_like(a, dtype=dtype)


@defines(np.arange)
def arange(start, stop=None, step=None):
    """As many items as there are; they move with `start` and `step`."""
    if stop is None:
        return plain(np.arange, start)
    ramp = plain(np.arange, start, stop, 1 if step is None else step)
    moved = ramp + (start - stop_gradient(start))
    if step is None:
        return moved
    return moved + np.arange(np.shape(ramp)[0]) * (step - stop_gradient(step))


@defines(np.bincount)
def bincount(x, weights=None, minlength=0):
    if weights is None:
        return plain(np.bincount, x, None, minlength)
    count = np.shape(plain(np.bincount, x, None, minlength))[0]
    return (np.arange(count)[:, None] == x) @ weights


@defines(np.histogram_bin_edges)
def bin_edges(a, bins=10, range=None, weights=None):
    edges = plain(np.histogram_bin_edges, a, bins, range, weights)
    if np.ndim(bins) == 1 or range is not None:
        return edges
    low, high = np.min(a), np.max(a)
    share = (edges - edges[0]) / (edges[-1] - edges[0])
    return edges + (low - stop_gradient(low)) * (1 - share) + (high - stop_gradient(high)) * share


@defines(np.histogram)
def histogram(a, bins=10, range=None, density=None, weights=None):
    edges = bin_edges(a, bins, range, weights)
    if weights is None:
        counts = plain(np.histogram, a, bins, range)[0]
    else:
        counts = _inside(a, edges) @ np.ravel(weights)
    if density:
        return counts / np.diff(edges) / np.sum(counts), edges
    return counts, edges


def _inside(a, edges):
    """Which item is in which bin; the last has its right edge."""
    last = np.shape(edges)[0] - 2
    where = np.searchsorted(stop_gradient(edges), stop_gradient(np.ravel(a)), side="right") - 1
    at_end = np.ravel(a) == edges[-1]
    return np.arange(last + 1)[:, None] == np.where(at_end, last, where)


@defines(np.histogram2d)
def histogram2d(x, y, bins=10, range=None, density=None, weights=None):
    counts, first, second = plain(np.histogram2d, x, y, bins, range)
    first = first + _moved(x, first, _part(bins, 0, 2), None if range is None else range[0])
    second = second + _moved(y, second, _part(bins, 1, 2), None if range is None else range[1])
    if weights is not None:
        counts = (_inside(x, first) * weights) @ _inside(y, second).T
    if density:
        areas = np.diff(first)[:, None] * np.diff(second)
        return counts / areas / np.sum(counts), first, second
    return counts, first, second


def _part(bins, k, count):
    """The bins of one axis."""
    return bins[k] if isinstance(bins, (list, tuple)) and len(bins) == count else bins


def _moved(a, edges, bins, range):
    """How edges move with the extremes of the data: zero, with a derivative."""
    moved = bin_edges(a, bins if np.ndim(bins) == 1 else np.size(edges) - 1, None, None)
    return 0.0 * edges if range is not None or np.ndim(bins) == 1 else moved - stop_gradient(moved)


@defines(np.histogramdd)
def histogramdd(sample, bins=10, range=None, density=None, weights=None):
    """Which cell each row is in stays; the weights are added there."""
    counts, found = plain(np.histogramdd, sample, bins, range)
    rows = sample if np.ndim(sample) == 2 else sample[:, None]
    edges = [
        e + _moved(rows[:, k], e, _part(bins, k, len(found)), None if range is None else range[k])
        for k, e in enumerate(found)
    ]
    shape = np.shape(counts)
    if weights is not None:
        cells = cells_of(sample, found, shape)
        counts = np.reshape((np.arange(np.prod(shape))[:, None] == cells) @ weights, shape)
    if density:
        volumes = np.ones(())
        for e in edges:
            volumes = volumes[..., None] * np.diff(e)
        return counts / volumes / np.sum(counts), edges
    return counts, edges


@defines(np.block)
def block(arrays):
    if isinstance(arrays, np.ndarray):
        return np.array(arrays)
    if isinstance(arrays[0], list):
        return np.concatenate([_row(row, 2) for row in arrays], axis=-2)
    return _row(arrays, 1)


def _row(items, least):
    rank = least
    for a in items:
        rank = max(rank, np.ndim(a))
    return np.concatenate([_of_rank(a, rank) for a in items], axis=-1)


def _of_rank(a, rank):
    return np.reshape(a, (1,) * (rank - np.ndim(a)) + np.shape(a))


@defines(np.insert)
def insert(arr, obj, values, axis=None):
    """By the places of the items in an array of places."""
    if axis is None:
        items = np.ravel(arr)
    else:
        items = np.moveaxis(arr, axis, 0)
    n = np.shape(items)[0]
    one = np.ndim(obj) == 0 and not isinstance(obj, slice)
    if axis is None:
        new = np.ravel(values)
    elif np.ndim(values) == np.ndim(arr):
        new = np.moveaxis(values, axis, 0)
    else:
        new = values[None] if one and np.ndim(values) else values
    count = np.shape(np.insert(np.arange(n), obj, 0))[0] - n
    if one and axis is None:
        count = np.shape(new)[0]
    spread = np.broadcast_to(new, (count,) + np.shape(items)[1:])
    places = np.insert(np.arange(n), obj, n + np.arange(count))
    result = np.concatenate([items, spread])[places]
    return result if axis is None else np.moveaxis(result, 0, axis)


@defines(np.atleast_1d)
def atleast_1d(*arys):
    return tuple([np.reshape(a, (1,)) if np.ndim(a) == 0 else a for a in arys])


@defines(np.lib.stride_tricks.sliding_window_view)
def sliding_window_view(x, window_shape, axis=None):
    size = np.size(x)
    flat = np.reshape(np.arange(size), np.shape(x))
    places = np.lib.stride_tricks.sliding_window_view(flat, window_shape, axis)
    return np.ravel(x)[places]


@defines(np.pad)
def pad(
    array,
    pad_width,
    mode="constant",
    constant_values=0,
    end_values=0,
    stat_length=None,
    reflect_type="even",
):
    shape = np.shape(array)
    if mode == "constant":
        inside = np.pad(np.broadcast_to(True, shape), pad_width)
        if np.ndim(constant_values) == 0:
            return np.where(inside, np.pad(array, pad_width), constant_values)
        around = np.pad(np.zeros(shape), pad_width, mode, constant_values=constant_values)
        return np.where(inside, np.pad(array, pad_width), around)
    if mode in ("edge", "wrap") or (mode in ("reflect", "symmetric") and reflect_type == "even"):
        return np.ravel(array)[
            np.pad(np.reshape(np.arange(np.size(array)), shape), pad_width, mode)
        ]
    if mode in ("maximum", "minimum"):  # of the ranks: which item is taken
        order = np.argsort(np.ravel(array))
        ranks = np.reshape(np.argsort(order), shape)
        return np.ravel(array)[order[np.pad(ranks, pad_width, mode, stat_length=stat_length)]]
    if mode == "linear_ramp":
        fixed = np.pad(np.zeros(shape), pad_width, mode, end_values=end_values)
        return _linearly(array, pad_width, mode, {}) + fixed
    if mode == "mean":
        return _linearly(array, pad_width, mode, {"stat_length": stat_length})
    if mode in ("reflect", "symmetric"):
        return _linearly(array, pad_width, mode, {"reflect_type": reflect_type})
    raise MissingRuleError(f"`np.pad` with mode={mode!r} has no derivative rule")


def _linearly(array, pad_width, mode, keywords):
    """The items, times what `pad` makes of each alone."""
    size = np.size(array)
    return np.tensordot(
        np.ravel(array), _padded_units(size, np.shape(array), pad_width, mode, keywords), axes=1
    )


def _padded_units(size, shape, pad_width, mode, keywords):
    units = np.reshape(np.eye(size), (size, *shape))
    width = np.broadcast_to(np.asarray(pad_width), (len(shape), 2))
    around = np.concatenate([np.zeros((1, 2), int), width])
    return np.pad(units, around, mode, **keywords)


@defines(math.dist)
def dist(p, q):
    return math.sqrt(sum([(a - b) ** 2 for a, b in zip(p, q)]))  # noqa: B905


@defines(math.hypot)
def hypot(*coordinates):
    if len(coordinates) == 2:
        return np.hypot(coordinates[0], coordinates[1])
    result = 0.0
    for coordinate in coordinates:
        result = np.hypot(result, coordinate)
    return result


@defines(math.prod)
def prod(iterable, start=1):
    return start * np.prod(np.array(iterable))


@defines(np.fromiter)
def fromiter(iter, dtype=None):
    return np.array(iter, dtype=dtype)


@defines(math.modf)
def modf(x):
    whole = math.trunc(x)
    return x - whole, float(whole)


@defines(math.frexp)
def frexp(x):
    _, exponent = plain(math.frexp, x)
    return math.ldexp(x, -exponent), exponent
