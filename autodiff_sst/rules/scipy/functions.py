"""Functions of `scipy.special` in terms of others: those that return several values, sums over an
axis, distribution functions."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

import numpy as np
from scipy import special

from autodiff_sst.errors import MissingRuleError
from autodiff_sst.markers import stop_gradient
from autodiff_sst.rules.definitions import defines
from autodiff_sst.rules.registry import declare_elementwise, declare_nondifferentiable
from autodiff_sst.runtime import special as parts
from autodiff_sst.runtime.calls import plain
from autodiff_sst.runtime.special import airy_part, airye_part, amplitude, fresnel_part, sici_part

declare_elementwise(
    *(parts.gammainc_slope, parts.betainc_slope, airy_part, airye_part, amplitude),
    *(parts.hyp1f1_part, parts.sph_legendre),
    *(fresnel_part, sici_part, special.polygamma, special.zeta, special.lambertw),
    *(special.jvp, special.yvp, special.ivp, special.kvp, special.spherical_jn),
    *(special.spherical_yn, special.spherical_in, special.spherical_kn),
    *([special.softplus] if hasattr(special, "softplus") else []),
)
_CONSTANT = ("bernoulli", "euler", "factorial2", "factorialk", "stirling2", "gammasgn", "round")
declare_nondifferentiable(
    *(getattr(special, n) for n in _CONSTANT if hasattr(special, n)),
    *(getattr(special, n) for n in special.__all__ if n.endswith(("_zeros", "_roots"))),
    *(getattr(special, n) for n in special.__all__ if n.startswith("roots_")),
)


def check_value_alone(diff_n):
    if diff_n != 0:
        raise MissingRuleError("`diff_n` of this function has no derivative rule")


@defines(special.logsumexp)
def logsumexp(a, axis=None, b=None, keepdims=False, return_sign=False):
    top = np.max(stop_gradient(a), axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    terms = np.exp(a - top) if b is None else b * np.exp(a - top)
    total = np.sum(terms, axis=axis, keepdims=keepdims)
    shift = np.reshape(top, np.shape(total))
    if return_sign:
        return np.log(np.abs(total)) + shift, np.sign(total)
    return np.log(total) + shift


@defines(special.softmax)
def softmax(x, axis=None):
    powers = np.exp(x - np.max(stop_gradient(x), axis=axis, keepdims=True))
    return powers / np.sum(powers, axis=axis, keepdims=True)


@defines(special.log_softmax)
def log_softmax(x, axis=None):
    shifted = x - np.max(stop_gradient(x), axis=axis, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))


@defines(special.multigammaln)
def multigammaln(a, d):
    total = d * (d - 1) * 0.25 * 1.1447298858494002  # log pi
    for k in range(d):
        total = total + special.gammaln(a - 0.5 * k)
    return total


@defines(special.comb)
def comb(N, k, exact=False, repetition=False):
    if repetition:
        return comb_of(N + k - 1, k)
    return comb_of(N, k)


def comb_of(N, k):
    return np.where((k <= N) & (N >= 0) & (k >= 0), special.binom(N, k), 0.0)


@defines(special.factorial)
def factorial(n, exact=False):
    return special.gamma(n + 1)


@defines(special.fresnel)
def fresnel(z):
    return fresnel_part(z, 0), fresnel_part(z, 1)


@defines(special.sici)
def sici(x):
    return sici_part(x, 0), sici_part(x, 1)


@defines(special.shichi)
def shichi(x):
    return sici_part(x, 2), sici_part(x, 3)


@defines(special.airy)
def airy(z):
    return airy_part(z, 0), airy_part(z, 1), airy_part(z, 2), airy_part(z, 3)


@defines(special.airye)
def airye(z):
    return airye_part(z, 0), airye_part(z, 1), airye_part(z, 2), airye_part(z, 3)


@defines(special.ellipj)
def ellipj(u, m):
    phi = amplitude(u, m)
    sine = np.sin(phi)
    return sine, np.cos(phi), np.sqrt(1 - m * sine * sine), phi


@defines(special.assoc_laguerre)
def assoc_laguerre(x, n, k=0.0):
    return special.eval_genlaguerre(n, k, x)


@defines(special.diric)
def diric(x, n):
    below = np.sin(0.5 * x)
    turns = np.rint(stop_gradient(x) / 6.283185307179586) * (n - 1)
    ratio = np.sin(0.5 * n * x) / (n * np.where(below == 0, 1.0, below))
    return np.where(below == 0, (-1.0) ** turns, ratio)


@defines(special.agm)
def agm(a, b):
    """Gauss: pi / 4 (a + b) over the complete integral of ((a - b) / (a + b))^2."""
    return 0.7853981633974483 * (a + b) / special.ellipk(((a - b) / (a + b)) ** 2)


@defines(special.voigt_profile)
def voigt_profile(x, sigma, gamma):
    width = sigma * 1.4142135623730951
    return np.real(special.wofz((x + 1j * gamma) / width)) / (width * 1.7724538509055159)


# Distribution functions


@defines(special.chdtr)
def chdtr(v, x):
    return special.gammainc(0.5 * v, 0.5 * x)


@defines(special.chdtrc)
def chdtrc(v, x):
    return special.gammaincc(0.5 * v, 0.5 * x)


@defines(special.chdtri)
def chdtri(v, p):
    return 2.0 * special.gammainccinv(0.5 * v, p)


@defines(special.gdtr)
def gdtr(a, b, x):
    return special.gammainc(b, a * x)


@defines(special.gdtrc)
def gdtrc(a, b, x):
    return special.gammaincc(b, a * x)


@defines(special.pdtr)
def pdtr(k, m):
    return special.gammaincc(np.floor(k) + 1, m)


@defines(special.pdtrc)
def pdtrc(k, m):
    return special.gammainc(np.floor(k) + 1, m)


@defines(special.bdtr)
def bdtr(k, n, p):
    return special.betainc(n - np.floor(k), np.floor(k) + 1, 1 - p)


@defines(special.bdtrc)
def bdtrc(k, n, p):
    return special.betainc(np.floor(k) + 1, n - np.floor(k), p)


@defines(special.fdtr)
def fdtr(dfn, dfd, x):
    return special.betainc(0.5 * dfn, 0.5 * dfd, dfn * x / (dfd + dfn * x))


@defines(special.fdtrc)
def fdtrc(dfn, dfd, x):
    return special.betainc(0.5 * dfd, 0.5 * dfn, dfd / (dfd + dfn * x))


def legendre_p(n, z, diff_n=0):
    check_value_alone(diff_n)
    return np.reshape(special.eval_legendre(n, z), np.shape(plain(special.legendre_p, n, z)))


def assoc_legendre_p(n, m, z, branch_cut=2, norm=False, diff_n=0):
    check_value_alone(diff_n)
    scale = 1.0
    if norm:
        ratio = special.gamma(n - m + 1.0) / special.gamma(n + m + 1.0)
        scale = np.sqrt((n + 0.5) * ratio)
    shape = np.shape(plain(special.assoc_legendre_p, n, m, z))
    return np.reshape(scale * special.lpmv(m, n, z), shape)


def sph_legendre_p(n, m, theta, diff_n=0):
    check_value_alone(diff_n)
    shape = np.shape(plain(special.sph_legendre_p, n, m, theta))
    return np.reshape(parts.sph_legendre(n, m, theta), shape)


def sph_harm_y(n, m, theta, phi, diff_n=0):
    check_value_alone(diff_n)
    return parts.sph_legendre(n, m, theta) * np.exp(1j * m * phi)


for _function in (legendre_p, assoc_legendre_p, sph_legendre_p, sph_harm_y):
    if hasattr(special, _function.__name__):  # SciPy 1.15
        defines(getattr(special, _function.__name__))(_function)
