"""Solvers of SciPy in a differentiated function: what they find depends on the parameters."""

from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad

integrate = pytest.importorskip("scipy.integrate")
optimize = pytest.importorskip("scipy.optimize")

X = np.array([2.0, 3.0])


def residual(z: Any, a: Any) -> Any:
    return z**2 - a


def of_root(x: Any) -> Any:
    found = optimize.root(residual, np.ones(2), args=(x,))
    assert found.success
    return np.sum(found.x**3)


def of_root_by_equations(x: Any) -> Any:
    return np.sum(optimize.root(lambda z: [z[0] ** 2 - x[0], z[1] ** 2 - x[1] * z[0]], X / 2).x)


def of_fsolve(x: Any) -> Any:
    return np.sum(optimize.fsolve(residual, np.ones(2), args=(x,)) ** 3)


def of_brentq(x: Any) -> Any:
    total = 0.0
    for k in range(2):
        total += optimize.brentq(lambda z: z**3 - x[k] * x[0], 0.0, 5.0)  # noqa: B023
    return total


def of_newton(x: Any) -> Any:
    root = optimize.newton(lambda z, b: z**3 - x[0] * b, 1.0, args=(x[1],))
    return root**2 + optimize.bisect(lambda z: z**3 - x[0], 0.0, 5.0, xtol=1e-13)


def of_root_scalar(x: Any) -> Any:
    found = optimize.root_scalar(lambda z: np.exp(z) - x[0] * x[1], bracket=[0, 5.0])
    return found.root**2 if found.converged else 0.0


def of_quad(x: Any) -> Any:
    return integrate.quad(lambda t: np.exp(-x[0] * t) * np.sin(x[1] * t), 0.0, 2.0)[0]


def of_limits(x: Any) -> Any:
    value, error = integrate.quad(lambda t, k: t**2 * k, x[0], x[1] ** 2, args=(x[1],))
    return value * (1.0 if error < 1e-6 else 0.0)


def of_infinite_limits(x: Any) -> Any:
    both = integrate.quad(lambda t: np.exp(-x[0] * t**2 + x[1] * t), -np.inf, np.inf)[0]
    above = integrate.quad(lambda t: np.exp(-x[0] * t**2), x[1] / 3, np.inf)[0]
    return both * above * integrate.quad(lambda t: np.exp(x[0] * t), -np.inf, 0.5)[0]


@pytest.mark.parametrize(
    "f",
    [
        *(of_root, of_root_by_equations, of_fsolve, of_brentq, of_newton, of_root_scalar),
        *(of_quad, of_limits, of_infinite_limits),
    ],
)
def test_derivatives(f: Any) -> None:
    assert np.isclose(ad.value_and_grad(f)(X)[0], f(X), rtol=1e-13)
    ad.check_grads(f, (X,), order=2)


def of_minimize(x: Any) -> Any:
    found = optimize.minimize(lambda z: np.sum((z - x) ** 4 / 4 + x * z**2 / 2), X, tol=1e-8)
    return np.sum(found.x) + 2 * found.fun


def of_minimize_scalar(x: Any) -> Any:
    return optimize.minimize_scalar(lambda z: (z - x[0]) ** 2 + x[1] * z**2).x


def of_least_squares(x: Any) -> Any:
    t = np.arange(5.0)
    found = optimize.least_squares(lambda p: p[0] + p[1] * t - x[0] * t**2 - x[1], np.ones(2))
    return found.x[0] * found.x[1] + np.sum(found.fun**2)


def test_the_gradient_of_a_minimum() -> None:
    # Where z solves (z - x)^3 + x z = 0, and the minimum changes with x as the objective does.
    value, gradient = ad.value_and_grad(of_minimize)(X)
    z = np.array([optimize.brentq(lambda z, x=x: (z - x) ** 3 + x * z, -9, 9) for x in X])
    slope = (3 * (z - X) ** 2 - z) / (3 * (z - X) ** 2 + X)
    objective = -((z - X) ** 3) + z**2 / 2
    assert np.isclose(value, of_minimize(X), rtol=1e-9)
    np.testing.assert_allclose(gradient, slope + 2 * objective, rtol=1e-4)


def test_minima_of_numbers_and_of_squares() -> None:
    a, b = X
    np.testing.assert_allclose(
        ad.grad(of_minimize_scalar)(X), [1 / (1 + b), -a / (1 + b) ** 2], rtol=1e-6
    )
    expected = ad.grad(exact_least_squares)(X)
    np.testing.assert_allclose(ad.grad(of_least_squares)(X), expected, rtol=1e-5)
    np.testing.assert_allclose(
        ad.hessian(of_least_squares)(X), ad.hessian(exact_least_squares)(X), rtol=1e-4, atol=1e-6
    )


def exact_least_squares(x: Any) -> Any:
    t = np.arange(5.0)
    basis = np.stack([np.ones(5), t], 1)
    p = np.linalg.solve(basis.T @ basis, basis.T @ (x[0] * t**2 + x[1]))
    return p[0] * p[1] + np.sum((basis @ p - x[0] * t**2 - x[1]) ** 2)


def test_a_jacobian_that_comes_with_the_function_is_refused() -> None:
    def program(x: Any) -> Any:
        return optimize.root(lambda z: (z**2 - x, np.diag(2 * z)), X, jac=True).x[0]

    with pytest.raises(ad.UnsupportedSyntaxError, match="jac=True"):
        ad.grad(program)(X)
