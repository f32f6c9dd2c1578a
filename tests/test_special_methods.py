"""Objects that are indexed, measured and negated by methods of theirs."""

from typing import Any

import numpy as np
import pytest

from tests.differences import check_derivatives

X = np.array([0.3, 1.2, -0.7, 0.5])
V = np.array([1.0, -0.5, 0.3, 0.8])


class Vec:
    def __init__(self, d):
        self.d = d

    def __add__(self, other):
        return Vec([a + b for a, b in zip(self.d, other.d, strict=True)])

    def __mul__(self, k):
        return Vec([a * k for a in self.d])

    def __rmul__(self, k):
        return self * k

    def __neg__(self):
        return Vec([-a for a in self.d])

    def __getitem__(self, i):
        return self.d[i]

    def __len__(self):
        return len(self.d)

    def __abs__(self):
        return sum(a * a for a in self.d) ** 0.5

    def dot(self, other):
        return sum(a * b for a, b in zip(self.d, other.d, strict=True))


class Matrix:
    def __init__(self, a, n):
        self.a = a
        self.n = n

    def __getitem__(self, ij):
        i, j = ij
        return self.a[i * self.n + j]

    def __setitem__(self, ij, v):
        i, j = ij
        self.a[i * self.n + j] = v


class Part:
    def __init__(self, a):
        self.a = a

    def __getitem__(self, s):
        return self.a[s].sum()


def negated(x):
    v = Vec([x[0], x[1]])
    w = Vec([x[2], x[3]])
    return (v + w).dot(-v)


def indexed(x):
    v = Vec([x[0], x[1]])
    s = v[0] * len(v) + v[-1] ** 2
    for k in range(len(v)):
        s += v[k] * k
    return s


def measured(x):
    v = Vec([x[0], x[1]])
    w = Vec([x[2], x[3]])
    return abs(w * 2.0) * (2.0 * v).dot(w)


def by_two_indices(x):
    m = Matrix(x, 2)
    return m[0, 1] * m[1, 1]


def by_slices(x):
    p = Part(x * x)
    return p[1:] * p[:2]


def changed(x):
    m = Matrix(x * 1.0, 2)
    m[0, 1] = m[1, 0] * m[0, 0]
    m[1, 1] += m[0, 1]
    return m[0, 1] * m[1, 1]


FUNCTIONS: list[Any] = [negated, indexed, measured, by_two_indices, by_slices, changed]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_derivatives(function: Any) -> None:
    check_derivatives(function, X, V)


class Items:
    def __init__(self, *items):
        self.items = list(items)

    def __add__(self, other):
        return Items(*[a + b for a, b in zip(self, other, strict=True)])

    def __mul__(self, k):
        return Items(*[a * k for a in self.items])

    def __matmul__(self, other):
        return sum(a * b for a, b in zip(self, other, strict=True))

    def __getitem__(self, i):
        return self.items[i]

    def __setitem__(self, i, v):
        self.items[i] = v

    def __iadd__(self, other):
        for i, v in enumerate(other):
            self[i] += v
        return self

    def __iter__(self):
        return iter(self.items)

    def __len__(self):
        return len(self.items)

    def __lt__(self, other):
        return self @ self < other @ other

    def __bool__(self):
        return len(self) > 0


def stored_by_methods(x):
    u = Items(x[0], x[1])
    v = u * 2.0 + u
    w = v
    w[0] = w[1] * x[2]
    return w[0] * len(v) + v @ u


def added_in_place(x):
    v = Items(x[0], x[1]) * x[3]
    w = v
    v += Items(x[2], x[0])
    return w @ v + w[1]


def asked(x):
    u = Items(x[0], x[1])
    v = u * 2.0
    s = 0.0
    if u < v and v:
        s += u @ v
    if not u:
        s += 100.0
    for a in v:
        s += a * a
    return s


@pytest.mark.parametrize("function", [stored_by_methods, added_in_place, asked])
def test_methods_that_change(function: Any) -> None:
    check_derivatives(function, X, V)
