from functools import partial
from typing import Any

import autodiff_sst as ad
from autodiff_sst.analysis.facts import find_facts
from autodiff_sst.analysis.values import abstract
from autodiff_sst.core.syntax import Function
from autodiff_sst.optimize.hoist import hoist
from autodiff_sst.optimize.pushes import save_less
from tests.passes import check_pass


def test_what_is_at_hand_is_not_saved() -> None:
    check_pass(
        save_less,
        """
        saved = stack()
        t = -x
        s = x
        for i in range(n):
            u = s * t
            push(saved, s, t, 0.5, s, u)
            s = u
        r = 0.0
        for j in range(n):
            a, b, c, d, e = pop(saved)
            v = a * b
            w = c * d
            y = r + v
            z = y + w
            q = z + e
            r = q
        return r
        """,
        """
        saved = stack()
        t = -x
        s = x
        for i in range(n):
            u = s * t
            push(saved, s, u)
            s = u
        r = 0.0
        for j in range(n):
            a, e = pop(saved)
            v = a * t
            w = 0.5 * a
            y = r + v
            z = y + w
            q = z + e
            r = q
        return r
        """,
        x=1.3,
        n=3,
    )


def test_what_another_turn_has_made_is_saved() -> None:
    text = """
        saved = stack()
        r = 0.0
        for i in range(n):
            t = x * i
            for k in range(i):
                push(saved, t)
            y = r + t
            r = y
        for j in range(n):
            u = x * j
            for l in range(j):
                v = pop(saved)
                w = v + u
        return r
        """
    check_pass(save_less, text, text, x=1.3, n=3)


def hoisting(arguments: Any, function: Function) -> Function:
    facts = {k: abstract(v) for k, v in arguments.items()}
    return hoist(function, find_facts(function, facts))


def test_numbers_move_before_the_loop_and_the_rest_stays() -> None:
    arguments = {"x": 1.3, "n": 3, "y": 2.0}
    change = partial(hoisting, arguments)
    change.__name__ = "hoist"  # type: ignore[attr-defined]
    check_pass(
        change,
        """
        s = x
        for i in range(n):
            t = -x
            r = s
            for k in range(n):
                u = t * y
                v = u / y
                w = r * v
                r = w
            s = r
        return s
        """,
        """
        t = -x
        u = t * y
        s = x
        for i in range(n):
            r = s
            for k in range(n):
                v = u / y
                w = r * v
                r = w
            s = r
        return s
        """,
        **arguments,
    )


def test_gradients_of_loops_save_little() -> None:
    def f(x: float, n: int) -> float:
        s = 0.0
        for _ in range(n):
            s = s + s * -x * 0.5 / 2.0
        return s + x

    derivative = ad.grad(f)
    assert derivative(0.5, 3) == 1.0
    assert derivative.source.count("append") == 1
