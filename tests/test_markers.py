import numpy as np
import pytest

import autodiff_sst as ad
from autodiff_sst.rules.language import d


@ad.custom_gradient
def clipped(x):
    return x, lambda x_bar: np.clip(x_bar, -1.0, 1.0)


@ad.custom_gradient
def scaled_product(a, b):
    def backward(y_bar):
        return 10.0 * y_bar * b, y_bar * a

    return a * b, backward


def test_a_custom_gradient_takes_the_place_of_the_functions_own() -> None:
    assert clipped(3.0) == 3.0
    assert ad.value_and_grad(lambda x: 5.0 * clipped(x * x))(2.0) == (20.0, 4.0)
    a_bar, b_bar = ad.grad(lambda a, b: scaled_product(a, b) * 2, argnums=(0, 1))(3.0, 4.0)
    assert (a_bar, b_bar) == (80.0, 6.0)

    def in_a_loop(x, n):
        for k in range(n):
            x = clipped(x * (k + 2))
        return np.sum(x)

    np.testing.assert_allclose(ad.grad(in_a_loop)(np.ones(2), 3), [2.0, 2.0])


def test_a_custom_gradient_of_the_wrong_arity_is_refused() -> None:
    @ad.custom_gradient
    def wrong(a, b):
        return a * b, lambda y_bar: (y_bar,)

    with pytest.raises(ValueError, match="1 cotangents for 2 arguments"):
        ad.grad(lambda x: wrong(x, 2.0))(1.0)


def opaque(a, b):
    return float(np.frombuffer(np.float64(a * b * b).tobytes())[0])


@ad.adjoint(opaque)
def _(y, a, b):
    d[a] = d[y] * b * b
    d[b] = d[y] * (2 * a * b)


def rounded(x):
    return float(round(x))


def test_a_registered_rule_serves_every_order() -> None:
    def f(x):
        return opaque(x, np.sin(x)) * x

    assert ad.grad(f)(0.7) == pytest.approx(
        2 * 0.7 * np.sin(0.7) ** 2 + 2 * 0.7**2 * np.sin(0.7) * np.cos(0.7)
    )
    ad.check_grads(f, (0.7,))


def test_a_function_that_carries_no_derivative() -> None:
    ad.nondifferentiable(rounded)
    assert ad.grad(lambda x: x * rounded(x * 2))(1.6) == 3.0


def test_check_grads_names_argument_index_and_numbers() -> None:
    def f(x, v, n):
        return np.sum(v**n) * x + scaled_product(x, 2.0)

    ad.check_grads(lambda x, v, n: np.sum(np.sin(v) ** n) * x**3, (0.3, np.ones(2), 2))
    with pytest.raises(ad.GradientMismatchError, match=r"by argument 0 is 2\d\.*\d*; finite"):
        ad.check_grads(f, (0.3, np.ones(2), 2), order=1)
    with pytest.raises(ValueError, match="modes"):
        ad.check_grads(f, (0.3, np.ones(2), 2), modes=("sideways",))
