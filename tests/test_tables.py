"""Dicts with keys that are known at run time only."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives

X, V = np.array([0.3, 0.7, 1.1, 0.5]), np.array([0.5, -0.3, 0.2, 1.0])


def summed_by_group(x):
    groups = {}
    for k, v in enumerate(x):
        groups[k // 2] = groups.get(k // 2, 0.0) + v**3
    return groups[0] * groups[1] * len(groups)


def by_default(x):
    groups = defaultdict(float)
    for k in range(len(x)):
        groups[k % 2] += x[k] ** 2
    return groups[0] * groups[1] + groups[7] + len(groups)


def by_names(x):
    held = {}
    for name, v in zip(["a", "b", "c", "d"], x, strict=True):
        held[name] = v * v
    return sum(held.values()) + held["b"] * held["c"]


def written_down(x):
    ways = {0: [1, 2], 1: [2], 2: [3], 3: []}
    weights = {(0, 1): x[0], (0, 2): x[1], (1, 2): x[2], (2, 3): x[3]}
    value = {0: 1.0, 1: 0.0, 2: 0.0, 3: 0.0}
    for u in range(4):
        for v in ways[u]:
            value[v] += value[u] * weights[(u, v)]
    return value[3]


def replaced_and_read(x):
    held = {0: x[0] * 2.0, 1: x[1]}
    total = 0.0
    for k in range(len(x)):
        total += held[k % 2] * x[k]
        held[k % 2] = held[(k + 1) % 2] * x[k]
        held[k + 10] = total
    for key, value in held.items():
        total += key * value
    for key in held:
        total *= 1.0 + 0.01 * held[key]
    return total


def largest(x):
    total = {}
    for k, name in enumerate(["a", "b", "a", "c"]):
        if name not in total:
            total[name] = 0.0
        total[name] += x[k]
    best = max(total, key=total.get)
    return total[best] ** 2 + total["c"]


def memo(x):
    known = {0: x[0], 1: x[1]}
    for n in range(2, 8):
        known[n] = known[n - 1] * 0.5 + known[n - 2] * x[2]
    return known[7] * known.setdefault(9, x[3]) * known.setdefault(3, 0.0)


def of_arrays(x):
    rows = {}
    for k in range(3):
        rows[k] = x[k : k + 2] * x[0]
    for k in range(3):
        rows[k] = rows[k] * rows[(k + 1) % 3]
    return np.sum(rows[0] * rows[2]) + rows[1][0]


def in_branches(x):
    held = {}
    for k in range(len(x)):
        if x[k] > 0.6:
            held[k % 3] = x[k] ** 2
        else:
            held[5] = x[k]
    return held[5] * held[1] * held[2]


def copied(x):
    held = {}
    for k in range(3):
        held[k] = x[k]
    other = dict(held)
    other[0] = other[1] * other[2]
    third = held.copy()
    third[1] = 2.0 * x[3]
    third.update({0: x[2], 5: x[3] * x[0]})
    return held[0] * other[0] + third[1] * third[0] * third[5]


def under_two_names(x):
    held = {}
    for k in range(3):
        held[k] = x * (k + 1)
    same = held
    row = held[1]
    same[0] = row
    same[2] = held[0] * 2.0
    return np.sum(held[0] * held[2]) + np.sum(row)


def swapped(x):
    held = {0: x[0], 1: x[1]}
    for k in range(3):
        i, j = k % 2, (k + 1) % 2
        held[i], held[j] = held[j] * x[2], held[i]
    return held[0] * held[1] ** 2


NAMES = ["alpha", "beta", "gamma", "delta"]


def of_names(x):
    held = dict(zip(NAMES, x, strict=False))
    s = sum(v for k, v in held.items() if k.startswith(("a", "b")))
    for k, v in held.items():
        if k[0] == "g" or k == "delta":
            s = s * 0.5 + v * len(k)
    held.update(alpha=held["alpha"] ** 2, omega=x[1])
    held.update({"beta": held["omega"] * x[0]}, gamma=2.0 * x[3])
    held["new"] = held.pop("gamma") * 2
    return s * held["alpha"] * held["beta"] + held["new"] * len(held)


FUNCTIONS = [
    of_names,
    *(summed_by_group, by_default, by_names, written_down, replaced_and_read),
    *(largest, memo, of_arrays, in_branches, copied, under_two_names, swapped),
]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_derivatives(function: Any) -> None:
    check_derivatives(function, X, V)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_reverse_over_reverse(function: Any) -> None:
    gradient, h = ad.grad(function), 1e-6
    expected = (gradient(X + h * V) - gradient(X - h * V)) / (2 * h)
    given = ad.grad(lambda x: np.sum(gradient(x) * V))(X)
    assert np.allclose(given, expected, rtol=1e-6, atol=1e-6)


def test_the_source_is_of_dicts() -> None:
    gradient = ad.grad(summed_by_group)
    gradient(X)
    assert "groups = dict({})" in gradient.source
    assert "groups_bar[t_5] += t_6" in gradient.source
    assert "import table" not in gradient.source


def of_two_sequences(x):
    held = dict(zip(["a", "b", "c", "d"], x))  # noqa: B905
    return held["a"] * held["b"] + held["c"] ** held["d"]


@dataclass
class Trained:
    a: float
    b: float
    history: list = field(default_factory=list)
    extra: dict = field(default_factory=dict)


def with_factories(x):
    state = Trained(x[0], x[1])
    for _k in range(3):
        state.a = state.a * state.b + x[2]
        state.history.append(state.a)
    state.extra["last"] = state.a
    return sum(state.history) * state.history[0] * state.extra["last"]


def with_an_import(x):
    from collections import deque

    window = deque(maxlen=2)
    total = 0.0
    for v in x:
        window.append(v)
        total += sum(window) / len(window) * v
    return total


@pytest.mark.parametrize("function", [of_two_sequences, with_factories, with_an_import])
def test_what_calls_make(function: Any) -> None:
    check_derivatives(function, X, V)


def table(x):
    held = {}
    for k in range(len(x)):
        held[(2 * k) % 3] = x[k] * x[0]
    return held


def in_order(x):
    held, total = table(x), 0.0
    for key in sorted(held):
        total = total * 1.5 + (key + 1) * held[key]
    for key in sorted(held, key=lambda key: held[key], reverse=True):
        total = total * 1.5 + (key + 1) * held[key]
    return total


def through_its_keys(x):
    held, total = table(x), 0.0
    for key in tuple(held):
        total = total * 1.5 + (key + 1) * held[key]
    for place, key in enumerate(held):
        total = total * 1.5 + (key + 1) * held[key] * place
    for key, v in zip(held, x, strict=False):
        total = total * 1.5 + (key + 1) * held[key] * v
    for key in reversed(list(held)):
        total = total * 1.5 + (key + 1) * held[key]
    return total


def by_extreme_keys(x):
    held = table(x)
    return held[max(held)] * held[min(held)] * sum(held)


def by_compared_keys(x):
    held = table(x)
    return held[1] * 2 if held.keys() == {0, 1, 2} else held[0]


def as_a_set(x):
    held = table(x)
    return sum(held[key] * key for key in sorted(set(held)))


@pytest.mark.parametrize(
    "function",
    [in_order, through_its_keys, by_extreme_keys, by_compared_keys, as_a_set],
    ids=lambda f: f.__name__,
)
def test_what_goes_through_a_dict_goes_through_its_keys(function):
    check_derivatives(function, X, V)
