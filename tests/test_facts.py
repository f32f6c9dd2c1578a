from typing import Any

import numpy as np
import pytest

from autodiff_sst.analysis.activity import find_active
from autodiff_sst.analysis.facts import find_facts
from autodiff_sst.analysis.lengths import MANY
from autodiff_sst.analysis.values import FLOAT, INT, UNKNOWN, Array
from autodiff_sst.core.parse import parse
from autodiff_sst.rules.registry import declare_nondifferentiable

VECTOR = Array(np.dtype(float), (MANY,))
PARAMETERS: Any = {"x": FLOAT, "v": VECTOR, "n": INT}

PROGRAM = """
def f(x, v, n):
    k = np.argmax(v)
    c = x > 1.0
    m = v.shape
    saved = stack()
    s = x
    r = x
    for i in range(n):
        t = np.sin(s)
        push(saved, t, i)
        s_1 = s * v
        s = s_1
        r = n
    if c:
        u = np.cos(s)
        y = u
        z = 2
    else:
        y = 1.0
        z = k
    b = np.zeros_like(v)
    for j in range(n):
        t_1, i_1 = pop(saved)
        b[i_1] += t_1
    w = y * b
    unused = np.sin(x)
    return w
"""


@pytest.fixture(scope="module")
def program() -> Any:
    declare_nondifferentiable(np.argmax)
    return parse(PROGRAM, {"np": np})


def test_facts_join_at_merges_carries_and_stacks(program: Any) -> None:
    facts = find_facts(program, PARAMETERS)
    assert facts["s"] == UNKNOWN  # a float at entry, an array after a turn
    assert facts["r"] == FLOAT or facts["r"] == UNKNOWN
    assert (facts["i"], facts["i_1"]) == (INT, INT)
    assert facts["t_1"] == facts["t"]
    assert facts["b"] == Array(np.dtype(float), ("n:v.0",))


def test_active_is_varied_and_useful(program: Any) -> None:
    facts = find_facts(program, PARAMETERS)
    active, varied = find_active(program, facts, frozenset(["x"]))
    assert active <= varied and "unused" in varied
    assert {"x", "s", "s_1", "t", "t_1", "b", "u", "y", "w"} == active - {"r"}
    assert "v" in find_active(program, facts, frozenset(["v"]))[0]
