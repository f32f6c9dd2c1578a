"""Methods that are generators, `__iter__` too, and what goes through an object."""

from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives

X = np.array([0.3, 1.2, -0.7, 0.5])
V = np.array([1.0, -0.5, 0.3, 0.8])


class Polynomial:
    def __init__(self, coefficients):
        self.coefficients = coefficients

    def __iter__(self):
        for c in self.coefficients:
            yield 2 * c


class Orbit:
    """Endless, if `n` is None."""

    def __init__(self, a, n):
        self.a = a
        self.n = n
        self.made = 0

    def __iter__(self):
        v = self.a
        while self.n is None or self.made < self.n:
            self.made += 1
            yield v
            v = np.sin(v) * self.a


class Mesh:
    def __init__(self, points):
        self.points = points

    def edges(self, step=1):
        for k in range(len(self.points) - step):
            yield self.points[k], self.points[k + step]

    def __iter__(self):
        yield from self.points


class Held:
    def __init__(self, items):
        self.items = items

    def __iter__(self):
        return iter(self.items)


def in_loops(x):
    s = 0.0
    for v in Polynomial([x[0], x[1] * x[2]]):
        if v > 10:
            break
        s += v * v * x[3]
    for k, v in enumerate(Orbit(x[0] * x[1], 4)):
        s += k * v
    for u, v in zip(Polynomial([x[0], x[3]]), x, strict=False):
        s += u * v
    return s


def left_early(x):
    orbit = Orbit(x[0], None)
    s = 0.0
    for v in orbit:
        if orbit.made > 3:
            break
        s += v * orbit.made
    return s * orbit.made


def edges(x):
    mesh = Mesh([x[0], x[1] * 2, x[2], x[3]])
    s = sum((q - p) ** 2 for p, q in mesh.edges())
    for p, q in mesh.edges(step=2):
        s += p * q
    return s * len(list(mesh.edges()))


def consumed(x):
    mesh = Mesh([x[0], x[1] * 2, x[2]])
    held = Held([x[0], x[1] * x[2]])
    s = sum(mesh) + max(mesh) * list(mesh)[1] + len([*mesh]) * min(held)
    return s + np.sum(np.array(list(held)) ** 2) + np.prod(np.array([*mesh, *held]))


def unpacked(x):
    p, q, r = Mesh([x[0], x[1] * 2, x[2]])
    first, *rest = Held([x[0], x[1], x[3]])
    return p * q + r * first + sum(rest) ** 2


def of_any(items):
    return sum(v * v for v in items)


def of_several_kinds(x):
    return (
        of_any(Mesh([x[0], x[1]])) + of_any([x[2], x[3] * x[0]]) * of_any(Held([x[1]])) + of_any(x)
    )


FUNCTIONS: list[Any] = [in_loops, left_early, edges, consumed, unpacked, of_several_kinds]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_derivatives(function: Any) -> None:
    check_derivatives(function, X, V)


def of_one_argument(items):
    s = 0.0
    for v in items:
        s = s * 0.5 + v * v
    return s


def test_what_is_gone_through_may_be_of_any_class() -> None:
    derivative = ad.grad(of_one_argument)
    made = derivative(Mesh([2.0, 3.0]))
    assert made.points == [2.0, 6.0]
    assert derivative([2.0, 3.0]) == [2.0, 6.0]
    assert derivative(Polynomial([2.0, 3.0])).coefficients == [8.0, 24.0]
