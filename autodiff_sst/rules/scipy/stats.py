"""Distributions of `scipy.stats`: densities, distribution functions and their inverses.

Formulas as in SciPy's documentation of each distribution.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

import numpy as np
from scipy import special, stats

from autodiff_sst.rules.definitions import defines
from autodiff_sst.rules.registry import declare_nondifferentiable

declare_nondifferentiable(stats.rankdata, stats.mode, stats.bernoulli.ppf)


@defines(stats.norm.logpdf)
def norm_logpdf(x, loc=0, scale=1):
    z = (x - loc) / scale
    return -0.5 * z * z - 0.9189385332046727 - np.log(scale)


@defines(stats.norm.pdf)
def norm_pdf(x, loc=0, scale=1):
    return np.exp(norm_logpdf(x, loc, scale))


@defines(stats.norm.cdf)
def norm_cdf(x, loc=0, scale=1):
    return special.ndtr((x - loc) / scale)


@defines(stats.norm.sf)
def norm_sf(x, loc=0, scale=1):
    return special.ndtr((loc - x) / scale)


@defines(stats.norm.logcdf)
def norm_logcdf(x, loc=0, scale=1):
    return special.log_ndtr((x - loc) / scale)


@defines(stats.norm.logsf)
def norm_logsf(x, loc=0, scale=1):
    return special.log_ndtr((loc - x) / scale)


@defines(stats.norm.ppf)
def norm_ppf(q, loc=0, scale=1):
    return loc + scale * special.ndtri(q)


@defines(stats.norm.isf)
def norm_isf(q, loc=0, scale=1):
    return loc - scale * special.ndtri(q)


@defines(stats.lognorm.logpdf)
def lognorm_logpdf(x, s, loc=0, scale=1):
    z = (x - loc) / scale
    inside = z > 0
    logarithm = np.log(np.where(inside, z, 1.0))
    value = -0.5 * (logarithm / s) ** 2 - logarithm - np.log(s) - 0.9189385332046727 - np.log(scale)
    return np.where(inside, value, -np.inf)


@defines(stats.lognorm.pdf)
def lognorm_pdf(x, s, loc=0, scale=1):
    return np.exp(lognorm_logpdf(x, s, loc, scale))


@defines(stats.lognorm.cdf)
def lognorm_cdf(x, s, loc=0, scale=1):
    z = (x - loc) / scale
    inside = z > 0
    return np.where(inside, special.ndtr(np.log(np.where(inside, z, 1.0)) / s), 0.0)


@defines(stats.uniform.pdf)
def uniform_pdf(x, loc=0, scale=1):
    return np.where((x >= loc) & (x <= loc + scale), 1.0 / scale, 0.0)


@defines(stats.uniform.logpdf)
def uniform_logpdf(x, loc=0, scale=1):
    return np.where((x >= loc) & (x <= loc + scale), -np.log(scale), -np.inf)


@defines(stats.uniform.cdf)
def uniform_cdf(x, loc=0, scale=1):
    return np.clip((x - loc) / scale, 0.0, 1.0)


@defines(stats.uniform.ppf)
def uniform_ppf(q, loc=0, scale=1):
    return loc + q * scale


@defines(stats.expon.logpdf)
def expon_logpdf(x, loc=0, scale=1):
    z = (x - loc) / scale
    return np.where(z >= 0, -z, -np.inf) - np.log(scale)


@defines(stats.expon.pdf)
def expon_pdf(x, loc=0, scale=1):
    z = (x - loc) / scale
    return np.where(z >= 0, np.exp(-z), 0.0) / scale


@defines(stats.expon.cdf)
def expon_cdf(x, loc=0, scale=1):
    return -np.expm1(-np.maximum((x - loc) / scale, 0.0))


@defines(stats.expon.sf)
def expon_sf(x, loc=0, scale=1):
    return np.exp(-np.maximum((x - loc) / scale, 0.0))


@defines(stats.expon.logcdf)
def expon_logcdf(x, loc=0, scale=1):
    return np.log(expon_cdf(x, loc, scale))


@defines(stats.expon.logsf)
def expon_logsf(x, loc=0, scale=1):
    return -np.maximum((x - loc) / scale, 0.0)


@defines(stats.expon.ppf)
def expon_ppf(q, loc=0, scale=1):
    return loc - scale * np.log1p(-q)


@defines(stats.laplace.pdf)
def laplace_pdf(x, loc=0, scale=1):
    return 0.5 * np.exp(-np.abs((x - loc) / scale)) / scale


@defines(stats.laplace.logpdf)
def laplace_logpdf(x, loc=0, scale=1):
    return -np.abs((x - loc) / scale) - np.log(2.0 * scale)


@defines(stats.laplace.cdf)
def laplace_cdf(x, loc=0, scale=1):
    z = (x - loc) / scale
    half = 0.5 * np.exp(-np.abs(z))
    return np.where(z > 0, 1.0 - half, half)


@defines(stats.logistic.logpdf)
def logistic_logpdf(x, loc=0, scale=1):
    z = np.abs((x - loc) / scale)
    return -z - 2.0 * np.log1p(np.exp(-z)) - np.log(scale)


@defines(stats.logistic.pdf)
def logistic_pdf(x, loc=0, scale=1):
    y = special.expit((x - loc) / scale)
    return y * (1.0 - y) / scale


@defines(stats.logistic.cdf)
def logistic_cdf(x, loc=0, scale=1):
    return special.expit((x - loc) / scale)


@defines(stats.logistic.sf)
def logistic_sf(x, loc=0, scale=1):
    return special.expit((loc - x) / scale)


@defines(stats.logistic.ppf)
def logistic_ppf(q, loc=0, scale=1):
    return loc + scale * special.logit(q)


@defines(stats.logistic.isf)
def logistic_isf(q, loc=0, scale=1):
    return loc - scale * special.logit(q)


@defines(stats.cauchy.pdf)
def cauchy_pdf(x, loc=0, scale=1):
    z = (x - loc) / scale
    return 1.0 / (3.141592653589793 * scale * (1.0 + z * z))


@defines(stats.cauchy.logpdf)
def cauchy_logpdf(x, loc=0, scale=1):
    z = (x - loc) / scale
    return -np.log1p(z * z) - np.log(3.141592653589793 * scale)


@defines(stats.cauchy.cdf)
def cauchy_cdf(x, loc=0, scale=1):
    return 0.5 + np.arctan((x - loc) / scale) / 3.141592653589793


@defines(stats.cauchy.sf)
def cauchy_sf(x, loc=0, scale=1):
    return cauchy_cdf(-x, -loc, scale)


@defines(stats.cauchy.logcdf)
def cauchy_logcdf(x, loc=0, scale=1):
    return np.log(cauchy_cdf(x, loc, scale))


@defines(stats.cauchy.logsf)
def cauchy_logsf(x, loc=0, scale=1):
    return np.log(cauchy_cdf(-x, -loc, scale))


@defines(stats.cauchy.ppf)
def cauchy_ppf(q, loc=0, scale=1):
    return loc + scale * np.tan(3.141592653589793 * (q - 0.5))


@defines(stats.cauchy.isf)
def cauchy_isf(q, loc=0, scale=1):
    return loc + scale * np.tan(3.141592653589793 * (0.5 - q))


@defines(stats.gumbel_r.logpdf)
def gumbel_r_logpdf(x, loc=0, scale=1):
    z = (x - loc) / scale
    return -z - np.exp(-z) - np.log(scale)


@defines(stats.gumbel_r.pdf)
def gumbel_r_pdf(x, loc=0, scale=1):
    return np.exp(gumbel_r_logpdf(x, loc, scale))


@defines(stats.gumbel_r.logcdf)
def gumbel_r_logcdf(x, loc=0, scale=1):
    return -np.exp((loc - x) / scale)


@defines(stats.gumbel_r.cdf)
def gumbel_r_cdf(x, loc=0, scale=1):
    return np.exp(gumbel_r_logcdf(x, loc, scale))


@defines(stats.gumbel_r.sf)
def gumbel_r_sf(x, loc=0, scale=1):
    return -np.expm1(gumbel_r_logcdf(x, loc, scale))


@defines(stats.gumbel_r.logsf)
def gumbel_r_logsf(x, loc=0, scale=1):
    return np.log(gumbel_r_sf(x, loc, scale))


@defines(stats.gumbel_r.ppf)
def gumbel_r_ppf(q, loc=0, scale=1):
    return loc - scale * np.log(-np.log(q))


@defines(stats.gumbel_l.logpdf)
def gumbel_l_logpdf(x, loc=0, scale=1):
    return gumbel_r_logpdf(-x, -loc, scale)


@defines(stats.gumbel_l.pdf)
def gumbel_l_pdf(x, loc=0, scale=1):
    return np.exp(gumbel_r_logpdf(-x, -loc, scale))


@defines(stats.gumbel_l.cdf)
def gumbel_l_cdf(x, loc=0, scale=1):
    return gumbel_r_sf(-x, -loc, scale)


@defines(stats.gumbel_l.logcdf)
def gumbel_l_logcdf(x, loc=0, scale=1):
    return gumbel_r_logsf(-x, -loc, scale)


@defines(stats.gumbel_l.sf)
def gumbel_l_sf(x, loc=0, scale=1):
    return gumbel_r_cdf(-x, -loc, scale)


@defines(stats.gumbel_l.logsf)
def gumbel_l_logsf(x, loc=0, scale=1):
    return gumbel_r_logcdf(-x, -loc, scale)


@defines(stats.gumbel_l.ppf)
def gumbel_l_ppf(q, loc=0, scale=1):
    return loc + scale * np.log(-np.log1p(-q))
