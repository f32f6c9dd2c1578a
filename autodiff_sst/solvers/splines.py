"""Interpolation by SciPy's cubic splines, in terms of what has rules."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

import numpy as np
from scipy import interpolate

from autodiff_sst.errors import MissingRuleError
from autodiff_sst.markers import stop_gradient
from autodiff_sst.solvers import solver


def end_condition(kind, h, slopes):
    """The row of the system at the left end: the factors of the first two slopes, and the right
    side."""
    if kind == "natural":
        return 2.0, 1.0, 3.0 * slopes[0]
    if kind == "clamped":
        return 1.0, 0.0, 0.0 * slopes[0]
    if isinstance(kind, tuple):
        order, value = kind
        if order == 1:
            return 1.0, 0.0, value + 0.0 * slopes[0]
        return 2.0, 1.0, 3.0 * slopes[0] - 0.5 * h[0] * value
    if kind != "not-a-knot":
        raise MissingRuleError(
            "`scipy.interpolate.CubicSpline` has derivatives for other `bc_type`s"
        )
    if np.size(h) == 1:
        return 1.0, 0.0, slopes[0]
    if np.size(h) == 2:
        return 1.0, 1.0, 2.0 * slopes[0]
    both = h[0] + h[1]
    right = ((h[0] + 2.0 * both) * h[1] * slopes[0] + h[0] ** 2 * slopes[1]) / both
    return h[1], both, right


def slopes_at_knots(x, y, left, right):
    """The derivatives of the spline at its knots, from a tridiagonal system (de Boor 1978, IV)."""
    n = np.shape(x)[0]
    h = np.diff(x)
    slopes = np.diff(y, axis=0) / np.reshape(h, (-1,) + (1,) * (np.ndim(y) - 1))
    a, b, first = end_condition(left, h, slopes)
    # At the right end the axis is turned: slopes, and first derivatives, change their sign.
    turned = right
    if isinstance(right, tuple):
        order, value = right
        turned = (order, -value if order == 1 else value)
    c, d, last = end_condition(turned, h[::-1], -slopes[::-1])
    matrix = np.zeros((n, n)) + 0.0 * h[0]
    target = np.zeros(np.shape(y)) + 0.0 * y[0]
    matrix[0, 0] = a
    matrix[0, 1] = b
    matrix[n - 1, n - 1] = c
    matrix[n - 1, n - 2] = d
    target[0] = first
    target[n - 1] = -last
    for k in range(1, n - 1):
        matrix[k, k - 1] = h[k]
        matrix[k, k] = 2.0 * (h[k - 1] + h[k])
        matrix[k, k + 1] = h[k - 1]
        target[k] = 3.0 * (h[k] * slopes[k - 1] + h[k - 1] * slopes[k])
    return np.linalg.solve(matrix, target)


@solver(interpolate.CubicSpline)
def cubic_spline(x, y, axis=0, bc_type="not-a-knot"):
    knots, values = np.asarray(x) * 1.0, np.asarray(y) * 1.0
    if axis != 0:
        values = np.moveaxis(values, axis, 0)
    left, right = (bc_type, bc_type) if isinstance(bc_type, str) else bc_type
    slopes = slopes_at_knots(knots, values, left, right)

    def evaluate(xs, nu=0):
        at = np.asarray(xs) * 1.0
        found = np.searchsorted(stop_gradient(knots), stop_gradient(at), side="right") - 1
        k = np.clip(found, 0, np.shape(knots)[0] - 2)
        wide = np.shape(at) + (1,) * (np.ndim(values) - 1)
        t = np.reshape(at - knots[k], wide)
        h = np.reshape(knots[k + 1] - knots[k], wide)
        mean = (values[k + 1] - values[k]) / h
        second = (3.0 * mean - 2.0 * slopes[k] - slopes[k + 1]) / h
        third = (slopes[k] + slopes[k + 1] - 2.0 * mean) / h**2
        if nu == 0:
            return values[k] + t * (slopes[k] + t * (second + t * third))
        if nu == 1:
            return slopes[k] + t * (2.0 * second + 3.0 * t * third)
        if nu == 2:
            return 2.0 * second + 6.0 * t * third
        return 6.0 * third if nu == 3 else 0.0 * third

    return evaluate


@solver(interpolate.interp1d)
def interp1d(x, y, kind="linear"):
    if kind == "cubic":
        return cubic_spline(x, y)
    if kind != "linear":
        raise MissingRuleError(
            "`scipy.interpolate.interp1d` has derivatives where it is linear or cubic"
        )

    def evaluate(xs):
        return np.interp(xs, x, y)

    return evaluate
