from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad
from autodiff_sst.core.syntax import Function
from autodiff_sst.emit.nest import to_tree
from autodiff_sst.emit.printer import print_tree
from autodiff_sst.runtime.broadcast import unbroadcast, unbroadcast_from
from tests.passes import program, run


def nested(text: str, **arguments: Any) -> str:
    function = program(text, arguments)
    printed = print_tree(to_tree(function, frozenset(["x", "n", "v", "a", "b"]), {}))
    namespace: dict[str, Any] = {"np": np}
    exec(printed, namespace)
    np.testing.assert_equal(namespace["f"](**arguments), run(function, arguments))
    lines = [line for line in printed.splitlines()[1:] if line.strip()]
    return "\n".join(line.removeprefix("    ") for line in lines)


def check(before: str, after: str, **arguments: Any) -> None:
    assert nested(before, **arguments) == after


def test_temporaries_used_once_fold_and_others_stay() -> None:
    check(
        "t = x + 1; t_1 = t * t; t_2 = -t_1; t_3 = t_2 ** 2; y = t_3 * x; return y",
        "t = x + 1\ny = (-(t * t)) ** 2 * x\nreturn y",
        x=2.0,
    )


def test_the_worked_loop_reads_as_by_hand() -> None:
    check(
        """
        s = 1.0
        for i in range(n):
            t = np.sin(s)
            s_1 = t * x
            s = s_1
        return s
        """,
        "s = 1.0\nfor i in range(n):\n    s = np.sin(s) * x\nreturn s",
        x=0.5,
        n=3,
    )


def test_versions_that_are_alive_together_keep_their_names() -> None:
    check(
        """
        s = x
        for i in range(n):
            s_1 = s * 2.0
            s_2 = s_1 + s
            s = s_2
        return s
        """,
        "s = x\nfor i in range(n):\n    s_1 = s * 2.0\n    s = s_1 + s\nreturn s",
        x=0.5,
        n=3,
    )


def test_carries_that_swap_are_assigned_at_once() -> None:
    check(
        """
        p = x
        q = 1.0
        for i in reversed(range(n)):
            p, q = q, p
        y = p - q
        return y
        """,
        "p = x\nq = 1.0\nfor i in range(n):\n    p, q = q, p\ny = p - q\nreturn y",
        x=0.5,
        n=3,
    )


def test_branches_stacks_and_buffers() -> None:
    check(
        """
        saved = stack()
        b_bar = np.zeros_like(v)
        k = 0
        for i in range(n):
            t = v[i]
            t_1 = t > 0
            push(saved, t_1, t)
            if t_1:
                t_2 = t * x
                z = t_2
            else:
                z = 0.0
            k_1 = k + z
            k = k_1
        for j in reversed(range(n)):
            c, u = pop(saved)
            b_bar[j] += u
        b_bar += v
        y = (k, b_bar)
        return y
        """,
        "saved = []\nb_bar = np.zeros_like(v)\nk = 0\nfor i in range(n):\n    t = v[i]\n"
        "    t_1 = t > 0\n    saved.append((t_1, t))\n    if t_1:\n"
        "        z = t * x\n    else:\n        z = 0.0\n    k = k + z\n"
        "for j in reversed(range(n)):\n"
        "    c, u = saved.pop()\n    b_bar[j] += u\n"
        "b_bar += v\ny = (k, b_bar)\nreturn y",
        x=0.5,
        n=3,
        v=np.array([1.0, -1.0, 2.0]),
    )


def test_a_read_is_not_moved_past_an_accumulation() -> None:
    check(
        "b = np.zeros_like(v); t = np.sum(v); b[0] += t; t_1 = b * 2; return t_1",
        "b_1 = np.zeros_like(v)\nb_1[0] += np.sum(v)\nreturn b_1 * 2".replace("b_1", "b"),
        v=np.ones(2),
    )


@pytest.mark.parametrize("negated", [True, False])
def test_an_empty_branch_is_not_written(negated: bool) -> None:
    text = "c = x > 0\nif c:\n    {}\nelse:\n    {}\nreturn x"
    text = text.format(*(["pass", "print(x)"] if negated else ["print(x)", "pass"]))
    test = "not c" if negated else "c"
    check(text, f"c = x > 0\nif {test}:\n    print(x)\nreturn x", x=-1.0 if negated else 1.0)


def test_objects_may_get_another_text() -> None:
    function: Function = program("y = np.sin(x); return y", {"x": 1.0})
    (sin,) = {s.value.function for s in function.body}  # type: ignore[union-attr]
    text = print_tree(to_tree(function, frozenset(), {sin: "numpy.sin"}))  # type: ignore[dict-item]
    assert "numpy.sin(x)" in text


def number_named_as_its_list(x: Any, n: Any) -> Any:
    c = [x * 2.0, x]
    c[n % 2] = c[n % 2]
    for _ in range(2):
        c = [x, c[n % 2]]
        for _ in range(2):
            c[1] = c[-1] * x
    return c[n % 2]


def test_a_buffer_keeps_the_name_that_its_length_is_read_from() -> None:
    gradient = ad.grad(number_named_as_its_list)(0.3, 3)
    assert np.isclose(gradient, 5 * 0.3**4)


def test_a_cotangent_that_was_spread_out_may_be_written_to() -> None:
    rows = unbroadcast_from(1.0, np.zeros((2, 2)), np.zeros((2, 2)))
    rows[0] = 0.0
    spread = unbroadcast(np.ones(2), np.zeros((3, 2)))
    spread[0] = 0.0
    assert np.sum(rows) == 2 and np.sum(spread) == 4
