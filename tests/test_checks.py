"""`check_grads`: what it finds, and what it leaves alone."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad
from autodiff_sst.__main__ import main

X = np.array([0.5, -1.0, 2.0])


@dataclass
class Layer:
    w: Any
    b: Any


def square(x: Any) -> Any:
    return x * x


@ad.adjoint(square)
def square_adjoint(y: Any, x: Any) -> None:
    d[x] = d[y] * 2.0 * ad.stop_gradient(x)  # type: ignore[name-defined]  # noqa: F821


@ad.tangent(square)
def square_tangent(y: Any, x: Any) -> None:
    d[y] = 2.0 * x * d[x]  # type: ignore[name-defined]  # noqa: F821


def doubled(x: Any) -> Any:
    return 2.0 * x


@ad.tangent(doubled)
def doubled_tangent(y: Any, x: Any) -> None:
    d[y] = 3.0 * d[x]  # type: ignore[name-defined]  # noqa: F821


def wrong_twice(x: Any) -> Any:
    """Its gradient is right; the gradient's own is not."""
    return np.sum(square(x))


@ad.custom_gradient
def wrong(x: Any) -> Any:
    return x * x, lambda dy: dy * x


def changes(x: Any) -> Any:
    x[1:] = x[1:] * x[:-1]
    x *= 2.0
    return np.sum(x * x)


def of_dict(parameters: Any, n: int) -> Any:
    total = 0.0
    for _ in range(n):
        total = total + np.sum(np.tanh(parameters["w"] * total + parameters["b"][0]))
    return total


def of_layers(layers: Any, x: Any) -> Any:
    for layer in layers:
        x = np.tanh(layer.w @ x + layer.b)
    return x @ x


def of_complex(z: Any) -> Any:
    return np.real(z * z * 1j) + np.abs(z) ** 2


def test_what_is_right_passes() -> None:
    given = X.copy()
    ad.check_grads(changes, (given,))
    assert np.array_equal(given, X)
    ad.check_grads(of_dict, ({"w": X, "b": [0.25]}, 3))
    w = np.arange(9.0).reshape(3, 3) / 10
    ad.check_grads(of_layers, ([Layer(w, X), Layer(w.T, 0.5)], X))
    ad.check_grads(of_complex, (1.0 + 2.0j,))
    ad.check_grads(lambda z: np.sum(np.abs(z) ** 2), (X * (1 + 1j),))
    ad.check_grads(lambda x: np.sum(x**3), (np.float32(X),), rtol=1e-4)
    ad.check_grads(lambda x: np.sum(x**3), ([1.0, 2.0],))
    ad.check_grads(lambda x, lock: x * x, (2.0, threading.Lock()))
    ad.check_grads(lambda x: np.sum(x) + 1.0, (np.zeros(0),))


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_a_wrong_second_derivative_is_found(mode: str) -> None:
    ad.check_grads(wrong_twice, (X,), order=1, modes=(mode,))
    with pytest.raises(ad.GradientMismatchError, match=r"gradient's .* by argument 0 at"):
        ad.check_grads(wrong_twice, (X,), modes=(mode,))


def test_the_place_is_named() -> None:
    with pytest.raises(
        ad.GradientMismatchError, match=r"argument 0\['b'\]\[1\] is 3.0; finite.* 5\.99"
    ):
        ad.check_grads(
            lambda p: p["a"] + wrong(p["b"][1]), ({"a": 1.0, "b": [2.0, 3.0]},), modes=("reverse",)
        )
    with pytest.raises(ad.GradientMismatchError, match=r"tangent by argument 1\.w is"):
        ad.check_grads(lambda x, layer: x + doubled(layer.w), (1.0, Layer(2.0, 3.0)))


def test_there_must_be_something_to_check() -> None:
    with pytest.raises(ValueError, match="no argument holds a float"):
        ad.check_grads(lambda n: n * 2, (3,))


def test_command(capsys: Any) -> None:
    place = f"{__file__}:of_dict"
    given = "{'w': np.ones(2), 'b': [0.5]}, 3"
    assert main(["check", place, "--args", given]) == 0
    assert "agree" in capsys.readouterr().out
