"""Polynomials' roots and quotients, running sums by their newer names, angles, ends, items."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

import numpy as np

from autodiff_sst.errors import MissingRuleError
from autodiff_sst.rules.definitions import defines
from autodiff_sst.runtime.calls import plain
from autodiff_sst.runtime.methods import astype, flatten_of, item_of, tolist_of, view_of


@defines(np.angle)
def angle(z, deg=False):
    turned = np.arctan2(np.imag(z), np.real(z))
    return np.rad2deg(turned) if deg else turned


@defines(np.sort_complex)
def sort_complex(a):
    return np.sort(a) + 0j


@defines(np.frexp)
def frexp(x):
    _, exponent = plain(np.frexp, x)
    return np.ldexp(x, -exponent), exponent


def cumulative_sum(x, axis=None, dtype=None, include_initial=False):
    return _running(x, axis, dtype, include_initial, 0)


def cumulative_prod(x, axis=None, dtype=None, include_initial=False):
    return _running(x, axis, dtype, include_initial, 1)


def _running(x, axis, dtype, include_initial, neutral):
    along = 0 if axis is None else axis[0] if isinstance(axis, tuple) else axis
    items = x if dtype is None else astype(x, dtype)
    result = np.cumsum(items, axis=along) if neutral == 0 else np.cumprod(items, axis=along)
    if not include_initial:
        return result
    shape = np.shape(x)
    where = along % len(shape)
    first = np.full(shape[:where] + (1,) + shape[where + 1 :], float(neutral))
    return np.concatenate([first, result], axis=along)


if hasattr(np, "cumulative_sum"):  # NumPy 2.1
    defines(np.cumulative_sum)(cumulative_sum)
    defines(np.cumulative_prod)(cumulative_prod)


@defines(np.kaiser)
def kaiser(M, beta):
    if M == 1:
        return np.ones(1)
    half = (M - 1) / 2
    return np.i0(beta * np.sqrt(1 - ((np.arange(M) - half) / half) ** 2)) / np.i0(beta)


@defines(np.polydiv)
def polydiv(u, v):
    """Long division; the remainder without the leading zeros that NumPy drops."""
    rest = np.array(u) + 0.0
    steps = max(np.size(u) - np.size(v) + 1, 0)
    quotient = np.zeros(max(steps, 1)) + 0.0 * rest[0]
    for k in range(steps):
        quotient[k] = rest[k] / v[0]
        rest[k : k + np.size(v)] -= quotient[k] * np.array(v)
    _, remainder = plain(np.polydiv, u, v)
    return quotient, rest[np.size(rest) - np.size(remainder) :]


@defines(np.roots)
def roots(p):
    """The eigenvalues of the companion matrix, and a zero for each trailing coefficient of 0."""
    places = np.flatnonzero(p)
    inner = np.ravel(p)[places[0] : places[-1] + 1]
    degree = np.size(inner) - 1
    first = np.arange(degree)[:, None] == 0
    found = np.linalg.eigvals(np.where(first, -inner[1:] / inner[0], np.eye(degree, k=-1)))
    return np.concatenate([found, np.zeros(np.size(p) - 1 - places[-1])])


@defines(np.poly)
def poly(seq_of_zeros):
    """The coefficients of the polynomial with these roots; of a matrix, its characteristic one."""
    zeros = np.linalg.eigvals(seq_of_zeros) if np.ndim(seq_of_zeros) == 2 else seq_of_zeros
    made = np.ones(1)
    for k in range(np.size(zeros)):
        made = np.concatenate([made, np.zeros(1)]) - zeros[k] * np.concatenate([np.zeros(1), made])
    return np.real(made) if np.isrealobj(plain(np.poly, seq_of_zeros)) else made


@defines(np.polyfit)
def polyfit(x, y, deg, w=None, cov=False):
    """Least squares on powers of `x`, each scaled to length 1."""
    powers = np.vander(x, deg + 1)
    values = np.asarray(y) + 0.0
    if w is not None:
        powers = powers * np.asarray(w)[:, None]
        values = values * (np.asarray(w) if np.ndim(y) == 1 else np.asarray(w)[:, None])
    scale = np.sqrt(np.sum(powers * powers, axis=0))
    scaled = powers / scale
    found = np.linalg.pinv(scaled) @ values
    made = found / scale if np.ndim(y) == 1 else found / scale[:, None]
    if not cov:
        return made
    spread = np.linalg.inv(scaled.T @ scaled) / np.outer(scale, scale)
    rest = np.sum((values - powers @ made) ** 2, axis=0)
    factor = 1.0 if cov == "unscaled" else rest / (np.shape(powers)[0] - deg - 1)
    return made, spread * factor if np.ndim(y) == 1 else spread[:, :, None] * factor


@defines(np.ix_)
def ix_(*args):
    """Of numbers, the numbers along an axis of their own."""
    found = plain(np.ix_, *args)
    return tuple(
        [
            np.reshape(a, np.shape(p)) if np.size(a) == np.size(p) else p
            for a, p in zip(args, found)  # noqa: B905
        ]
    )


@defines(np.rollaxis)
def rollaxis(a, axis, start=0):
    rank = np.ndim(a)
    source, target = axis % rank, start + rank if start < 0 else start
    return np.moveaxis(a, source, target - 1 if source < target else target)


@defines(np.trim_zeros)
def trim_zeros(filt, trim="fb"):
    if np.ndim(filt) != 1:
        raise MissingRuleError("`np.trim_zeros` has a derivative for one dimension")
    places = np.flatnonzero(filt)
    first = places[0] if "f" in trim.lower() else 0
    last = places[-1] + 1 if "b" in trim.lower() else np.size(filt)
    return filt[first:last]


@defines(np.asanyarray)
def asanyarray(a, dtype=None):
    return np.asarray(a, dtype=dtype)


@defines(np.require)
def require(a, dtype=None, requirements=None):
    return np.asarray(a, dtype=dtype)


if hasattr(np, "astype"):  # NumPy 2.1

    @defines(np.astype)
    def _astype(x, dtype, copy=True):
        return astype(x, dtype) if copy else np.asarray(x, dtype)


@defines(item_of)
def item(a, place, *more):
    if len(more) > 0:
        return float(a[(place,) + more])
    return float(a[place] if isinstance(place, tuple) else np.ravel(a)[place])


@defines(tolist_of)
def tolist(a):
    if np.ndim(a) == 0:
        return float(a)
    if np.ndim(a) == 1:
        return [float(x) for x in a]
    if np.ndim(a) == 2:
        return [[float(x) for x in row] for row in a]
    if np.ndim(a) == 3:
        return [[[float(x) for x in row] for row in table] for table in a]
    raise MissingRuleError("`tolist` of more than three dimensions has no derivative rule")


@defines(flatten_of)
def flatten(a, order="C"):
    return np.copy(np.ravel(a, order))


@defines(view_of)
def view(a, dtype=None):
    if dtype is not None and dtype is not np.ndarray:
        raise MissingRuleError("`view` of another dtype has no derivative rule")
    return a[...]
