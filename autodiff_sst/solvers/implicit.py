"""Solutions that SciPy finds, with their derivatives: of equations and minima.

What is found solves an equation in the parameters; two steps of Newton's method from there change
nothing but the derivatives, which then are right up to the third (Griewank, Walther: Evaluating
Derivatives, 15.4). The code below takes the place of the calls, and is differentiated as any other.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

import numpy as np
from scipy import optimize

from autodiff_sst.api import grad, hvp, jvp
from autodiff_sst.markers import stop_gradient
from autodiff_sst.rules.registry import declare_nondifferentiable
from autodiff_sst.runtime.solvers import (
    Root,
    Solution,
    check_solved,
    number_of,
    solved,
    vector_of,
)
from autodiff_sst.solvers import solver

declare_nondifferentiable(check_solved, number_of, solved, vector_of)


def as_found(x, z):
    """What was found, with the derivatives of what Newton's method makes of it."""
    check_solved(x, stop_gradient(z))
    return x + (z - stop_gradient(z))


def at_root(residual, x):
    """`x`, as it depends on what the residual depends on."""
    z = x
    for _ in range(2):
        columns = [jvp(residual, (z,), (unit,))[1] for unit in np.eye(np.size(z))]
        z = z - np.linalg.solve(np.stack(columns, axis=1), residual(z))
    return as_found(x, z)


def at_root_of_number(residual, x):
    z = x
    for _ in range(2):
        z = z - residual(z) / grad(residual)(z)
    return as_found(x, z)


def at_minimum(objective, x):
    z = x
    for _ in range(2):
        rows = [hvp(objective)(z, unit) for unit in np.eye(np.size(z))]
        z = z - np.linalg.solve(np.stack(rows), grad(objective)(z))
    return as_found(x, z)


def at_minimum_of_number(objective, x):
    return at_root_of_number(lambda z: grad(objective)(z), x)


@solver(optimize.root)
def root(fun, x0, args=(), method="hybr", jac=None, tol=None, callback=None, options=None):
    found = solved(optimize.root, fun, x0, args, method, jac, tol, callback, options)
    x = at_root(lambda z: np.asarray(fun(z, *args)), vector_of(found))
    return Solution(x, found.fun, found.success, found.status, found.message, found.nfev)


@solver(optimize.fsolve)
def fsolve(func, x0, args=(), xtol=1.49012e-08):
    found = solved(optimize.fsolve, func, x0, args, xtol=xtol)
    return at_root(lambda z: np.asarray(func(z, *args)), vector_of(found))


@solver(optimize.brentq)
def brentq(f, a, b, args=(), xtol=None, rtol=None, maxiter=None):
    found = solved(optimize.brentq, f, a, b, args, xtol=xtol, rtol=rtol, maxiter=maxiter)
    return at_root_of_number(lambda z: f(z, *args), number_of(found))


@solver(optimize.bisect)
def bisect(f, a, b, args=(), xtol=None, rtol=None, maxiter=None):
    found = solved(optimize.bisect, f, a, b, args, xtol=xtol, rtol=rtol, maxiter=maxiter)
    return at_root_of_number(lambda z: f(z, *args), number_of(found))


@solver(optimize.newton)
def newton(func, x0, fprime=None, args=(), tol=1.48e-08, maxiter=50, fprime2=None):
    found = solved(optimize.newton, func, x0, fprime, args, tol, maxiter, fprime2)
    return at_root_of_number(lambda z: func(z, *args), number_of(found))


@solver(optimize.root_scalar)
def root_scalar(f, args=(), method=None, bracket=None, x0=None, x1=None, xtol=None, rtol=None):
    found = solved(
        optimize.root_scalar, f, args, method, bracket, x0=x0, x1=x1, xtol=xtol, rtol=rtol
    )
    x = at_root_of_number(lambda z: f(z, *args), number_of(found))
    return Root(x, found.converged, found.flag, found.iterations, found.function_calls)


@solver(optimize.minimize)
def minimize(fun, x0, args=(), method=None, jac=None, tol=None, options=None):
    """Where nothing bounds the minimum: its gradient is zero."""
    found = solved(optimize.minimize, fun, x0, args, method, jac, tol=tol, options=options)
    x = at_minimum(lambda z: fun(z, *args), vector_of(found))
    value = fun(x, *args)
    return Solution(x, value, found.success, found.status, found.message, found.nfev)


@solver(optimize.minimize_scalar)
def minimize_scalar(fun, bracket=None, bounds=None, args=(), method=None, tol=None):
    """Where the minimum is no bound."""
    found = solved(optimize.minimize_scalar, fun, bracket, bounds, args, method, tol)
    x = at_minimum_of_number(lambda z: fun(z, *args), number_of(found))
    return Solution(x, fun(x, *args), found.success, 0, found.message, found.nfev)


@solver(optimize.least_squares)
def least_squares(fun, x0, jac="2-point", method="trf", args=(), ftol=1e-8, xtol=1e-8, gtol=1e-8):
    """Without bounds or losses: the gradient of half the sum of squares is zero."""
    found = solved(
        optimize.least_squares, fun, x0, jac, method=method, args=args, ftol=ftol, xtol=xtol,
        gtol=gtol,
    )  # fmt: skip
    x = at_minimum(lambda z: 0.5 * np.sum(np.asarray(fun(z, *args)) ** 2), vector_of(found))
    residuals = np.asarray(fun(x, *args))
    return Solution(x, residuals, found.success, found.status, found.message, found.nfev)
