"""Functions that take functions, as Python code: it takes the place of their calls."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

import functools
from typing import Any

import numpy as np

from autodiff_sst.runtime.sequences import as_sequence


def map_one(function, xs):
    return [function(x) for x in xs]


def map_two(function, xs, ys):
    return [function(x, y) for x, y in zip(xs, ys)]  # noqa: B905


def map_three(function, xs, ys, zs):
    return [function(x, y, z) for x, y, z in zip(xs, ys, zs)]  # noqa: B905


def filtered(function, xs):
    return [x for x in xs if function(x)]


def reduced(function, xs):
    result = xs[0]
    for k in range(1, len(xs)):
        result = function(result, xs[k])
    return result


def reduced_from(function, xs, initial):
    result = initial
    for x in xs:
        result = function(result, x)
    return result


def added_up(items, start=0):
    """`sum` of objects: there is one at least."""
    total = start + items[0]
    for k in range(1, len(items)):
        total = total + items[k]
    return total


def transposed(rows):
    """`zip(*rows)`, as a list of lists."""
    count = min([len(row) for row in rows]) if len(rows) > 0 else 0
    return [[row[k] for row in rows] for k in range(count)]


def max_by(given, key):
    items = as_sequence(given)
    best = 0
    top = key(items[0])
    for k in range(1, len(items)):
        other = key(items[k])
        if other > top:
            best = k
            top = other
    return items[best]


def min_by(given, key):
    items = as_sequence(given)
    best = 0
    bottom = key(items[0])
    for k in range(1, len(items)):
        other = key(items[k])
        if other < bottom:
            best = k
            bottom = other
    return items[best]


def first_or(items, default):
    return items[0] if len(items) > 0 else default


def max_or(items, default):
    return default if len(items) == 0 else max(items)


def min_or(items, default):
    return default if len(items) == 0 else min(items)


def vectorized_one(function, x):
    made = [function(v) for v in np.ravel(x)]
    return np.reshape(np.array(made), np.shape(x))


def vectorized_two(function, x, y):
    shape = np.broadcast_shapes(np.shape(x), np.shape(y))
    first, second = np.ravel(np.broadcast_to(x, shape)), np.ravel(np.broadcast_to(y, shape))
    made = [function(v, w) for v, w in zip(first, second)]  # noqa: B905
    return np.reshape(np.array(made), shape)


def from_function_one(function, shape):
    return function(np.arange(shape[0]) * 1.0)


def from_function_two(function, shape):
    i, j = np.indices(shape) * 1.0
    return function(i, j)


def from_function_three(function, shape):
    i, j, k = np.indices(shape) * 1.0
    return function(i, j, k)


def piece(result, x, condition, function):
    """A part of `np.piecewise`: a function of the items where a condition holds."""
    result[condition] = function(x[condition])
    return result


def along_axis(function, axis, arr):
    """`np.apply_along_axis`, of a function that makes numbers or arrays of one shape."""
    moved = np.moveaxis(arr, axis, -1)
    rows = np.reshape(moved, (-1, np.shape(moved)[-1]))
    made = np.stack([function(rows[k]) for k in range(np.shape(rows)[0])])
    whole = np.reshape(made, np.shape(moved)[:-1] + np.shape(made)[1:])
    return whole if np.ndim(made) == 1 else np.moveaxis(whole, -1, axis)


# By the function that is called, and how many arguments it has.
HIGHER: dict[tuple[Any, int], Any] = {
    (map, 2): map_one,
    (map, 3): map_two,
    (map, 4): map_three,
    (filter, 2): filtered,
    (functools.reduce, 2): reduced,
    (functools.reduce, 3): reduced_from,
    (np.apply_along_axis, 3): along_axis,
}
VECTORIZED: dict[int, Any] = {1: vectorized_one, 2: vectorized_two}
FROM_FUNCTION: dict[int, Any] = {1: from_function_one, 2: from_function_two, 3: from_function_three}
