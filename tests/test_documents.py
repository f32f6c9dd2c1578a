"""What README and examples say is true: every block of Python runs, and prints what it says."""

import contextlib
import io
import re
import runpy
from pathlib import Path

import numpy as np
import pytest

import autodiff_sst as ad
from autodiff_sst.__main__ import main

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_python_block_runs(page: Path, tmp_path: Path) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE)
    file = tmp_path / "page.py"
    file.write_text("\n".join(blocks))
    with contextlib.redirect_stdout(io.StringIO()):
        runpy.run_path(str(file))


def test_the_readme_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(ROOT / "examples" / "quickstart.py"))
    printed = capsys.readouterr().out
    assert "import numpy as np\n\n\ndef grad_loss" in printed
    assert printed.split("\n\n", 1)[1].strip() in (ROOT / "README.md").read_text()


def test_show_prints_sources_and_programs(capsys: pytest.CaptureFixture[str]) -> None:
    place = str(ROOT / "examples" / "quickstart.py") + ":loss"
    assert main(["show", place, "--args", "np.ones(2), np.ones((3, 2))"]) == 0
    assert "w_bar = x.T @ (1 - t * t)" in capsys.readouterr().out
    assert main(["show", place, "--argnums", "w,x", "--after", "lower"]) == 0
    assert "t = x @ w\n    t_1 = np.tanh(t)\n" in capsys.readouterr().out
    assert main(["show", place, "--after", "nothing"]) == 1
    assert "there are lower, resolve, reverse, copies" in capsys.readouterr().err
    assert main(["show", "examples"]) == 1


def test_check_compares_with_differences(capsys: pytest.CaptureFixture[str]) -> None:
    place = str(ROOT / "examples" / "quickstart.py") + ":loss"
    assert main(["check", place, "--args", "np.ones(2), np.ones((3, 2))"]) == 0
    assert "agree" in capsys.readouterr().out


@pytest.mark.parametrize("example", ["black_scholes", "rosenbrock"])
def test_examples_run(example: str, capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(ROOT / "examples" / f"{example}.py"), run_name="__main__")
    printed = capsys.readouterr().out
    assert "unbroadcast" not in printed and "def " in printed


def test_the_pendulum_is_fitted() -> None:
    module = runpy.run_path(str(ROOT / "examples" / "pendulum.py"))
    start = np.array([2.0, 0.0])
    measured = module["trajectory"](0.3, start, 60, 0.05)
    gradient = ad.grad(module["distance"])
    h = 1e-6
    up, down = (module["distance"](0.1 + s * h, start, measured, 0.05) for s in (1, -1))
    expected = (up - down) / (2 * h)
    assert gradient(0.1, start, measured, 0.05) == pytest.approx(expected, rel=1e-6)
    assert "unbroadcast" not in gradient.source
