"""`f(*x)` of what is no tuple that is made in place."""

import math
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad

P, T = np.array([1.2, 0.7]), np.linspace(0.0, 1.0, 4)


def model(t, a, b):
    return a * np.exp(-b * t)


def loss(p, t):
    return np.sum((model(t, *p) - t) ** 2)


def of_all(x):
    return math.hypot(*x) + max(*x) * np.multiply(*x) - min(*x)


def of_a_closure(x):
    def inner(a, b):
        return a * a * b

    return inner(*x) + inner(*[x[1], x[0]])


@pytest.mark.parametrize(
    ("function", "args"), [(loss, (P, T)), (of_all, (P,)), (of_a_closure, (P,))]
)
def test_as_many_as_the_function_takes(function: Any, args: Any) -> None:
    assert np.isclose(ad.value_and_grad(function)(*args)[0], function(*args))
    ad.check_grads(lambda x: function(x, *args[1:]), args[:1])


def test_another_number_of_items_is_the_primals_error() -> None:
    with pytest.raises(TypeError, match=r"model\(\) takes 2 positional arguments but 3 were given"):
        ad.grad(loss)(np.ones(3), T)


def anything(*x: Any) -> Any:
    return x[0] * x[1]


def test_functions_that_take_any_number() -> None:
    np.testing.assert_allclose(
        ad.grad(lambda x: anything(*x))(P), [P[1], P[0], *[0.0] * (len(P) - 2)]
    )


def test_builtins_that_take_any_number_are_refused() -> None:
    with pytest.raises(ad.UnsupportedSyntaxError, match="not a tuple made here"):
        ad.grad(lambda x: np.stack([*np.meshgrid(*x)]).sum())(P)


def summed(a: Any, b: Any, c: Any = 1.0) -> Any:
    return np.sum(a) * b**2 + c


def scaled(a: Any, *, scale: Any = 1.0, loc: Any = 0.0) -> Any:
    return np.sum(a) * scale + loc


def applied(f: Any, x: Any, args: Any = ()) -> Any:
    return f(x, *args)


PAIR = (0.3, 2.0)
OPTIONS = {"scale": 2.0}


def of_a_global(x: Any) -> Any:
    return summed(x, *PAIR) + scaled(x, **OPTIONS) + np.sum(np.maximum(x, *PAIR[:1]) ** 2)


def of_a_branch(x: Any) -> Any:
    pair = (x[0], x[1]) if x[0] > 0 else (x[1], x[0])
    return summed(x, *pair) + summed(*[x, x[0] * 2], x[1])


def of_arguments(x: Any) -> Any:
    return applied(summed, x, (2.0, 3.0)) + applied(summed, x, args=PAIR)


def of_options(x: Any) -> Any:
    options = {"scale": x[0], "loc": 2.0}
    return scaled(x, **options)


def of_a_shape(x: Any) -> Any:
    return np.sum(x.reshape(*x.shape, 1) ** 3) + np.sum(np.random.rand(*x.shape)) * 0.0


@pytest.mark.parametrize("f", [of_a_global, of_a_branch, of_arguments, of_options, of_a_shape])
def test_sequences_whose_length_the_types_tell(f: Any) -> None:
    ad.check_grads(f, (P,), order=2)


def test_the_number_may_change() -> None:
    gradient = ad.grad(lambda x, args: summed(x, *args))
    np.testing.assert_allclose(gradient(P, (3.0,)), np.full_like(P, 9.0))
    np.testing.assert_allclose(gradient(P, (2.0, 5.0)), np.full_like(P, 4.0))


class Controller:
    def __init__(self, gain: Any, damping: Any) -> None:
        self.gain, self.damping = gain, damping
        self.total, self.last = 0.0, None

    def __call__(self, error: Any, step: float) -> Any:
        self.total += error * step
        slope = 0.0 if self.last is None else (error - self.last) / step
        self.last = error
        return self.gain * error + self.total + self.damping * slope


def controlled(x: Any) -> Any:
    """A class that takes the items of an array; what it remembers is None at first."""
    controller = Controller(*x)
    y, cost = 0.0, 0.0
    for _ in range(6):
        y += 0.1 * controller(1 - y, 0.1)
        cost += (1 - y) ** 2
    return cost


def test_a_class_takes_the_items_of_an_array() -> None:
    ad.check_grads(controlled, (P,))
