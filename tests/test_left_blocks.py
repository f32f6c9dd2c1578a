"""Random programs of `try`, `with`, loops and exits: values, side effects and derivatives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad
from tests import left_blocks


@pytest.mark.parametrize("seed", range(60))
def test_program(seed: int, tmp_path: Path) -> None:
    try:
        problem = left_blocks.check(seed, tmp_path)
    except ad.UnsupportedSyntaxError:
        return
    assert problem is None, problem


def loop_left_in_a_branch(x: Any) -> Any:
    s = x[0] + 1.0
    for j in range(3):
        if s > 90.0:
            return s
        s = s * 0.7 + x[j]
        if s < 90.0:
            for _ in range(3):
                break
    return s * s


def test_loop_that_is_left_does_not_leave_the_one_around() -> None:
    """It did, without a word, from inside a branch."""
    x = np.array([0.7, -1.2, 2.5])
    value, gradient = ad.value_and_grad(loop_left_in_a_branch)(x)
    np.testing.assert_allclose(value, loop_left_in_a_branch(x))
    steps = 1e-6 * np.eye(3)
    f = loop_left_in_a_branch
    np.testing.assert_allclose(gradient, [(f(x + h) - f(x - h)) / 2e-6 for h in steps], rtol=1e-6)
