"""Lists in a dict, each at a key that is known at run time only: `groups[k].append(v)`."""

from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

import autodiff_sst as ad
from autodiff_sst.runtime.broadcast import unbroadcast
from tests.differences import check_derivatives
from tests.gathered import Gathered
from tests.programs import check

X, V = np.array([1.3, 0.7, 2.1, 0.4, 0.9]), np.array([0.5, -0.3, 0.2, 1.0, -0.7])


def by_default(x):
    groups = defaultdict(list)
    for k, v in enumerate(x):
        groups[k % 2].append(v * v)
    return sum(group[0] * group[-1] for group in groups.values())


def if_missing(x):
    groups = {}
    for k in range(len(x)):
        if k % 3 not in groups:
            groups[k % 3] = []
        groups[k % 3].append(x[k])
    return sum(sum(group) ** 2 for group in groups.values())


def by_item(x):
    groups = defaultdict(list)
    for k, v in enumerate(x):
        groups[k // 2].append(v)
    total = 0.0
    for k, group in groups.items():
        total += (k + 1) * np.var(group) + sum(group)
    return total


def within_groups(x):
    groups = defaultdict(list)
    labels = ["a", "b", "a", "b", "a"]
    for label, v in zip(labels, x, strict=True):
        groups[label].append(v)
    means = {label: sum(group) / len(group) for label, group in groups.items()}
    return sum((v - means[label]) ** 2 for label, v in zip(labels, x, strict=True))


def by_setdefault(x):
    groups = {}
    for k in range(len(x)):
        groups.setdefault(k % 2, []).append(x[k])
    groups.setdefault(7, []).extend([x[0], x[1]])
    return sum(sum(group) * k for k, group in groups.items()) + groups[7][1]


PROGRAMS = [by_default, if_missing, by_item, within_groups, by_setdefault]


@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_lists_in_a_dict_that_get_longer(function):
    check_derivatives(function, X, V)


@pytest.mark.parametrize("seed", [*range(16), 141, 158, 222, 250, 280, 413])
def test_a_random_program_of_what_grows_and_shrinks_is_right_or_refused(
    seed: int, tmp_path: Path
) -> None:
    try:
        problem = check(seed, tmp_path, order=1, generator=Gathered)
    except ad.UnsupportedSyntaxError:
        return
    assert problem is None, problem


def test_cotangents_that_are_lists_are_added_as_arrays():
    found = unbroadcast([1.0, 2.0], [0.0, 0.0]) + unbroadcast([3.0, 4.0], [0.0, 0.0])
    np.testing.assert_array_equal(found, [4.0, 6.0])
