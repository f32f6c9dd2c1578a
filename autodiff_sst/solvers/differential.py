"""Solutions of differential equations, with their derivatives: the steps that SciPy chose are taken
again, and differentiated (discretise, then differentiate)."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

import numpy as np
from scipy import integrate

from autodiff_sst.markers import stop_gradient
from autodiff_sst.rules.registry import declare_nondifferentiable
from autodiff_sst.runtime.solvers import OdeSolution, steps_between, steps_of
from autodiff_sst.solvers import integrals, solver

assert integrals  # of the same module of SciPy
declare_nondifferentiable(steps_of, steps_between)


def slopes_of_dormand_prince(f, t, h, y):
    """The stages of one step, and the slope at its end (Dormand, Prince 1980)."""
    k1 = f(t, y)
    k2 = f(t + h / 5, y + h * (k1 / 5))
    k3 = f(t + 3 * h / 10, y + h * (3 / 40 * k1 + 9 / 40 * k2))
    k4 = f(t + 4 * h / 5, y + h * (44 / 45 * k1 - 56 / 15 * k2 + 32 / 9 * k3))
    k5 = f(
        t + 8 * h / 9,
        y + h * (19372 / 6561 * k1 - 25360 / 2187 * k2 + 64448 / 6561 * k3 - 212 / 729 * k4),
    )
    k6 = f(
        t + h,
        y
        + h
        * (
            9017 / 3168 * k1 - 355 / 33 * k2 + 46732 / 5247 * k3 + 49 / 176 * k4 - 5103 / 18656 * k5
        ),
    )
    end = y + h * (
        35 / 384 * k1 + 500 / 1113 * k3 + 125 / 192 * k4 - 2187 / 6784 * k5 + 11 / 84 * k6
    )
    return np.stack([k1, k2, k3, k4, k5, k6, f(t + h, end)]), end


def slopes_of_bogacki_shampine(f, t, h, y):
    """The same of the method of third order (Bogacki, Shampine 1989)."""
    k1 = f(t, y)
    k2 = f(t + h / 2, y + h / 2 * k1)
    k3 = f(t + 3 * h / 4, y + 3 * h / 4 * k2)
    end = y + h * (2 / 9 * k1 + 1 / 3 * k2 + 4 / 9 * k3)
    return np.stack([k1, k2, k3, f(t + h, end)]), end


def taken_again(step, f, y0, starts, lengths, first, weights):
    """The values at the times, a row each."""
    y = y0
    rows = np.zeros((np.shape(weights)[0], np.size(y0)))
    for k in range(np.size(starts)):
        slopes, end = step(f, starts[k], lengths[k], y)
        inside = weights[first[k] : first[k + 1]]
        rows[first[k] : first[k + 1]] = y + lengths[k] * (inside @ slopes)
        y = end
    return rows


@solver(integrate.solve_ivp)
def solve_ivp(
    fun, t_span, y0, method="RK45", t_eval=None, args=(), rtol=None, atol=None, max_step=None,
    first_step=None,
):  # fmt: skip
    options = {"rtol": rtol, "atol": atol, "max_step": max_step, "first_step": first_step}
    found, starts, lengths, first, weights = steps_of(
        fun, t_span, y0, method, t_eval, args, options
    )
    begin, end = t_span
    stretch = 1.0
    if t_eval is None:  # the steps move with the end
        stretch = (end - begin) / stop_gradient(end - begin)
    at = begin + (starts - stop_gradient(begin)) * stretch
    slope = lambda t, y: np.asarray(fun(t, y, *args))  # noqa: E731
    start = np.asarray(y0) * 1.0
    step = slopes_of_bogacki_shampine if method == "RK23" else slopes_of_dormand_prince
    rows = taken_again(step, slope, start, at, lengths * stretch, first, weights)
    if t_eval is None:
        rows = np.concatenate([start[None], rows])
    y = found.y + np.transpose(rows - stop_gradient(rows))
    return OdeSolution(found.t, y, found.nfev, found.status, found.message, found.success)


@solver(integrate.odeint)
def odeint(func, y0, t, args=(), tfirst=False, rtol=None, atol=None, mxstep=None):
    options = {"rtol": rtol, "atol": atol, "mxstep": mxstep}
    found, starts, lengths, first, weights = steps_between(func, y0, t, args, tfirst, options)
    start = np.asarray(y0) * 1.0
    if tfirst:
        slope = lambda s, y: np.asarray(func(s, y, *args))  # noqa: E731
    else:
        slope = lambda s, y: np.asarray(func(y, s, *args))  # noqa: E731
    rows = taken_again(slopes_of_dormand_prince, slope, start, starts, lengths, first, weights)
    return found + (rows - stop_gradient(rows))
