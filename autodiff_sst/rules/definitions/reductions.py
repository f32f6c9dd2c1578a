"""Extrema from an initial value or where a condition holds; what ignores NaN."""

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


@defines(np.nanvar)
def nanvar(a, axis=None, ddof=0, keepdims=False, where=True, mean=None, correction=0):
    counted = _counted(a, where)
    count = np.sum(counted, axis=axis, keepdims=True)
    centre = nansum(a, axis, True, None, where) / count if mean is None else mean
    squares = np.where(counted, np.abs(np.where(counted, a, 0.0) - centre) ** 2, 0.0)
    rest = np.sum(counted, axis=axis, keepdims=keepdims) - ddof - correction
    return np.sum(squares, axis=axis, keepdims=keepdims) / rest


@defines(np.nanstd)
def nanstd(a, axis=None, ddof=0, keepdims=False, where=True, mean=None, correction=0):
    return np.sqrt(nanvar(a, axis, ddof, keepdims, where, mean, correction))


@defines(np.nancumsum)
def nancumsum(a, axis=None):
    return np.cumsum(np.where(np.isnan(a), 0.0, a), axis=axis)


@defines(np.nancumprod)
def nancumprod(a, axis=None):
    return np.cumprod(np.where(np.isnan(a), 1.0, a), axis=axis)
