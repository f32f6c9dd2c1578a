"""Solvers of SciPy in a differentiated function: what they find depends on the parameters."""

from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad

integrate = pytest.importorskip("scipy.integrate")
optimize = pytest.importorskip("scipy.optimize")
interpolate = pytest.importorskip("scipy.interpolate")

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


def at_a_bound(x: Any) -> Any:
    return optimize.minimize_scalar(lambda z: (z - x[0]) ** 2, bounds=(0.0, 1.0)).x


def without_a_root(x: Any) -> Any:
    return optimize.fsolve(lambda z: z**2 + x[0], 1.0)[0]


@pytest.mark.filterwarnings("ignore:The iteration is not making")
@pytest.mark.parametrize("f", [at_a_bound, without_a_root])
def test_what_solves_nothing_has_no_derivative(f: Any) -> None:
    with pytest.raises(ValueError, match="no derivative"):
        ad.grad(f)(X)


# Differential equations, of tolerances so small that the steps do not tell in the differences


def predators(t: Any, y: Any, a: Any, b: Any) -> Any:
    return np.array([a * y[0] - b * y[0] * y[1], b * y[0] * y[1] - y[1]])


def of_solve_ivp(x: Any) -> Any:
    found = integrate.solve_ivp(
        predators, (0.0, 3.0), X / 2, args=(x[0], x[1]), t_eval=np.linspace(0, 3, 7), rtol=1e-9,
        atol=1e-11,
    )  # fmt: skip
    return np.sum(found.y**2) if found.success else 0.0


def of_an_end(x: Any) -> Any:
    found = integrate.solve_ivp(
        lambda t, y: [y[1], -x[0] * np.sin(y[0])], (0.0, x[1]), [1.0, 0.0], rtol=1e-9, atol=1e-11
    )
    return found.y[0, -1]


def of_third_order(x: Any) -> Any:
    options = {"rtol": 1e-6, "atol": 1e-8}
    found = integrate.solve_ivp(
        lambda t, y: -y * x[0] + np.sin(x[1] * t), (0.0, 1.0), x, "RK23", **options
    )
    return np.sum(found.y[:, -1] * np.array([1.0, 2.0]))


def of_odeint(x: Any) -> Any:
    y = integrate.odeint(lambda y, t: [y[1], -x[0] * np.sin(y[0])], [1.0, x[1]], [0.0, 1.0, 2.0])
    z = integrate.odeint(predators, x, np.array([0.0, 0.5]), args=(1.0, 0.5), tfirst=True)
    return np.sum(y**2) + np.sum(z)


@pytest.mark.parametrize("f", [of_solve_ivp, of_an_end, of_third_order, of_odeint])
def test_differential_equations(f: Any) -> None:
    assert np.isclose(ad.value_and_grad(f)(X)[0], f(X), rtol=1e-13)
    ad.check_grads(f, (X,), order=2, rtol=1e-3, atol=1e-4)


def test_implicit_methods_are_refused() -> None:
    def program(x: Any) -> Any:
        return integrate.solve_ivp(lambda t, y: -x * y, (0.0, 1.0), X, "BDF").y[0, -1]

    with pytest.raises(ad.UnsupportedSyntaxError, match="BDF"):
        ad.grad(program)(0.5)


# Interpolation, and integrals of samples

T = np.array([0.0, 1.0, 2.5, 3.0, 4.2])
Y = np.array([1.2, 0.7, -0.3, 0.8, 1.1])
AT = np.array([-0.3, 0.5, 1.7, 2.7, 3.9, 4.5])


def of_cubic_spline(x: Any) -> Any:
    spline = interpolate.CubicSpline(T, x)
    return np.sum(spline(AT) ** 2) + spline(1.3) + np.sum(spline(x, 3))


def of_end_conditions(x: Any) -> Any:
    natural = interpolate.CubicSpline(T, x, bc_type="natural")
    ends = interpolate.CubicSpline(T, x, bc_type=((1, 0.5), (2, -0.3)))
    table = interpolate.CubicSpline(T, np.outer(x, x), axis=1, bc_type="clamped")
    return np.sum(natural(AT, 1) ** 2) + np.sum(ends(AT, 2) ** 2) + np.sum(table(AT))


def of_knots(x: Any) -> Any:
    return np.sum(interpolate.CubicSpline(np.cumsum(x**2 + 0.5), T)(AT / 2 + 1) ** 2)


def of_few_knots(x: Any) -> Any:
    parabola = interpolate.CubicSpline(T[:3], x[:3])
    return np.sum(parabola(AT) ** 2) + np.sum(interpolate.CubicSpline(T[:2], x[:2])(AT) ** 3)


def of_interp1d(x: Any) -> Any:
    linear, cubic = interpolate.interp1d(T, x), interpolate.interp1d(T, x, kind="cubic")
    return np.sum(linear(AT[1:5]) ** 2) + cubic(1.0 + 0.1 * x[0])


def of_samples(x: Any) -> Any:
    whole = integrate.trapezoid(x**2, T) + integrate.simpson(x**2, x=T)
    sums = np.sum(integrate.cumulative_trapezoid(x**2, T, initial=0) ** 2)
    rows = integrate.cumulative_trapezoid(np.outer(x, x), dx=0.5, axis=0)
    return whole + integrate.simpson(x[:4], dx=0.5) + sums + np.sum(rows)


@pytest.mark.parametrize(
    "f",
    [of_cubic_spline, of_end_conditions, of_knots, of_few_knots, of_interp1d, of_samples],
)
def test_splines_and_samples(f: Any) -> None:
    assert np.isclose(ad.value_and_grad(f)(Y)[0], f(Y), rtol=1e-12)
    ad.check_grads(f, (Y,), order=2)
