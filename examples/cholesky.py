"""Cholesky's decomposition as one writes it by hand, in place, and its gradient."""

import numpy as np

import autodiff_sst as ad


def cholesky(a):
    n = len(a)
    low = np.zeros((n, n))
    for j in range(n):
        low[j, j] = np.sqrt(a[j, j] - np.sum(low[j, :j] ** 2))
        for i in range(j + 1, n):
            low[i, j] = (a[i, j] - low[i, :j] @ low[j, :j]) / low[j, j]
    return low


def log_density(a, x):
    """Of a normal distribution of covariance `a`, up to a constant."""
    low = cholesky(a)
    y = x.copy()
    for i in range(len(x)):
        y[i] -= low[i, :i] @ y[:i]
        y[i] /= low[i, i]
    return -0.5 * (y @ y) - np.sum(np.log(np.diag(low)))


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    half = rng.normal(size=(5, 5))
    a, x = half @ half.T + 5.0 * np.eye(5), rng.normal(size=5)

    ad.check_grads(log_density, (a, x), order=1)
    print("the gradient agrees with finite differences")
    gradient = ad.grad(log_density)
    found = gradient(a, x)
    inverse = np.linalg.inv(a)
    exact = 0.5 * (np.outer(inverse @ x, inverse @ x) - inverse)  # of a symmetric matrix
    print(f"and with the formula to {np.abs((found + found.T) / 2 - exact).max():.0e}")
    print(gradient.source)
