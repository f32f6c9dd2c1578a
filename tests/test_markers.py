from typing import Any

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


@ad.custom_gradient
def log1pexp(x):
    e = np.exp(x)
    return np.log(1 + e), lambda y_bar: y_bar * (1 - 1 / (1 + e))


def test_second_derivatives_go_through_the_backward_code() -> None:
    second = ad.grad(ad.grad(lambda x: log1pexp(x) * 3.0))
    e = np.exp(0.7)
    assert second(0.7) == pytest.approx(3 * e / (1 + e) ** 2)
    third = ad.grad(second)
    step = 1e-5
    assert third(0.7) == pytest.approx((second(0.7 + step) - second(0.7 - step)) / (2 * step))


@ad.custom_gradient
def cube(x):
    @ad.custom_gradient
    def slope(x):
        return 3.0 * x * x, lambda y_bar: y_bar * 1000.0

    return x**3, lambda y_bar: y_bar * slope(x)


@ad.custom_gradient
def slope_of_sine(x):
    return np.cos(x), lambda y_bar: y_bar * 1000.0


@ad.custom_gradient
def sine(x):
    return np.sin(x), lambda y_bar: y_bar * slope_of_sine(x)


def test_nested_custom_gradients_give_the_second_derivative() -> None:
    assert ad.grad(lambda x: sine(x))(0.7) == pytest.approx(np.cos(0.7))
    assert ad.grad(ad.grad(lambda x: sine(x)))(0.7) == pytest.approx(1000.0)


@ad.custom_gradient
def polar(r, phi=0.5, *, scale=1.0):
    def backward(x_bar, y_bar):
        return x_bar * 100.0, y_bar * 10.0

    return (r * np.cos(phi) * scale, r * np.sin(phi)), backward


def test_a_custom_gradient_of_several_results_and_keywords() -> None:
    def g(r, phi):
        x, y = polar(r, phi, scale=2.0)
        return x + 2.0 * y

    assert ad.grad(g, argnums=(0, 1))(1.2, 0.3) == (100.0, 20.0)
    assert ad.value_and_grad(lambda r: polar(r)[0])(2.0) == (2 * np.cos(0.5), 100.0)


def clipped_in_a_loop(x):
    h = 1.0
    for _ in range(3):
        h = h * x
        with ad.insert_grad_of(h) as dh:
            if dh > 1.5:
                dh = 1.5
    return h


def test_code_is_inserted_into_the_backward_sweep() -> None:
    expected, dh = 0.0, 1.0
    for i in (2, 1, 0):
        dh = min(dh, 1.5)
        expected += dh * 1.3**i
        dh *= 1.3
    value, slope = ad.value_and_grad(clipped_in_a_loop)(1.3)
    assert value == clipped_in_a_loop(1.3) == pytest.approx(1.3**3)
    assert slope == pytest.approx(expected)


def test_inserted_code_prints_and_updates(capsys: pytest.CaptureFixture[str]) -> None:
    def f(x):
        y = x * x
        with ad.insert_grad_of(y) as dy:
            print("cotangent", dy.shape)
            dy *= 2.0
        return np.sum(y)

    np.testing.assert_allclose(ad.grad(f)(np.array([1.0, 2.0])), [4.0, 8.0])
    assert capsys.readouterr().out == "cotangent (2,)\n"


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
    ad.check_grads(f, (0.7,), modes=("reverse",))


def test_a_function_that_carries_no_derivative() -> None:
    ad.nondifferentiable(rounded)
    assert ad.grad(lambda x: x * rounded(x * 2))(1.6) == 3.0


def test_check_grads_names_argument_index_and_numbers() -> None:
    def f(x, v, n):
        return np.sum(v**n) * x + scaled_product(x, 2.0)

    ad.check_grads(lambda x, v, n: np.sum(np.sin(v) ** n) * x**3, (0.3, np.ones(2), 2))
    with pytest.raises(ad.GradientMismatchError, match=r"by argument 0 is 2\d\.*\d*; finite"):
        ad.check_grads(f, (0.3, np.ones(2), 2), order=1, modes=("reverse",))
    with pytest.raises(ValueError, match="modes"):
        ad.check_grads(f, (0.3, np.ones(2), 2), modes=("sideways",))


SEEN: list[Any] = []


def appended(x: Any) -> Any:
    y = x * x
    with ad.insert_grad_of(y) as dy:
        SEEN.append(dy)
    return np.sum(y)


def stored(x: Any) -> Any:
    y, z = x * x, x * 2.0
    with ad.insert_grad_of(y) as dy:
        z[0] = 5.0 * dy[0]
    return np.sum(y) + np.sum(z)


def logged(x: Any) -> Any:
    y, log = x * x, []
    with ad.insert_grad_of(y) as dy:
        log.append(np.sum(dy))
    return np.sum(y)


@pytest.mark.parametrize("f", [appended, stored, logged])
def test_backward_code_that_changes_what_is_around_it_is_refused(f: Any) -> None:
    """A NameError, or an endless search, before."""
    with pytest.raises(ad.UnsupportedSyntaxError, match="changes what is around it"):
        ad.grad(f)(np.array([0.5, -1.2, 2.0]))


@ad.nondifferentiable
def record(value: Any) -> None:
    SEEN.append(value)


def test_what_backward_code_may_call_instead() -> None:
    def f(x: Any) -> Any:
        y = x * x
        with ad.insert_grad_of(y) as dy:
            record(dy)
            dy = dy * 2.0
        return np.sum(y)

    SEEN.clear()
    x = np.array([0.5, -1.2, 2.0])
    np.testing.assert_allclose(ad.grad(f)(x), 4.0 * x)
    np.testing.assert_allclose(SEEN, [[1.0, 1.0, 1.0]])


def test_a_custom_gradient_whose_backward_code_remembers() -> None:
    @ad.custom_gradient
    def doubled(x: Any) -> Any:
        def backward(dy: Any) -> Any:
            SEEN.append(dy)
            return dy * 2.0

        return x * 1.0, backward

    SEEN.clear()
    x = np.array([0.5, -1.2, 2.0])
    np.testing.assert_allclose(ad.grad(lambda x: np.sum(doubled(x) ** 2))(x), 4.0 * x)
    np.testing.assert_allclose(SEEN, [2.0 * x])
