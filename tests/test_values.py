from typing import Any, NamedTuple

import numpy as np
import pytest

from autodiff_sst.analysis.infer import broadcast
from autodiff_sst.analysis.lengths import MANY
from autodiff_sst.analysis.values import (
    BOOL,
    FLOAT,
    INT,
    OPAQUE,
    UNKNOWN,
    Array,
    Dict,
    Known,
    List,
    Scalar,
    Tuple,
    abstract,
    can_be_active,
    join,
    rank,
)  # fmt: skip

F8 = np.dtype(float)


class Pair(NamedTuple):
    a: float
    b: Any


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.0, FLOAT),
        (True, BOOL),
        (np.float32(1), Scalar("f", np.dtype("f4"))),
        (np.zeros((3, 1)), Array(F8, (MANY, 1))),
        (np.zeros(()), Array(F8, ())),
        (np.zeros(0, int), Array(np.dtype(int), (MANY,))),
        ((1, [2.0, 3.0]), Tuple((INT, List(FLOAT)))),
        ([1.0, np.zeros(2)], Tuple((FLOAT, Array(F8, (MANY,))), list)),
        ({"a": 1.0}, Dict(("a",), (FLOAT,))),
        (Pair(1.0, None), Tuple((FLOAT, Known(None)), Pair)),
        (np.array(["a"]), OPAQUE),
        (np.sin, Known(np.sin)),
    ],
)
def test_abstract_values(value: Any, expected: Any) -> None:
    assert abstract(value) == expected
    assert hash(abstract(value)) == hash(expected)


def test_constants_keep_their_value_and_type() -> None:
    assert abstract(1, constant=True) == Known(1) != Known(1.0) != Known(True)


def test_numbers_of_python_and_of_numpy_differ() -> None:
    assert Scalar("f") != Scalar("f", F8) == Scalar("f", F8)
    assert join(FLOAT, Scalar("f", F8)) == Scalar("f", F8)
    assert join(INT, FLOAT) == FLOAT
    assert join(Scalar("i", np.dtype(int)), FLOAT) == FLOAT


def test_join_is_the_least_cover() -> None:
    assert join(Known(1), Known(2)) == INT
    assert join(Known(1.0), FLOAT) == FLOAT
    assert join(Array(F8, (MANY, 1)), Array(F8, (1, 1)), "s") == Array(F8, ("s.0", 1))
    assert join(FLOAT, Array(F8, ())) == UNKNOWN
    assert join(FLOAT, Known("a")) == OPAQUE
    assert join(List(None), List(FLOAT)) == List(FLOAT)
    assert join(Tuple((FLOAT, Known(1))), Tuple((FLOAT, Known(2)))) == Tuple((FLOAT, INT))


def test_broadcasting_keeps_what_is_known() -> None:
    column, row = Array(F8, (MANY, 1)), Array(F8, (MANY,))
    assert broadcast([column, row, FLOAT], "y") == (MANY, MANY)
    assert broadcast([Array(F8, ("a.0",)), Array(F8, (1,))], "y") == ("a.0",)
    assert broadcast([Array(F8, ("a.0",)), Array(F8, ("b.0",))], "y") == ("y.-1",)
    assert broadcast([UNKNOWN, row], "y") is None


def test_only_floats_and_complex_numbers_are_active() -> None:
    assert can_be_active(List(FLOAT)) and can_be_active(Known(1.0)) and can_be_active(UNKNOWN)
    assert not any(map(can_be_active, [INT, BOOL, Known(1), Known(None), Tuple((INT,))]))
    assert [rank(v) for v in (FLOAT, Known(2), Array(F8, (1, 1)), UNKNOWN, Known("a"))] == [
        0, 0, 2, None, None,
    ]  # fmt: skip
