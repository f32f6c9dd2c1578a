from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad

X = np.array([0.3, -0.5, 0.7])


def of_a_generator(x, n):
    return sum(v * k * n for k, v in enumerate(x) if v > 0) + sum([v * w for v in x for w in x])


def nested(x, n):
    return sum(sum(v * w for w in x) * v for v in x) * n


def without_a_turn(x, n):
    return sum(v * n for v in x[:0]) + x[0] * x[1]


def read_twice(x, n):
    items = [v * v for v in x]
    return sum(items) * items[0]


def of_arrays(x, n):
    return np.sum(sum(x * k for k in range(n)))


def in_a_while(x, n):
    items = []
    k = 0
    while k < n:
        items.append(x[k] * x[k + 1])
        k += 1
    return sum(items)


def with_a_start(x, n):
    return sum((v * v for v in x), x[0] * n)


ALL = [of_a_generator, nested, without_a_turn, read_twice, of_arrays, in_a_while, with_a_start]


@pytest.mark.parametrize("function", ALL)
def test_sums_of_lists(function: Any) -> None:
    ad.check_grads(function, (X, 2), order=1)


@pytest.mark.parametrize("function", [of_a_generator, nested, without_a_turn])
def test_a_list_that_is_only_summed_is_not_made(function: Any) -> None:
    assert "items" not in ad.grad(function).source_for(X, 2)
    ad.check_grads(function, (X, 2))
