"""Arguments and results that are tuples, lists, dicts, dataclasses and objects, nested."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

import autodiff_sst as ad


@dataclass
class Params:
    w: Any
    b: float
    name: str = "layer"


class Point(NamedTuple):
    x: float
    y: Any


class Plain:
    def __init__(self, w: Any) -> None:
        self.w = w
        self.steps = 3


W = np.array([[0.3, -0.2], [0.5, 0.7]])
X = np.array([0.4, -1.1])


def test_dataclass() -> None:
    def f(p: Params, x: Any) -> Any:
        return np.sum(np.tanh(p.w @ x) * p.b)

    p = Params(W, 0.7)
    given = ad.grad(f)(p, X)
    assert type(given) is Params
    assert given.name is None
    slope = 0.7 * (1 - np.tanh(W @ X) ** 2)
    np.testing.assert_allclose(given.w, np.outer(slope, X))
    np.testing.assert_allclose(given.b, np.sum(np.tanh(W @ X)))


def test_object() -> None:
    def f(p: Plain) -> Any:
        return np.sum(p.w**2) * p.steps

    given = ad.grad(f)(Plain(X))
    assert type(given) is Plain
    assert given.steps is None
    np.testing.assert_allclose(given.w, 6 * X)


def test_list_of_pairs() -> None:
    def f(layers: Any, x: Any) -> Any:
        for w, b in layers:
            x = np.tanh(w @ x + b)
        return np.sum(x)

    layers = [(W, X), (W.T, 0.5)]
    given = ad.grad(f)(layers, X)
    assert type(given) is list
    assert [type(pair) for pair in given] == [tuple, tuple]
    step = 1e-6
    for k in (0, 1):
        for j in (0, 1):
            moved = [[[*pair] for pair in layers] for _ in range(2)]
            for sign, each in zip((1, -1), moved, strict=True):
                each[k][j] = each[k][j] + sign * step
            difference = (f(moved[0], X) - f(moved[1], X)) / (2 * step)
            np.testing.assert_allclose(np.sum(given[k][j]), difference, rtol=1e-6)


def test_nested_results() -> None:
    def f(x: Any, y: float) -> Any:
        return {"a": [x * y, y], "p": Point(y * 2.0, x)}, (x[0], [x, 3])

    y, pullback = ad.vjp(f, X, 0.7)
    assert type(y[0]["p"]) is Point
    zeros = np.zeros(2)
    seed = ({"a": [zeros, 1.0], "p": Point(0.0, zeros)}, (0.0, [zeros, None]))
    np.testing.assert_allclose(pullback(seed)[1], 1.0)
    seed = ({"a": [np.ones(2), 0.0], "p": Point(1.0, zeros)}, (5.0, [X, None]))
    x_bar, y_bar = pullback(seed)
    np.testing.assert_allclose(x_bar, 0.7 * np.ones(2) + [5.0, 0.0] + X)
    np.testing.assert_allclose(y_bar, np.sum(X) + 2.0)


def test_identity_of_a_nest() -> None:
    y, pullback = ad.vjp(lambda x: x, {"a": [1.0, X]})
    np.testing.assert_allclose(y["a"][1], X)
    (given,) = pullback({"a": [2.0, X]})
    assert given["a"][0] == 2.0
    np.testing.assert_allclose(given["a"][1], X)


@pytest.mark.parametrize(
    ("seed", "message"),
    [
        (1.0, "a cotangent: a tuple of 2 was due, not ()"),
        ((1.0, 2.0, 3.0), "a cotangent: a tuple of 2 was due, not a tuple"),
        ((1.0, 2.0), "a cotangent[0] of shape (2,) was due, not ()"),
        ((X, "no"), "a cotangent[1]: a number was due, not ()"),
    ],
)
def test_cotangent_of_another_structure(seed: Any, message: str) -> None:
    _, pullback = ad.vjp(lambda x, y: (x * y, y), X, 0.7)
    with pytest.raises(ValueError) as raised:
        pullback(seed)
    assert str(raised.value) == message


def test_a_list_is_concatenated_and_sliced() -> None:
    def f(x: float) -> float:
        t = (x, x * x) + (3.0,) * 2
        *_, last = t[1:]
        return t[0] * t[1] * last

    np.testing.assert_allclose(ad.grad(f)(0.7), 9 * 0.7**2)


def test_lists_in_containers_as_a_whole() -> None:
    def f(p: Any) -> Any:
        first, *rest = p[1]
        *init, last = p[1]
        return p[0] * first + sum(rest) * last * init[0] * init[1] * p[0]

    p = (1.3, [0.4, -0.8, 0.7])
    given = ad.grad(f)(p)
    step = 1e-6

    def moved(k: int, by: float) -> Any:
        items = [v + by * (j == k) for j, v in enumerate(p[1])]
        return (p[0] + by * (k == -1), items)

    for k, got in [(-1, given[0]), *enumerate(given[1])]:
        expected = (f(moved(k, step)) - f(moved(k, -step))) / (2 * step)
        assert np.isclose(got, expected, rtol=1e-6)
    along = (0.5, [0.2, -0.3, 0.1])
    made = ad.hvp(f)(p, along)

    def at(s: float) -> Any:
        return ad.grad(f)(
            (p[0] + s * 0.5, [a + s * b for a, b in zip(p[1], along[1], strict=True)])
        )

    high, low = at(step), at(-step)
    np.testing.assert_allclose(made[0], (high[0] - low[0]) / (2 * step), rtol=1e-5)
    expected = [(a - b) / (2 * step) for a, b in zip(high[1], low[1], strict=True)]
    np.testing.assert_allclose(made[1], expected, rtol=1e-5, atol=1e-8)


def test_a_vector_of_another_structure_is_refused() -> None:
    def f(p: Any) -> Any:
        return p[0] * p[1]

    with pytest.raises(ValueError, match="a tuple of 2 was due"):
        ad.hvp(f)((1.0, 2.0), (1.0,))
