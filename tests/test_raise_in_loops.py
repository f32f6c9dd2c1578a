"""Loops inside a `try`: that raise, and that are left."""

from __future__ import annotations

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives


def in_the_try(xs):
    s = 0.0
    try:
        for v in xs:
            s = s + v * v
            if s > 3.0:
                raise ValueError("big")
        s = s * 2.0
    except ValueError:
        s = s * 10.0
    return s


def nested(xs):
    s = 0.0
    for k in range(3):
        try:
            for v in xs:
                for w in xs:
                    s = s + v * w
                    if s > 3.0 * k + 1:
                        raise ValueError("big")
            s = s * 2.0
        except ValueError:
            s = s + xs[k]
    return s


def with_else(xs):
    s = 0.0
    try:
        for v in xs:
            if v > 100.0:
                raise KeyError(1)
            if v > 1.0:
                raise ValueError(2)
            s = s + v * v
        else:
            s = s * 7.0
    except ValueError:
        s = s * 3.0
    except KeyError:
        s = s * 4.0
    return s


def search(xs, limit):
    total = 0.0
    k = 0
    while True:
        total = total + xs[k] * xs[k]
        if total > limit:
            raise ValueError("found")
        k += 1
        if k == len(xs):
            return total


def from_a_callee(xs):
    try:
        r = search(xs, 3.0)
    except ValueError:
        r = np.sum(xs) ** 2
    return r * xs[0]


def left_by_break(xs):
    s = 0.0
    try:
        for v in xs:
            s = s + v * v
            if s > 3.0:
                break
        s = s / 2.0
    except ValueError:
        s = s * 10.0
    return s


class Stop(Exception):
    pass


def a_class_in_a_loop(xs):
    s = 0.0
    try:
        for v in xs:
            s = s + v * v
            if s > 3.0:
                raise Stop
        s = s * 2.0
    except Stop:
        s = s * 10.0
    return s


def a_class(xs):
    try:
        if xs[0] > 1.0:
            raise ValueError
        s = xs[1] * 2.0
    except ValueError:
        s = xs[0] * xs[1]
    return s


FUNCTIONS = [
    a_class,
    a_class_in_a_loop,
    in_the_try,
    nested,
    with_else,
    from_a_callee,
    left_by_break,
]
POINTS = [[1.1, 1.5, 1.7, 1.2], [0.1, 0.5, 0.7, 0.3], [0.9, 0.5, 0.7, 100.5]]


@pytest.mark.parametrize("x", POINTS)
@pytest.mark.parametrize("f", FUNCTIONS)
def test_derivatives(f, x):
    check_derivatives(f, np.array(x), np.array([0.5, -1.0, 0.7, 0.2]))


def test_what_is_not_handled_is_raised():
    def f(xs):
        s = 0.0
        try:
            for v in xs:
                if v < 0.0:
                    raise KeyError("negative")
                s = s + v * v
        except ValueError:
            s = 1.0
        return s

    assert np.allclose(ad.grad(f)(np.ones(2)), 2.0)
    with pytest.raises(KeyError, match="negative"):
        ad.grad(f)(-np.ones(2))


class Found(Exception):
    def __init__(self, value, scale=2.0):
        super().__init__("found", 3)
        self.value = value
        self.scale = scale


class Limit(Found):
    def __init__(self, value):
        super().__init__(value * value, scale=value)
        self.at = value + 1.0


def product_below(xs, limit):
    product = 1.0
    for v in xs:
        product = product * v
        if product > limit:
            raise Found(product * v)
    if product < 0.0:
        raise Limit(product)
    return product


def caught_in_a_call(xs):
    try:
        total = product_below(xs, 2.0)
    except Limit as limit:
        total = limit.value * limit.at * limit.scale
    except Found as found:
        total = found.value * found.scale + found.args[1]
    return total * total


def caught_in_a_loop(xs):
    def step(v):
        if v > 1.2:
            raise Found(v * 2)
        return v * v

    total = 0.0
    for v in xs:
        try:
            total += step(v)
        except Found as found:
            total += found.value * found.scale * v
    return total


@pytest.mark.parametrize("function", [caught_in_a_call, caught_in_a_loop])
@pytest.mark.parametrize("xs", [[0.9, 1.5, 2.0, 0.3], [0.9, 0.5, 0.4, 1.1], [-0.9, 0.5, 0.7, 1.0]])
def test_what_an_exception_carries(function, xs):
    check_derivatives(function, np.array(xs), np.array([1.0, -0.5, 0.3, 0.8]))


def test_an_exception_that_is_not_handled_is_as_the_program_made_it():
    with pytest.raises(Limit) as caught:
        ad.grad(lambda x: product_below([x, -1.0], 2.0))(0.5)
    error = caught.value
    assert error.args == ("found", 3)
    assert (error.value, error.scale, error.at) == (0.25, -0.5, 0.5)
