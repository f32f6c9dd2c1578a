"""Lists of tuples that serve as stacks and queues, with what is left to do."""

import heapq
from collections import deque
from typing import Any

import numpy as np
import pytest

from tests.differences import check_derivatives

X = np.array([0.3, 0.7, 0.55, 0.8])
V = np.array([1.0, -0.5, 0.3, 0.8])


def pushed_in_a_branch(x):
    stack = [(x[0], 3)]
    s = 0.0
    while stack:
        v, n = stack.pop()
        s += v * x[2]
        if n > 0:
            stack.append((v * x[1], n - 1))
            if n > 1:
                stack.append((np.sin(v), n - 2))
    return s


def simpson(x):
    def f(t):
        return np.exp(-x[0] * t * t) * np.cos(x[1] * t)

    stack = [(0.0, 1.0, 1e-5)]
    total = 0.0
    while stack:
        a, b, tolerance = stack.pop()
        m = 0.5 * (a + b)
        whole = (b - a) / 6 * (f(a) + 4 * f(m) + f(b))
        left = (m - a) / 6 * (f(a) + 4 * f(0.5 * (a + m)) + f(m))
        right = (b - m) / 6 * (f(m) + 4 * f(0.5 * (m + b)) + f(b))
        if abs(left + right - whole) < 15 * tolerance:
            total += left + right + (left + right - whole) / 15
        else:
            stack.append((a, m, tolerance / 2))
            stack.append((m, b, tolerance / 2))
    return total


def breadth_first(x):
    todo = deque([(0, x[0])])
    s = 0.0
    while todo:
        depth, v = todo.popleft()
        if depth == 3:
            s = s * 0.9 + v**2
            continue
        for k in range(2):
            todo.append((depth + 1, v * x[k + 1]))
    return s


def of_arrays(x):
    stack = [(x * 2, 0), (x[::-1] * x, 2)]
    s = 0.0
    while len(stack) > 0:
        v, n = stack.pop(0)
        s += v @ v * n + v[0]
        if n < 3:
            stack.append((np.sin(v) * x[0], n + 1))
    return s


def of_dicts(x):
    todo = [{"value": x[0], "left": 2}]
    s = 0.0
    while todo:
        task = todo.pop()
        s += task["value"] ** 2
        if task["left"]:
            todo.append({"value": task["value"] * x[1], "left": task["left"] - 1})
    return s


def by_cost(x):
    heap = [(x[0] * x[1], 0)]
    s = 0.0
    while heap:
        cost, node = heapq.heappop(heap)
        s += cost * (node + 1)
        if node < 3:
            heapq.heappush(heap, (cost + x[node] ** 2, node + 1))
            heapq.heappush(heap, (cost * x[3] + 0.1, node + 2))
    return s


FUNCTIONS: list[Any] = [pushed_in_a_branch, simpson, breadth_first, of_arrays, of_dicts, by_cost]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_derivatives(function: Any) -> None:
    check_derivatives(function, X, V)
