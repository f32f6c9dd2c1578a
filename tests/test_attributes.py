"""Attributes by name, of classes, of `super()` and errors; what holds fields as dicts."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, NamedTuple

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives

X = np.array([0.4, 1.3, -0.6])
V = np.array([1.0, -0.5, 0.7])


class Base:
    weight = 0.7

    def __init__(self, x):
        self.x = x

    @property
    def y(self):
        return self.x * self.weight

    @classmethod
    def unit(cls, angle):
        return cls(math.cos(angle))

    def other(self, k):
        return self.unit(k).y + type(self).unit(k * k).x


class Derived(Base):
    weight = 1.5

    @property
    def y(self):
        return super().y + super().weight * self.x**2


class Pair(NamedTuple):
    a: Any
    b: Any = 0.5


@dataclasses.dataclass
class Point:
    x: Any
    y: Any


@dataclasses.dataclass
class Segment:
    start: Point
    slope: Any


def inherited_property(x):
    return Derived(x[0]).y * Base(x[1]).y


def class_method(x):
    return Derived.unit(x[0]).y * Base.unit(x[1]).x + Derived(x[0]).other(x[2])


def by_name(x):
    o = Base(x[0])
    setattr(o, "z", x[1] * 2.0)  # noqa: B010
    return getattr(o, "x") * o.z + getattr(o, "missing", x[2]) + getattr(o, "weight", 3.0) * x[1]  # noqa: B009


def whether_it_has(x):
    o = Base(x[0])
    k = o.x if hasattr(o, "x") else 1.0
    return (o.z if hasattr(o, "z") else k * x[1]) * x[2]


def by_name_in_a_loop(x):
    p = Point(x[0], x[1] * x[2])
    total = 0.0
    for name in ("x", "y"):
        total = total * 0.5 + getattr(p, name) ** 2
    return total


def named_tuple_as_dict(x):
    d = Pair(x[0], x[1] * x[2])._asdict()
    return d["a"] * d["b"] + sum(d.values())


def dataclass_as_dict(x):
    s = Segment(Point(x[0], x[1]), x * 2.0)
    d = dataclasses.asdict(s)
    s.slope[0] = 5.0
    (a, b), c = dataclasses.astuple(s)
    return d["start"]["x"] * d["slope"][1] * a + b * np.sum(c * d["slope"])


def what_an_error_has_been_given(x):
    total = 0.0
    for a in x:
        try:
            if a < 0.0:
                raise ValueError("negative", a)
            total += math.sqrt(a)
        except ValueError as error:
            total += error.args[1] ** 2
    return total


def an_error_of_a_helper(x):
    def checked(a):
        if a < 0.0:
            raise ArithmeticError(a, 2.0)
        return a * a

    try:
        return checked(x[0]) * checked(x[2])
    except ArithmeticError as error:
        value, factor = error.args
        return value * factor * x[1]


@pytest.mark.parametrize(
    "function",
    [
        inherited_property, class_method, by_name, whether_it_has, by_name_in_a_loop,
        named_tuple_as_dict, dataclass_as_dict, what_an_error_has_been_given, an_error_of_a_helper,
    ],
)  # fmt: skip
def test_attributes(function):
    check_derivatives(function, X, V)


def updated_in_a_try(x):
    s = x * 1.0
    try:
        s += x
        s *= x
        s /= 3.0
    except ZeroDivisionError:
        s = s * 2.0
    return np.sum(s * s)


def written_in_a_try(x):
    s, r = x * 1.0, x * 2.0
    try:
        np.add(s, r, s)
        np.copyto(r, s[::-1])
        r[0] -= s[1]
    except ValueError:
        return np.sum(x)
    return np.sum(s * r)


@pytest.mark.parametrize("function", [updated_in_a_try, written_in_a_try])
def test_what_is_tried_is_not_done_twice(function):
    check_derivatives(function, X, V)


def test_an_attribute_that_is_set_afterwards():
    def f(x):
        o = Base(x)
        before = 2.0 if hasattr(o, "late") else 3.0
        o.late = x * x
        return before * o.late

    assert ad.grad(f)(0.5) == pytest.approx(3.0)  # 2.0 by what the type is in the end
