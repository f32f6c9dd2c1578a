"""The errors of the interface, each whole: place, what is wrong, how one came there, what to do."""

import ctypes
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad

X = np.array([1.0, 2.0])


def yields(x):
    yield x * x


def helper(x):
    return np.nextafter(x, 2.0) * x


def calls_a_helper(x):
    return helper(x * 3.0)


def reads_memory(x):
    return ctypes.c_double(x).value * x


def vector(x):
    return x * 2.0


def scaled(x, n):
    return np.sum(x) * n


@ad.custom_gradient
def square(x):
    return x * x, lambda bar: bar * x  # by mistake


def wrong(x):
    return np.sum(square(x))


def place(function: Any, part: str, words: str, instead: str) -> str:
    """The whole text of an error at the part of a line."""
    lines, first = inspect.getsourcelines(function)
    k = next(k for k, line in enumerate(lines) if part in line)
    line = lines[k].rstrip()
    column = line.index(part)
    return (
        f"{__file__}, line {first + k}, column {column + 1}: {words}\n"
        f"{first + k:5} | {line}\n"
        f"      | {' ' * column}{'^' * len(part)}\n"
        f"Write instead: {instead}"
    )


NEXT = "`np.nextafter` has no derivative rule, and no Python source to differentiate"
CASES: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (
        lambda: ad.grad(yields)(1.0),
        ad.UnsupportedSyntaxError,
        place(
            yields, "yield x * x", "`yield` has no derivative",
            "append the values to a list and return it.",
        ),
    ),
    (
        lambda: ad.grad(calls_a_helper)(1.0),
        ad.MissingRuleError,
        place(
            helper, "np.nextafter(x, 2.0)", NEXT, "register one: `@ad.adjoint(np.nextafter)`."
        ),
    ),
    (
        lambda: ad.grad(reads_memory)(1.0),
        ad.MissingRuleError,
        place(
            reads_memory, "ctypes.c_double(x)", NEXT.replace("np.nextafter", "ctypes.c_double"),
            "register one: `@ad.adjoint(ctypes.c_double)`.",
        ),
    ),
    (
        lambda: ad.grad(vector)(X),
        ad.NonScalarOutputError,
        place(
            vector, "def vector(x):",
            "the gradient is of a real scalar; the function returned shape (2,)",
            "reduce it to a scalar, with `np.sum` say, or take `ad.jacobian` or `ad.vjp`.",
        ),
    ),
    (
        lambda: ad.grad(scaled, argnums=1)(X, 3),
        ad.NonDifferentiableInputError,
        place(
            scaled, "def scaled(x, n):", "the derivative by `n` was asked for, which is an int",
            "pass a float or an array of floats.",
        ),
    ),
    (
        lambda: ad.grad(np.nextafter)(1.0, 2.0),
        ad.SourceUnavailableError,
        "`nextafter` is a ufunc, with no Python source\n"
        "Write instead: register a derivative for it: `@ad.adjoint(the_function)`",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "text"), CASES)
def test_the_whole_text(call: Callable[[], Any], kind: type[Exception], text: str) -> None:
    with pytest.raises(kind) as raised:
        call()
    assert str(raised.value) == text


def test_a_difference_names_the_argument_the_index_and_both_numbers() -> None:
    with pytest.raises(ad.GradientMismatchError) as raised:
        ad.check_grads(wrong, (X,), order=1, modes=("reverse",))
    for part in ("argument 0", "at (0,)", "is 1.0", "finite differences give 2.0"):
        assert part in str(raised.value)


def test_a_tape_that_is_used_twice() -> None:
    x = ad.Variable(2.0)
    with ad.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x)
    with pytest.raises(ad.TapeError) as raised:
        tape.gradient(y, x)
    assert "persistent=True" in str(raised.value)
