"""Covariances, medians and quantiles."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

import numpy as np

from autodiff_sst.rules.definitions import defines
from autodiff_sst.runtime.quantiles import quantile_weights


@defines(np.cov)
def cov(m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None):
    x = np.atleast_2d(m) if rowvar or np.ndim(m) == 1 else np.transpose(m)
    if y is not None:
        other = np.atleast_2d(y) if rowvar or np.ndim(y) == 1 else np.transpose(y)
        x = np.concatenate([x, other], axis=0)
    less = (0 if bias else 1) if ddof is None else ddof
    if fweights is not None or aweights is not None:
        return _weighted_cov(x, less, fweights, aweights, np.ndim(m) == 1 and y is None)
    centred = x - np.mean(x, axis=1, keepdims=True)
    c = centred @ np.conj(np.transpose(centred)) / (np.shape(x)[1] - less)
    return c[0, 0] if np.ndim(m) == 1 and y is None else c


def _weighted_cov(x, less, fweights, aweights, is_one):
    """By how often each observation was made, and by how much it counts."""
    often = np.ones(np.shape(x)[1]) if fweights is None else np.asarray(fweights)
    weights = often if aweights is None else often * np.asarray(aweights)
    total = np.sum(weights)
    centred = x - np.sum(x * weights, axis=1, keepdims=True) / total
    counted = 1 if aweights is None else np.sum(weights * np.asarray(aweights)) / total
    c = (centred * weights) @ np.conj(np.transpose(centred)) / (total - less * counted)
    return c[0, 0] if is_one else c


@defines(np.corrcoef)
def corrcoef(x, y=None, rowvar=True):
    c = cov(x, y, rowvar)
    if np.ndim(c) == 0:
        return c / c
    scale = np.sqrt(np.diag(c))
    return c / scale[:, None] / scale[None, :]


@defines(np.median)
def median(a, axis=None, keepdims=False):
    return quantile(a, 0.5, axis, "linear", keepdims)


@defines(np.nanmedian)
def nanmedian(a, axis=None, keepdims=False):
    return nanquantile(a, 0.5, axis, "linear", keepdims)


@defines(np.nanpercentile)
def nanpercentile(a, q, axis=None, method="linear", keepdims=False):
    return nanquantile(a, np.true_divide(q, 100.0), axis, method, keepdims)


@defines(np.nanquantile)
def nanquantile(a, q, axis=None, method="linear", keepdims=False):
    """Row by row: each has numbers of its own; NaN are last when they are sorted."""
    items = _rows_first(a, axis)
    shape = np.shape(items)
    rows = np.reshape(np.sort(items, axis=0), (shape[0], -1))
    counts = np.sum(~np.isnan(rows), axis=0)
    made = [quantile(rows[: counts[k], k], q, 0, method) for k in range(np.shape(rows)[1])]
    result = np.reshape(np.stack(made, axis=-1), np.shape(q) + shape[1:])
    return _kept(result, a, q, axis) if keepdims else result


@defines(np.percentile)
def percentile(a, q, axis=None, method="linear", keepdims=False):
    return quantile(a, np.true_divide(q, 100.0), axis, method, keepdims)


@defines(np.quantile)
def quantile(a, q, axis=None, method="linear", keepdims=False):
    """A sum of the ordered items, with weights that the method gives."""
    items = _rows_first(a, axis)
    weights = quantile_weights(q, np.shape(items)[0], method)
    result = np.tensordot(weights, np.sort(items, axis=0), axes=1)
    return _kept(result, a, q, axis) if keepdims else result


def _rows_first(a, axis):
    """The items that are ordered along the first axis."""
    if axis is None:
        return np.ravel(a)
    if not isinstance(axis, tuple):
        return np.moveaxis(a, axis, 0)
    moved = np.moveaxis(a, axis, tuple(range(len(axis))))
    return np.reshape(moved, (-1,) + np.shape(moved)[len(axis) :])


def _kept(result, a, q, axis):
    """With the axes that were gone through, of length 1, after those of `q`."""
    rank = np.ndim(a)
    along = range(rank) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    return np.expand_dims(result, tuple([np.ndim(q) + k % rank for k in along]))
