"""Methods and operators of containers: right, or refused; a sample, and what was wrong once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad
from tests import operations

WRONG_ONCE = {
    *("c.extend(c[:1])", "c['a'] += [z]", "c = sum(c, [])", "bisect.insort(c, x[0] * x[1])"),
    *("for k in c:\n    c[k].append(y)", "c = copy.deepcopy(c)\nc[0][0][0] = 1.0", "del c[1:]"),
    *("v = c.pop()", "c[1:] = [y]", "c.reverse()", "c = c[:]", "a, *b = c\nc = b"),
    *("c = ((y, z), y)\nv = c[0][0]", "c[:] = [y * 2]", "c[1].pop()", "del c['a'][0]"),
}
SEEDS = [k for k, (_, done, _) in enumerate(operations.ALL) if done in WRONG_ONCE or k % 25 == 0]


def test_what_was_wrong_is_there() -> None:
    assert {done for _, done, _ in operations.ALL} >= WRONG_ONCE


@pytest.mark.parametrize("seed", SEEDS)
def test_operation(seed: int, tmp_path: Path) -> None:
    problem = operations.check(seed, tmp_path)
    assert problem is None, problem


def test_list_of_the_caller_grows_after_a_loop() -> None:
    """Its items are known one by one until then."""

    def f(ws: Any, d: Any) -> Any:
        s = 0.0
        for w in ws:
            s = s + np.sum(w**2)
        ws.append(s)
        d["total"] = s * d["k"]
        return d["total"] + ws[-1] * 0.5

    given = [np.ones(2), np.ones(3)], {"k": 2.0}
    by_lists = ad.grad(f)(*given)
    np.testing.assert_allclose(by_lists[0], 5.0 * np.ones(2))
    np.testing.assert_allclose(by_lists[1], 5.0 * np.ones(3))
