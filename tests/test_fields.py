"""Containers that nobody else holds, as variables; and random programs about what is held."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import autodiff_sst as ad
from tests.held import Holding
from tests.programs import check


class Oscillator:
    LIMIT = 2.0

    def __init__(self, u):
        self.u = u
        self.v = np.zeros_like(u)

    def step(self, dt):
        self.v -= dt * self.u
        self.u += dt * self.v


def simulated(u, n):
    s = Oscillator(u * 1.0)
    for _ in range(n):
        s.step(0.1)
    return np.sum(s.u) * s.LIMIT


def test_an_object_is_gone():
    gradient = ad.grad(simulated)
    u = np.array([1.0, 2.0])
    h, v = 1e-6, np.array([0.3, -0.4])
    expected = (simulated(u + h * v, 5) - simulated(u - h * v, 5)) / (2 * h)
    assert gradient(u, 5) @ v == pytest.approx(expected)
    assert "make_record" not in gradient.source and "Oscillator(" not in gradient.source


def test_an_object_that_is_returned_is_made():
    def f(u):
        s = Oscillator(u * 1.0)
        s.step(0.5)
        return s

    value, pull = ad.vjp(f, np.array([1.0, 2.0]))
    assert isinstance(value, Oscillator)
    assert np.allclose(value.v, [-0.5, -1.0]) and np.allclose(value.u, [0.75, 1.5])
    seed = Oscillator(np.array([1.0, 0.0]))
    assert np.allclose(pull(seed)[0], [0.75, 0.0])


def test_the_items_of_an_argument_are_changed_in_place():
    """`x[i] += v` is a store of an array's item, and another value in a list of numbers."""

    def f(a, xs):
        a[0] += xs[1]
        xs[1] += a[0]
        return a[0] * xs[1]

    a, xs = np.array([1.0, 2.0]), [3.0, 4.0]
    by_a, by_xs = ad.grad(f, argnums=(0, 1))(a, xs)
    assert np.allclose(a, [5.0, 2.0]) and xs == [3.0, 9.0]
    assert np.allclose(by_a, [14.0, 0.0]) and np.allclose(by_xs, [0.0, 19.0])


@pytest.mark.parametrize("seed", range(60))
def test_a_random_program_is_right_or_refused(seed: int, tmp_path: Path) -> None:
    try:
        problem = check(seed, tmp_path, generator=Holding)
    except ad.UnsupportedSyntaxError:
        return
    assert problem is None, problem
