"""Sums, means, polynomials, interpolation; functions that round or ignore NaN."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

import numpy as np

from autodiff_sst.markers import stop_gradient
from autodiff_sst.rules.definitions import defines
from autodiff_sst.runtime.methods import accumulate_of, reduce_of, reduceat_of


@defines(np.ptp)
def ptp(a, axis=None, keepdims=False):
    return np.max(a, axis=axis, keepdims=keepdims) - np.min(a, axis=axis, keepdims=keepdims)


@defines(np.average)
def average(a, axis=None, weights=None, returned=False, keepdims=False):
    if weights is None:
        mean = np.mean(a, axis=axis, keepdims=keepdims)
        return (mean, mean * 0.0 + np.size(a) / np.size(mean)) if returned else mean
    if axis is not None and np.ndim(weights) == 1 and np.ndim(a) > 1:
        w = np.moveaxis(np.reshape(weights, (-1,) + (1,) * (np.ndim(a) - 1)), 0, axis)
    else:
        w = weights
    total = np.sum(np.broadcast_to(w, np.shape(a)), axis=axis, keepdims=keepdims)
    mean = np.sum(a * w, axis=axis, keepdims=keepdims) / total
    return (mean, total) if returned else mean


@defines(np.clip)
def clip(a, min=None, max=None):
    return np.clip(a, min, max)


@defines(reduce_of)
def reduce_by(ufunc, array, axis=0, keepdims=False, initial=None):
    items = np.ravel(array) if axis is None else np.moveaxis(array, axis, 0)
    first = 0 if initial is not None else 1
    result = items[0] if initial is None else initial
    for k in range(first, np.shape(items)[0]):
        result = ufunc(result, items[k])
    if keepdims:
        return np.expand_dims(result, tuple(range(np.ndim(array))) if axis is None else axis)
    return result


@defines(accumulate_of)
def accumulate_by(ufunc, array, axis=0):
    items = np.moveaxis(array, axis, 0)
    result = items[0]
    made = [result]
    for k in range(1, np.shape(items)[0]):
        result = ufunc(result, items[k])
        made.append(result)
    return np.stack(made, axis=axis)


@defines(reduceat_of)
def reduceat_by(ufunc, array, indices, axis=0):
    """From each index up to the next; where that is not greater, the item alone."""
    items = np.moveaxis(array, axis, 0)
    starts = [int(k) for k in indices]
    stops = [*starts[1:], np.shape(items)[0]]
    made = []
    for start, stop in zip(starts, stops):  # noqa: B905
        part = items[start]
        for k in range(start + 1, stop):
            part = ufunc(part, items[k])
        made.append(part)
    return np.stack(made, axis=axis)


@defines(np.linspace)
def linspace(start, stop, num=50, endpoint=True, retstep=False, axis=0):
    ramp = np.linspace(0.0, 1.0, num, endpoint)
    if np.ndim(start) or np.ndim(stop):
        ramp = np.reshape(ramp, (num,) + (1,) * max(np.ndim(start), np.ndim(stop)))
    made = start + ramp * (stop - start)
    if axis != 0:
        made = np.moveaxis(made, 0, axis)
    if retstep:
        return made, (stop - start) / (num - 1 if endpoint else num)
    return made


@defines(np.logspace)
def logspace(start, stop, num=50, endpoint=True, base=10.0, axis=0):
    return base ** linspace(start, stop, num, endpoint, False, axis)


@defines(np.geomspace)
def geomspace(start, stop, num=50, endpoint=True, axis=0):
    whole = np.log(stop / start)
    made = start * np.exp(linspace(whole * 0.0, whole, num, endpoint))
    return made if axis == 0 else np.moveaxis(made, 0, axis)


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
def interp(x, xp, fp, left=None, right=None, period=None):
    if period is not None:
        turned = xp % period
        order = np.argsort(stop_gradient(turned))
        around = turned[order]
        xp = np.concatenate([around[-1:] - period, around, around[:1] + period])
        fp = np.concatenate([fp[order[-1:]], fp[order], fp[order[:1]]])
        x = x % period
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
    constants = np.zeros(m) if k is None else np.broadcast_to(k, (m,))
    for j in range(m):
        n = np.shape(p)[0]
        p = np.concatenate([p / np.arange(n, 0, -1), constants[j : j + 1]])
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
    return np.convolve(np.atleast_1d(a1), np.atleast_1d(a2))


@defines(np.vander)
def vander(x, N=None, increasing=False):
    count = np.shape(x)[0] if N is None else N
    powers = np.arange(count) if increasing else np.arange(count - 1, -1, -1)
    return x[:, None] ** powers


@defines(np.convolve)
def convolve(a, v, mode="full"):
    if np.ndim(a) == 0 or np.ndim(v) == 0:
        return np.atleast_1d(a * v)
    n, m = np.shape(a)[0], np.shape(v)[0]
    rows = np.arange(n + m - 1)[:, None] - np.arange(m)
    inside = (rows >= 0) & (rows < n)
    full = np.where(inside, np.asarray(a)[np.clip(rows, 0, n - 1)], 0.0) @ v
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


@defines(np.divmod, divmod)
def divided(x, y):
    quotient = np.floor_divide(stop_gradient(x), stop_gradient(y))
    return quotient, x - quotient * y


@defines(np.modf)
def modf(x):
    whole = np.trunc(stop_gradient(x))
    return x - whole, whole


@defines(np.gradient)
def gradient(f, *varargs, axis=None, edge_order=1):
    if np.ndim(f) != 1 and axis is None:
        return [
            _slope(f, varargs[k] if len(varargs) == np.ndim(f) else _step(varargs), k, edge_order)
            for k in range(np.ndim(f))
        ]
    if isinstance(axis, tuple):
        return [
            _slope(
                f, varargs[k] if len(varargs) == len(axis) else _step(varargs), along, edge_order
            )
            for k, along in enumerate(axis)
        ]
    return _slope(f, _step(varargs), 0 if axis is None else axis, edge_order)


def _step(varargs):
    return varargs[0] if len(varargs) == 1 else 1.0


def _slope(f, h, axis, edge_order):
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
    if edge_order == 2:
        first, last = _parabolas(y, h)
    return np.moveaxis(np.concatenate([first, inner, last], axis=-1), -1, axis)


def _parabolas(y, h):
    """The slopes at the ends of parabolas through three items."""
    d = np.broadcast_to(h, (np.shape(y)[-1] - 1,)) if np.ndim(h) == 0 else np.diff(h)
    a, b = d[0], d[1]
    first = (
        -(2 * a + b) / (a * (a + b)) * y[..., :1]
        + (a + b) / (a * b) * y[..., 1:2]
        - a / (b * (a + b)) * y[..., 2:3]
    )
    a, b = d[-2], d[-1]
    last = (
        b / (a * (a + b)) * y[..., -3:-2]
        - (b + a) / (a * b) * y[..., -2:-1]
        + (2 * b + a) / (b * (a + b)) * y[..., -1:]
    )
    return first, last
