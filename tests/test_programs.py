from pathlib import Path

import pytest

from tests.programs import check


@pytest.mark.parametrize("seed", range(40))
def test_a_random_program_has_the_right_derivatives(seed: int, tmp_path: Path) -> None:
    problem = check(seed, tmp_path)
    assert problem is None, problem
