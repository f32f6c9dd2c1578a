"""Each kernel of the benchmarks runs once, and agrees with its hand-written adjoint."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.kernels import kernels
from benchmarks.kernels.check import check


@pytest.mark.parametrize("kernel", kernels(), ids=lambda k: k.name)
def test_kernels_agree_with_their_adjoints_by_hand(kernel: Any) -> None:
    check(kernel)


def test_the_command_prints_a_line_a_kernel() -> None:
    command = [sys.executable, "-m", "benchmarks", "ten_flops", "layer", "--rounds", "1"]
    root = Path(__file__).parents[1]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines[1:3]] == ["ten_flops", "layer"]
    assert "geometric mean" in lines[3]
