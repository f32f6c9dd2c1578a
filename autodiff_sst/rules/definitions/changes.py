"""Functions that change an array in place, as stores: an item stays or gets another."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

import numpy as np

from autodiff_sst.rules.definitions import defines
from autodiff_sst.rules.registry import declare_nondifferentiable
from autodiff_sst.runtime.methods import at_of, partition_of, sort_of
from autodiff_sst.runtime.places import (
    FLAT,
    LIKE_FIRST,
    along_places,
    operands_at,
    place_places,
    places_at,
    put_places,
    putmask_places,
)

declare_nondifferentiable(*FLAT, *LIKE_FIRST)


def _taken(a, values, source):
    """The item of `values` with that number, or the old one where it is negative."""
    return np.where(source < 0, a, np.ravel(np.copy(values))[source])


@defines(np.put)
def put(a, ind, v, mode="raise"):
    if np.ndim(a) == 1 and np.ndim(v) == 0 and mode == "raise":
        a[ind] = v
    else:
        a[...] = _taken(a, v, put_places(a, ind, v, mode))


@defines(np.place)
def place(arr, mask, vals):
    arr[...] = _taken(arr, vals, place_places(arr, mask, vals))


@defines(np.putmask)
def putmask(a, mask, values):
    a[...] = _taken(a, values, putmask_places(a, mask, values))


@defines(np.put_along_axis)
def put_along_axis(arr, indices, values, axis=-1):
    arr[...] = _taken(arr, values, along_places(arr, indices, values, axis))


@defines(partition_of)
def partition_method(a, kth, axis=-1):
    a[...] = np.partition(a, kth, axis)


@defines(sort_of)
def sort_method(a, axis=-1, kind=None):
    if np.ndim(a) == 1:
        a[...] = a[np.argsort(a, kind=kind)]
    else:
        a[...] = np.sort(a, axis, kind)


@defines(at_of)
def at(ufunc, a, indices, b=None):
    """One after another, as NumPy does where an index is repeated."""
    places = places_at(a, indices)
    flat = np.array(np.ravel(np.copy(a)))
    if b is None:
        for place in places:
            flat[place] = ufunc(flat[place])
    else:
        items = np.ravel(np.copy(b))[operands_at(a, indices, b)]
        for k, place in enumerate(places):
            flat[place] = ufunc(flat[place], items[k])
    a[...] = np.reshape(flat, np.shape(a))
