"""Random programs on dicts with computed keys, lists in lists and in dicts, that grow and shrink.

`python -m tests.gathered FIRST COUNT`, as `tests.programs`.
"""

from __future__ import annotations

import sys
from functools import partial

from tests.programs import Generator, check, main


class Gathered(Generator):
    """`d` holds numbers, `g` and `r` lists of numbers, `t` numbers; `a` and `b` are numbers."""

    def program(self) -> str:
        rng = self.rng
        self.lines = ["def f(x, v, n):", "    a = x", "    b = 0.3"]
        self.lines += [
            "    d = " + rng.choice(["{}", "{0: x, 1: v[0]}", "{k: v[k] * x for k in range(3)}"]),
            "    g = " + rng.choice(["defaultdict(list)", "{}", "defaultdict(list)"]),
            "    r = " + rng.choice(["[[], [], []]", "[[w] for w in v]", "[[] for _ in range(3)]"]),
            "    t = " + rng.choice(["[x]", "[w * x for w in v]", "list(v)"]),
        ]
        self.plain = "defaultdict" not in self.lines[4]
        self.statements(depth=2, indent=1, ints=["n"])
        self.lines += [
            f"    a = a + {rng.choice(self.sums())} * 0.5",
            f"    return a * b + np.tanh({' + '.join(self.sums())})",
        ]
        return "from collections import defaultdict\n\nimport numpy as np\n\n\n" + "\n".join(
            self.lines
        )

    def sums(self) -> list[str]:
        return [
            "sum(d.values())",
            "sum(w * k for k, w in d.items())",
            "sum(sum(p) * len(p) for p in g.values())",
            "sum(sum(p) for p in r)",
            "sum(w * w for p in r for w in p)",
            "sum(t)",
            "len(d) * x",
        ]

    def key(self, ints: list[str]) -> str:
        i = self.rng.choice(ints)
        return self.rng.choice([f"{i} % 3", f"({i} + 1) % 3", "0", "1", f"({i} * 2) % 3"])

    def value(self, ints: list[str]) -> str:
        k = self.key(ints)
        a = self.rng.choice(
            [*("a", "b", "x", f"v[{k}]", "a * b", "np.sin(a)", f"d.get({k}, x)"),
             *(f"sum(r[{k}])", "t[-1]", f"sum(g[{k}])" if not self.plain else "t[0]", "len(t) * a")]
        )  # fmt: skip
        return self.rng.choice([a, f"{a} * 0.5 + b", f"np.tanh({a} * x)"])

    def statements(self, depth: int, indent: int, ints: list[str]) -> None:
        rng, pad = self.rng, "    " * indent
        for _ in range(rng.randint(2, 4)):
            kind = rng.random()
            if depth and kind < 0.25:
                self.count += 1
                k = f"k{self.count}"
                bounds = rng.choice(["n", "3", "1, n + 1", "len(v)", "n, 0, -1"])
                self.lines.append(f"{pad}for {k} in range({bounds}):")
                self.statements(depth - 1, indent + 1, [*ints, k])
            elif depth and kind < 0.4:
                k = self.key(ints)
                tests = [self.test(ints), f"{k} in d", f"len(r[{k}]) > 1", "len(d) > 1", "x > 0"]
                self.lines.append(f"{pad}if {rng.choice(tests)}:")
                self.statements(depth - 1, indent + 1, ints)
            else:
                self.lines += [pad + line for line in self.change(ints).splitlines()]

    def change(self, ints: list[str]) -> str:
        k, value = self.key(ints), self.value(ints)
        group = f"g[{k}]"
        before = f"if {k} not in g:\n    {group} = []\n" if self.plain else ""
        return self.rng.choice(
            [
                f"d[{k}] = {value}",
                f"d[{k}] = d.get({k}, 0.0) + {value}",
                f"if {k} in d:\n    d[{k}] *= {value}",
                f"a = np.tanh(d.pop({k}, {value}))",
                f"if {k} in d:\n    del d[{k}]",
                "for q in d:\n    a = np.tanh(a + d[q] * q)",
                "for q in sorted(d):\n    b = np.sin(b + d[q])",
                f"for q in list(d):\n    if d[q] > 0.2:\n        d[q] = d[q] * {value}",
                f"{before}{group}.append({value})",
                f"{before}{group}.append({value})",
                f"{before}if {group}:\n    a = np.tanh({group}[-1] * {value})",
                f"r[{k}].append({value})",
                f"r[{k}].append({value})",
                f"if r[{k}]:\n    a = np.tanh(a + r[{k}].pop())",
                f"if r[{k}]:\n    r[{k}][0] = {value}",
                f"r[{k}] = r[{k}] + [{value}]",
                f"r[{k}] = [{value}, b]",
                f"for q in r[{k}]:\n    b = np.sin(b * q + {value})",
                f"t.append({value})",
                f"t[0] = {value}",
                f"t[{k} - 1] *= np.tanh({value})" if self.rng.random() < 0.5 else "t = [*t, a]",
                f"a = {value}",
                f"b = np.tanh({value})",
            ]
        )


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), partial(check, generator=Gathered)))
