from pathlib import Path

import pytest

import autodiff_sst as ad
from tests.programs import check


@pytest.mark.parametrize("seed", range(40))
def test_a_random_program_has_the_right_derivatives(seed: int, tmp_path: Path) -> None:
    try:
        problem = check(seed, tmp_path)
    except ad.UnsupportedSyntaxError as refusal:  # where names and arrays are too entangled
        assert "place" in str(refusal) or "array" in str(refusal), refusal
        return
    assert problem is None, problem
