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


@pytest.mark.parametrize("example", ["heat", "cholesky", "seidel", "lstm", "kalman", "n_body"])
def test_examples_that_change_what_they_hold(
    example: str, capsys: pytest.CaptureFixture[str]
) -> None:
    runpy.run_path(str(ROOT / "examples" / f"{example}.py"), run_name="__main__")
    printed = capsys.readouterr().out
    assert "agrees with finite differences" in printed and "def " in printed


def test_newton_finds_a_minimum() -> None:
    module = runpy.run_path(str(ROOT / "examples" / "newton.py"))
    x = np.linspace(-1.0, 1.0, 20)
    start = np.linspace(-0.5, 0.7, 3 * module["WIDTH"])
    p, losses = module["minimise"](start, x, np.sin(2.0 * x), 10)
    assert losses[-1] < 0.1 * losses[0]
    hessian = ad.hessian(module["loss"])(p, x, np.sin(2.0 * x))
    np.testing.assert_allclose(hessian, hessian.T, atol=1e-12)


def test_products_and_the_hessian_give_the_same_step(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(ROOT / "examples" / "hvp.py"), run_name="__main__")
    assert "MB by the Hessian" in capsys.readouterr().out


def test_sensitivities_in_both_modes() -> None:
    module = runpy.run_path(str(ROOT / "examples" / "sensitivity.py"))
    p, end = np.array([1.1, 0.4, 0.1, 0.4]), module["populations"]
    forward = ad.jacobian(lambda q: end(q, 20)[-1], mode="forward")(p)
    reverse = ad.jacobian(lambda q: end(q, 20)[-1], mode="reverse")(p)
    np.testing.assert_allclose(forward, reverse, rtol=1e-10)
    steps = 1e-6 * np.eye(4)
    expected = [(end(p + s, 20)[-1] - end(p - s, 20)[-1]) / 2e-6 for s in steps]
    np.testing.assert_allclose(forward, np.stack(expected, axis=-1), rtol=1e-6, atol=1e-8)


def test_the_guide() -> None:
    guide = ROOT / "examples" / "guide"
    x, y, slope = runpy.run_path(str(guide / "sigmoid.py"))["curve"](21)
    np.testing.assert_allclose(slope, np.asarray(y) * (1 - np.asarray(y)), atol=1e-6)
    import autodiff_sst.tf as tf

    tf.random.set_seed(1)
    x = tf.random.normal([7, 5])
    layers = (tf.keras.layers.Dense(8, activation=tf.nn.relu), tf.keras.layers.Dense(6))
    before, after, matrix = runpy.run_path(str(guide / "hessian.py"))["newton_step"](*layers, x)
    assert float(after) < float(before)
    np.testing.assert_allclose(matrix, np.asarray(matrix).T, atol=1e-5)
    batch = runpy.run_path(str(guide / "batch.py"))
    assert batch["error"](*batch["jacobians"](batch["independent"](), x)) < 1e-5
    assert batch["error"](*batch["jacobians"](batch["mixing"](), x)) > 1e-2
    losses = runpy.run_path(str(ROOT / "examples" / "tape_training.py"))["train"](100)
    assert losses[-1] < 0.3 * losses[0]


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
