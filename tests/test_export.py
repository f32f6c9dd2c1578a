"""Modules that stand alone; checkpoints."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad
from autodiff_sst.__main__ import main

FACTOR = 1.5
WEIGHTS = np.array([0.3, 0.7, 1.1])


def loss(w: Any, x: Any) -> Any:
    y = np.tanh(w * x) * FACTOR
    z = y[1:] @ WEIGHTS[1:]
    for k in range(3):
        z = z * y[k % 2] + np.sum(np.maximum(w, x))
    return z * z


def run(path: Path, code: str) -> str:
    blocked = "import sys; sys.modules['autodiff_sst'] = None; "
    done = subprocess.run(
        [sys.executable, "-c", blocked + code], cwd=path.parent, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + path.read_text()
    return done.stdout


W, X = np.array([0.4, -0.2, 0.9]), np.array([1.0, 2.0, 0.5])
CODE = (
    "import numpy as np, made; "
    "print(*made.grad_loss(np.array([0.4, -0.2, 0.9]), np.array([1.0, 2.0, 0.5])))"
)


@pytest.mark.parametrize("args", [(W, X), ()])
def test_an_exported_gradient_needs_only_numpy(tmp_path: Path, args: Any) -> None:
    path = tmp_path / "made.py"
    ad.grad(loss).export(path, *args)
    given = [float(v) for v in run(path, CODE).split()]
    np.testing.assert_allclose(given, ad.grad(loss)(W, X), rtol=1e-14)
    assert "import autodiff_sst" not in path.read_text()


def test_from_the_command_line(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "made.py"
    args = "np.ones(3), np.ones(3)"
    assert main(["export", f"{__file__}:loss", "--args", args, "-o", str(path)]) == 0
    given = [float(v) for v in run(path, CODE).split()]
    np.testing.assert_allclose(given, ad.grad(loss)(W, X), rtol=1e-14)
    assert main(["show", f"{__file__}:loss", "--args", args, "--mode", "forward"]) == 0
    assert "def jvp_loss(w, x, FACTOR, WEIGHTS, w_dot):" in capsys.readouterr().out


def recursive(x: Any, n: int) -> Any:
    return x if n == 0 else recursive(x * x, n - 1)


def test_what_is_differentiated_at_run_time_is_not_exported(tmp_path: Path) -> None:
    with pytest.raises(ad.MissingRuleError, match="cannot be written into a module"):
        ad.grad(recursive).export(tmp_path / "made.py", 1.0, 2)


@ad.checkpoint
def block(x: Any, w: Any) -> Any:
    for _ in range(4):
        x = np.tanh(x * w)
    return x


def deep(x: Any, w: Any) -> Any:
    for _ in range(3):
        x = block(x, w)
    return np.sum(x * x)


def plain(x: Any, w: Any) -> Any:
    for _ in range(12):
        x = np.tanh(x * w)
    return np.sum(x * x)


def test_checkpoint() -> None:
    assert deep(X, W) == plain(X, W)
    for given, expected in zip(
        ad.grad(deep, argnums=(0, 1))(X, W), ad.grad(plain, argnums=(0, 1))(X, W), strict=True
    ):
        np.testing.assert_allclose(given, expected, rtol=1e-12)
    dots = (np.ones(3), np.ones(3))
    np.testing.assert_allclose(
        ad.jvp(deep, (X, W), dots)[1], ad.jvp(plain, (X, W), dots)[1], rtol=1e-12
    )


def wave(v: Any) -> Any:
    return np.sin(v) * v


def test_checkpoint_as_a_call() -> None:
    def f(x: Any) -> Any:
        return np.sum(ad.checkpoint(wave)(x) ** 2) + ad.checkpoint(lambda v: v * v)(x[0])

    expected = 2 * np.sin(X) * X * (np.cos(X) * X + np.sin(X)) + np.array([2 * X[0], 0.0, 0.0])
    np.testing.assert_allclose(ad.grad(f)(X), expected, rtol=1e-12)
