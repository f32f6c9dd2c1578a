"""Functions that are defined in a function and held by what it makes."""

import functools

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives

X, V = np.array([0.6, 0.7, 1.1, 0.5]), np.array([0.5, -0.3, 0.2, 1.0])


def in_a_list(x):
    fs = [lambda t: t * t, np.sin, lambda t: t + 1]
    y = x
    for f in fs:
        y = f(y)
    return np.sum(y)


def that_reads(x):
    a = x[0]
    fs = [lambda t: a * t, lambda t: t + x[1]]
    s = 1.0
    for f in fs:
        s = f(s)
    return s


def in_a_dict(x):
    ways = {"square": lambda t: t * t, "scale": lambda t: t * x[1]}
    s = 0.0
    for name in ["square", "scale", "square"]:
        s += ways[name](x[0]) * (s + 1)
    return s


def power(a, b):
    return a * b**2


def partials(x):
    fs = [functools.partial(power, b=v) for v in x]
    others = [functools.partial(pow, v) for v in x]
    return sum(f(2.0) for f in fs) * sum(f(2) for f in others)


def with_defaults(x):
    fs = [lambda t, v=v: t * v * v for v in x]
    return sum(f(k) for k, f in enumerate(fs))


def chosen(x):
    if x[0] > 1:

        def f(t):
            return t * x[1]
    else:

        def f(t):
            return t + x[2] ** 2

    g = np.sin if x[1] > 0.3 else (lambda t: t * x[0])
    return f(x[3]) * g(x[1])


def chosen_in_a_loop(x):
    total = 0.0
    for k in range(len(x)):
        f = np.sin if k % 2 else np.cos
        total += f(x[k]) * x[0]
    return total


class Layer:
    def __init__(self, w, kind):
        self.w = w
        self.f = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}[kind]

    def __call__(self, z):
        return self.f(z * self.w)


def of_objects(x):
    z = x
    for layer in [Layer(x[0], "tanh"), Layer(x[1], "relu")]:
        z = layer(z)
    return np.sum(z)


def composed(x):
    def compose(*fs):
        def run(t):
            for f in reversed(fs):
                t = f(t)
            return t

        return run

    return compose(np.sin, lambda t: t * x[1])(x[0])


def made_by_functions(x):
    table = {"relu": lambda z: np.maximum(z, 0), "tanh": np.tanh}

    def layer(kind, w):
        return lambda z: table[kind](z * w)

    z = x
    for run in [layer("tanh", x[0]), layer("relu", x[1])]:
        z = run(z)
    return z.sum()


FUNCTIONS = [in_a_list, that_reads, in_a_dict, partials, with_defaults, chosen, chosen_in_a_loop]
FUNCTIONS += [of_objects, composed, made_by_functions]


@pytest.mark.parametrize("f", FUNCTIONS)
def test_held_functions(f):
    check_derivatives(f, X, V)
    np.testing.assert_allclose(
        ad.hessian(f)(X), ad.jacobian(ad.grad(f), mode="reverse")(X), atol=1e-12
    )


def late(x):
    fs = [lambda t: t * x[k] for k in range(3)]  # noqa: B023
    return sum(f(2.0) for f in fs)


def changed_later(x):
    a = x[0]
    fs = [lambda t: t * a]
    a = x[1]
    return fs[0](2.0) * a


@pytest.mark.parametrize("f", [late, changed_later])
def test_variables_that_change_after_the_function_is_made_are_refused(f):
    with pytest.raises(ad.UnsupportedSyntaxError, match="function as a value"):
        ad.grad(f)(X)
