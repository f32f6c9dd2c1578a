"""Lists that are built and read: appended to, comprehensions, sums of generators."""

from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad


def fibonacci(x, n):
    items = [x, 1.0]
    for _ in range(n):
        items.append(items[-1] * 0.7 + np.sin(items[-2]) * x)
    return items[-1] * items[0] + len(items)


def comprehension(x, n):
    squares = [x * k + a for k in range(n) for a in (1.0, x) if k != 1]
    return sum(squares) + sum(s * s for s in squares) * x


def stacked(x, n):
    rows = []
    for k in range(n + 1):
        if k % 2:
            continue
        rows.append(np.ones(2) * x * k + np.array([1.0, x]))
    return np.sum(np.stack(rows) ** 2) + rows[0][1] * np.sum(np.array([x, x * x]))


def inner_lists(x, n):
    total = 0.0
    for k in range(n):
        parts = [x * j for j in range(k + 1)]
        parts.append(total)
        total = sum(parts) * 0.5 + parts[0] + np.mean(np.array(parts))
    return total


def shadowed(x, n):
    k = x * 2
    values = [k * k for k in [x, x + 1.0]]
    return k * values[0] * values[1]


def only_some_turns(x, n):
    kept = []
    while len(kept) < n:
        kept.append(x)
        x = np.cos(x)
    return sum(kept) if kept else x


FUNCTIONS = [fibonacci, comprehension, stacked, inner_lists, shadowed, only_some_turns]


@pytest.mark.parametrize("n", [0, 1, 2, 4])
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_lists(function: Any, n: int) -> None:
    for x in (0.4, -0.9):
        h = 1e-6
        expected = (function(x + h, n) - function(x - h, n)) / (2 * h)
        value, given = ad.value_and_grad(function)(x, n)
        assert value == pytest.approx(function(x, n), rel=1e-15)
        assert given == pytest.approx(expected, rel=1e-6, abs=1e-8), ad.grad(function).source


def vector_items(v):
    total = np.zeros(3)
    rows = [np.sin(a) * v for a in v]
    for row in rows:
        total = total + row * row
    return np.sum(total) * sum(a * a for a in v)


def test_items_of_arrays() -> None:
    v, w, h = np.array([0.3, -0.7, 1.2]), np.array([1.0, 0.5, -0.3]), 1e-6
    expected = (vector_items(v + h * w) - vector_items(v - h * w)) / (2 * h)
    assert ad.grad(vector_items)(v) @ w == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_a_second_derivative_is_right_or_refused(function: Any) -> None:
    gradient, h = ad.grad(function), 1e-5
    try:
        given = ad.grad(gradient)(0.4, 2)
    except ad.AutodiffError as error:
        assert "not supported yet" in str(error)
    else:
        expected = (gradient(0.4 + h, 2) - gradient(0.4 - h, 2)) / (2 * h)
        assert given == pytest.approx(expected, rel=1e-6)


def aliased(x, n):
    items = [x]
    same = items
    for k in range(n):
        items.append(same[-1] * x + k)
    return same[-1] + len(same)


def replaced(x, n):
    items = [x]
    for _ in range(n):
        items = [a * x for a in items]
    return sum(items)


@pytest.mark.parametrize("function", [aliased, replaced])
def test_lists_under_two_names_and_lists_that_are_replaced(function: Any) -> None:
    for n in (0, 1, 3):
        h = 1e-6
        expected = (function(0.7 + h, n) - function(0.7 - h, n)) / (2 * h)
        try:
            assert ad.grad(function)(0.7, n) == pytest.approx(expected, rel=1e-6)
        except ad.AutodiffError as error:
            assert "not supported yet" in str(error)


def nested_in_a_loop(x, n):
    table = [[x, 2.0], [x * x, 1.0]]
    total = 0.0
    for j in range(n):
        total += table[0][j % 2] * table[0][0] * table[1][j % 2]
    return total


def nested_product(x, n):
    table = [[x, 2.0], [x * x, 1.0]]
    product = [[0.0] * 2 for _ in range(2)]
    for i in range(2):
        for j in range(2):
            for k in range(2):
                product[i][j] += table[i][k] * table[k][j]
    return product[0][0] * product[1][1] - product[0][1] * n


def nested_in_a_while_loop(x, n):
    held = {"row": [x, x * 3.0], "one": x}
    total, k = 0.0, 0
    while k < n:
        row = held["row"]
        total, k = total + row[0] * row[1] * held["one"], k + 1
    return total


NESTED = [nested_in_a_loop, nested_product, nested_in_a_while_loop]


@pytest.mark.parametrize("function", NESTED)
@pytest.mark.parametrize("n", [0, 1, 4])
def test_lists_in_lists_that_loops_read(function: Any, n: int) -> None:
    h = 1e-6
    gradient = ad.grad(function)
    expected = (function(0.7 + h, n) - function(0.7 - h, n)) / (2 * h)
    assert gradient(0.7, n) == pytest.approx(expected, rel=1e-6)
    assert ad.jvp(function, (0.7, n), (1.0, 0))[1] == pytest.approx(expected, rel=1e-6)
    expected = (gradient(0.7 + h, n) - gradient(0.7 - h, n)) / (2 * h)
    assert ad.grad(gradient)(0.7, n) == pytest.approx(expected, rel=1e-6, abs=1e-7)
