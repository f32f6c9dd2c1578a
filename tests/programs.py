"""Random programs: nested loops and branches, early exits, calls, vectors read by index.

`python -m tests.programs FIRST COUNT` checks that many seeds; each is one program, held against
finite differences, the primal's own value, and (its gradient) at second order.
"""

from __future__ import annotations

import importlib.util
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import autodiff_sst as ad

HEAD = """import numpy as np


def helper(a, b=0.5):
    if b > 0.7:
        return np.tanh(a * b)
    c = np.sin(a) + b
    return c * 0.5


"""


class Generator:
    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.lines: list[str] = []
        self.count = 0

    def program(self) -> str:
        self.lines = ["def f(x, v, n):", "    a = x", "    b = 0.3"]
        self.block(["a", "b"], ["n"], depth=2, indent=1, in_loop=False)
        result = self.expression(["a", "b", "x"], ["n"], 2)
        self.lines.append(f"    return {result} + a * b")
        return HEAD + "\n".join(self.lines) + "\n"

    def number(self) -> str:
        return str(round(self.rng.uniform(-1.2, 1.2), 2))

    def atom(self, floats: list[str], ints: list[str]) -> str:
        kind = self.rng.random()
        if kind < 0.6:
            return self.rng.choice(floats)
        if kind < 0.7:
            return self.number()
        if kind < 0.8:
            return f"0.1 * {self.rng.choice(ints)}"
        if kind < 0.9:
            return f"v[{self.rng.choice(ints)} % 3]"
        return self.rng.choice(["x", "np.sum(v)", "np.sum(v[1:] * v[:-1])", "v[-1]"])

    def expression(self, floats: list[str], ints: list[str], depth: int) -> str:
        if depth == 0:
            return self.atom(floats, ints)
        a = self.expression(floats, ints, depth - 1)
        b = self.expression(floats, ints, self.rng.randrange(depth))
        return self.rng.choice(
            [
                f"({a} + {b})",
                f"({a} - {b})",
                f"({a}) * ({b}) * 0.5",
                f"np.sin({a})",
                f"np.tanh({a})",
                f"({a}) / (2 + np.cos({b}))",
                f"helper({a}, b={self.number()})",
                f"({a} if {self.test(ints)} else {b})",
                f"-({a})",
            ]
        )

    def sequence(self, floats: list[str], ints: list[str], pad: str) -> None:
        """A list that grows, a comprehension, a dict, a closure."""
        self.count += 1
        name = f"s{self.count}"
        first, more = self.expression(floats, ints, 1), self.expression(floats, ints, 1)
        kind = self.rng.randrange(4)
        if kind == 0:
            self.lines += [
                f"{pad}{name} = [{first}]",
                f"{pad}for q in range(n):",
                f"{pad}    if q != 1:",
                f"{pad}        {name}.append({name}[-1] * 0.5 + {more} * q)",
                f"{pad}a = np.tanh({name}[-1] * {name}[0]) + 0.1 * sum({name})",
            ]
        elif kind == 1:
            self.lines += [
                f"{pad}{name} = [{first} * q + w for q, w in enumerate(v) if q != n]",
                f"{pad}a = np.tanh(sum({name}) + sum(w * {more} for w in {name}))",
            ]
        elif kind == 2:
            self.lines += [
                f"{pad}{name} = {{'p': {first}, 'q': ({more}, 2.0)}}",
                f"{pad}b = np.sin({name}['p'] * {name}['q'][0]) + {name}['q'][1] * 0.1",
            ]
        else:
            self.lines += [
                f"{pad}{name} = lambda z, y=b: np.sin(z * y) + {first}",
                f"{pad}b = {name}({more}) * {name}(a, x)",
            ]

    def updates(self, floats: list[str], ints: list[str], pad: str) -> None:
        """An array that is changed in place, under several names."""
        self.count += 1
        u, w = f"u{self.count}", f"w{self.count}"
        self.lines += [
            f"{pad}{u} = {self.rng.choice(['v.copy()', 'v * x', 'np.array([a, b, x])'])}"
        ]
        views = [
            f"{u}[1:]",
            f"{u}[::-1]",
            u,
            f"{u}.copy()",
            f"{u}[:, None]",
            f"{u}.reshape(3, 1).T[0]",
        ]
        self.lines += [f"{pad}{w} = {self.rng.choice(views)}"]
        inner = pad
        if self.rng.random() < 0.5:
            self.lines += [f"{pad}for q in range({self.rng.choice(['n', '2'])}):"]
            inner = pad + "    "
        for _ in range(self.rng.randint(1, 4)):
            name = self.rng.choice([u, w])
            scalar = self.expression(floats, ints, 1)
            at = self.rng.choice(["0", "-1", "n % 2"])
            self.lines += [
                inner
                + self.rng.choice(
                    [
                        f"{name}[{at}] = np.tanh({u}[1] * {scalar})",
                        f"{name}[{at}] {self.rng.choice('+-*')}= {scalar}",
                        f"{name} *= np.tanh({scalar})",
                        f"{name}[:] = np.sin({name} + {scalar})",
                        f"{u}[1:] = {u}[:-1] * {scalar}",
                        f"{u}[:-1] += np.cos({u}[1:])",
                        f"{u}[{u} > 0.5] = {scalar}",
                        f"np.sin({name}, out={name})",
                        f"{u}, {w} = {w}, {u}",
                        f"{name} = {name} + {scalar}",
                    ]
                )
            ]
        self.lines += [
            f"{pad}a = np.tanh(np.sum({u} * {u}) + np.sum({w}))",
            f"{pad}b = {u}.ravel()[0] * 0.5 + b * 0.1",
        ]

    def test(self, ints: list[str]) -> str:
        i = self.rng.choice(ints)
        tests = [f"{i} % 2 == 0", f"{i} > 1", f"0 < {i} <= 2", f"{i} == 1 or n > 3"]
        return self.rng.choice([*tests, f"not {i} or n == 2", "x > 0.2"])

    def block(
        self, floats: list[str], ints: list[str], depth: int, indent: int, in_loop: bool
    ) -> None:
        pad = "    " * indent
        floats, ints = [*floats], [*ints]
        for _ in range(self.rng.randint(1, 3)):
            kind = self.rng.random()
            if kind < 0.45 or depth == 0:
                target = self.rng.choice(["a", "b", "a", "c"])
                value = self.expression(floats, ints, 2)
                if target in floats and self.rng.random() < 0.3:
                    self.lines.append(f"{pad}{target} {self.rng.choice('+-*')}= {value}")
                else:
                    self.lines.append(f"{pad}{target} = {value}")
                if target not in floats:
                    floats.append(target)
            elif kind < 0.5 and self.rng.random() < 0.5:
                self.sequence(floats, ints, pad)
            elif kind > 0.95:
                self.updates(floats, ints, pad)
            elif kind < 0.5:
                self.lines.append(f"{pad}a, b = b, {self.expression(floats, ints, 1)}")
            elif kind < 0.7:
                self.lines.append(f"{pad}if {self.test(ints)}:")
                self.block(floats, ints, depth - 1, indent + 1, in_loop)
                exit_kind = self.rng.random()
                if in_loop and exit_kind < 0.3:
                    self.lines.append(f"{pad}    {self.rng.choice(['break', 'continue'])}")
                elif exit_kind > 0.9:
                    self.lines.append(f"{pad}    return a * {self.expression(floats, ints, 1)}")
                elif self.rng.random() < 0.5:
                    self.lines.append(f"{pad}else:")
                    self.block(floats, ints, depth - 1, indent + 1, in_loop)
            else:
                self.count += 1
                k = f"k{self.count}"
                loop = self.rng.random()
                if loop < 0.5:
                    bounds = self.rng.choice(["n", "1, n", "n, 0, -1", "2", "0, 2 * n, 2"])
                    self.lines.append(f"{pad}for {k} in range({bounds}):")
                elif loop < 0.7:
                    items = self.rng.choice(["v", "[a, x, 0.5]", "v[:n]"])
                    self.lines.append(f"{pad}for {k}, w{k} in enumerate({items}):")
                else:
                    self.lines.append(f"{pad}{k} = 0")
                    self.lines.append(f"{pad}while {k} < n and ({k} < 3 or x > 0.3):")
                    self.lines.append(f"{pad}    {k} += 1")
                inner = [*floats, f"w{k}"] if 0.5 <= loop < 0.7 else floats
                self.block(inner, [*ints, k], depth - 1, indent + 1, True)
                self.lines.append(f"{pad}    a = np.tanh(a)")


def load(text: str, folder: Path, seed: int) -> Any:
    path = folder / f"program_{seed}.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.f


V = np.array([0.4, -0.7, 0.9])


def check(
    seed: int, folder: Path, order: int = 2, generator: type[Generator] = Generator
) -> str | None:
    """What is wrong with the gradient of a program, if anything is."""
    text = generator(seed).program()
    function = load(text, folder, seed)
    ad.grad(function, argnums=(0, 1))
    valued = ad.value_and_grad(function, argnums=(0, 1))
    rng = np.random.default_rng(seed)
    for n in (0, 1, 3):
        x = float(rng.uniform(-0.9, 0.9))
        if abs(x - 0.2) < 0.01 or abs(x - 0.3) < 0.01:
            continue
        dx, dv = float(rng.normal()), rng.normal(size=3)
        try:
            value = function(x, V, n)
        except UnboundLocalError:
            continue
        if not abs(value) < 1e8:
            continue  # differences of what overflows say nothing
        got, (x_bar, v_bar) = valued(x, V, n)
        if got != value:
            return f"value {got}, not {value} (n = {n})"
        given = x_bar * dx + np.sum(v_bar * dv)
        if not _agrees(lambda s: function(x + s * dx, V + s * dv, n), given):  # noqa: B023
            return f"derivative {given} (n = {n}, x = {x})"
        if n == 3:
            problem = _unspecialised(function, x, (dx, dv), given)
            if problem:
                return f"{problem} (x = {x})"
        got, dot = ad.jvp(function, (x, V, n), (dx, dv, 0))
        if got != value or abs(dot - given) > 1e-9 * max(1.0, abs(given)):
            return f"tangent {dot}, not {given} (n = {n}, x = {x})"
        if order > 1:
            by_x = ad.grad(function)
            twice = ad.grad(by_x, argnums=(0, 1))
            x_bar, v_bar = twice(x, V, n)
            given = x_bar * dx + np.sum(v_bar * dv)
            if abs(given) > 1e5:
                continue  # chaos: differences are no measure
            if not _agrees(lambda s: by_x(x + s * dx, V + s * dv, n), given):  # noqa: B023
                return f"second derivative {given} (n = {n}, x = {x})"
            by_v = ad.grad(function, argnums=1)
            product = ad.hvp(function, argnums=1)(x, V, n, dv)
            for direction in (dv, np.array([0.0, 1.0, -0.5])):
                given = float(np.sum(product * direction))
                if abs(given) > 1e5:
                    continue
                line = _along(by_v, x, n, dv, direction)
                if not _agrees(line, given):
                    return f"Hessian times vector {given} (n = {n}, x = {x})"
    return None


def _unspecialised(function: Any, x: float, direction: Any, given: float) -> str | None:
    """What is wrong with the program for arguments of which nothing is known."""
    try:
        derived = ad.grad(function, argnums=(0, 1)).unspecialised()
    except ad.AutodiffError:
        return None  # what is changed in place must be known
    try:
        x_bar, v_bar = derived.loaded.function(x, V, 3)
    except ad.NonDifferentiableInputError:
        return None  # a number where an array was expected to be changed
    found = x_bar * direction[0] + np.sum(v_bar * direction[1])
    if abs(found - given) > 1e-9 * max(1.0, abs(given)):
        return f"derivative for unknown arguments {found}, not {given}"
    return None


def _along(by_v: Any, x: float, n: int, dv: Any, direction: Any) -> Any:
    return lambda s: float(np.sum(by_v(x, V + s * dv, n) * direction))


def _agrees(line: Any, given: float) -> bool:
    """Whether a central difference, of one step or another, confirms a derivative."""
    for step in (1e-5, 1e-4, 1e-6):
        expected = (line(step) - line(-step)) / (2 * step)
        if abs(given - expected) <= 1e-5 * max(1.0, abs(expected)):
            return True
    return False


def main(first: int, count: int, check: Callable[[int, Path], str | None] = check) -> int:
    wrong = refused = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + count):
            try:
                problem = check(seed, Path(folder))
            except ad.AutodiffError as error:
                refused += 1
                print(f"seed {seed} refused: {str(error).splitlines()[0][-150:]}")
                continue
            except Exception as error:
                problem = f"{type(error).__name__}: {str(error)[:300]}"
            if problem:
                wrong += 1
                print(f"seed {seed}: {problem}")
    print(f"{count} programs, {wrong} wrong, {refused} refused")
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
