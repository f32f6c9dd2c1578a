"""Covariances, medians and quantiles."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

import numpy as np

from autodiff_sst.markers import stop_gradient
from autodiff_sst.rules.definitions import defines


@defines(np.cov)
def cov(m, y=None, rowvar=True, bias=False, ddof=None):
    x = np.atleast_2d(m) if rowvar or np.ndim(m) == 1 else np.transpose(m)
    if y is not None:
        other = np.atleast_2d(y) if rowvar or np.ndim(y) == 1 else np.transpose(y)
        x = np.concatenate([x, other], axis=0)
    less = (0 if bias else 1) if ddof is None else ddof
    centred = x - np.mean(x, axis=1, keepdims=True)
    c = centred @ np.conj(np.transpose(centred)) / (np.shape(x)[1] - less)
    return c[0, 0] if np.ndim(m) == 1 and y is None else c


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
    items = np.ravel(a)[None] if axis is None else np.moveaxis(a, axis, -1)
    rows = np.reshape(np.sort(items, axis=-1), (-1, np.shape(items)[-1]))
    counts = np.sum(~np.isnan(rows), axis=-1)
    made = [quantile(rows[k, : counts[k]], q, 0, method) for k in range(np.shape(rows)[0])]
    result = np.stack(made, axis=-1)
    if axis is None:
        result = result[..., 0]
    else:
        result = np.reshape(result, np.shape(q) + np.shape(items)[:-1])
    if keepdims:
        return np.expand_dims(result, tuple(range(np.ndim(a))) if axis is None else axis)
    return result


@defines(np.percentile)
def percentile(a, q, axis=None, method="linear", keepdims=False):
    return quantile(a, np.true_divide(q, 100.0), axis, method, keepdims)


@defines(np.quantile)
def quantile(a, q, axis=None, method="linear", keepdims=False):
    """Weights of the ordered items, whatever the method: those of ordered steps from 0 to 1."""
    items = np.ravel(a) if axis is None else np.moveaxis(a, axis, 0)
    n = np.shape(items)[0]
    steps = np.tri(n, n + 1)
    reached = np.quantile(steps, stop_gradient(q), axis=0, method=method)
    weights = reached[..., :-1] - reached[..., 1:]
    ordered = np.sort(items, axis=0)
    result = np.tensordot(weights, ordered, axes=1)
    if keepdims:
        return np.expand_dims(result, tuple(range(np.ndim(a))) if axis is None else axis)
    return result
