"""Keys taken out of dicts, by `pop` and `del`; and keys that come in a branch."""

import numpy as np
import pytest

from tests.differences import check_derivatives

X, V = np.array([1.3, 0.7, 2.1, 0.4, 0.9]), np.array([0.5, -0.3, 0.2, 1.0, -0.7])


def one_after_another(x):
    held = {"a": x[0], "b": x[1], "c": x[2]}
    first = held.pop("a")
    second = held.pop("b")
    count = len(held)
    held["a"] = first * second
    return sum(held.values()) * count + len(held) * first


def in_one_branch(x):
    held = {"a": x[0], "b": x[1]}
    taken = held.pop("a") if x[2] > 1 else 0.0
    return taken * held["b"] * len(held) + held.get("a", 0.0)


def not_in_the_other(x):
    held = {"a": x[0], "b": x[1]}
    taken = 0.0
    if x[2] > 5:
        taken = held.pop("a")
    return taken * held["b"] * len(held) + held.get("a", 0.0) ** 2 + ("a" in held) * x[3]


def every_other(x):
    held = {}
    for k in range(5):
        held[k] = x[k] ** 2
    total = 0.0
    for k in range(0, 5, 2):
        total += held.pop(k) * len(held)
    return total * sum(held.values())


def under_two_names(x):
    held = {k: x[k] for k in range(5)}
    same = held
    same.pop(2)
    del held[3]
    return sum(held.values()) * same[4] * len(same)


def came_in_a_branch(x):
    held = {"k": x[0]}
    for k in range(4):
        held["k"] = held["k"] * x[k]
        if held["k"] > 1.0:
            held["big"] = held["k"] ** 2
    return held["k"] + held.get("big", 0.0)


def gone_and_back(x):
    held = {"k": x[0]}
    for k in range(4):
        if k == 2:
            del held["k"]
        elif "k" in held:
            held["k"] *= x[k]
        else:
            held["k"] = x[k] ** 2
    return held["k"]


def not_there(x):
    held = {"a": x[0], "b": x[1]}
    other = held.pop("zz", None)
    if other is None:
        other = x[2]
    return other * held["a"] * len(held)


def of_a_dict_in_a_dict(x):
    held = {"a": {"u": x[0], "v": x[1]}, "b": {"u": x[2]}}
    taken = held["a"].pop("u")
    return taken * held["a"]["v"] * held["b"]["u"] * len(held["a"])


def small_ones(x):
    held = {k: x[k] for k in range(len(x))}
    for k in list(held):
        if held[k] < 0.8:
            del held[k]
    held[9] = x[0]
    total = 0.0
    for k, v in held.items():
        total = total * 2 + v * k
    return total


def options(x):
    given = {"rate": 0.1, "momentum": x[1], "name": "sgd"}
    name = given.pop("name")
    rate = given.pop("rate")
    return given["momentum"] ** 2 * rate * (2 if name == "sgd" else 3) * len(given)


def updated_before(x):
    held = {"a": x[0]}
    held.update(b=x[1])
    taken = held.pop("a")
    return taken * len(held) * held["b"] * sum(held.values())


def held_by_another(x):
    held = {"a": x[0], "b": x[1]}
    box = {"held": held}
    box["held"].pop("b")
    taken = held.pop("a") + x[3]
    return taken * (1 + len(held))


PROGRAMS = [
    *(one_after_another, in_one_branch, not_in_the_other, every_other, under_two_names),
    *(came_in_a_branch, gone_and_back, not_there, of_a_dict_in_a_dict, small_ones, options),
    *(updated_before, held_by_another),
]


@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_keys_that_are_taken_out(function):
    check_derivatives(function, X, V)
