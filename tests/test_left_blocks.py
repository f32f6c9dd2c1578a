"""Random programs of `try`, `with`, loops and exits: values, side effects and derivatives."""

from __future__ import annotations

from pathlib import Path

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
