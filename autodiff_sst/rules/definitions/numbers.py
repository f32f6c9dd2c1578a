"""Sums, means, polynomials, interpolation; functions that round or ignore NaN."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

import numpy as np

from autodiff_sst.markers import stop_gradient
from autodiff_sst.rules.definitions import defines


@defines(np.ptp)
def ptp(a, axis=None, keepdims=False):
    return np.max(a, axis=axis, keepdims=keepdims) - np.min(a, axis=axis, keepdims=keepdims)


@defines(np.average)
def average(a, axis=None, weights=None, keepdims=False):
    if weights is None:
        return np.mean(a, axis=axis, keepdims=keepdims)
    if axis is not None and np.ndim(weights) == 1 and np.ndim(a) > 1:
        w = np.moveaxis(np.reshape(weights, (-1,) + (1,) * (np.ndim(a) - 1)), 0, axis)
    else:
        w = weights
    total = np.sum(np.broadcast_to(w, np.shape(a)), axis=axis, keepdims=keepdims)
    return np.sum(a * w, axis=axis, keepdims=keepdims) / total


@defines(np.nansum)
def nansum(a, axis=None, keepdims=False):
    return np.sum(np.where(np.isnan(a), 0.0, a), axis=axis, keepdims=keepdims)


@defines(np.nanprod)
def nanprod(a, axis=None, keepdims=False):
    return np.prod(np.where(np.isnan(a), 1.0, a), axis=axis, keepdims=keepdims)


@defines(np.nanmean)
def nanmean(a, axis=None, keepdims=False):
    count = np.sum(~np.isnan(a), axis=axis, keepdims=keepdims)
    return nansum(a, axis, keepdims) / count


@defines(np.nanmax)
def nanmax(a, axis=None, keepdims=False):
    return np.max(np.where(np.isnan(a), -np.inf, a), axis=axis, keepdims=keepdims)


@defines(np.nanmin)
def nanmin(a, axis=None, keepdims=False):
    return np.min(np.where(np.isnan(a), np.inf, a), axis=axis, keepdims=keepdims)


@defines(np.nanvar)
def nanvar(a, axis=None, ddof=0, keepdims=False):
    count = np.sum(~np.isnan(a), axis=axis, keepdims=True)
    centred = np.where(np.isnan(a), 0.0, a) - nansum(a, axis, True) / count
    squares = np.where(np.isnan(a), 0.0, centred**2)
    rest = np.sum(~np.isnan(a), axis=axis, keepdims=keepdims) - ddof
    return np.sum(squares, axis=axis, keepdims=keepdims) / rest


@defines(np.nanstd)
def nanstd(a, axis=None, ddof=0, keepdims=False):
    return np.sqrt(nanvar(a, axis, ddof, keepdims))


@defines(np.nancumsum)
def nancumsum(a, axis=None):
    return np.cumsum(np.where(np.isnan(a), 0.0, a), axis=axis)


@defines(np.nancumprod)
def nancumprod(a, axis=None):
    return np.cumprod(np.where(np.isnan(a), 1.0, a), axis=axis)


@defines(np.linspace)
def linspace(start, stop, num=50, endpoint=True):
    ramp = np.linspace(0.0, 1.0, num, endpoint)
    if np.ndim(start) or np.ndim(stop):
        ramp = np.reshape(ramp, (num,) + (1,) * max(np.ndim(start), np.ndim(stop)))
    return start + ramp * (stop - start)


@defines(np.logspace)
def logspace(start, stop, num=50, endpoint=True, base=10.0):
    return base ** linspace(start, stop, num, endpoint)


@defines(np.geomspace)
def geomspace(start, stop, num=50, endpoint=True):
    ramp = np.linspace(0.0, 1.0, num, endpoint)
    return start * (stop / start) ** ramp


@defines(np.trapezoid)
def trapezoid(y, x=None, dx=1.0, axis=-1):
    moved = np.moveaxis(y, axis, -1)
    if x is None:
        step = dx
    elif np.ndim(x) == 1:
        step = np.diff(x)
    else:
        step = np.diff(np.moveaxis(x, axis, -1), axis=-1)
    return np.sum(step * (moved[..., 1:] + moved[..., :-1]) / 2.0, axis=-1)


@defines(np.interp)
def interp(x, xp, fp, left=None, right=None):
    last = np.shape(xp)[0] - 1
    k = np.clip(np.searchsorted(stop_gradient(xp), stop_gradient(x), side="right"), 1, last)
    share = (x - xp[k - 1]) / (xp[k] - xp[k - 1])
    inside = fp[k - 1] + share * (fp[k] - fp[k - 1])
    low = fp[0] if left is None else left
    high = fp[-1] if right is None else right
    return np.where(x < xp[0], low, np.where(x > xp[-1], high, inside))


@defines(np.polyval)
def polyval(p, x):
    y = np.zeros_like(x)
    for k in range(len(p)):
        y = y * x + p[k]
    return y


@defines(np.polyder)
def polyder(p, m=1):
    for _ in range(m):
        n = np.shape(p)[0] - 1
        p = p[:-1] * np.arange(n, 0, -1)
    return p


@defines(np.polyint)
def polyint(p, m=1, k=None):
    for _ in range(m):
        n = np.shape(p)[0]
        p = np.concatenate([p / np.arange(n, 0, -1), np.array([0.0 if k is None else k])])
    return p


@defines(np.polyadd)
def polyadd(a1, a2):
    return _longer(a1, a2) + _longer(a2, a1)


@defines(np.polysub)
def polysub(a1, a2):
    return _longer(a1, a2) - _longer(a2, a1)


def _longer(a, b):
    return np.pad(a, (max(0, np.shape(b)[0] - np.shape(a)[0]), 0))


@defines(np.polymul)
def polymul(a1, a2):
    return np.convolve(a1, a2)


@defines(np.vander)
def vander(x, N=None, increasing=False):
    count = np.shape(x)[0] if N is None else N
    powers = np.arange(count) if increasing else np.arange(count - 1, -1, -1)
    return x[:, None] ** powers


@defines(np.convolve)
def convolve(a, v, mode="full"):
    n, m = np.shape(a)[0], np.shape(v)[0]
    rows = np.arange(n + m - 1)[:, None] - np.arange(m)
    inside = (rows >= 0) & (rows < n)
    full = np.where(inside, a[np.clip(rows, 0, n - 1)], 0.0) @ v
    if mode == "full":
        return full
    if mode == "same":
        start = (min(n, m) - 1) // 2
        return full[start : start + max(n, m)]
    return full[min(n, m) - 1 : max(n, m)]


@defines(np.correlate)
def correlate(a, v, mode="valid"):
    return convolve(a, np.conj(v[::-1]), mode)


@defines(np.cumprod)
def cumprod(a, axis=None):
    if axis is None:
        items = np.ravel(a)
    else:
        items = np.moveaxis(a, axis, 0)
    product = 1.0
    made = []
    for k in range(np.shape(items)[0]):
        product = product * items[k]
        made.append(product)
    return np.array(made) if axis is None else np.stack(made, axis=axis)


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


@defines(np.divmod, divmod)
def divided(x, y):
    quotient = np.floor_divide(stop_gradient(x), stop_gradient(y))
    return quotient, x - quotient * y


@defines(np.modf)
def modf(x):
    whole = np.trunc(stop_gradient(x))
    return x - whole, whole


@defines(np.gradient)
def gradient(f, *varargs, axis=None):
    if np.ndim(f) != 1 and axis is None:
        return [
            _slope(f, varargs[k] if len(varargs) == np.ndim(f) else _step(varargs), k)
            for k in range(np.ndim(f))
        ]
    return _slope(f, _step(varargs), 0 if axis is None else axis)


def _step(varargs):
    return varargs[0] if len(varargs) == 1 else 1.0


def _slope(f, h, axis):
    y = np.moveaxis(f, axis, -1)
    if np.ndim(h) == 0:
        inner = (y[..., 2:] - y[..., :-2]) / (2.0 * h)
        first, last = (y[..., 1:2] - y[..., :1]) / h, (y[..., -1:] - y[..., -2:-1]) / h
    else:
        d = np.diff(h)
        a, b = d[:-1], d[1:]
        inner = (a**2 * y[..., 2:] + (b**2 - a**2) * y[..., 1:-1] - b**2 * y[..., :-2]) / (
            a * b * (a + b)
        )
        first = (y[..., 1:2] - y[..., :1]) / d[0]
        last = (y[..., -1:] - y[..., -2:-1]) / d[-1]
    return np.moveaxis(np.concatenate([first, inner, last], axis=-1), -1, axis)
