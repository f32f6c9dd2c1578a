"""Trees of objects, tuples and dicts, and functions that go through them by calling themselves."""

from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives

X = np.array([0.3, 0.7, 0.55, 0.8])
V = np.array([1.0, -0.5, 0.3, 0.8])


class Tree:
    def __init__(self, v, kids=()):
        self.v = v
        self.kids = list(kids)

    def total(self):
        return self.v + sum(k.total() * 2 for k in self.kids)

    def product(self):
        p = np.sin(self.v)
        for k in self.kids:
            p *= k.product() + 1
        return p


class Node:
    def __init__(self, v, left=None, right=None):
        self.v = v
        self.left = left
        self.right = right

    def walk(self):
        s = self.v**2
        if self.left is not None:
            s += self.left.walk() * 2
        if self.right is not None:
            s += self.right.walk() * 3
        return s


class Vector:
    def __init__(self, a):
        self.a = a

    def __add__(self, other):
        return Vector(self.a + (other.a if isinstance(other, Vector) else other))

    __radd__ = __add__

    def __mul__(self, k):
        return Vector(self.a * k)


def evaluated(tree):
    if isinstance(tree, tuple):
        op, a, b = tree
        return evaluated(a) + evaluated(b) if op == "+" else evaluated(a) * evaluated(b)
    return tree


def norm(tree):
    if isinstance(tree, dict):
        return sum(norm(v) for v in tree.values())
    if isinstance(tree, list | tuple):
        return sum(norm(v) for v in tree)
    return np.sum(tree**2)


def depth(tree):
    return 1 + max([depth(k) for k in tree.kids], default=0)


def of_kids(x):
    tree = Tree(x[0], [Tree(x[1] * x[2], [Tree(x[0])]), Tree(x[3])])
    return tree.total() * tree.product()


def of_two(x):
    return Node(x[0], Node(x[1]), Node(x[2], None, Node(x[3]))).walk()


def of_expressions(x):
    return evaluated(("+", x[0], ("*", x[1], ("+", x[2], x[0]))))


def of_containers(x):
    return norm({"a": x, "b": [x[0], (x[1] * x[2], x[3])]})


def added_up(x):
    vectors = [Vector(v * x[0]) for v in x]
    s = sum(vectors).a ** 2 + sum([vectors[0], Vector(x[1])]).a
    return s * sum((Vector(v) * x[2] for v in x), Vector(x[3])).a


@pytest.mark.parametrize(
    "function",
    [of_kids, of_two, of_expressions, of_containers, added_up],
    ids=lambda f: f.__name__,
)
def test_derivatives(function: Any) -> None:
    check_derivatives(function, X, V)


def test_what_is_counted_has_no_derivative() -> None:
    def of_depth(x: Any) -> Any:
        tree = Tree(x[0], [Tree(x[1], [Tree(x[0])]), Tree(x[3])])
        return tree.v * depth(tree)

    assert np.allclose(ad.grad(of_depth)(X), [3, 0, 0, 0])


def test_a_copy_that_is_changed_in_every_turn() -> None:
    def turned(x: Any) -> Any:
        s = x * 2
        for _ in range(3):
            y = s
            y += x[0]
        return s @ s

    check_derivatives(turned, X, V)
