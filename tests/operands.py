"""Operators between operands of every kind, active and not, and changes of arrays of every origin:
`python -m tests.operands FIRST COUNT`.
"""

from __future__ import annotations

import contextlib
import itertools
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np

import autodiff_sst as ad
from tests.programs import load, main

HEAD = """import numpy as np

N = 2
L = [1, 2]


class Box:
    def __init__(self, v):
        self.v = v


"""
ACTIVE = """x; x[0]; float(x[0]); [x[0], x[1]]; (x[0], x[1]); x[0].reshape(()); x[:2].reshape(1, 2);
[[x[0], x[1]]]; [x, x * 2]; x.tolist(); [v for v in x]; x * 1j; x.sum(); x[1].item()"""
OTHERS = """2; 1.5; True; [1, 2]; [1.5, 2]; (1, 2); [True, False]; np.array([1, 2]); N; L;
np.array([True, False]); np.int64(2); np.float64(1.5); np.bool_(True); np.array(2); np.array(2.5);
np.array([1.5, 2]); range(2); [[1, 2]]; 1j; []; np.zeros(0); list(range(1, 3)); x[1];
x[::-1]; [x[1], 3]"""
OPERATORS = ("+", "-", "*", "/", "**", "//", "%", "@")

MADE = """y = x.copy();; y = x * 1.0;; y = np.zeros(3); y[:] = x;; y = x;; y = np.asarray(x);;
b = np.concatenate([x, x]); y = b[1:4];; b = np.outer(x, x); y = b[1];;
b = np.outer(x, x); y = b.T[0];; b = x.copy(); y = b[::-1];; b = [x * 1.0, x * 2]; y = b[1];;
b = {"a": x * 1.0}; y = b["a"];; b = Box(x * 1.0); y = b.v;; y = np.where(x > 0, x, 0);;
b = np.outer(x, x); y = b.reshape(-1)[2:5];; y = np.array([v for v in x])"""
CHANGES = """y[0] = x[1] * x[2];; y += x[0];; y *= y;; y[1:] *= 2;; y[[0, 2]] += x[1];;
y[y > 0.9] = x[0];; y[::-1] = y.copy();; y[1:] = y[:-1];; y[:] = np.sin(y);; y **= 2;; y.sort();;
y.fill(x[1]);; np.add.at(y, [0, 0], x[1]);; np.multiply(y, 2, out=y);; y[...] = y[::-1] * 1;;
np.copyto(y, x * 3);; y[-1], y[0] = y[0], y[-1];; z = y; z[0] = 5.0;; y -= y.mean();;
z = y[1:]; z *= x[0]; y[1] += 1;; np.clip(y, 0.5, 1.0, out=y);; y /= np.sum(y);; y[1] = 0.0;;
y.put([0], [x[2] ** 2]);; y.flat[1] = x[2];; np.minimum(y, x[1], out=y);; y[np.argmax(y)] *= 3;;
y[None, :][0, 1] = x[0];; y *= [1, 2, 3];; y = y + 0; y[2] = y[0] * y[1]"""
HELD = {"[": "b[1]", "{": 'b["a"]', "B": "b.v"}


def _split(text: str, by: str) -> list[str]:
    return [part.strip() for part in text.replace("\n", " ").split(by)]


def _all() -> list[str]:
    found = []
    both = itertools.product(_split(ACTIVE, ";"), OPERATORS, _split(OTHERS, ";"), (False, True))
    for active, operator, other, is_reversed in both:
        left, right = (other, active) if is_reversed else (active, other)
        of_two = "    x = x[:2]\n" if "x[0]" not in active else ""
        found.append(f"{of_two}    y = np.array(({left}) {operator} ({right}))\n    return tot(y)")
    for made, change in itertools.product(_split(MADE, ";;"), _split(CHANGES, ";;")):
        lines = [*made.split("; "), *change.split("; ")]
        held = HELD.get(made[4], "b") if made.startswith("b") else "y"
        lines.append(f"return np.sum(y * w) + y[0] * y[1] + np.sum({held} ** 2) + x @ w * x[0]")
        found.append("    w = np.array([1.0, 2.0, 3.0])\n" + "\n".join(f"    {s}" for s in lines))
    return found


ALL = _all()
random.Random(0).shuffle(ALL)
TOTAL = """def tot(y):
    return np.sum(np.real(y) + np.imag(y) * 2)


"""
X = np.array([0.71, 1.33, 0.86])


def program(seed: int) -> str:
    return f"{HEAD}{TOTAL}def f(x):\n{ALL[seed % len(ALL)]}\n"


def check(seed: int, folder: Path) -> str | None:
    """What is wrong with the derivatives of a program; None if they are right, or refused."""
    f: Any = load(program(seed), folder, seed)
    with np.errstate(all="ignore"):
        try:
            expected = f(X.copy())
            steps = 1e-6 * np.eye(3)
            slopes = np.array([(f(X + s) - f(X - s)) / 2e-6 for s in steps])
        except Exception:
            return None  # Python refuses it
        if not np.all(np.abs(slopes) < 1e3) or np.ndim(expected):
            return None  # it divides by zero
        found: list[Any] = []
        refusals = (ad.AutodiffError, TypeError, ValueError)
        with contextlib.suppress(*refusals):
            found.append(ad.grad(f)(X.copy()))
        with contextlib.suppress(*refusals):
            found.append([ad.jvp(f, (X.copy(),), (e,))[1] for e in np.eye(3)])
    if all(np.allclose(one, slopes, rtol=1e-4, atol=1e-5) for one in found):
        return None
    return f"found {found}, wanted {slopes}\n{program(seed)}"


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), check))
