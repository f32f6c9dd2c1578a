"""Continuous distributions of `scipy.stats` with parameters of their shape.

Formulas as in SciPy's documentation of each distribution.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

import numpy as np
from scipy import special, stats

from autodiff_sst.rules.definitions import defines


@defines(stats.gamma.logpdf)
def gamma_logpdf(x, a, loc=0, scale=1):
    z = (x - loc) / scale
    inside = z >= 0
    safe = np.where(inside, z, 1.0)
    value = special.xlogy(a - 1.0, safe) - safe - special.gammaln(a) - np.log(scale)
    return np.where(inside, value, -np.inf)


@defines(stats.gamma.pdf)
def gamma_pdf(x, a, loc=0, scale=1):
    return np.exp(gamma_logpdf(x, a, loc, scale))


@defines(stats.gamma.cdf)
def gamma_cdf(x, a, loc=0, scale=1):
    z = (x - loc) / scale
    return np.where(z > 0, special.gammainc(a, np.where(z > 0, z, 1.0)), 0.0)


@defines(stats.gamma.sf)
def gamma_sf(x, a, loc=0, scale=1):
    z = (x - loc) / scale
    return np.where(z > 0, special.gammaincc(a, np.where(z > 0, z, 1.0)), 1.0)


@defines(stats.gamma.logcdf)
def gamma_logcdf(x, a, loc=0, scale=1):
    return np.log(gamma_cdf(x, a, loc, scale))


@defines(stats.gamma.logsf)
def gamma_logsf(x, a, loc=0, scale=1):
    return np.log(gamma_sf(x, a, loc, scale))


@defines(stats.chi2.logpdf)
def chi2_logpdf(x, df, loc=0, scale=1):
    return gamma_logpdf(x, 0.5 * df, loc, 2.0 * scale)


@defines(stats.chi2.pdf)
def chi2_pdf(x, df, loc=0, scale=1):
    return np.exp(gamma_logpdf(x, 0.5 * df, loc, 2.0 * scale))


@defines(stats.chi2.cdf)
def chi2_cdf(x, df, loc=0, scale=1):
    return gamma_cdf(x, 0.5 * df, loc, 2.0 * scale)


@defines(stats.chi2.sf)
def chi2_sf(x, df, loc=0, scale=1):
    return gamma_sf(x, 0.5 * df, loc, 2.0 * scale)


@defines(stats.chi2.logcdf)
def chi2_logcdf(x, df, loc=0, scale=1):
    return np.log(gamma_cdf(x, 0.5 * df, loc, 2.0 * scale))


@defines(stats.chi2.logsf)
def chi2_logsf(x, df, loc=0, scale=1):
    return np.log(gamma_sf(x, 0.5 * df, loc, 2.0 * scale))


@defines(stats.beta.logpdf)
def beta_logpdf(x, a, b, loc=0, scale=1):
    z = (x - loc) / scale
    inside = (z >= 0) & (z <= 1)
    safe = np.where(inside, z, 0.5)
    powers = special.xlog1py(b - 1.0, -safe) + special.xlogy(a - 1.0, safe)
    return np.where(inside, powers - special.betaln(a, b) - np.log(scale), -np.inf)


@defines(stats.beta.pdf)
def beta_pdf(x, a, b, loc=0, scale=1):
    return np.exp(beta_logpdf(x, a, b, loc, scale))


@defines(stats.beta.cdf)
def beta_cdf(x, a, b, loc=0, scale=1):
    z = (x - loc) / scale
    inside = (z > 0) & (z < 1)
    return np.where(inside, special.betainc(a, b, np.where(inside, z, 0.5)), z >= 1)


@defines(stats.beta.sf)
def beta_sf(x, a, b, loc=0, scale=1):
    z = 1.0 - (x - loc) / scale
    inside = (z > 0) & (z < 1)
    return np.where(inside, special.betainc(b, a, np.where(inside, z, 0.5)), z >= 1)


@defines(stats.beta.logcdf)
def beta_logcdf(x, a, b, loc=0, scale=1):
    return np.log(beta_cdf(x, a, b, loc, scale))


@defines(stats.beta.logsf)
def beta_logsf(x, a, b, loc=0, scale=1):
    return np.log(beta_sf(x, a, b, loc, scale))


@defines(stats.t.logpdf)
def t_logpdf(x, df, loc=0, scale=1):
    z = (x - loc) / scale
    front = special.gammaln(0.5 * (df + 1.0)) - special.gammaln(0.5 * df)
    power = -0.5 * (df + 1.0) * np.log1p(z * z / df)
    return front - 0.5 * np.log(3.141592653589793 * df) + power - np.log(scale)


@defines(stats.t.pdf)
def t_pdf(x, df, loc=0, scale=1):
    return np.exp(t_logpdf(x, df, loc, scale))


@defines(stats.t.cdf)
def t_cdf(x, df, loc=0, scale=1):
    return special.stdtr(df, (x - loc) / scale)


@defines(stats.t.logcdf)
def t_logcdf(x, df, loc=0, scale=1):
    return np.log(special.stdtr(df, (x - loc) / scale))


@defines(stats.gennorm.logpdf)
def gennorm_logpdf(x, beta, loc=0, scale=1):
    z = np.abs((x - loc) / scale)
    return np.log(0.5 * beta) - special.gammaln(1.0 / beta) - z**beta - np.log(scale)


@defines(stats.gennorm.pdf)
def gennorm_pdf(x, beta, loc=0, scale=1):
    return np.exp(gennorm_logpdf(x, beta, loc, scale))


@defines(stats.gennorm.cdf)
def gennorm_cdf(x, beta, loc=0, scale=1):
    z = (x - loc) / scale
    return 0.5 + 0.5 * np.sign(z) * special.gammainc(1.0 / beta, np.abs(z) ** beta)


@defines(stats.pareto.logpdf)
def pareto_logpdf(x, b, loc=0, scale=1):
    z = (x - loc) / scale
    inside = z >= 1
    value = np.log(b) - (b + 1.0) * np.log(np.where(inside, z, 1.0)) - np.log(scale)
    return np.where(inside, value, -np.inf)


@defines(stats.pareto.pdf)
def pareto_pdf(x, b, loc=0, scale=1):
    return np.exp(pareto_logpdf(x, b, loc, scale))


@defines(stats.pareto.logsf)
def pareto_logsf(x, b, loc=0, scale=1):
    return -b * np.log(np.maximum((x - loc) / scale, 1.0))


@defines(stats.pareto.sf)
def pareto_sf(x, b, loc=0, scale=1):
    return np.exp(pareto_logsf(x, b, loc, scale))


@defines(stats.pareto.cdf)
def pareto_cdf(x, b, loc=0, scale=1):
    return -np.expm1(pareto_logsf(x, b, loc, scale))


@defines(stats.pareto.logcdf)
def pareto_logcdf(x, b, loc=0, scale=1):
    return np.log(pareto_cdf(x, b, loc, scale))


@defines(stats.pareto.ppf)
def pareto_ppf(q, b, loc=0, scale=1):
    return loc + scale * (1.0 - q) ** (-1.0 / b)


@defines(stats.truncnorm.logpdf)
def truncnorm_logpdf(x, a, b, loc=0, scale=1):
    z = (x - loc) / scale
    value = -0.5 * z * z - 0.9189385332046727 - np.log(_mass(a, b)) - np.log(scale)
    return np.where((z >= a) & (z <= b), value, -np.inf)


def _mass(a, b):
    """Of the normal distribution between two limits: on the side where it is smaller."""
    upper = special.ndtr(-a) - special.ndtr(-b)
    return np.where(a > 0, upper, special.ndtr(b) - special.ndtr(a))


@defines(stats.truncnorm.pdf)
def truncnorm_pdf(x, a, b, loc=0, scale=1):
    return np.exp(truncnorm_logpdf(x, a, b, loc, scale))


@defines(stats.truncnorm.cdf)
def truncnorm_cdf(x, a, b, loc=0, scale=1):
    return _mass(a, np.clip((x - loc) / scale, a, b)) / _mass(a, b)


@defines(stats.truncnorm.sf)
def truncnorm_sf(x, a, b, loc=0, scale=1):
    return _mass(np.clip((x - loc) / scale, a, b), b) / _mass(a, b)


@defines(stats.truncnorm.logcdf)
def truncnorm_logcdf(x, a, b, loc=0, scale=1):
    return np.log(truncnorm_cdf(x, a, b, loc, scale))


@defines(stats.truncnorm.logsf)
def truncnorm_logsf(x, a, b, loc=0, scale=1):
    return np.log(truncnorm_sf(x, a, b, loc, scale))


@defines(stats.vonmises.logpdf)
def vonmises_logpdf(x, kappa, loc=0, scale=1):
    z = (x - loc) / scale
    rest = np.log(6.283185307179586 * special.i0e(kappa)) + np.log(scale)
    return kappa * special.cosm1(z) - rest


@defines(stats.vonmises.pdf)
def vonmises_pdf(x, kappa, loc=0, scale=1):
    return np.exp(vonmises_logpdf(x, kappa, loc, scale))


@defines(stats.wrapcauchy.pdf)
def wrapcauchy_pdf(x, c, loc=0, scale=1):
    z = (x - loc) / scale
    value = (1.0 - c * c) / (6.283185307179586 * scale * (1.0 + c * c - 2.0 * c * np.cos(z)))
    return np.where((z >= 0) & (z <= 6.283185307179586), value, 0.0)


@defines(stats.wrapcauchy.logpdf)
def wrapcauchy_logpdf(x, c, loc=0, scale=1):
    z = (x - loc) / scale
    inside = (z >= 0) & (z <= 6.283185307179586)
    density = wrapcauchy_pdf(x, c, loc, scale)
    return np.where(inside, np.log(np.where(inside, density, 1.0)), -np.inf)
