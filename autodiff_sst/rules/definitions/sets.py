"""Sets of numbers: each is the first of the items that are equal to it."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

import numpy as np

from autodiff_sst.markers import stop_gradient
from autodiff_sst.rules.definitions import defines
from autodiff_sst.runtime.calls import plain

UniqueInverse = type(np.unique_inverse(np.zeros(1)))
UniqueCounts = type(np.unique_counts(np.zeros(1)))
UniqueAll = type(np.unique_all(np.zeros(1)))


@defines(np.unique_values)
def unique_values(x):
    return _first_ones(x, plain(np.unique_values, x))


def _first_ones(x, values):
    """The items of `x` that are the first to be equal to each of the values."""
    flat = np.ravel(x)
    return flat[np.argmax(stop_gradient(values)[:, None] == stop_gradient(flat), axis=1)]


@defines(np.unique_inverse)
def unique_inverse(x):
    found = plain(np.unique_inverse, x)
    return UniqueInverse(_first_ones(x, found.values), found.inverse_indices)


@defines(np.unique_counts)
def unique_counts(x):
    found = plain(np.unique_counts, x)
    return UniqueCounts(_first_ones(x, found.values), found.counts)


@defines(np.unique_all)
def unique_all(x):
    found = plain(np.unique_all, x)
    values = _first_ones(x, found.values)
    return UniqueAll(values, found.indices, found.inverse_indices, found.counts)


@defines(np.unique)
def unique(ar, return_index=False, return_inverse=False, return_counts=False, axis=None):
    found = plain(np.unique, ar, True, True, True, axis)
    flat = np.ravel(ar) if axis is None else np.moveaxis(ar, axis, 0)
    values = flat[found[1]] if axis is None else np.moveaxis(flat[found[1]], 0, axis)
    if not (return_index or return_inverse or return_counts):
        return values
    made = [values]
    if return_index:
        made.append(found[1])
    if return_inverse:
        made.append(found[2])
    if return_counts:
        made.append(found[3])
    return tuple(made)


@defines(np.union1d)
def union1d(ar1, ar2):
    whole = np.concatenate([np.ravel(ar1), np.ravel(ar2)])
    return _first_ones(whole, plain(np.union1d, ar1, ar2))


@defines(np.intersect1d)
def intersect1d(ar1, ar2, assume_unique=False, return_indices=False):
    found = plain(np.intersect1d, ar1, ar2, assume_unique, True)
    values = _first_ones(ar1, found[0])
    return (values, found[1], found[2]) if return_indices else values


@defines(np.setdiff1d)
def setdiff1d(ar1, ar2, assume_unique=False):
    return _first_ones(ar1, plain(np.setdiff1d, ar1, ar2, assume_unique))


@defines(np.setxor1d)
def setxor1d(ar1, ar2, assume_unique=False):
    whole = np.concatenate([np.ravel(ar1), np.ravel(ar2)])
    return _first_ones(whole, plain(np.setxor1d, ar1, ar2, assume_unique))
