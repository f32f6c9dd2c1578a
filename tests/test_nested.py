"""Derivatives that are taken inside the functions that are differentiated."""

from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives


def quartic(x: Any) -> Any:
    return x**4 - 3.0 * x * x + x


slope = ad.grad(quartic)


def numerically(f: Any, x: float) -> float:
    return float((f(x + 1e-5) - f(x - 1e-5)) / 2e-5)


def test_a_gradient_inside() -> None:
    def f(x: float, y: float) -> Any:
        g = ad.grad(quartic)(x * y)
        return g * g * x + slope(y) * ad.value_and_grad(quartic, argnums=0)(y)[1]

    def twin(x: float, y: float) -> Any:
        g = 4 * (x * y) ** 3 - 6 * x * y + 1
        return g * g * x + (4 * y**3 - 6 * y + 1) ** 2

    assert f(1.2, 0.7) == pytest.approx(twin(1.2, 0.7))
    given = ad.grad(f, argnums=(0, 1))(1.2, 0.7)
    np.testing.assert_allclose(given, ad.grad(twin, argnums=(0, 1))(1.2, 0.7))
    _, dot = ad.jvp(f, (1.2, 0.7), (1.0, 2.0))
    assert dot == pytest.approx(given[0] + 2 * given[1])


def test_higher_derivatives_inside() -> None:
    def f(x: float) -> Any:
        return ad.grad(ad.grad(ad.grad(quartic)))(x) * ad.grad(ad.grad(quartic))(x)

    assert ad.grad(f)(0.8) == pytest.approx(24 * (36 * 0.8**2 - 6))


def test_no_perturbation_confusion() -> None:
    def f(x: float) -> Any:
        def g(y: float) -> float:
            return x * y  # by y: x

        return x * ad.grad(g)(1.0)

    assert f(3.0) == 9.0
    assert ad.grad(f)(3.0) == 6.0

    def h(x: float) -> Any:
        return x * ad.grad(lambda y: x + y)(1.0)

    assert ad.grad(h)(3.0) == 1.0


def test_a_closure_over_active_variables_in_a_loop() -> None:
    def f(x: float, n: int) -> Any:
        total = 0.0
        for k in range(n):
            c = x * (k + 1)
            total = total + ad.grad(lambda v, k=k: np.sin(v * c) * k)(x)  # noqa: B023
        return total

    def twin(x: float, n: int) -> Any:
        return sum(np.cos(x * x * (k + 1)) * x * (k + 1) * k for k in range(n))

    assert ad.grad(f)(0.6, 3) == pytest.approx(numerically(lambda x: twin(x, 3), 0.6))
    assert ad.grad(ad.grad(f))(0.6, 3) == pytest.approx(
        numerically(ad.grad(lambda x: twin(x, 3)), 0.6), rel=1e-6
    )


WEIGHTS = np.array([1.0, 2.0, 3.0])


def weighted(x: Any) -> Any:
    return np.sum(np.sin(x) * WEIGHTS)


jacobian_of_weighted, hessian_of_weighted = ad.jacobian(weighted), ad.hessian(weighted)


def of_a_parameter(f: Any) -> Any:
    def g(x: Any) -> Any:
        return np.sum(ad.grad(f)(x) * x)

    return g


def value_and_gradient(x: Any) -> Any:
    value, gradient = ad.value_and_grad(weighted)(x)
    return value * np.sum(gradient)


# The inner function reads the module, so that its derivative has arguments more.
READING: list[Any] = [
    lambda x: np.sum(ad.grad(weighted)(x) * x),
    lambda x: np.sum(ad.hessian(weighted)(x) * x),
    lambda x: np.sum(ad.hvp(weighted)(x, x * x)),
    lambda x: np.sum(jacobian_of_weighted(x) * x),
    lambda x: np.sum(hessian_of_weighted(x) @ x),
    of_a_parameter(weighted),
    value_and_gradient,
]


@pytest.mark.parametrize("f", READING)
def test_derivatives_inside_of_what_reads_its_module(f: Any) -> None:
    check_derivatives(f, np.array([0.5, -1.2, 2.0]), np.array([1.0, 0.5, -0.3]))


def test_what_is_read_is_read_at_every_call(monkeypatch: pytest.MonkeyPatch) -> None:
    gradient, x = ad.grad(READING[0]), np.array([0.5, -1.2, 2.0])
    before = gradient(x)
    monkeypatch.setitem(globals(), "WEIGHTS", 2.0 * WEIGHTS)
    np.testing.assert_allclose(gradient(x), 2.0 * before)


def test_a_product_with_the_hessian_shows_its_source() -> None:
    product = ad.hvp(weighted)
    x = np.array([0.5, -1.2, 2.0])
    assert "def hvp_weighted(x, WEIGHTS, x_dot)" in product.source_for(x, x)
    with pytest.raises(TypeError, match="a vector was due"):
        product()


def network(p: Any, z: Any) -> Any:
    return np.sum(np.tanh(p[0] * z + p[1]) * p[2])


def residual(p: Any) -> Any:
    total = 0.0
    for z in (0.1, 0.5, 0.9):
        curvature = ad.grad(ad.grad(lambda t: network(p, t)))(z)
        total = total + (curvature + np.sin(z)) ** 2
    return total


def residual_by_hessian(p: Any) -> Any:
    return (ad.hessian(lambda t: network(p, t))(0.5) + 1.0) ** 2


def newton(a: Any) -> Any:
    f = lambda z: np.sum(z**4) / 4 + np.sum(a * z) + np.sum(z**2)  # noqa: E731
    z = np.zeros(3)
    for _ in range(3):
        z = z - np.linalg.solve(ad.hessian(f)(z), ad.grad(f)(z))
    return np.sum(z**2)


def gauss_newton(a: Any) -> Any:
    r = lambda z: np.sin(z) * a - 1.0  # noqa: E731
    z = a * 0.1
    for _ in range(2):
        rows = ad.jacobian(r)(z)
        z = z - np.linalg.solve(rows.T @ rows + np.eye(3), rows.T @ r(z))
    return np.sum(z**2)


def forward_inside(a: Any) -> Any:
    y, y_dot = ad.jvp(lambda z: np.sin(z) * a, (a * a,), (a,))
    return np.sum(y * y_dot)


def pullback_inside(a: Any) -> Any:
    def f(z: Any, w: Any) -> Any:
        return z * w * a

    y, pullback = ad.vjp(f, a * a, np.sin(a))
    g, h = pullback(np.ones(3))
    g_1, h_1 = pullback(y)
    return np.sum(g * h) + np.sum(g_1 * h_1)


def pullbacks_in_a_loop(a: Any) -> Any:
    z = a
    for _ in range(3):
        y, pullback = ad.vjp(lambda z: np.sin(z) * a, z)
        z = z - 0.1 * pullback(y)[0]
    return np.sum(z**2)


def by_both(x: Any) -> Any:
    q_bar, p_bar = ad.grad(lambda q, p: np.sum(p**2) / 2 + np.sum(np.cos(q) * x), argnums=(0, 1))(
        x, 2 * x
    )
    return np.sum(q_bar * p_bar)


def of_a_batch(x: Any) -> Any:
    def f(z: Any) -> Any:
        return np.stack([z[:, 0] * z[:, 1] * x[0], z[:, 0] ** 2], axis=1)

    return np.sum(ad.batch_jacobian(f)(np.outer(x, x[:2])) ** 2)


class Oscillator:
    def __init__(self, stiffness: Any) -> None:
        self.stiffness = stiffness

    def energy(self, q: Any) -> Any:
        return 0.5 * np.sum(self.stiffness * q**2) + np.sum(q**4) / 4

    def force(self, q: Any) -> Any:
        return -ad.grad(self.energy)(q)

    def __call__(self, q: Any) -> Any:
        return self.energy(q)


def leapfrog(x: Any) -> Any:
    oscillator = Oscillator(x)
    q, p = x * 0.5, np.zeros(3)
    for _ in range(3):
        p = p + 0.05 * oscillator.force(q)
        q = q + 0.1 * p
        p = p + 0.05 * oscillator.force(q)
    return np.sum(q**2) + oscillator.energy(q)


def of_an_object(x: Any) -> Any:
    return np.sum(ad.grad(Oscillator(x))(x) ** 2)


def unconfused(x: Any) -> Any:
    return ad.grad(lambda y: ad.grad(lambda z: x[0] * y * z * z)(y) * x[1])(x[2])


INSIDE = [residual, residual_by_hessian, newton, gauss_newton, forward_inside, pullback_inside,
          pullbacks_in_a_loop, by_both, of_a_batch, leapfrog, of_an_object, unconfused]  # fmt: skip


@pytest.mark.parametrize("f", INSIDE, ids=lambda f: f.__name__)
def test_every_transform_inside(f: Any) -> None:
    check_derivatives(f, np.array([0.5, -1.2, 2.0]), np.array([1.0, 0.5, -0.3]))


def test_newton_inside_reads_as_by_hand() -> None:
    source = ad.grad(newton).source_for(np.array([0.5, -1.2, 2.0]))
    assert "np.diag(2 + 3 * z ** 2)" in source
    assert "unbroadcast" not in source and "one_a_component" not in source
