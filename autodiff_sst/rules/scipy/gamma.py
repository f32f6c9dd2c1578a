"""Gamma, beta and error functions, and their relatives (DLMF, chapters 5, 7, 8)."""

import numpy as np
from scipy import special

from autodiff_sst.rules.language import adjoint, d
from autodiff_sst.runtime.special import betainc_slope, fresnel_part, gammainc_slope, sici_part


@adjoint(special.gamma)
def _(y, x):
    d[x] = d[y] * (y * special.psi(x))


@adjoint(special.gammaln, special.loggamma)
def _(y, x):
    d[x] = d[y] * special.psi(x)


@adjoint(special.rgamma)
def _(y, x):
    d[x] = d[y] * -(y * special.psi(x))


@adjoint(special.psi)
def _(y, x):
    d[x] = d[y] * special.polygamma(1, x)


@adjoint(special.polygamma)
def _(y, n, x):
    d[x] = d[y] * special.polygamma(n + 1, x)


@adjoint(special.zeta)
def _(y, x, q):
    d[q] = d[y] * (-x * special.zeta(x + 1, q))


@adjoint(special.poch)
def _(y, z, m):
    d[z] = d[y] * (y * (special.psi(z + m) - special.psi(z)))
    d[m] = d[y] * (y * special.psi(z + m))


@adjoint(special.binom)
def _(y, n, k):
    rest = special.psi(n - k + 1)
    d[n] = d[y] * (y * (special.psi(n + 1) - rest))
    d[k] = d[y] * (y * (rest - special.psi(k + 1)))


@adjoint(special.beta)
def _(y, a, b):
    both = special.psi(a + b)
    d[a] = d[y] * (y * (special.psi(a) - both))
    d[b] = d[y] * (y * (special.psi(b) - both))


@adjoint(special.betaln)
def _(y, a, b):
    both = special.psi(a + b)
    d[a] = d[y] * (special.psi(a) - both)
    d[b] = d[y] * (special.psi(b) - both)


# Incomplete gamma functions: P(a, x)' = x^(a-1) e^-x / Gamma(a) by x; by `a` a series.


@adjoint(special.gammainc)
def _(y, a, x):
    d[a] = d[y] * gammainc_slope(a, x, 1)
    d[x] = d[y] * np.exp(special.xlogy(a - 1, x) - x - special.gammaln(a))


@adjoint(special.gammaincc)
def _(y, a, x):
    d[a] = d[y] * -gammainc_slope(a, x, 1)
    d[x] = d[y] * -np.exp(special.xlogy(a - 1, x) - x - special.gammaln(a))


@adjoint(gammainc_slope)
def _(y, a, x, order):
    density = np.exp(special.xlogy(a - 1, x) - x - special.gammaln(a))
    if order == 1:
        d[a] = d[y] * gammainc_slope(a, x, 2)
        d[x] = d[y] * (density * (np.log(x) - special.psi(a)))
    elif order == 2:
        shift = np.log(x) - special.psi(a)
        d[x] = d[y] * (density * (shift * shift - special.polygamma(1, a)))


@adjoint(special.gammaincinv)
def _(y, a, p):
    scale = np.exp(y + special.gammaln(a) - special.xlogy(a - 1, y))
    d[a] = d[y] * -(gammainc_slope(a, y, 1) * scale)
    d[p] = d[y] * scale


@adjoint(special.gammainccinv)
def _(y, a, p):
    scale = np.exp(y + special.gammaln(a) - special.xlogy(a - 1, y))
    d[a] = d[y] * -(gammainc_slope(a, y, 1) * scale)
    d[p] = d[y] * -scale


# Incomplete beta functions: I_x(a, b)' = x^(a-1) (1-x)^(b-1) / B(a, b) by x; by `a`, `b` a series.


@adjoint(special.betainc)
def _(y, a, b, x):
    d[a] = d[y] * betainc_slope(a, b, x, 0)
    d[b] = d[y] * betainc_slope(a, b, x, 1)
    powers = special.xlogy(a - 1, x) + special.xlog1py(b - 1, -x)
    d[x] = d[y] * np.exp(powers - special.betaln(a, b))


@adjoint(special.betaincc)
def _(y, a, b, x):
    d[a] = d[y] * -betainc_slope(a, b, x, 0)
    d[b] = d[y] * -betainc_slope(a, b, x, 1)
    powers = special.xlogy(a - 1, x) + special.xlog1py(b - 1, -x)
    d[x] = d[y] * -np.exp(powers - special.betaln(a, b))


@adjoint(betainc_slope)
def _(y, a, b, x, by):
    powers = special.xlogy(a - 1, x) + special.xlog1py(b - 1, -x)
    density = np.exp(powers - special.betaln(a, b))
    if by == 0:
        d[x] = d[y] * (density * (np.log(x) - special.psi(a) + special.psi(a + b)))
    else:
        d[x] = d[y] * (density * (np.log1p(-x) - special.psi(b) + special.psi(a + b)))


@adjoint(special.betaincinv)
def _(y, a, b, p):
    powers = special.xlogy(a - 1, y) + special.xlog1py(b - 1, -y)
    scale = np.exp(special.betaln(a, b) - powers)
    d[a] = d[y] * -(betainc_slope(a, b, y, 0) * scale)
    d[b] = d[y] * -(betainc_slope(a, b, y, 1) * scale)
    d[p] = d[y] * scale


@adjoint(special.betainccinv)
def _(y, a, b, p):
    powers = special.xlogy(a - 1, y) + special.xlog1py(b - 1, -y)
    scale = np.exp(special.betaln(a, b) - powers)
    d[a] = d[y] * -(betainc_slope(a, b, y, 0) * scale)
    d[b] = d[y] * -(betainc_slope(a, b, y, 1) * scale)
    d[p] = d[y] * -scale


# Error functions, and the normal distribution's; 2 / sqrt(pi) and sqrt(pi) / 2, sqrt(2 pi)


@adjoint(special.erf)
def _(y, x):
    d[x] = d[y] * (1.1283791670955126 * np.exp(-x * x))


@adjoint(special.erfc)
def _(y, x):
    d[x] = d[y] * (-1.1283791670955126 * np.exp(-x * x))


@adjoint(special.erfcx)
def _(y, x):
    d[x] = d[y] * (2 * x * y - 1.1283791670955126)


@adjoint(special.erfi)
def _(y, x):
    d[x] = d[y] * (1.1283791670955126 * np.exp(x * x))


@adjoint(special.erfinv)
def _(y, x):
    d[x] = d[y] * (0.886226925452758 * np.exp(y * y))


@adjoint(special.erfcinv)
def _(y, x):
    d[x] = d[y] * (-0.886226925452758 * np.exp(y * y))


@adjoint(special.dawsn)
def _(y, x):
    d[x] = d[y] * (1 - 2 * x * y)


@adjoint(special.wofz)
def _(y, z):
    d[z] = d[y] * (1.1283791670955126j - 2 * z * y)


@adjoint(special.ndtr)
def _(y, x):
    d[x] = d[y] * (np.exp(-0.5 * x * x) / 2.5066282746310002)


@adjoint(special.log_ndtr)
def _(y, x):
    d[x] = d[y] * (np.exp(-0.5 * x * x - y) / 2.5066282746310002)


@adjoint(special.ndtri)
def _(y, x):
    d[x] = d[y] * (2.5066282746310002 * np.exp(0.5 * y * y))


@adjoint(special.ndtri_exp)
def _(y, x):
    d[x] = d[y] * (2.5066282746310002 * np.exp(0.5 * y * y + x))


@adjoint(special.owens_t)
def _(y, h, a):
    d[h] = d[y] * (
        special.erf(a * h / 1.4142135623730951) * np.exp(-0.5 * h * h) * -0.19947114020071635
    )
    d[a] = d[y] * (np.exp(-0.5 * h * h * (1 + a * a)) / (6.283185307179586 * (1 + a * a)))


@adjoint(fresnel_part)
def _(y, x, part):
    turn = 1.5707963267948966 * x * x
    d[x] = d[y] * (np.sin(turn) if part == 0 else np.cos(turn))


@adjoint(sici_part)
def _(y, x, part):
    if part == 0:
        d[x] = d[y] * np.sinc(x / 3.141592653589793)
    elif part == 1:
        d[x] = d[y] * (np.cos(x) / x)
    elif part == 2:
        d[x] = d[y] * (np.sinh(x) / x)
    else:
        d[x] = d[y] * (np.cosh(x) / x)


@adjoint(special.exp1)
def _(y, x):
    d[x] = d[y] * -(np.exp(-x) / x)


@adjoint(special.expi)
def _(y, x):
    d[x] = d[y] * (np.exp(x) / x)


@adjoint(special.expn)
def _(y, n, x):
    d[x] = d[y] * -special.expn(n - 1, x)


@adjoint(special.spence)
def _(y, z):
    d[z] = d[y] * np.where(z == 1, -1.0, np.log(z) / np.where(z == 1, 1.0, 1 - z))


@adjoint(special.wrightomega)
def _(y, z):
    d[z] = d[y] * (y / (1 + y))


@adjoint(special.lambertw)
def _(y, z, k=0):
    d[z] = d[y] / (np.exp(y) * (1 + y))


@adjoint(special.stdtr)
def _(y, df, t):
    front = np.exp(special.gammaln(0.5 * (df + 1)) - special.gammaln(0.5 * df))
    power = (1 + t * t / df) ** (-0.5 * (df + 1))
    d[t] = d[y] * (front / np.sqrt(3.141592653589793 * df) * power)


@adjoint(special.stdtrit)
def _(y, df, p):
    front = np.exp(special.gammaln(0.5 * (df + 1)) - special.gammaln(0.5 * df))
    power = (1 + y * y / df) ** (-0.5 * (df + 1))
    d[p] = d[y] / (front / np.sqrt(3.141592653589793 * df) * power)
