"""Integrals by SciPy, over functions and over samples."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

import numpy as np
from scipy import integrate

from autodiff_sst.markers import stop_gradient
from autodiff_sst.rules.registry import declare_nondifferentiable
from autodiff_sst.runtime.solvers import nodes_of, simpson_weights
from autodiff_sst.solvers import solver

declare_nondifferentiable(nodes_of)


@solver(integrate.quad)
def quad(func, a, b, args=(), epsabs=None, epsrel=None, limit=None):
    """By Gauss's rule of twenty points on each of the panels that QUADPACK chose."""
    options = {"epsabs": epsabs, "epsrel": epsrel, "limit": limit}
    value, error, t, w = nodes_of(func, a, b, args, options)
    total = 0.0
    for k in range(np.size(t)):
        if np.isinf(a) and np.isinf(b):
            x = (1.0 - t[k]) / t[k]
            total = total + w[k] / t[k] ** 2 * (func(x, *args) + func(-x, *args))
        elif np.isinf(b):
            total = total + w[k] / t[k] ** 2 * func(a + (1.0 - t[k]) / t[k], *args)
        elif np.isinf(a):
            total = total + w[k] / t[k] ** 2 * func(b - (1.0 - t[k]) / t[k], *args)
        else:
            share = (t[k] - stop_gradient(a)) / stop_gradient(b - a)
            weight = w[k] / stop_gradient(b - a)
            total = total + (b - a) * weight * func(a + (b - a) * share, *args)
    return value + (total - stop_gradient(total)), error


@solver(integrate.trapezoid)
def trapezoid(y, x=None, dx=1.0, axis=-1):
    return np.trapezoid(y, x, dx, axis)


@solver(integrate.cumulative_trapezoid)
def cumulative_trapezoid(y, x=None, dx=1.0, axis=-1, initial=None):
    moved = np.moveaxis(y, axis, -1)
    steps = dx if x is None else np.diff(np.asarray(x))
    sums = np.cumsum(steps * (moved[..., 1:] + moved[..., :-1]) / 2.0, axis=-1)
    if initial is not None:
        sums = np.concatenate([np.zeros((*np.shape(sums)[:-1], 1)), sums], axis=-1)
    return np.moveaxis(sums, -1, axis)


@solver(integrate.simpson)
def simpson(y, x=None, dx=1.0, axis=-1):
    """By the weights of the items, which places that carry no derivative give."""
    moved = np.moveaxis(y, axis, -1)
    return np.sum(moved * simpson_weights(np.shape(moved)[-1], x) * (dx if x is None else 1.0), -1)
