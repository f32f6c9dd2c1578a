"""Methods, callable objects, properties, operators and functions that only the arguments tell."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad

W = np.array([[0.3, -0.2], [0.5, 0.7]])
X = np.array([0.4, -1.1])


@dataclass
class Linear:
    w: Any
    b: Any
    gain = 1.5

    def __call__(self, x: Any) -> Any:
        return self.forward(x) * self.gain

    def forward(self, x: Any) -> Any:
        return x @ self.w + self.b

    @property
    def size(self) -> Any:
        return np.sum(self.w**2)

    @staticmethod
    def squash(x: Any) -> Any:
        return np.tanh(x)


class Squashed(Linear):
    def forward(self, x: Any) -> Any:
        return self.squash(super().forward(x))


@dataclass
class Vector:
    x: float
    y: float

    def __add__(self, other: Any) -> Any:
        return Vector(self.x + other.x, self.y + other.y)

    def __rmul__(self, k: float) -> Any:
        return Vector(k * self.x, k * self.y)

    def __matmul__(self, other: Any) -> Any:
        return self.x * other.x + self.y * other.y


def numerically(f: Any, x: Any) -> Any:
    """The gradient by central differences."""
    x = np.asarray(x, float)
    found = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        for sign in (1, -1):
            moved: Any = x.copy()
            moved[index] += sign * 1e-6
            found[index] += sign * f(moved[()]) / 2e-6
    return found


def by_layer(layer: Any, x: Any) -> Any:
    return np.sum(layer(x)) + layer.size


def test_a_callable_object_as_an_argument() -> None:
    for cls in (Linear, Squashed, Linear):
        given = ad.grad(by_layer)(cls(W, 0.5), X)
        assert type(given) is cls
        expected = numerically(lambda w, cls=cls: by_layer(cls(w, 0.5), X), W)
        np.testing.assert_allclose(given.w, expected, rtol=1e-6)
        x_bar = ad.grad(by_layer, argnums=1)(cls(W, 0.5), X)
        expected = numerically(lambda x, cls=cls: by_layer(cls(W, 0.5), x), X)
        np.testing.assert_allclose(x_bar, expected, rtol=1e-6)


def test_layers_of_several_classes_in_a_list() -> None:
    def f(layers: Any, x: Any) -> Any:
        for layer in layers:
            x = layer(x)
        return np.sum(x)

    layers = [Linear(W, 0.5), Squashed(W.T, X), Linear(W, 0.1)]
    given = ad.grad(f)(layers, X)

    def moved(w: Any) -> Any:
        return f([layers[0], Squashed(w, X), layers[2]], X)

    np.testing.assert_allclose(given[1].w, numerically(moved, W.T), rtol=1e-6)


def test_operators_of_a_class() -> None:
    def f(x: float, y: float) -> float:
        u = Vector(x, y)
        return (2.0 * u + u) @ Vector(y, x * x)

    x, y = ad.grad(f, argnums=(0, 1))(0.7, 0.3)
    np.testing.assert_allclose(x, 3 * (0.3 + 2 * 0.3 * 0.7))
    np.testing.assert_allclose(y, 3 * (0.7 + 0.7**2))


def test_a_function_as_an_argument() -> None:
    def apply(f: Any, x: float) -> Any:
        return f(f(x))

    def cube(x: float) -> float:
        return x**3

    assert ad.grad(apply, argnums=1)(cube, 1.1) == pytest.approx(9 * 1.1**8)
    assert ad.grad(ad.grad(apply, argnums=1), argnums=1)(cube, 1.1) == pytest.approx(72 * 1.1**7)
    assert ad.grad(apply, argnums=1)(np.sin, 1.1) == pytest.approx(
        np.cos(np.sin(1.1)) * np.cos(1.1)
    )


FUNCTIONS = {"square": lambda x: x * x, "sine": np.sin}


def test_a_function_picked_from_a_dict() -> None:
    def f(x: float, name: str) -> Any:
        return FUNCTIONS[name](x)

    assert ad.grad(f)(0.7, "square") == pytest.approx(1.4)
    assert ad.grad(f)(0.7, "sine") == pytest.approx(np.cos(0.7))


def test_an_argument_left_out() -> None:
    def f(x: Any, y: Any = None) -> Any:
        if y is None:
            y = x
        return x * y * (2.0 if isinstance(y, float) else 3.0)

    assert ad.grad(f)(0.7) == pytest.approx(2.8)
    assert ad.grad(f)(0.7, 3.0) == pytest.approx(6.0)


CUBE_LATER = {"power": 3}


def test_captured_objects_are_read_when_called() -> None:
    layer = Linear(W, 0.5)

    def f(x: Any) -> Any:
        return np.sum(layer.forward(x))

    np.testing.assert_allclose(ad.grad(f)(X), W.sum(1))
    layer.w = 2 * W
    np.testing.assert_allclose(ad.grad(f)(X), 2 * W.sum(1))
    layer.w = np.ones(2)
    np.testing.assert_allclose(ad.grad(f)(X), np.ones(2))


class Base:
    def __init__(self, a):
        self.a = a

    def value(self, x):
        return self.a * x


class Middle(Base):
    def __init__(self, a, b):
        super().__init__(a * 2.0)
        self.b = b

    def value(self, x):
        return super().value(x) + self.b * x**2


class Last(Middle):
    def __init__(self, a):
        super().__init__(a, a * a)
        self.c = 3.0

    def value(self, x):
        return super().value(x) * self.c


def test_super_of_super() -> None:
    def f(a, x):
        return Last(a).value(x)  # 3 (2 a x + a² x²)

    assert ad.grad(f, (0, 1))(0.5, 2.0) == pytest.approx((24.0, 6.0))
    assert ad.grad(lambda x: Last(0.5).value(x))(2.0) == pytest.approx(6.0)
