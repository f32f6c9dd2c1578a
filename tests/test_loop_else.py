"""`else` of loops: it runs unless `break` left the loop, and may leave what is around it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.differences import check_derivatives


def returned_in_else(x, v):
    for a in v:
        if a > 10.0:
            break
    else:
        return x * np.sum(v * v)
    return x * a


def returned_in_both(x, v):
    k = 0
    while k < 3:
        if v[k] > 0.5 * x:
            return v[k] * x
        k += 1
    else:
        return x * x * v[0]


def else_without_break(x, v):
    for a in v:
        x = x * a
    else:
        return x + np.sum(v)


def leaves_both_loops(x, v):
    total = 0.0
    for a in v:
        for b in v:
            if a * b < -0.1:
                break
            total += a * b * x
        else:
            continue
        total += a
        break
    return total * x


def break_in_else(x, v):
    for a in v:
        for b in v:
            if b > 2.0:
                break
            x = x * np.cos(b)
        else:
            if a > 0.2:
                break
            x = x + a
    return x


def else_in_a_helper(x, v):
    def first(w):
        for a in w:
            if a > 1.0:
                return a * a
        else:
            return w[0] * x

    return first(v) * first(v[1:]) + first(2.0 * v)


def nested_flags(x, v):
    found = 0.0
    for a in v:
        for b in v[1:]:
            if b > 1.0:
                break
        else:
            found += a
        found = found * x + b
    else:
        found += x
    return found


@pytest.mark.parametrize("v", [[0.3, -0.7, 0.45], [0.3, 1.7, 2.4], [0.1, 0.0, 12.0]])
@pytest.mark.parametrize(
    "function",
    [
        returned_in_else, returned_in_both, else_without_break, leaves_both_loops, break_in_else,
        else_in_a_helper, nested_flags,
    ],
)  # fmt: skip
def test_else_of_loops(function, v):
    def of_one(x):
        return function(x[0], x[1:])

    check_derivatives(of_one, np.array([0.8, *v]), np.array([0.4, -0.3, 0.7, 1.1]))
