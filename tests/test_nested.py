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
