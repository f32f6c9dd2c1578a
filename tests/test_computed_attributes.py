"""What a class computes of an object by other means than a property is refused, never left out."""

import functools
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad

X = np.array([1.0, 2.0, 3.0])


class Doubled:
    def __get__(self, owner, cls=None):
        return owner.x[0] * 2


class Held:
    doubled = Doubled()

    def __init__(self, x):
        self.x = x

    @functools.cached_property
    def total(self):
        return self.x.sum() ** 2


def cached(x):
    return Held(x).total


def cached_twice(x):
    held = Held(x)
    return held.total * held.total + x[0]


def by_a_descriptor(x):
    return float(Held(x).doubled)


def of_what_is_given(held):
    return held.total * held.x[0]


@pytest.mark.parametrize("function", [cached, cached_twice, by_a_descriptor, of_what_is_given])
def test_refused_in_every_mode(function: Any) -> None:
    given = Held(X) if function is of_what_is_given else X
    for derived in (
        lambda: ad.grad(function)(given),
        lambda: ad.jvp(function, (given,), (given,)),
        lambda: ad.jacobian(function)(given),
    ):
        with pytest.raises(ad.UnsupportedSyntaxError, match="computes and is no property"):
            derived()


def test_what_does_not_count_is_not_refused() -> None:
    def beside(x: Any) -> Any:
        held = Held(x)
        return np.sum(held.x) if held.doubled > 0 else held.x[0]

    assert np.array_equal(ad.grad(beside)(X), np.ones(3))
