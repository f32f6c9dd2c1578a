"""Jacobians and Hessians."""

from __future__ import annotations

import numpy as np

import autodiff_sst as ad
from benchmarks.kernels.kernel import Kernel


def layer(x, w):
    """Its Jacobian by `x`."""
    return np.tanh(w @ np.sin(x))


def layer_by_hand(x, w):
    y = np.tanh(w @ np.sin(x))
    return (1.0 - y * y)[:, None] * w * np.cos(x)


def elementwise(x):
    return np.sin(x) * x


def elementwise_by_hand(x):
    return np.diag(np.cos(x) * x + np.sin(x))


def batch_of_layers(x, w):
    return np.tanh(x @ w)


def batch_of_layers_by_hand(x, w):
    y = np.tanh(x @ w)
    return (1.0 - y * y)[:, :, None] * w.T


def logistic_loss(w, x, y):
    z = x @ w
    return np.sum(np.log(1.0 + np.exp(z)) - y * z)


def logistic_loss_by_hand(w, x, y):
    p = 1.0 / (1.0 + np.exp(-(x @ w)))
    return x.T @ ((p * (1.0 - p))[:, None] * x)


def _layer():
    rng = np.random.default_rng(11)
    return rng.normal(size=30), rng.normal(size=(20, 30)) / 5.0


def _batch():
    rng = np.random.default_rng(12)
    return rng.normal(size=(64, 30)), rng.normal(size=(30, 10)) / 5.0


def _loss():
    rng = np.random.default_rng(13)
    x = rng.normal(size=(200, 10))
    return rng.normal(size=10) / 3.0, x, (rng.random(200) < 0.5) * 1.0


KERNELS = [
    Kernel(layer, layer_by_hand, _layer, 0, ad.jacobian),
    Kernel(elementwise, elementwise_by_hand, lambda: (np.linspace(0.1, 3.0, 50),), 0, ad.jacobian),
    Kernel(batch_of_layers, batch_of_layers_by_hand, _batch, 0, ad.batch_jacobian),
    Kernel(logistic_loss, logistic_loss_by_hand, _loss, 0, ad.hessian),
]
