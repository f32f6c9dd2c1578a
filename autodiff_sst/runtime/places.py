"""Which item goes where, when a function changes an array in place: NumPy does it with numbers."""

from __future__ import annotations

from typing import Any

import numpy as np


def put_places(a: Any, ind: Any, v: Any, mode: Any) -> Any:
    """For each item of `a`, the number of the value that `np.put` gives it, or -1."""
    source = np.full(np.shape(a), -1)
    np.put(source, ind, np.arange(np.size(v)), mode)
    return source


def place_places(arr: Any, mask: Any, vals: Any) -> Any:
    """The same of `np.place`."""
    source = np.full(np.shape(arr), -1)
    np.place(source, mask, np.arange(np.size(vals)))
    return source


def putmask_places(a: Any, mask: Any, values: Any) -> Any:
    """The same of `np.putmask`."""
    source = np.full(np.shape(a), -1)
    np.putmask(source, mask, np.arange(np.size(values)))
    return source


def along_places(arr: Any, indices: Any, values: Any, axis: Any) -> Any:
    """The same of `np.put_along_axis`."""
    source = np.full(np.shape(arr), -1)
    numbers = np.reshape(np.arange(np.size(values)), np.shape(values))
    np.put_along_axis(source, indices, numbers, axis)
    return source


def partition_places(a: Any, kth: Any, axis: Any) -> Any:
    """`np.argpartition(a, kth, axis)`."""
    return np.argpartition(a, kth, axis)


def places_at(a: Any, indices: Any) -> Any:
    """The places that the items of `a[indices]` have in `np.ravel(a)`."""
    return np.ravel(np.reshape(np.arange(np.size(a)), np.shape(a))[indices])


def operands_at(a: Any, indices: Any, b: Any) -> Any:
    """The places in `np.ravel(b)` of what meets each of these items."""
    shape = np.shape(np.reshape(np.arange(np.size(a)), np.shape(a))[indices])
    return np.ravel(np.broadcast_to(np.reshape(np.arange(np.size(b)), np.shape(b)), shape))


def cells_of(sample: Any, edges: Any, shape: Any) -> Any:
    """The number of the cell that each row of `sample` is in, as `np.histogramdd` has it; -1
    outside."""
    rows = np.asarray(sample)
    rows = rows if rows.ndim == 2 else rows[:, None]
    found, inside = [], np.ones(len(rows), bool)
    for column, bounds in zip(rows.T, edges, strict=True):
        place = np.searchsorted(bounds, column, side="right") - 1
        place = np.where(column == bounds[-1], len(bounds) - 2, place)  # the last has its end
        inside &= (place >= 0) & (place < len(bounds) - 1)
        found.append(np.clip(place, 0, len(bounds) - 2))
    return np.where(inside, np.ravel_multi_index(found, shape), -1)


# Of integers: of one dimension, and of the shape of the first argument.
FLAT = (operands_at, places_at)
LIKE_FIRST = (along_places, partition_places, place_places, put_places, putmask_places)
