"""Programs that hold an array in something and change it under one name or another, all ways of
holding, changing, and reading it with all ways to get there: `python -m tests.holders FIRST COUNT`.
"""

from __future__ import annotations

import itertools
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np

import autodiff_sst as ad
from tests.programs import load, main

HEAD = """import dataclasses
import typing

import numpy as np


class Held:
    def __init__(self, a, b):
        self.a = a
        self.b = b


@dataclasses.dataclass
class Data:
    a: object
    b: object


class Named(typing.NamedTuple):
    a: object
    b: object


class Outer:
    def __init__(self, h):
        self.h = h


def change(b, k, x):
    b[k] = x


def same(b):
    return b


"""
HOLDERS = {  # how it is made; where the array is, and another
    "object": (["c = Held(v * 2, b)"], "c.b", "c.a"),
    "dataclass": (["c = Data(v * 2, b)"], "c.b", "c.a"),
    "named": (["c = Named(v * 2, b)"], "c.b", "c.a"),
    "tuple": (["c = (v * 2, b)"], "c[1]", "c[0]"),
    "list": (["c = [v * 2, b]"], "c[1]", "c[0]"),
    "dict": (["c = {'a': v * 2, 'b': b}"], "c['b']", "c['a']"),
    "nested": (["c = Outer(Held(v * 2, b))"], "c.h.b", "c.h.a"),
    "in_list": (["c = [Held(v * 2, b)]"], "c[0].b", "c[0].a"),
    "of_lists": (["c = Held([v * 2], [b])"], "c.b[0]", "c.a[0]"),
    "in_named": (["c = Named(v * 2, Named(b, v))"], "c.b.a", "c.a"),
    "view": (["c = Held(v * 2, b[:])"], "c.b", "c.a"),
    "twice": (["c = Held(v * 2, b)", "e = Held(b, b)"], "e.a", "c.a"),
    "stored": (["c = Held(v, v)", "c.a = v * 2", "c.b = b"], "c.b", "c.a"),
    "replaced": (["c = Named(v, b)._replace(a=v * 2)"], "c.b", "c.a"),
}
CHANGES = {
    "name": "b[n % 3] = {x}",
    "path": "{p}[n % 3] = {x}",
    "part": "b[1:][0] = {x}",
    "function": "change(b, 1, {x})",
    "whole": "b *= 1.5",
    "added": "{p}[0] += {x}",
    "view": "w = {p}[::-1]; w[0] = {x}",
    "returned": "same({p})[1] = {x}",
}
WAYS = {
    "straight": ["{c}"],
    "if": ["if n > 1:", "    {c}"],
    "else": ["if n > 1:", "    {c}", "else:", "    b[2] = v[0] * 3"],
    "for": ["for i in range(n):", "    {c}"],
    "while": ["k = 0", "while k < n:", "    {c}", "    k += 1"],
    "for_if": ["for i in range(n):", "    if i % 2 == 0:", "        {c}"],
    "try": ["try:", "    {c}", "    if n == 3:", "        raise ValueError",
            "except ValueError:", "    b[0] *= 2"],
    "ifs": ["if n > 0:", "    if n > 1:", "        {c}", "    b[1] *= v[1]"],
    "carried": ["for i in range(n):", "    {c}", "    c, d = c, c"],
}  # fmt: skip
READS = {
    "path": ["return np.sum({p} ** 2) + np.sum(b) * 3"],
    "name": ["return np.sum(q**2) + np.sum(b)"],
    "closure": ["return (lambda: np.sum({p} ** 2))() + np.sum(q)"],
    "loop": ["s = 0.0", "for y in [{p}, {o}]:", "    s = s + np.sum(y**2)", "return s"],
}
ALL = [*itertools.product(HOLDERS, CHANGES, WAYS, READS)]
random.Random(0).shuffle(ALL)

V = np.array([0.4, -0.7, 0.9])


def program(kinds: tuple[str, str, str, str]) -> str:
    holder, change, way, read = kinds
    made, path, other = HOLDERS[holder]
    changed = CHANGES[change].format(p=path, x=f"np.tanh({other}[1]) * v[2]")
    body = ["b = v.copy()", *made, f"q = {path}"]
    body += [line.format(c=changed) for line in WAYS[way]]
    body += [line.format(p=path, o=other) for line in READS[read]]
    return HEAD + "def f(v, n):\n" + "".join(f"    {line}\n" for line in body)


def check(seed: int, folder: Path) -> str | None:
    """What is wrong with a program, if anything is; raises what refuses it."""
    kinds = ALL[seed % len(ALL)]
    f: Any = load(program(kinds), folder, seed)
    step = 1e-6
    for n in range(4):
        value, gradient = ad.value_and_grad(f)(V.copy(), n)
        slopes = [(f(V + step * e, n) - f(V - step * e, n)) / (2 * step) for e in np.eye(3)]
        if not np.isclose(value, f(V.copy(), n), rtol=1e-12):
            return f"{kinds}, n = {n}: value {value}, not {f(V.copy(), n)}"
        if not np.allclose(gradient, slopes, rtol=1e-5, atol=1e-7):
            return f"{kinds}, n = {n}: gradient {gradient}, not {slopes}"
    return None


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), check))
