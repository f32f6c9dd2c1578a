"""Parts of lists that get other items, as many or not."""

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives

X, V = np.array([0.6, 0.7, 1.1]), np.array([0.5, -0.3, 0.2])


def before_the_first(x):
    items = [x[0], x[1], x[2]]
    items[:0] = [x[2] ** 2]
    return sum(v * (i + 1) for i, v in enumerate(items))


def the_end(x):
    items = [x[0], x[1], x[2]]
    items[1:] = [x[0] * x[1]]
    return sum(v * (i + 1) for i, v in enumerate(items))


def one_by_two(x):
    items = [x[0], x[1], x[2]]
    items[1:2] = [x[0] * x[1], x[2]]
    return items[0] * items[1] * items[2] * items[3]


def of_a_comprehension(x):
    items = [2 * v for v in x]
    items[:1] = [x[0], x[1]]
    return sum(items) ** 2


def twice(x):
    items = [x[0], x[1], x[2]]
    items[1:] = [x[0] * x[1]]
    items[:0] = [x[2]]
    return sum(v * (i + 1) for i, v in enumerate(items))


PROGRAMS = [before_the_first, the_end, one_by_two, of_a_comprehension, twice]


@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_program(function):
    check_derivatives(function, X, V)


def test_a_part_with_steps_is_refused():
    def stepped(x):
        items = [x[0], x[1], x[2]]
        items[::2] = [x[1], x[0] * x[2]]
        return sum(v * (i + 1) for i, v in enumerate(items))

    with pytest.raises(ad.UnsupportedSyntaxError):
        ad.grad(stepped)(X)
