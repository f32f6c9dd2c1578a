"""Objects that hold functions and flags, in lists that methods of others fill."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives


def square(t):
    return t * t


@dataclass
class Layer:
    w: Any
    act: Any = np.tanh

    def __call__(self, x):
        return self.act(x * self.w)


@dataclass
class Net:
    layers: list = field(default_factory=list)

    def add(self, layer):
        self.layers.append(layer)
        return self

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


class Ledger:
    def __init__(self):
        self.entries = []

    def put(self, value, negative):
        self.entries.append((value, negative))

    def total(self):
        total = 0.0
        for value, negative in self.entries:
            if negative:
                total -= value
            else:
                total += value * value
        return total


class Program:
    def __init__(self):
        self.steps = []

    def push(self, name, value):
        self.steps.append({"name": name, "value": value})
        return self

    def run(self, x):
        for step in self.steps:
            if step["name"] == "mul":
                x = x * step["value"]
            elif step["name"] == "add":
                x = x + step["value"]
        return x


def chained(x):
    return Net().add(Layer(x[0])).add(Layer(x[1], square))(x[2])


def one_by_one(x):
    net = Net()
    net.add(Layer(x[0]))
    net.add(Layer(x[1], lambda t: t * t * t))
    return net(x[2])


def in_a_loop(x):
    net = Net()
    for function in (np.tanh, square, np.sin):
        net.add(Layer(x[0] + x[1], function))
    return net(x[2])


def under_two_names(x):
    layers = []
    first, second = Net(layers), Net(layers)
    first.add(Layer(x[0]))
    second.add(Layer(x[1], square))
    layers.append(Layer(1.5))
    return first(x[2]) * second(1.0)


def stored_by_index(x):
    net = Net([Layer(x[0]), Layer(x[1])])
    net.layers[1] = Layer(x[1], square)
    return net(x[2])


def numbers(x):
    net = Net()
    net.add(x[0])
    net.add(x[1] * x[2])
    return sum(net.layers) * len(net.layers)


def flags(x):
    ledger = Ledger()
    ledger.put(x[0], True)
    before = ledger.total()
    ledger.put(x[1] * x[2], False)
    return ledger.total() * before


def steps(x):
    return Program().push("mul", x[0]).push("add", x[1] * x[0]).push("mul", 3.0).run(x[2])


@pytest.mark.parametrize(
    "function",
    [
        chained, one_by_one, in_a_loop, under_two_names, stored_by_index, numbers, flags, steps,
    ],
)  # fmt: skip
def test_derivatives(function):
    check_derivatives(function, np.array([0.4, 1.3, -0.6]), np.array([1.0, -0.5, 0.7]))


def a_function_that_a_branch_chooses(x):
    return Layer(x[0], square if x[1] > 0.0 else np.tanh)(x[2])


def popped(x):
    net = Net([Layer(x[0]), Layer(x[1], square), Layer(x[2], np.sin)])
    net.layers.pop()
    return net(x[2])


def inserted(x):
    net = Net([Layer(x[0])])
    net.layers.insert(0, Layer(x[1], square))
    return net(x[2])


@pytest.mark.parametrize("function", [a_function_that_a_branch_chooses, popped, inserted])
def test_right_or_refused(function):
    try:
        ad.grad(function)(np.ones(3))
    except (ad.UnsupportedSyntaxError, ad.MissingRuleError):
        return
    check_derivatives(function, np.array([0.4, 1.3, -0.6]), np.array([1.0, -0.5, 0.7]))
