"""Extrema from an initial value or where a condition holds; variances; what ignores NaN."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

import numpy as np

from autodiff_sst.rules.definitions import defines


@defines(np.max, np.amax)
def amax(a, axis=None, keepdims=False, initial=None, where=True):
    items = a if where is True else np.where(where, a, -np.inf)
    top = np.max(items, axis=axis, keepdims=keepdims)
    return top if initial is None else np.maximum(top, initial)


@defines(np.min, np.amin)
def amin(a, axis=None, keepdims=False, initial=None, where=True):
    items = a if where is True else np.where(where, a, np.inf)
    bottom = np.min(items, axis=axis, keepdims=keepdims)
    return bottom if initial is None else np.minimum(bottom, initial)


def _counted(a, where):
    """The items that count."""
    return ~np.isnan(a) if where is True else ~np.isnan(a) & where


@defines(np.nansum)
def nansum(a, axis=None, keepdims=False, initial=None, where=True):
    total = np.sum(np.where(_counted(a, where), a, 0.0), axis=axis, keepdims=keepdims)
    return total if initial is None else total + initial


@defines(np.nanprod)
def nanprod(a, axis=None, keepdims=False, initial=None, where=True):
    total = np.prod(np.where(_counted(a, where), a, 1.0), axis=axis, keepdims=keepdims)
    return total if initial is None else total * initial


@defines(np.nanmean)
def nanmean(a, axis=None, keepdims=False, where=True):
    count = np.sum(_counted(a, where), axis=axis, keepdims=keepdims)
    return nansum(a, axis, keepdims, None, where) / count


@defines(np.nanmax)
def nanmax(a, axis=None, keepdims=False, initial=None, where=True):
    return amax(np.where(_counted(a, where), a, -np.inf), axis, keepdims, initial)


@defines(np.nanmin)
def nanmin(a, axis=None, keepdims=False, initial=None, where=True):
    return amin(np.where(_counted(a, where), a, np.inf), axis, keepdims, initial)


@defines(np.var)
def var(a, axis=None, ddof=0, correction=0, where=True, keepdims=False, mean=None):
    if where is True and mean is None:
        return np.var(a, axis=axis, ddof=ddof + correction, keepdims=keepdims)
    inside = np.broadcast_to(where, np.shape(a))
    return _variance(a, inside, axis, ddof + correction, keepdims, mean)


@defines(np.std)
def std(a, axis=None, ddof=0, correction=0, where=True, keepdims=False, mean=None):
    return np.sqrt(var(a, axis, ddof, correction, where, keepdims, mean))


@defines(np.nanvar)
def nanvar(a, axis=None, ddof=0, keepdims=False, where=True, mean=None, correction=0):
    return _variance(a, _counted(a, where), axis, ddof + correction, keepdims, mean)


@defines(np.nanstd)
def nanstd(a, axis=None, ddof=0, keepdims=False, where=True, mean=None, correction=0):
    return np.sqrt(nanvar(a, axis, ddof, keepdims, where, mean, correction))


def _variance(a, counted, axis, less, keepdims, mean):
    """Of the items that count, about their mean or another."""
    items = np.where(counted, a, 0.0)
    count = np.sum(counted, axis=axis, keepdims=True)
    centre = np.sum(items, axis=axis, keepdims=True) / count if mean is None else mean
    squares = np.where(counted, np.abs(items - centre) ** 2, 0.0)
    rest = np.sum(counted, axis=axis, keepdims=keepdims) - less
    return np.sum(squares, axis=axis, keepdims=keepdims) / rest


@defines(np.nancumsum)
def nancumsum(a, axis=None):
    return np.cumsum(np.where(np.isnan(a), 0.0, a), axis=axis)


@defines(np.nancumprod)
def nancumprod(a, axis=None):
    return np.cumprod(np.where(np.isnan(a), 1.0, a), axis=axis)
