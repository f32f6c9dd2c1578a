"""Lists in dicts, objects and tuples that grow by their methods."""

from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives

X, V = np.array([0.3, 0.7, 1.1, 0.5]), np.array([0.5, -0.3, 0.2, 1.0])


def history(x):
    seen = {"loss": [], "w": []}
    w = x * 1.0
    for _ in range(4):
        loss = np.sum((w - 1.0) ** 2)
        seen["loss"].append(loss)
        seen["w"].append(w)
        w = w - 0.2 * (w - 1.0)
    return seen["loss"][-1] + np.sum(np.array(seen["w"])[1:] ** 3)


class Model:
    def __init__(self, w):
        self.w = w
        self.losses = []
        self.count = 0

    def step(self, v):
        self.w = self.w - 0.1 * v
        self.losses.append(np.sum(self.w**2))
        self.count += 1


def objects_with_lists(x):
    model = Model(x)
    for k in range(4):
        model.step(x * k)
    return sum(model.losses) * model.count + model.losses[1]


def extended(x):
    held = {"a": []}
    for k in range(2):
        held["a"].extend(x[k : k + 2] * 2)
        held["a"].extend([x[0], x[k]])
    return sum(held["a"]) * held["a"][1]


def under_two_names(x):
    items = []
    held = {"a": items}
    for k in range(3):
        held["a"].append(x[k] ** 2)
        items.append(x[k])
    return sum(items) * held["a"][1]


def read_before_it_grew(x):
    items = []
    held = (items, x)
    for k in range(3):
        items.append(x[k] * (1.0 + sum(held[0])))
    same = items if x[0] > 0.0 else [x[1]]
    items.append(x[3])
    return same[0] * same[2] + held[1][0]


def picked_by_a_turn(x):
    both = ([], [])
    for k in range(len(x)):
        both[k % 2].append(x[k] ** 2)
    return sum(both[0]) * sum(both[1])


def replaced_in_its_container(x):
    held = {"a": []}
    first = held["a"]
    for k in range(3):
        held["a"].append(x[k])
        if k == 1:
            held["a"] = [x[3] * 2.0]
    return first[0] * first[1] * held["a"][0] * held["a"][1]


RUN = [history, objects_with_lists, extended, under_two_names]
MAYBE = [read_before_it_grew, picked_by_a_turn, replaced_in_its_container]


@pytest.mark.parametrize("function", RUN)
def test_lists_that_containers_hold(function: Any) -> None:
    check_derivatives(function, X, V)


@pytest.mark.parametrize("function", MAYBE)
def test_right_or_refused(function: Any) -> None:
    try:
        ad.grad(function)(X)
    except ad.AutodiffError as error:
        assert "not supported" in str(error) or "in place" in str(error)
        return
    check_derivatives(function, X, V)
