import itertools
from typing import Any

import numpy as np
import pytest

from autodiff_sst.core.text import show
from autodiff_sst.core.validate import validate
from autodiff_sst.frontend.fence import fence
from autodiff_sst.frontend.lower import lower
from autodiff_sst.frontend.source import read_source
from autodiff_sst.optimize.copies import propagate_copies
from autodiff_sst.optimize.dead_code import remove_dead_code
from autodiff_sst.runtime.sequences import as_sequence


def branches(x, n):
    if x > 1:
        y = x * 2
    elif x < -1:
        return x - 1
    else:
        y = x
        if n:
            return y * 3
    z = 1 if y > 3 else 2
    return y + z


def loops(x, n):
    s = x
    for i in range(n):
        t = s * 2
        if i % 2:
            t = t + i
        for j in range(i, 0, -1):
            s = s + t * j
    else:
        s = s + 100
    return s, i if n else None


def whiles(x, n):
    k = 0
    while k < n and x < 50:
        x = x * 1.5
        k += 1
    return x, k


def exits(x, n):
    for i in range(1, 10, 2):
        if i == n:
            continue
        x = x * i
        if x > 1000:
            break
        for j in range(n):
            if j == 3:
                break
            if x > 600:
                return x, "inside", i, j
            x += j
        else:
            x = x + 0.5
    else:
        x = -x
    return x, "end", i, n


def return_in_while(x, n):
    while True:
        x = x * 2
        if x > 100:
            return x
        n -= 1
        if n < 0:
            break
    return -x


def logic(x, n):
    a = x > 0 and n
    b = not a or 0 < x < n <= 5
    if (c := n + 1) > 3 and b:
        return a, b, c
    return b, c


def sequences(x, n):
    total = 0.0
    items = [x, 2.0, 3.0]
    for a, (k, b) in zip(items, enumerate((4.0, 5.0), 1), strict=False):
        total = total * a + k * b
    for c in reversed(items):
        total = total - c * total
    for key in {"a": 1, "bb": 2}:
        total = total + len(key)
    for p, q in enumerate(range(n)):
        total += p * q
    u, [v, w] = 1.0, (2.0, x)
    v, w = w, v
    return total, u, v, w


def undefined(x, n):
    for i in range(n):
        if i > 0:
            x = x + t  # noqa: F821 - bound in the turn before
        t = x * i
        x = x + t
    return x


def lists(x, n):
    items = [x]
    for i in range(n):
        items.append(items[-1] * 0.5 + i)
    pairs = [(a, k) for k, a in enumerate(items) if k % 2 == 0 for _ in range(2)]
    i = sum(a * k for a, k in pairs)
    return items, pairs, i, [y for y in items if y > 1]


FUNCTIONS = [lists, branches, loops, whiles, exits, return_in_while, logic, sequences, undefined]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_the_core_computes_what_the_function_does(function: Any) -> None:
    source = read_source(function)
    fence(source)
    core = lower(source).function
    validate(core, "lower")
    tidy = remove_dead_code(propagate_copies(core))
    validate(tidy, "dead_code")

    def push(stack: Any, *values: Any) -> None:
        raise AssertionError

    import operator

    for program in (core, tidy):
        namespace = {
            "np": np,
            "as_sequence": as_sequence,
            "operator": operator,
            "push": push,
            "append": list.append,
        }
        exec(show(program), namespace)
        run: Any = namespace[function.__name__]
        for x, n in itertools.product([-3.0, -0.5, 0.0, 0.7, 2.0, 40.0, 700.0], range(6)):
            assert run(x, n) == function(x, n), show(program)


def test_the_worked_example_lowers_to_a_carry() -> None:
    def f(x, n):
        s = 1.0
        for i in range(n):  # noqa: B007
            s = np.sin(s) * x
        return s

    core = remove_dead_code(propagate_copies(lower(read_source(f)).function))
    assert show(core) == (
        "def f(x, n):\n    s = 1.0\n    for i in range(n):\n        t = np.sin(s)\n"
        "        s_1 = t * x\n        s = s_1\n    return s\n"
    )
