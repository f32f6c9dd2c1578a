"""Objects that a loop makes anew, copies of objects, and parts of lists of objects."""

import bisect
import copy
from collections import deque
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives

X, V = np.array([0.6, 0.7, 1.2, 0.5]), np.array([0.5, -0.3, 0.2, 1.0])


@dataclass
class State:
    at: np.ndarray
    speed: np.ndarray
    time: float = 0.0

    def step(self, dt):
        pull = -np.sin(self.at)
        at = self.at + dt * self.speed
        return replace(self, at=at, speed=self.speed + dt * pull, time=self.time + dt)


def replaced(x):
    s = State(x[:2], x[2:])
    for _ in range(5):
        s = s.step(0.1)
    return np.sum(s.at * s.speed) + s.time


class System:
    def __init__(self, q, p):
        self.q = q
        self.p = p

    def kick(self, dt):
        return System(self.q, self.p - dt * np.sin(self.q))

    def drift(self, dt):
        return System(self.q + dt * self.p, self.p)

    def energy(self):
        return 0.5 * np.sum(self.p**2) - np.sum(np.cos(self.q))


def stepped(x):
    s = System(x, x**2)
    for _ in range(3):
        s = s.kick(0.05).drift(0.1).kick(0.05)
    return s.energy()


class Pair(NamedTuple):
    a: float
    b: float

    def __add__(self, other):
        return Pair(self.a + other.a, self.b + other.b)

    def scaled(self, c):
        return Pair(self.a * c, self.b * c)


def of_named_tuples(x):
    v, w = Pair(x[0], x[1]), Pair(0.0, 1.0)
    for _ in range(4):
        v = v.scaled(x[2]) + w
        w = w + v.scaled(0.5)
    return v.a * w.b + x[3]


def copied(x):
    s = System(x, x * 2)
    t = copy.deepcopy(s)
    t.q = t.q * 2
    u = copy.copy(s)
    u.p = u.p * s.q
    return s.energy() + t.energy() * u.energy()


@dataclass
class Body:
    mass: float
    at: np.ndarray
    speed: np.ndarray
    force: np.ndarray = field(default_factory=lambda: np.zeros(2))


def of_pairs_of_bodies(x):
    p = np.outer(x[:3], x[2:])
    bodies = [Body(1.0 + k, p[k].copy(), np.zeros(2)) for k in range(3)]
    for _ in range(2):
        for b in bodies:
            b.force[:] = 0
        for k, a in enumerate(bodies):
            for b in bodies[k + 1 :]:
                d = b.at - a.at
                f = a.mass * b.mass * d / (d @ d + 0.01) ** 1.5
                a.force += f
                b.force -= f
        for b in bodies:
            b.speed += 0.01 * b.force / b.mass
            b.at += 0.01 * b.speed
    return sum(0.5 * b.mass * (b.speed @ b.speed) for b in bodies) + bodies[0].at @ bodies[1].at


def of_deques(x):
    last = deque(maxlen=3)
    total = 0.0
    for v in x:
        last.append(v)
        if len(last) == last.maxlen:
            total += np.mean(last) * v
    return total


def with_errors(x):
    def way(kind, v):
        match kind:
            case "a":
                return np.sin(v)
            case "b":
                return v * v
            case _:
                raise ValueError(kind)

    total = 0.0
    for kind, v in zip(["a", "b", "b", "a"], x, strict=True):
        total += way(kind, v) * x[0]
    return total


def by_bisection(x):
    nodes = list(np.linspace(0.0, 2.0, 4))
    ordered = []
    for v in x:
        bisect.insort(ordered, v * v)
    k = bisect.bisect_right(nodes, x[0]) - 1
    t = (x[0] - nodes[k]) / (nodes[k + 1] - nodes[k])
    return (1 - t) * ordered[k] + t * ordered[k + 1]


FUNCTIONS = [replaced, stepped, of_named_tuples, copied, of_pairs_of_bodies, of_deques]
FUNCTIONS += [with_errors, by_bisection]


@pytest.mark.parametrize("f", FUNCTIONS)
def test_states(f):
    check_derivatives(f, X, V)
    hessian = ad.jacobian(ad.grad(f), mode="reverse")(X)
    np.testing.assert_allclose(ad.hessian(f)(X), hessian, atol=1e-12)


class Total:
    value = 0.0
    count = 0
    scale = 2.0

    def add(self, v):
        self.value = self.value + v * self.scale
        self.count += 1
        return self


def of_class_values(x):
    a, b = Total(), Total()
    for v in x:
        a.add(v)
        b.add(v * a.value)
    return a.value * b.value / a.count + Total().add(x[0]).value


def test_values_of_a_class_that_its_objects_change():
    check_derivatives(of_class_values, X, V)
