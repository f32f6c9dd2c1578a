"""Discrete distributions of `scipy.stats`, those of several variables, and statistics.

Formulas as in SciPy's documentation of each distribution.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

import numpy as np
from scipy import special, stats

from autodiff_sst.rules.definitions import defines
from autodiff_sst.runtime.calls import plain


def _at_integers(j, value, low=0, high=np.inf):
    """Where a count is one, from the lowest to the highest; no other has a probability."""
    return np.where((j == np.floor(j)) & (j >= low) & (j <= high), value, -np.inf)


@defines(stats.bernoulli.logpmf)
def bernoulli_logpmf(k, p, loc=0):
    j = np.asarray(k) - loc
    return _at_integers(j, special.xlogy(j, p) + special.xlog1py(1 - j, -p), 0, 1)


@defines(stats.bernoulli.pmf)
def bernoulli_pmf(k, p, loc=0):
    return np.where(k - loc == 0, 1.0 - p, np.where(k - loc == 1, p, 0.0))


@defines(stats.bernoulli.cdf)
def bernoulli_cdf(k, p, loc=0):
    return np.where(k - loc >= 1, 1.0, np.where(k - loc >= 0, 1.0 - p, 0.0))


@defines(stats.binom.logpmf)
def binom_logpmf(k, n, p, loc=0):
    j = np.asarray(k) - loc
    ways = special.gammaln(n + 1.0) - special.gammaln(j + 1.0) - special.gammaln(n - j + 1.0)
    return _at_integers(j, ways + special.xlogy(j, p) + special.xlog1py(n - j, -p), 0, n)


@defines(stats.binom.pmf)
def binom_pmf(k, n, p, loc=0):
    return np.exp(binom_logpmf(k, n, p, loc))


@defines(stats.nbinom.logpmf)
def nbinom_logpmf(k, n, p, loc=0):
    j = np.asarray(k) - loc
    i = np.maximum(j, 0)
    ways = special.gammaln(n + i) - special.gammaln(i + 1.0) - special.gammaln(n)
    return _at_integers(j, ways + n * np.log(p) + special.xlog1py(i, -p))


@defines(stats.nbinom.pmf)
def nbinom_pmf(k, n, p, loc=0):
    return np.exp(nbinom_logpmf(k, n, p, loc))


@defines(stats.betabinom.logpmf)
def betabinom_logpmf(k, n, a, b, loc=0):
    j = np.asarray(k) - loc
    i = np.clip(j, 0, n)
    ways = -np.log(n + 1.0) - special.betaln(n - i + 1.0, i + 1.0)
    value = ways + special.betaln(i + a, n - i + b) - special.betaln(a, b)
    return _at_integers(j, value, 0, n)


@defines(stats.betabinom.pmf)
def betabinom_pmf(k, n, a, b, loc=0):
    return np.exp(betabinom_logpmf(k, n, a, b, loc))


@defines(stats.geom.logpmf)
def geom_logpmf(k, p, loc=0):
    j = np.asarray(k) - loc
    return _at_integers(j, special.xlog1py(j - 1.0, -p) + np.log(p), 1)


@defines(stats.geom.pmf)
def geom_pmf(k, p, loc=0):
    return np.exp(geom_logpmf(k, p, loc))


@defines(stats.poisson.logpmf)
def poisson_logpmf(k, mu, loc=0):
    j = np.asarray(k) - loc
    return _at_integers(j, special.xlogy(j, mu) - special.gammaln(j + 1.0) - mu)


@defines(stats.poisson.pmf)
def poisson_pmf(k, mu, loc=0):
    return np.exp(poisson_logpmf(k, mu, loc))


@defines(stats.poisson.cdf)
def poisson_cdf(k, mu, loc=0):
    j = np.asarray(k) - loc
    return np.where(j < 0, 0.0, special.pdtr(np.maximum(j, 0), mu))


@defines(stats.poisson.entropy)
def poisson_entropy(mu, loc=0):
    counts = _counts(mu)
    means = np.reshape(mu, (*np.shape(mu), 1))
    terms = special.xlogy(counts, means) - special.gammaln(counts + 1.0) - means
    return -np.sum(np.exp(terms) * terms, axis=-1)


def _counts(mu):
    """So many that the rest does not count."""
    top = plain(np.max, mu)
    return np.arange(int(top + 20.0 * np.sqrt(top) + 40.0)) * 1.0


# Of several variables


@defines(stats.multinomial.logpmf)
def multinomial_logpmf(x, n, p):
    counts = np.asarray(x)
    terms = special.xlogy(counts, p) - special.gammaln(counts + 1.0)
    return special.gammaln(n + 1.0) + np.sum(terms, axis=-1)


@defines(stats.multinomial.pmf)
def multinomial_pmf(x, n, p):
    return np.exp(multinomial_logpmf(x, n, p))


@defines(stats.dirichlet.logpdf)
def dirichlet_logpdf(x, alpha):
    front = special.gammaln(np.sum(alpha)) - np.sum(special.gammaln(alpha))
    return front + np.sum(special.xlogy(alpha - 1.0, np.transpose(x)), axis=-1)


@defines(stats.dirichlet.pdf)
def dirichlet_pdf(x, alpha):
    return np.exp(dirichlet_logpdf(x, alpha))


@defines(stats.multivariate_normal.logpdf)
def multivariate_normal_logpdf(x, mean=None, cov=1.0):
    count = _dimensions(mean, cov)
    points = np.asarray(x) - (0.0 if mean is None else mean)
    if count == 1 and np.ndim(points) > 0 and (mean is None or np.ndim(mean) == 0):
        points = points[..., None] if np.ndim(cov) < 2 or np.shape(points)[-1] != 1 else points
    if np.ndim(cov) < 2:
        squares = points**2 / cov
        total = np.sum(squares, axis=-1) if np.ndim(points) else squares
        scale = np.log(np.broadcast_to(6.283185307179586 * np.asarray(cov), (count,)))
        return -0.5 * (total + np.sum(scale))
    whole = _from_lower(cov)
    flat = np.reshape(points, (-1, count))
    squares = np.sum(flat * np.transpose(np.linalg.solve(whole, np.transpose(flat))), axis=-1)
    total = np.reshape(squares, np.shape(points)[:-1])
    return -0.5 * (total + count * 1.8378770664093453 + np.linalg.slogdet(whole)[1])


def _dimensions(mean, cov):
    """As SciPy finds them: from the mean, or from the covariance, or one."""
    if mean is not None:
        return np.size(mean)
    return np.shape(cov)[0] if np.ndim(cov) > 0 else 1


def _from_lower(cov):
    """As SciPy reads a covariance: its lower triangle."""
    return np.tril(cov) + np.transpose(np.tril(cov, -1))


@defines(stats.multivariate_normal.pdf)
def multivariate_normal_pdf(x, mean=None, cov=1.0):
    return np.exp(multivariate_normal_logpdf(x, mean, cov))


@defines(stats.multivariate_normal.entropy)
def multivariate_normal_entropy(mean=None, cov=1.0):
    count = _dimensions(mean, cov)
    if np.ndim(cov) < 2:
        spread = np.sum(np.log(np.broadcast_to(np.asarray(cov), (count,))))
    else:
        spread = np.linalg.slogdet(_from_lower(cov))[1]
    return 0.5 * (count * 2.8378770664093453 + spread)


# Statistics


@defines(stats.zscore)
def zscore(a, axis=0, ddof=0):
    mean = np.mean(a, axis=axis, keepdims=True)
    return (a - mean) / np.std(a, axis=axis, ddof=ddof, keepdims=True)


@defines(stats.sem)
def sem(a, axis=0, ddof=1):
    s = np.std(a, axis=axis, ddof=ddof)
    return s / np.sqrt(np.size(a) / np.size(s))
