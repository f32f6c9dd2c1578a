"""Lists in dicts, objects and tuples that grow by their methods."""

import copy
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


class Stack:
    def __init__(self):
        self.items = []

    def push(self, v):
        self.items.append(v)

    def pop(self):
        return self.items.pop()


def stack_of_an_object(x):
    stack = Stack()
    for token in ["0", "1", "+", "2", "*", "3", "-"]:
        if token.isdigit():
            stack.push(x[int(token)])
        else:
            b = stack.pop()
            a = stack.pop()
            stack.push(a + b if token == "+" else a * b if token == "*" else a - b)
    return stack.pop()


def stack_in_a_while(x):
    stack = Stack()
    for k in range(len(x)):
        stack.push(x[k])
    while len(stack.items) > 1:
        a = stack.pop()
        b = stack.pop()
        stack.push(a * b + a)
    return stack.items[0]


def queue_in_a_dict(x):
    held = {"a": [x[0], x[1]], "n": 0}
    for k in range(3):
        held["a"].append(x[k] * held["a"][0])
        v = held["a"].pop(0)
        held["a"][0] = held["a"][0] * v
        held["n"] += 1
    held["a"].insert(1, x[3])
    held["a"].reverse()
    return sum(held["a"]) * held["n"] * held["a"][0] * held["a"][1]


def two_names_of_a_queue(x):
    held = {"a": [x[0], x[1]]}
    same = held["a"]
    for k in range(3):
        held["a"].append(x[k] * same[0])
        v = same.pop(0)
        same[0] = held["a"][0] * v
    return sum(held["a"]) * same[1]


def window(x):
    held = {"w": []}
    total = 0.0
    for k in range(len(x)):
        held["w"].append(x[k])
        if len(held["w"]) > 2:
            held["w"].pop(0)
        total += sum(held["w"]) * x[k]
    return total


CHANGED = [stack_of_an_object, stack_in_a_while, queue_in_a_dict, two_names_of_a_queue, window]


@pytest.mark.parametrize("function", CHANGED)
def test_lists_that_containers_hold_and_that_shrink(function: Any) -> None:
    check_derivatives(function, X, V)


def grown_argument(ws, x):
    ws.append(ws[0] * x)
    ws[1] = ws[1] * ws[-1]
    return sum(ws) * ws[1]


def grown_list_of_arrays(ws, d):
    total = 0.0
    for w in ws:
        total = total + np.sum(w**2)
    ws.append(total)
    d["total"] = total * d["k"]
    return d["total"] + total * d["v"][0] + ws[-1] * 0.5


def test_lists_at_keys_that_are_variables() -> None:
    def f(x, n):
        held = {n: [x[0]], n + 1: [x[1]]}
        held[0].append(x[2])
        return held[0][0] * held[0][1]

    try:
        assert np.allclose(ad.grad(f)(X, 0), [1.1, 0.0, 0.3, 0.0])
    except ad.AutodiffError as error:
        assert "not supported" in str(error) or "in place" in str(error)


def test_lists_of_the_caller_that_grow() -> None:
    given = [1.0, 2.0, 3.0]
    expected = copy.copy(given)
    grown_argument(expected, 2.0)
    gradient = ad.grad(grown_argument)(given, 2.0)
    assert given == expected
    assert gradient == pytest.approx([68.0, 28.0, 4.0])
    given = [1.0, 2.0, 3.0]
    y, pull = ad.vjp(grown_argument, given, 2.0)
    assert (y, given) == (40.0, expected)
    for _ in range(2):
        assert pull(1.0)[0] == pytest.approx([68.0, 28.0, 4.0])


def test_arrays_in_a_list_of_the_caller_that_grows() -> None:
    ws, d = [np.ones(2), np.array([1.0, 2.0])], {"k": 2.0, "v": [3.0, 1.0]}
    gradient = ad.grad(grown_list_of_arrays)
    found = gradient(ws, d)
    assert np.allclose(found, [[11.0, 11.0], [11.0, 22.0]])
    assert (len(ws), ws[-1], d["total"]) == (3, 7.0, 14.0)
    assert "number" not in gradient.source
