"""`match`, and other statements around active code."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad


@dataclass
class Circle:
    radius: float


@dataclass
class Box:
    width: float
    height: float


def by_kind(kind: Any, x: float, y: float) -> Any:
    match kind:
        case "square":
            return x * x + y
        case ("poly", n):
            return x**n + y
        case {"slope": s, **rest}:
            return s * x * y + len(rest)
        case [a, b] if a > b:
            return a * x + b * y
        case [a, b] | [a, _, b]:
            return a * y + b * x
        case [first, *middle, last]:
            return first * x * last * len(middle)
        case None | 0:
            return y
        case float() as k:
            return k * x
        case _:
            return x


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("square", (2.4, 1.0)),
        (("poly", 3), (3 * 1.2**2, 1.0)),
        ({"slope": 2.0, "k": 1}, (1.4, 2.4)),
        ([4.0, 1.0], (4.0, 1.0)),
        ([1.0, 4.0], (4.0, 1.0)),
        ([1.0, 7.0, 4.0], (4.0, 1.0)),
        ([1.0, 7.0, 4.0, 3.0], (6.0, 0.0)),
        (None, (0.0, 1.0)),
        (0, (0.0, 1.0)),
        (2.5, (2.5, 0.0)),
        (object(), (1.0, 0.0)),
    ],
)
def test_match(kind: Any, expected: Any) -> None:
    value, got = ad.value_and_grad(by_kind, argnums=(1, 2))(kind, 1.2, 0.7)
    assert value == by_kind(kind, 1.2, 0.7)
    np.testing.assert_allclose(got, expected)


def area(shape: Any) -> Any:
    match shape:
        case Circle(radius=r):
            return np.pi * r * r
        case Box(w, h):
            return w * h


def test_match_of_classes() -> None:
    assert ad.grad(area)(Circle(2.0)).radius == pytest.approx(4 * np.pi)
    given = ad.grad(area)(Box(2.0, 3.0))
    assert (given.width, given.height) == (3.0, 2.0)


def test_match_in_a_loop_binds_variables() -> None:
    def f(x: float, words: Any) -> float:
        k = 1.0
        for word in words:
            match word:
                case ("times", k):
                    x = x * k
                case "stop":
                    break
                case "skip":
                    continue
            x = x * x
        return x * k

    words = [("times", 3.0), "skip", "square", "stop", "square"]
    value, slope = ad.value_and_grad(f)(1.1, tuple(words))
    assert value == f(1.1, words)
    assert slope == pytest.approx(3.0 * 81 * 4 * 1.1**3)


def test_statements_that_bind_names() -> None:
    def f(x: float) -> float:
        import math
        from math import exp as grown

        def doubled(g: Any) -> Any:
            return lambda v: 2.0 * g(v)

        @doubled
        def square(v: float) -> float:
            return v * v

        y = square(x)
        del x
        first, *rest, last = y, math.sin(y), 3.0, grown(y)
        return first * rest[1] + last

    y = 2 * 0.7**2
    assert ad.grad(f)(0.7) == pytest.approx((3.0 + np.exp(y)) * 4 * 0.7)


def test_raise_from() -> None:
    def f(x: float) -> float:
        if x < 0:
            raise ValueError("negative", x) from KeyError("reason")
        return x * x

    with pytest.raises(ValueError, match="negative") as raised:
        ad.grad(f)(-1.0)
    assert isinstance(raised.value.__cause__, KeyError)
    assert ad.grad(f)(2.0) == 4.0


def test_numbers_of_which_nothing_is_known() -> None:
    def f(x: Any, seed: int) -> Any:
        rng = np.random.default_rng(seed)
        noise = rng.normal(size=x.shape)
        y = x * noise
        if rng.random() < 2.0:
            y = y + rng.normal()
        return np.sum(y**2)

    x, step = np.array([0.3, -0.7]), 1e-6
    given = ad.grad(f)(x, 5)
    for k in range(2):
        e = np.eye(2)[k] * step
        assert given[k] == pytest.approx((f(x + e, 5) - f(x - e, 5)) / (2 * step), rel=1e-6)


def test_what_is_no_number_is_refused_when_it_comes() -> None:
    def f(x: float, thing: Any) -> Any:
        return x * thing

    with pytest.raises(ad.NonDifferentiableInputError, match="not a object"):
        ad.grad(f)(1.0, object())
