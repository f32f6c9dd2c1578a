"""Operators between operands of every kind, and changes of arrays of every origin: a sample."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import operands

WRONG_ONCE = ("(x) * ([1, 2])", "(x.tolist()) * (2)", "y.flat[1] = x[2]")
SEEDS = [
    k for k, text in enumerate(operands.ALL) if k % 60 == 0 or any(w in text for w in WRONG_ONCE)
]


def test_what_was_wrong_is_there() -> None:
    assert all(any(w in text for text in operands.ALL) for w in WRONG_ONCE)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", SEEDS)
def test_operands(seed: int, tmp_path: Path) -> None:
    problem = operands.check(seed, tmp_path)
    assert problem is None, problem
