"""Parts of SciPy's functions that return several values, and slopes that are series. Needs SciPy,
when they are called."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

_TERMS = 10_000  # of a series, at most


def gammainc_slope(a: Any, x: Any, order: int) -> Any:
    """The derivative of `gammainc(a, x)` by `a`, of first or second order.

    P(a, x) is the sum of x^(a+n) e^-x / Gamma(a+n+1), of which each term is differentiated
    (DLMF 8.11.4).
    """
    from scipy import special

    a, x = np.broadcast_arrays(np.asarray(a, float), np.asarray(x, float))
    total, n = np.zeros(a.shape), 0
    safe = np.where(x > 0, x, 1.0)
    while n < _TERMS:
        term = np.exp((a + n) * np.log(safe) - safe - special.gammaln(a + n + 1))
        shift = np.log(safe) - special.psi(a + n + 1)
        change = term * shift if order == 1 else term * (shift**2 - special.polygamma(1, a + n + 1))
        total, n = total + change, n + 1
        if n > 10 and np.all(
            (np.abs(change) <= 1e-17 * (np.abs(total) + 1e-300)) | (term < 1e-300)
        ):
            break
        if n > 10 and np.all((n > safe - a + 10) & (term < 1e-18)):
            break
    return np.where(x > 0, total, 0.0)[()]


def betainc_slope(a: Any, b: Any, x: Any, by: int) -> Any:
    """The derivative of `betainc(a, b, x)` by `a` (0) or `b` (1): of a series, term by term.

    I_x(a, b) = x^a (1-x)^b / (a B(a, b)) sum (a+b)_n / (a+1)_n x^n (DLMF 8.17.8); where `x` is
    above the mean, by the symmetry I_x(a, b) = 1 - I_(1-x)(b, a).
    """
    a, b, x = np.broadcast_arrays(np.asarray(a, float), np.asarray(b, float), np.asarray(x, float))
    swap = x > (a + 1) / (a + b + 2)
    first, second = _betainc_series(
        np.where(swap, b, a), np.where(swap, a, b), np.where(swap, 1 - x, x)
    )
    own, other = (first, second) if by == 0 else (second, first)
    return np.where(swap, -other, own)[()]


def _betainc_series(a: Any, b: Any, x: Any) -> tuple[Any, Any]:
    from scipy import special

    inside = (x > 0) & (x < 1)
    x = np.where(inside, x, 0.5)
    front = np.exp(a * np.log(x) + b * np.log1p(-x) - special.betaln(a, b)) / a
    both = special.psi(a + b)
    by_a = np.log(x) - 1 / a - special.psi(a) + special.psi(a + 1)
    by_b = np.log1p(-x) - special.psi(b)
    coefficient, first, second = np.ones(np.shape(a)), np.zeros(np.shape(a)), np.zeros(np.shape(a))
    for n in range(_TERMS):
        sum_n = special.psi(a + b + n)
        term = front * coefficient
        change = term * (by_a + sum_n - special.psi(a + 1 + n)), term * (by_b + sum_n)
        first, second = first + change[0], second + change[1]
        coefficient = coefficient * (a + b + n) / (a + 1 + n) * x
        if np.all(front * coefficient * (np.abs(both) + np.abs(sum_n) + 10) < 1e-18):
            break
    return np.where(inside, first, 0.0), np.where(inside, second, 0.0)


def hyp1f1_part(a: Any, b: Any, x: Any, by_a: int, by_b: int, by_x: int) -> Any:
    """A derivative of `hyp1f1(a, b, x)`, of order up to two in the parameters together.

    Each term of the sum of (a)_n / (b)_n x^n / n! (DLMF 13.2.2) is differentiated, in extended
    precision; below x = -20 the terms cancel, and it gives NaN.
    """
    a, b, x = np.broadcast_arrays(*(np.asarray(v, np.longdouble) for v in (a, b, x)))
    term = {(0, 0): np.ones_like(a)} | dict.fromkeys(_JETS, np.zeros_like(a))
    total, power, n = np.zeros_like(a), np.ones_like(a), 0
    while n < _TERMS:
        if n >= by_x:
            ratio = math.factorial(n) // math.factorial(n - by_x)
            change = term[by_a, by_b] * float(ratio) * power
            total, power = total + change, power * x
            if n > 20 + by_x and np.all(np.abs(change) <= 1e-20 * np.abs(total) + 1e-300):
                break
        upper, lower = (a + n) / (n + 1), 1 / (b + n)
        factor = {
            **{(0, 0): upper * lower, (1, 0): lower / (n + 1), (0, 1): -upper * lower**2},
            **{(1, 1): -(lower**2) / (n + 1), (0, 2): 2 * upper * lower**3},
        }
        term = {order: _product(term, factor, *order) for order in term}
        n += 1
    return np.where(x < -20, np.nan, total).astype(float)[()]


_JETS = ((1, 0), (0, 1), (2, 0), (1, 1), (0, 2))


def _product(first: Any, second: Any, i: int, j: int) -> Any:
    """The derivative of order (i, j) of a product, by Leibniz."""
    parts = [
        math.comb(i, k) * math.comb(j, m) * first[i - k, j - m] * second[k, m]
        for k in range(i + 1)
        for m in range(j + 1)
        if (k, m) in second
    ]
    return sum(parts)


def sph_legendre(n: Any, m: Any, theta: Any) -> Any:
    """`sph_legendre_p(n, m, theta)`, of the shape that its arguments have together."""
    from scipy import special

    found = special.sph_legendre_p(n, m, theta)
    return np.reshape(found, np.broadcast_shapes(np.shape(n), np.shape(m), np.shape(theta)))[()]


def fresnel_part(x: Any, part: int) -> Any:
    """`fresnel(x)[part]`: S (0) and C (1)."""
    from scipy import special

    return special.fresnel(x)[part]


def sici_part(x: Any, part: int) -> Any:
    """Si (0), Ci (1), Shi (2), Chi (3)."""
    from scipy import special

    return (special.sici if part < 2 else special.shichi)(x)[part % 2]


def airy_part(z: Any, part: int) -> Any:
    """Ai (0), Ai' (1), Bi (2), Bi' (3)."""
    from scipy import special

    return special.airy(z)[part]


def airye_part(z: Any, part: int) -> Any:
    """`airye(z)[part]`: those of `airy_part`, scaled."""
    from scipy import special

    return special.airye(z)[part]


def amplitude(u: Any, m: Any) -> Any:
    """The amplitude of Jacobi's elliptic functions, `ellipj(u, m)[3]`."""
    from scipy import special

    return special.ellipj(u, m)[3]


def bessel_i(n: int, x: Any) -> Any:
    """The modified Bessel function I of integer order, without SciPy.

    The mean of exp(x cos t) cos(n t) over a turn; the trapezoidal rule is exact to rounding with
    enough points (DLMF 10.32.3).
    """
    x = np.asarray(x, float)
    count = 40 + 2 * abs(n) + int(2 * np.max(np.abs(x), initial=0.0))
    t = np.arange(count) * (2 * np.pi / count)
    return np.mean(np.exp(x[..., None] * np.cos(t)) * np.cos(n * t), axis=-1)[()]


# B_2k, from 2 on: 1/6, -1/30, ...
_BERNOULLI = (
    1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798,
)  # fmt: skip


def psi_n(n: int, x: Any) -> Any:
    """The polygamma function, without SciPy: by recurrence, then asymptotically (DLMF 5.15)."""
    x = np.asarray(x, float)
    far = 15 + n
    count = max(0, int(np.ceil(far - np.min(x, initial=float(far)))))
    sign, factorial = (-1.0) ** (n + 1), float(math.factorial(n))
    steps = sum(1.0 / (x + k) ** (n + 1) for k in range(count))
    z = x + count
    if n == 0:
        total = np.log(z) - 0.5 / z
        total = total - sum(b / (2 * k * z ** (2 * k)) for k, b in enumerate(_BERNOULLI, 1))
        return (total - steps)[()]
    total = math.factorial(n - 1) / z**n + 0.5 * factorial / z ** (n + 1)
    for k, b in enumerate(_BERNOULLI, 1):
        ratio = math.factorial(2 * k + n - 1) / math.factorial(2 * k)
        total = total + b * ratio / z ** (2 * k + n)
    return (sign * (total + factorial * steps))[()]
