"""Lists and tuples that a function is given, in loops: items at an index that is not known, and
lists in dicts, tuples and objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad

W = np.arange(9.0).reshape(3, 3) / 10
X = np.array([0.5, -1.0, 2.0])


@dataclass
class Net:
    ws: Any
    bs: Any


def of_one(ws: Any, x: Any, k: int) -> Any:
    return np.sum(ws[k] @ x)


def by_counter(ws: Any, x: Any, n: int) -> Any:
    for i in range(n):
        x = np.tanh(ws[i] @ x + ws[-1] @ x)
    return np.sum(x)


def of_zip(ws: Any, bs: Any, x: Any) -> Any:
    for w, b in zip(ws, bs, strict=True):
        x = np.tanh(w @ x + b)
    return x @ x


def of_dict(p: Any, x: Any, n: int) -> Any:
    for i in range(n):
        x = np.tanh(p["ws"][i] @ x + p["bs"][i])
    return np.sum(x)


def of_object(net: Any, x: Any, n: int) -> Any:
    same = net
    for i in range(n):
        x = np.tanh(same.ws[i] @ x + net.bs[i])
    return np.sum(x)


def of_changed(ws: Any, x: Any, n: int) -> Any:
    ws[0] = ws[0] * 2
    for i in range(n):
        x = x @ ws[i]
    return np.sum(x)


def of_number_in_dict(p: Any, n: int) -> Any:
    total = 0.0
    for _ in range(n):
        total = total + np.sin(total + p["b"][0])
    return total


def of_rows(p: Any, x: Any, n: int) -> Any:
    s = 0.0
    for k in range(n):
        q = p[1]
        r = q[0]
        s = s * x[0] + r[0]
        s = s * q[0][1] + q[1][0]
        s = s + sum(q[0]) + r[1] + q[1][0] * s if k % 2 else s + sum(p[0]) * q[1][0]
    return s


def of_all(p: Any, x: Any) -> Any:
    s = 0.0
    for q in p:
        for r in q:
            for v in r:
                s = s * x[0] + np.sin(v)
    return s


def of_while(p: Any, x: Any, n: int) -> Any:
    s = 0.0
    k = 0
    while k < n:
        q = p["a"]
        s = s * x[1] + q[0][0] + 2 * q[0][1] + sum(q[1])
        k += 1
    return s


ROWS = [[0.3, 0.4, 0.5], [[0.7, 0.6], [0.3]]]


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (of_one, ([W, W.T], X, 1)),
        (of_one, ((W, W.T), X, -1)),
        (by_counter, ([W, W.T], X, 2)),
        (by_counter, ([W, W.T], X, 0)),
        (of_zip, ([W, W.T], [0.5, 1.0], X)),
        (of_dict, ({"ws": [W, W.T], "bs": [0.5, 1.0]}, X, 2)),
        (of_dict, ({"ws": (W, W.T), "bs": [X, 2 * X]}, X, 2)),
        (of_object, (Net([W, W.T], (0.5, 1.0)), X, 2)),
        (of_object, (Net((W, W.T), [X, X]), X, 2)),
        (of_changed, ([W, W.T], X, 2)),
        (of_number_in_dict, ({"a": X, "b": [0.25]}, 3)),
        (of_rows, (ROWS, X, 3)),
        (of_rows, ((ROWS[0], ROWS[1]), X, 1)),
        (of_all, ([[[0.7, 0.6], [0.3]], [[0.2]]], X)),
        (of_while, ({"a": [[0.3, 0.2], [0.1, 0.2, 0.3]]}, X, 3)),
    ],
)
def test_derivatives_are_right(f: Any, args: Any) -> None:
    ad.check_grads(f, args)


def test_an_index_that_is_none_fails_as_it_does_in_python() -> None:
    with pytest.raises(IndexError):
        ad.grad(of_one)([W, W.T], X, 2)


def test_the_list_is_made_once() -> None:
    text = ad.grad(of_dict).source_for({"ws": [W, W.T], "bs": [X, X]}, X, 2)
    made, comment = "p['ws']", 'p["ws"]'  # the comment quotes the program
    assert text.count(made) == text.count(comment) == 1


def of_one_number(p: Any) -> Any:
    return p["a"] ** 3 * len(p["n"])


def chosen_by_name(p: Any, x: Any) -> Any:
    functions = {"tanh": np.tanh, "sin": np.sin}
    for name, w in zip(p["names"], p["ws"], strict=True):
        x = functions[name](w * x)
    return np.sum(x)


@pytest.mark.parametrize("n", [[1, 2], [True, False], [], ["a", "b"], [None], (1, "a")])
def test_lists_that_hold_no_floats(n: Any) -> None:
    p = {"a": 1.5, "n": n}
    expected = {"a": 3 * 1.5**2 * len(n), "n": type(n)([None] * len(n))}
    assert ad.grad(of_one_number)(p) == ad.vjp(of_one_number, p)[1](1.0)[0] == expected
    ad.check_grads(of_one_number, (p,))


@pytest.mark.parametrize("ws", [[X, 2 * X], [0.3, 0.7]])
def test_names_beside_numbers(ws: Any) -> None:
    ad.check_grads(chosen_by_name, ({"names": ["tanh", "sin"], "ws": ws}, X))


def softmax(x: Any, axis: int) -> Any:
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def cross_entropy(logits: Any, labels: Any, axis: int = -1) -> Any:
    p = softmax(logits, axis)
    return -np.mean(np.log(p[np.arange(len(labels)), labels]))


def test_comparisons_of_what_is_not_known_carry_no_derivative() -> None:
    ad.check_grads(cross_entropy, (W, np.array([0, 2, 1])))
