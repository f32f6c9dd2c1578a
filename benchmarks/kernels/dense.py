"""Arrays as a whole: networks, regressions, likelihoods, attention, products of matrices."""

from __future__ import annotations

import itertools

import numpy as np

from benchmarks.kernels.kernel import Kernel


def mlp(w1, b1, w2, b2, w3, b3, x, y):
    h1 = np.tanh(x @ w1 + b1)
    h2 = np.tanh(h1 @ w2 + b2)
    r = h2 @ w3 + b3 - y
    return np.sum(r * r) / len(x)


def mlp_by_hand(w1, b1, w2, b2, w3, b3, x, y):
    h1 = np.tanh(x @ w1 + b1)
    h2 = np.tanh(h1 @ w2 + b2)
    r = h2 @ w3 + b3 - y
    r_bar = r * (2.0 / len(x))
    z2_bar = (r_bar @ w3.T) * (1.0 - h2 * h2)
    z1_bar = (z2_bar @ w2.T) * (1.0 - h1 * h1)
    return (
        x.T @ z1_bar,
        np.sum(z1_bar, axis=0),
        h1.T @ z2_bar,
        np.sum(z2_bar, axis=0),
        h2.T @ r_bar,
        np.sum(r_bar, axis=0),
    )


def mlp_arguments(batch, *widths):
    rng = np.random.default_rng(1)
    given = []
    for m, n in itertools.pairwise(widths):
        given += [rng.normal(size=(m, n)) / np.sqrt(m), 0.1 * rng.normal(size=n)]
    return (*given, rng.normal(size=(batch, widths[0])), rng.normal(size=(batch, widths[-1])))


def small_mlp(w1, b1, w2, b2, w3, b3, x, y):
    return mlp(w1, b1, w2, b2, w3, b3, x, y)


def logistic_regression(w, b, x, y):
    z = x @ w + b
    return np.mean(np.logaddexp(0.0, z) - y * z) + 0.01 * np.sum(w**2)


def logistic_regression_by_hand(w, b, x, y):
    z = x @ w + b
    z_bar = (1.0 / (1.0 + np.exp(-z)) - y) / len(z)
    return x.T @ z_bar + 0.02 * w, np.sum(z_bar)


def log_sum_exp(x):
    top = np.max(x)
    return top + np.log(np.sum(np.exp(x - top)))


def log_sum_exp_by_hand(x):
    e = np.exp(x - np.max(x))
    return e / np.sum(e)


def attention(q, k, v):
    s = q @ k.T / np.sqrt(q.shape[1])
    e = np.exp(s - np.max(s, axis=1, keepdims=True))
    p = e / np.sum(e, axis=1, keepdims=True)
    return np.sum((p @ v) ** 2)


def attention_by_hand(q, k, v):
    scale = 1.0 / np.sqrt(q.shape[1])
    s = q @ k.T * scale
    e = np.exp(s - np.max(s, axis=1, keepdims=True))
    p = e / np.sum(e, axis=1, keepdims=True)
    out_bar = 2.0 * (p @ v)
    p_bar = out_bar @ v.T
    s_bar = p * (p_bar - np.sum(p_bar * p, axis=1, keepdims=True)) * scale
    return s_bar @ k, s_bar.T @ q, p.T @ out_bar


def gaussian_mixture(alpha, mean, log_scale, x):
    """The negative log-likelihood of a mixture with diagonal covariances."""
    z = (x[:, None, :] - mean) * np.exp(-log_scale)
    inner = alpha - 0.5 * np.sum(z * z, axis=2) - np.sum(log_scale, axis=1)
    top = np.max(inner, axis=1)
    each = top + np.log(np.sum(np.exp(inner - top[:, None]), axis=1))
    return len(x) * np.log(np.sum(np.exp(alpha))) - np.sum(each)


def gaussian_mixture_by_hand(alpha, mean, log_scale, x):
    inverse = np.exp(-log_scale)
    z = (x[:, None, :] - mean) * inverse
    inner = alpha - 0.5 * np.sum(z * z, axis=2) - np.sum(log_scale, axis=1)
    e = np.exp(inner - np.max(inner, axis=1)[:, None])
    w = e / np.sum(e, axis=1)[:, None]
    total = np.sum(w, axis=0)
    ea = np.exp(alpha)
    wz = w[:, :, None] * z
    alpha_bar = len(x) * ea / np.sum(ea) - total
    mean_bar = -np.sum(wz, axis=0) * inverse
    log_scale_bar = total[:, None] - np.sum(wz * z, axis=0)
    return alpha_bar, mean_bar, log_scale_bar


def matrix_chain(a):
    p = a[0]
    for k in range(1, len(a)):
        p = p @ a[k]
    return np.sum(p * p)


def matrix_chain_by_hand(a):
    p = a[0]
    saved = []
    for k in range(1, len(a)):
        saved.append(p)
        p = p @ a[k]
    a_bar = np.zeros_like(a)
    p_bar = 2.0 * p
    for k in range(len(a) - 1, 0, -1):
        p = saved.pop()
        a_bar[k] = p.T @ p_bar
        p_bar = p_bar @ a[k].T
    a_bar[0] = p_bar
    return a_bar


def _regression():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(1000, 20))
    return rng.normal(size=20), 0.3, x, (rng.random(1000) < 0.5) * 1.0


def _attention():
    rng = np.random.default_rng(3)
    return tuple(rng.normal(size=(64, 32)) for _ in range(3))


def _mixture():
    rng = np.random.default_rng(4)
    k, d = 5, 3
    return (
        rng.normal(size=k),
        rng.normal(size=(k, d)),
        0.3 * rng.normal(size=(k, d)),
        rng.normal(size=(500, d)),
    )


def _vector():
    return (np.random.default_rng(5).normal(size=1000),)


def _chain():
    return (np.random.default_rng(6).normal(size=(10, 30, 30)) / 5.0,)


PARAMETERS = (0, 1, 2, 3, 4, 5)
KERNELS = [
    Kernel(small_mlp, mlp_by_hand, lambda: mlp_arguments(8, 8, 5, 8, 3), PARAMETERS),
    Kernel(mlp, mlp_by_hand, lambda: mlp_arguments(64, 64, 64, 64, 10), PARAMETERS),
    Kernel(logistic_regression, logistic_regression_by_hand, _regression, (0, 1)),
    Kernel(log_sum_exp, log_sum_exp_by_hand, _vector),
    Kernel(attention, attention_by_hand, _attention, (0, 1, 2)),
    Kernel(gaussian_mixture, gaussian_mixture_by_hand, _mixture, (0, 1, 2)),
    Kernel(matrix_chain, matrix_chain_by_hand, _chain),
]
