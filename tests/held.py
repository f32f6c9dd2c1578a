"""Random programs with arrays and numbers that dicts, lists and objects hold, under several names.

`python -m tests.held FIRST COUNT` checks that many seeds, as `tests.programs` does.
"""

from __future__ import annotations

import sys
from functools import partial

from tests.programs import Generator, check, main

HEAD = """import numpy as np


class Held:
    def __init__(self, a, b):
        self.a = a
        self.b = b

    def turn(self):
        self.a, self.b = self.b, self.a

    def put(self, new):
        old = self.a
        self.a = new
        return old


"""


class Holding(Generator):
    def program(self) -> str:
        rng = self.rng
        first, second = rng.choice(
            [("v * x", "v.copy()"), ("x * 2.0", "x"), ("[x, v[0], 1.0]", "[0.0] * 3")]
        )
        self.kind = "number" if "v" not in first else "list" if first[0] == "[" else "array"
        made, places = rng.choice(
            [
                (f"{{'a': {first}, 'b': {second}}}", ["c['a']", "c['b']"]),
                (f"[{first}, {second}]", ["c[0]", "c[1]", "c[-1]", "c[n % 2]"]),
                (f"Held({first}, {second})", ["c.a", "c.b"]),
                (f"{{'a': [{first}, {second}]}}", ["c['a'][0]", "c['a'][1]"]),
                (f"Held({{'k': {first}}}, {{'k': {second}}})", ["c.a['k']", "c.b['k']"]),
            ]
        )
        self.places = places
        self.is_object = "Held" in made
        self.lines = [
            "def f(x, v, n):",
            f"    c = {made}",
            f"    t = {rng.choice(places)}",
            f"    u = {rng.choice(places)}",
        ]
        for _ in range(rng.randint(2, 4)):
            self.held("    ", 2)
        whole = " + ".join(
            f"np.sum(np.array({p}) * {k + 1})" for k, p in enumerate([*places, "t", "u"])
        )
        self.lines.append(f"    return np.tanh(0.1 * ({whole})) + x * np.sum(v)")
        return HEAD + "\n".join(self.lines) + "\n"

    def fresh(self) -> str:
        """A new thing of the kind that is held."""
        some = self.rng.choice([*self.places, "t", "u"])
        if self.kind == "list":
            return self.rng.choice([f"[w * x for w in {some}]", f"[{some}[1], x, {some}[0]]"])
        if self.kind == "array":
            return self.rng.choice([f"{some} * x", f"np.sin({some}) + v", f"{some}.copy()"])
        return self.rng.choice([f"{some} * x", f"np.sin({some}) + v[0]"])

    def held(self, pad: str, depth: int) -> None:
        rng = self.rng
        one, other = rng.choice(self.places), rng.choice(self.places)
        name = rng.choice(["t", "u"])
        some = rng.choice([*self.places, "t", "u"])
        at = rng.choice(["0", "1", "-1", "n % 3"])
        choices = [
            [f"{name} = {one}"],
            [f"{one} = {self.fresh()}"],
            [f"{one} = {self.fresh()}"],
            [f"{one} = {name}"],
            [f"{name} = {self.fresh()}"],
            [f"{one}, {other} = {other}, {one}"],
            [f"{one} = {other}"],
            [f"t, u = u, {one}"],
            [f"{name} = {one}", f"{one} = {other}", f"{other} = {name}"],
        ]
        if self.kind != "number":
            choices += [
                [f"{some}[{at}] = np.tanh({other}[1] * x)"],
                [f"{some}[{at}] *= x"],
                [f"{one}[{at}] += {other}[0] * {name}[1]"],
            ]
        if self.kind == "array":
            choices += [[f"{one} += v * x"], [f"{name} *= 0.5"], [f"{one}[1:] = {name}[:-1]"]]
        if self.is_object and self.places[0] == "c.a":
            choices += [["c.turn()"], [f"{name} = c.put({self.fresh()})"]]
        if self.places[0] == "c[0]":
            choices += [[f"for w in c:{pad}"], [f"c = [{some}, {other}]"]]
        kind = rng.random()
        if depth and kind < 0.2:
            test = rng.choice(["x > 0.2", "n > 1", "n == 0"])
            self.lines.append(f"{pad}if {test}:")
            self.held(pad + "    ", depth - 1)
            if rng.random() < 0.5:
                self.lines.append(f"{pad}else:")
                self.held(pad + "    ", depth - 1)
        elif depth and kind < 0.45:
            self.count += 1
            self.lines.append(f"{pad}for i{self.count} in range({rng.choice(['n', '2'])}):")
            for _ in range(rng.randint(1, 3)):
                self.held(pad + "    ", depth - 1)
        else:
            chosen = rng.choice(choices)
            if chosen[0].startswith("for w"):
                add = "w += x" if self.kind == "array" else f"{name} = w"
                self.lines += [f"{pad}for w in c:", f"{pad}    {add}"]
            else:
                self.lines += [pad + line for line in chosen]


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), partial(check, generator=Holding)))
