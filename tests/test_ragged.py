"""Lists in a list that get longer, each by its own: `rows[k].append(v)`."""

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives

X, V = np.array([1.3, 0.7, 2.1, 0.4, 0.9]), np.array([0.5, -0.3, 0.2, 1.0, -0.7])


def dealt(x):
    rows = [[] for _ in range(3)]
    for k, v in enumerate(x):
        rows[k % 3].append(v)
    return sum(np.sin(sum(row)) for row in rows)


def dealt_and_read(x):
    rows = [[0.0] for _ in range(3)]
    for k in range(len(x)):
        rows[k % 3].append(x[k])
        rows[(k + 1) % 3].append(x[k] * rows[k % 3][-1])
    total = 0.0
    for row in rows:
        for v in row:
            total += v**2
    return total


def replaced(x):
    rows = [[v] for v in x]
    for k in range(4):
        rows[k].append(x[k] * 2)
        rows[k] = [x[k + 1], x[k], x[0]]
        rows[k].append(rows[k + 1][0])
    return sum(sum(row) for row in rows) * rows[2][3]


def taken_back(x):
    rows = [[v, v * v] for v in x]
    total = 0.0
    for k in range(4):
        total += rows[k].pop() * rows[k + 1][-1]
        rows[k + 1].append(total)
    return total * sum(len(row) * row[0] for row in rows)


def weighted_graph(x):
    nodes = 4
    neighbours = [[] for _ in range(nodes)]
    weights = [[] for _ in range(nodes)]
    for k, (a, b) in enumerate([(0, 1), (1, 2), (0, 3), (2, 3)]):
        neighbours[a].append(b)
        weights[a].append(x[k] ** 2)
        neighbours[b].append(a)
        weights[b].append(x[k])
    h = [1.0] * nodes
    for _ in range(2):
        h = [
            np.tanh(sum(w * h[j] for j, w in zip(neighbours[k], weights[k], strict=True)))
            for k in range(nodes)
        ]
    return sum(h)


def set_later(x):
    rows = [[] for _ in range(2)]
    for k in range(len(x)):
        rows[k % 2].append(x[k])
    for k in range(2):
        rows[k][0] = rows[k][1] * 2
        rows[k][1] *= x[0]
    return rows[0][0] * rows[1][1] + rows[0][1] * rows[0][2]


def one_or_the_other(x):
    low, high = [[], []], [[], []]
    for k, v in enumerate(x):
        if v > 0.8:
            high[k % 2].append(v * v)
        else:
            low[k % 2].append(v)
    return sum(sum(row) for row in high) * (1 + sum(low[0]) + sum(low[1]))


def until(x):
    buckets = [[x[0]], [x[1]]]
    k = 0
    while sum(buckets[k % 2]) < 6:
        buckets[k % 2].append(buckets[(k + 1) % 2][-1] * 1.5)
        k += 1
    return buckets[0][-1] * buckets[1][-1]


def written_down(x):
    rows = [[x[0]], [0.0, x[1]]]
    for k in range(len(x)):
        rows[k % 2][0] = rows[k % 2][-1] * x[k]
    return rows[0][0] * rows[1][1]


def of_arrays(x):
    rows = [x * 1.0, x * 2.0]
    for k in range(len(x)):
        rows[k % 2][0] = rows[k % 2][1] * x[k]
    return rows[0][0] * rows[1][0] + rows[1][2] ** 3


def rows_replaced(x):
    rows = [[w] for w in x]
    b = 0.3
    for k in range(3):
        rows[1] = rows[1] + [b * x[k]]
        rows[0] = [np.tanh(x[k]), x[1], x[2]]
    return sum(w * w for row in rows for w in row)


def extended(x):
    rows = [[v] for v in x]
    for k in range(4):
        rows[k] += rows[k + 1]
        rows[k] += [x[k]]
    return sum(sum(row) ** 2 for row in rows)


def extended_under_two_names(x):
    held = {"a": [x[0]], "b": [x[1]]}
    row = held["a"]
    held["a"] += [x[2], x[3]]
    held["b"] += row
    return sum(row) * sum(held["b"]) * len(held["b"])


PROGRAMS = [
    set_later,
    dealt,
    dealt_and_read,
    replaced,
    taken_back,
    weighted_graph,
    one_or_the_other,
    until,
    written_down,
    of_arrays,
]


@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_lists_in_a_list_that_get_longer(function):
    check_derivatives(function, X, V)


def test_a_row_under_two_names():
    def f(x):
        rows = [[v] for v in x]
        row = rows[2]
        row.append(x[0])
        rows[2].append(x[1])
        return sum(row) * sum(rows[2])

    expected = np.zeros(5)
    expected[:3] = 2 * (X[0] + X[1] + X[2])
    np.testing.assert_allclose(ad.grad(f)(X), expected)


def test_how_long_a_row_is_now():
    def f(x):
        rows = [[v, v * v] for v in x]
        total = 0.0
        for k in range(3):
            rows[k].append(rows[k][0] ** 2)
            total += len(rows[k]) * x[k]
            row = rows[k][:]
            total += row[-1] * len(row)
        return total

    check_derivatives(f, X, V)
    assert ad.grad(f)(X)[0] == pytest.approx(3 + 6 * X[0])


def test_a_row_that_grows_by_its_own_name_in_a_list_of_any_is_refused():
    def f(x):
        rows = [[], [], []]
        for k in range(len(x)):
            rows[0].append(x[k])
        return sum(rows[len(x) % 3])

    with pytest.raises(ad.UnsupportedSyntaxError, match="grows after"):
        ad.grad(f)(X)
