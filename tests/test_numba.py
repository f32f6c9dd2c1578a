"""`backend="numba"`: the same source, compiled; the same numbers."""

from __future__ import annotations

import builtins
import pickle
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad

pytest.importorskip("numba", reason="the extra `numba` is not installed")


def logistic(x: float, rate: float, n: int) -> float:
    total = 0.0
    for i in range(n):
        x = rate * x * (1.0 - x)
        if x > 0.5:
            total += x * i
        else:
            total -= np.sin(x)
    return total


def sweeps(u: Any, source: Any, count: int) -> Any:
    u = u.copy()
    for _ in range(count):
        for i in range(1, len(u) - 1):
            u[i] = 0.5 * (u[i - 1] + u[i + 1] + source[i] * u[i])
    return np.sum(u * u)


def attention(q: Any, k: Any, v: Any) -> Any:
    scores = q @ k.T
    scores = scores - np.max(scores, axis=1, keepdims=True)
    weights = np.exp(scores)
    weights = weights / np.sum(weights, axis=-1, keepdims=True)
    return np.sum(np.mean(weights @ v, axis=0) ** 2)


def mixed(a: Any, b: Any) -> Any:
    return np.sum(np.mean(np.tanh(a) + b, axis=0) ** 2) + np.min(a * b, axis=(0, 1))


def solve(lower: Any, b: Any) -> Any:
    """What it saves is of two types."""
    x = np.zeros_like(b)
    for i in range(len(b)):
        x[i] = (b[i] - lower[i, :i] @ x[:i]) / lower[i, i]
    return np.sum(np.log(np.abs(np.diag(lower)))) + np.sum(np.concatenate([x, x * b]) ** 2)


X = np.linspace(0.1, 0.9, 7)
ROWS = np.cos(np.arange(12.0)).reshape(4, 3)
PROGRAMS: list[tuple[Any, tuple[Any, ...]]] = [
    (logistic, (0.3, 3.6, 25)),
    (sweeps, (X, X[::-1].copy(), 4)),
    (solve, (np.tril(np.cos(np.arange(9.0)).reshape(3, 3)) + 2.0 * np.eye(3), np.arange(3.0))),
    (attention, (ROWS, ROWS[::-1] + 1.0, ROWS * ROWS)),
    (mixed, (ROWS, np.arange(1.0, 4.0))),
]


@pytest.mark.parametrize("f, args", PROGRAMS, ids=lambda p: getattr(p, "__name__", ""))
def test_gradients_are_those_of_the_python_backend(f: Any, args: tuple[Any, ...]) -> None:
    value, gradient = ad.value_and_grad(f, backend="numba")(*args)
    np.testing.assert_allclose(value, f(*args), rtol=1e-12)
    np.testing.assert_allclose(gradient, ad.grad(f)(*args), rtol=1e-10, atol=1e-13)


def cubes(x: Any) -> Any:
    return np.sum(x**3) * np.sin(x)


def test_every_transform_takes_it() -> None:
    numba: Any = {"backend": "numba"}
    total = lambda x: np.sum(cubes(x))  # noqa: E731
    for transform in (ad.jacobian, ad.hessian, ad.grad):
        f = cubes if transform is ad.jacobian else total
        np.testing.assert_allclose(transform(f, **numba)(X), transform(f)(X), rtol=1e-10)
    np.testing.assert_allclose(
        ad.jacobian(cubes, mode="forward", **numba)(X), ad.jacobian(cubes)(X), rtol=1e-10
    )
    batch = lambda x: np.tanh(x * np.sum(x, axis=1, keepdims=True)) ** 2  # noqa: E731
    x = ROWS[:3]
    np.testing.assert_allclose(
        ad.batch_jacobian(batch, **numba)(x), ad.batch_jacobian(batch)(x), rtol=1e-10
    )
    np.testing.assert_allclose(ad.hvp(total, **numba)(X, X), ad.hvp(total)(X, X), rtol=1e-10)
    for made, due in zip(
        ad.jvp(cubes, (X,), (X,), **numba), ad.jvp(cubes, (X,), (X,)), strict=True
    ):
        np.testing.assert_allclose(made, due, rtol=1e-10)
    y, pullback = ad.vjp(cubes, X, **numba)
    np.testing.assert_allclose(y, cubes(X))
    np.testing.assert_allclose(pullback(X)[0], ad.vjp(cubes, X)[1](X)[0], rtol=1e-10)


def test_second_order_of_a_loop() -> None:
    twice = ad.grad(ad.grad(logistic), backend="numba")
    assert twice(0.3, 3.6, 12) == pytest.approx(ad.grad(ad.grad(logistic))(0.3, 3.6, 12))


@ad.grad(backend="numba")
def decorated(x: float) -> float:
    return x * x


def test_it_pickles_with_its_backend() -> None:
    assert decorated(3.0) == 6.0
    made = pickle.loads(pickle.dumps(ad.grad(logistic, backend="numba")))
    assert made.backend == "numba"
    assert pickle.loads(pickle.dumps(ad.jacobian(cubes, backend="numba"))).backend == "numba"


def test_indices_are_checked() -> None:
    def beyond(x: Any, k: int) -> Any:
        y = x * x
        return y[k]

    with pytest.raises(IndexError):
        ad.grad(beyond, backend="numba")(X, 70)


def test_what_numba_cannot_compile_is_refused() -> None:
    def solved(a: Any) -> Any:
        return np.sum(np.fft.fft(a).real ** 2)

    with pytest.raises(ad.UnsupportedSyntaxError, match="Numba cannot compile `grad_solved`"):
        ad.grad(solved, backend="numba")(X)
    with pytest.raises(ad.UnsupportedSyntaxError, match="float32"):
        ad.grad(cubes_sum, backend="numba")(X.astype(np.float32))


def cubes_sum(x: Any) -> Any:
    return np.sum(x**3)


def test_unknown_backends_and_a_missing_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="'python', 'numba'"):
        ad.grad(cubes_sum, backend="fortran")
    real = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name == "numba":
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"autodiff_sst\[numba\]"):
        ad.grad(cubes_sum, backend="numba")
