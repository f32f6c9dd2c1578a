"""What may be differentiated: anything callable whose source can be read, or that has a rule."""

import functools
import math
import pickle
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad


class Model:
    def __init__(self, w: Any) -> None:
        self.w = w

    def loss(self, x: Any, scale: float = 1.0) -> Any:
        return np.sum(self.w * x**2) * scale

    def __call__(self, x: Any) -> Any:
        return self.loss(x, 3.0)

    @classmethod
    def cube(cls, x: float) -> float:
        return x**3


W, X = np.array([1.0, 2.0]), np.array([0.5, -1.5])


def power(x: float, n: float, scale: float = 1.0) -> float:
    return scale * x**n


def doubled(f: Any) -> Any:
    @functools.wraps(f)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return 2.0 * f(*args, **kwargs)

    return wrapper


@doubled
def decorated(x: float, y: float = 1.0) -> float:
    """Its own words."""
    return x * x * y


@functools.cache
def cached(x: float) -> float:
    return x * x


def test_a_bound_method() -> None:
    model = Model(W)
    np.testing.assert_allclose(ad.grad(model.loss)(X), 2 * W * X)
    np.testing.assert_allclose(ad.grad(model.loss, argnums="x")(X, scale=2.0), 4 * W * X)
    model.w = 2 * W
    np.testing.assert_allclose(ad.grad(model.loss)(X), 4 * W * X)
    assert ad.grad(Model.cube)(2.0) == 12.0


def test_a_callable_object() -> None:
    np.testing.assert_allclose(ad.grad(Model(W))(X), 6 * W * X)
    np.testing.assert_allclose(ad.grad(ad.grad(Model(2.0)))(1.5), 12.0)


def test_a_partial() -> None:
    assert ad.grad(functools.partial(power, n=3.0))(2.0) == 12.0
    assert ad.grad(functools.partial(power, 2.0), argnums=0)(3.0) == pytest.approx(8 * math.log(2))
    given = ad.grad(functools.partial(power, n=3.0, scale=2.0), argnums="x")(2.0)
    assert given == 24.0


def test_a_decorated_function_is_what_is_called() -> None:
    derivative = ad.grad(decorated)
    assert derivative(3.0) == 12.0
    assert derivative(3.0, 2.0) == 24.0
    assert derivative(3.0, y=2.0) == 24.0
    assert derivative.__doc__ == "Its own words."
    assert ad.grad(decorated, argnums=(0, 1))(3.0, 2.0) == (24.0, 18.0)
    with pytest.raises(ValueError, match="has 1 parameters, so not 1"):
        ad.grad(decorated, argnums=1)(3.0)


def test_arguments_in_any_number() -> None:
    def total(scale: float, *rest: float, **named: float) -> float:
        for v in rest:
            scale = scale * v
        return scale + named["shift"] ** 2

    derivative = ad.grad(total, argnums=(0, 2, "named_shift"))
    assert derivative(2.0, 3.0, 4.0, shift=1.5) == (12.0, 6.0, 3.0)
    assert ad.grad(total)(2.0, 3.0, shift=1.0) == 3.0


def test_what_has_a_rule_needs_no_source() -> None:
    assert ad.grad(np.sin)(0.3) == math.cos(0.3)
    assert ad.grad(math.exp)(0.3) == math.exp(0.3)
    assert ad.grad(np.multiply, argnums=(0, 1))(2.0, 3.0) == (3.0, 2.0)
    assert ad.grad(cached)(3.0) == 6.0
    with pytest.raises(ad.SourceUnavailableError):
        ad.grad(math.nextafter)(1.0, 2.0)


def test_a_derivative_of_a_method_pickles() -> None:
    derivative = pickle.loads(pickle.dumps(ad.grad(Model(W).loss)))
    np.testing.assert_allclose(derivative(X), 2 * W * X)
