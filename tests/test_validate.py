import dataclasses
from typing import Any

import numpy as np
import pytest

from autodiff_sst.core.parse import parse
from autodiff_sst.core.syntax import Assign, Binary, Carry, For, Function, Literal, Merge, Name
from autodiff_sst.core.validate import InvalidCoreError, validate
from tests.test_text import EVERY_STATEMENT


def program(body: str, result: str = "x") -> Function:
    lines = "\n".join("    " + line for line in body.strip("\n").splitlines())
    return parse(f"def f(x, n):\n{lines}\n    return {result}", {"np": np})


def test_a_program_of_every_statement_is_core() -> None:
    validate(parse(EVERY_STATEMENT, {"np": np, "warn": print}))


def test_the_same_branch_of_a_later_if_sees_what_was_bound() -> None:
    validate(
        program(
            "c = x > 0\n"
            "if c:\n    y = np.sin(x)\n    d = y > 1\n    if d:\n        z = y\n"
            "if c:\n    w = y\n    if d:\n        v = z\n"
        )
    )


def replace_last(function: Function, **changes: Any) -> Function:
    last = dataclasses.replace(function.body[-1], **changes)
    return dataclasses.replace(function, body=(*function.body[:-1], last))


IF = "c = x > 0\nif c:\n    y = np.sin(x)\nelse:\n    z = x"
LOOP = "s = x\nfor i in range(n):\n    s_1 = s * x\n    s = s_1"
WRONG = {
    "`y` is not bound before": replace_last(program("t = x"), value=Name("y")),
    "`t` is bound twice": dataclasses.replace(
        program("t = x"), body=(Assign("t", Name("x")), Assign("t", Name("n")))
    ),
    "`x` is bound twice": replace_last(program("t = x"), target="x"),
    "an atom was due, not Binary": replace_last(
        program("t = x + n"), value=Binary("+", Binary("+", Name("x"), Name("n")), Name("n"))
    ),
    "`z` is not seen here": program(IF + "\nif c:\n    w = z"),
    "`y` is not seen here": program(IF + "\nw = y"),
    "`s_1` is not seen here": program(LOOP + "\nw = s_1"),
    "`i` is not seen here": program(LOOP + "\nw = i"),
    "`s` is not bound before": replace_last(
        program(LOOP), carries=(Carry("s", Name("s"), Name("s_1")),)
    ),
    "`y_1` needs 2 values": replace_last(program(IF), merges=(Merge("y_1", (Name("x"),)),)),
    "is no literal": replace_last(program("t = x"), value=Literal(float("nan"))),
    "`x` is no stack": program("push(x, n)"),
    "`x` is no buffer": program("x += n"),
    "`b` was read before": program("b = np.zeros_like(x)\nt = b * 2\nb += t"),
    "`b` is read and accumulated into in one loop": program(
        "b = np.zeros_like(x)\nfor i in range(n):\n    b += x\n    t = b * 2"
    ),
    "a range has one to three bounds": replace_last(program(LOOP), bounds=()),
    "NoneType is no expression": replace_last(program("t = x"), value=None),
}


@pytest.mark.parametrize("reason", WRONG)
def test_a_wrong_program_is_refused_and_the_statement_named(reason: str) -> None:
    with pytest.raises(InvalidCoreError) as caught:
        validate(WRONG[reason], after="a pass")
    assert reason in str(caught.value)
    assert str(caught.value).startswith("after a pass: `")


def test_the_message_quotes_the_statement() -> None:
    wrong = program("t = x + n\nw = x\nfor i in range(n):\n    s = t\nu = s")
    assert isinstance(wrong.body[2], For)
    with pytest.raises(InvalidCoreError, match="after lower: `u = s`: `s` is not seen here"):
        validate(wrong, "lower")


def test_the_result_is_checked_too() -> None:
    with pytest.raises(InvalidCoreError, match="the result"):
        validate(dataclasses.replace(program("t = x"), result=Name("nothing")))
