"""Random programs of `try`, `with`, loops and what leaves them, with side effects that tell the
order in which they run: `python -m tests.left_blocks FIRST COUNT`.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import numpy as np

import autodiff_sst as ad
from tests.programs import load, main

HEAD = """import contextlib
import math

import numpy as np

LOG = []


class Manager:
    def __init__(self, k):
        self.k = k

    def __enter__(self):
        LOG.append("in")
        return self.k * 2

    def __exit__(self, *error):
        LOG.append("out")


class Held:
    def __init__(self, v):
        self.v = v

    def __enter__(self):
        self.old = self.v
        self.v = self.v * 1.5
        return self

    def __exit__(self, *error):
        self.v = self.old * 1.1


@contextlib.contextmanager
def halved(v):
    LOG.append("a")
    yield v * 0.5
    LOG.append("b")


@contextlib.contextmanager
def increased(v):
    try:
        yield v + 1.0
    finally:
        LOG.append("f")


class Oops(Exception):
    def __init__(self, v):
        super().__init__("oops")
        self.v = v


"""
EXPRESSIONS = (
    *("s * x[0]", "s + x[1]", "np.sin(s) + x[2]", "s * 0.7 + v", "v * x[0] + s", "s + x[j]"),
    *("math.log(s) + v", "s + x[j + 1]", "s / (v + 2.0)", "s * x[2]", "s + x[0]"),
)
TESTS = ("s > 1.0", "v > s", "j > 0", "j % 2 == 0", "s < 3.0", "x[1] > s", "j == 1")
RAISES = ("raise ValueError('a')", "raise Oops(s)", "raise KeyError")
KINDS = ("ValueError", "IndexError", "Oops", "(KeyError, ValueError)")
LAST = ("s = s + 0.2 * x[0]", "LOG.append(1)", "v = v * 0.9", "j = 0")
MANAGERS = ("Manager(s)", "halved(v)", "increased(s)", "Held(s)", "np.errstate(all='ignore')")
INPUTS = (np.array([0.7, -1.2, 2.5]), np.array([1.7, 0.4, -0.3]))
DIRECTION = np.array([0.3, 1.1, -0.7])


class Generator:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = 0

    def pick(self, choices: tuple[str, ...]) -> str:
        return self.random.choice(choices)

    def program(self) -> str:
        body = ["s = x[0] + 1.0", "v = x[1] * 0.5", "j = 0"]
        for _ in range(self.random.randint(2, 3)):
            body += self.statement(3, False, False)
        return HEAD + "def f(x):\n" + "\n".join([*_in(body), "    return s * s + v"]) + "\n"

    def block(self, depth: int, loop: bool, tried: bool) -> list[str]:
        made: list[str] = []
        for _ in range(self.random.randint(1, 3)):
            made += self.statement(depth, loop, tried)
            if made[-1].split()[0] in ("break", "continue", "return", "raise"):
                break
        return _in(made)

    def statement(self, depth: int, loop: bool, tried: bool) -> list[str]:
        self.count += 1
        r = self.random.random()
        if depth <= 0 or r < 0.3:
            return [self.simple(loop, tried)]
        if r < 0.45:
            made = [f"if {self.pick(TESTS)}:", *self.block(depth - 1, loop, tried)]
            if self.random.random() < 0.5:
                made += ["else:", *self.block(depth - 1, loop, tried)]
            return made
        if r < 0.6:
            count = self.pick(("2", "3", "j + 1"))
            made = [f"for j in range({count}):", *self.block(depth - 1, True, tried)]
            if self.random.random() < 0.2:
                made += ["else:", *self.block(depth - 1, loop, tried)]
            return made
        return (self.tried if r < 0.8 else self.managed)(depth, loop, tried)

    def simple(self, loop: bool, tried: bool) -> str:
        r = self.random.random()
        if r < 0.55:
            return f"{self.pick(('s', 's', 'v'))} = {self.pick(EXPRESSIONS)}"
        if r < 0.7:
            return f"LOG.append({self.count})"
        if r < 0.8 and loop:
            return self.pick(("break", "continue"))
        if r < 0.87:
            return f"return {self.pick(('s', 's * v', 'v'))}"
        return self.pick(RAISES) if r < 0.95 and tried else "j = j + 1"

    def tried(self, depth: int, loop: bool, tried: bool) -> list[str]:
        made = ["try:", *self.block(depth - 1, loop, True)]
        kinds = self.random.sample(KINDS, self.random.randint(0, 2))
        for kind in kinds:
            if kind == "Oops":
                made += ["except Oops as e:", "    s = s + e.v * x[2]"]
            else:
                made.append(f"except {kind}:")
            made += self.block(depth - 1, loop, tried)
        if kinds and self.random.random() < 0.3:
            made += ["else:", *self.block(depth - 1, loop, tried)]
        if not kinds or self.random.random() < 0.5:
            made += ["finally:", *_in(self.random.sample(LAST, self.random.randint(1, 2)))]
        return made

    def managed(self, depth: int, loop: bool, tried: bool) -> list[str]:
        manager, name = self.pick(MANAGERS), f"w{self.count}"
        if manager.startswith("np."):
            return [f"with {manager}:", *self.block(depth - 1, loop, tried)]
        if manager.startswith("Held"):
            first = [f"{name} = {manager}", f"with {name}:", f"    s = s + {name}.v"]
            return [*first, *self.block(depth - 1, loop, tried), f"v = {name}.v * 0.3"]
        first = [f"with {manager} as {name}:", f"    s = s + 0.1 * {name}"]
        return [*first, *self.block(depth - 1, loop, tried)]


def _in(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def check(seed: int, folder: Path) -> str | None:
    """What is wrong with a program, if anything is; raises what refuses it."""
    f: Any = load(Generator(seed).program(), folder, seed)
    log = f.__globals__["LOG"]
    for x in INPUTS:
        log.clear()
        try:
            expected = f(x.copy())
            written = [*log]
            slopes = [(f(x + h * DIRECTION) - f(x - h * DIRECTION)) / (2 * h) for h in (1e-6, 2e-6)]
        except Exception:
            continue  # the program fails
        if not np.isclose(*slopes, rtol=1e-4, atol=1e-6):
            continue  # a branch begins here
        log.clear()
        value, pull = ad.vjp(f, x.copy())
        found = [(value, np.sum(pull(1.0)[0] * DIRECTION), [*log])]
        log.clear()
        found.append((*ad.jvp(f, (x.copy(),), (DIRECTION,)), [*log]))
        for value, slope, seen in found:
            if not np.allclose([value, slope], [expected, slopes[0]], rtol=1e-4, atol=1e-6):
                return f"{value}, {slope}, not {expected}, {slopes[0]}"
            if seen != written:
                return f"wrote {seen}, not {written}"
    return None


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), check))
