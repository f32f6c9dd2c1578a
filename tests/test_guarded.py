"""`try` and `with`: the value, the gradient, the exceptions and the effects of the primal."""

import contextlib
import math
import warnings
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad


def else_and_finally(x: float) -> float:
    try:
        y = math.log(x)
    except ValueError:
        y = x * 10.0
    else:
        y = y * x
    finally:
        x = x * 2.0
    return y + x * x


def returning(x: float) -> float:
    try:
        return math.sqrt(x - 1.0) * x
    except ValueError:
        return x**3


def partly_done(x: float, n: int) -> float:
    y = x
    try:
        y = y * x
        z = y / n
        y = y * z
    except ZeroDivisionError:
        y = y + 3.0 * x
    return y * x


def several_handlers(x: float, key: str) -> float:
    table = {"a": x, "b": x * x}
    try:
        if key == "c":
            raise KeyError(key)
        y = math.log(x) * table[key]
    except KeyError as error:
        y = x * len(error.args)
    except (ValueError, TypeError):
        y = -x
    return y * y


def in_a_loop(xs: Any) -> Any:
    total = 0.0
    for x in xs:
        try:
            total = total + math.log(x) * x
        except ValueError:
            continue
        total = total * 1.5
    return total


def inlined_raise(x: float) -> float:
    def checked(v: float) -> float:
        if v > 1.0:
            raise OverflowError("too large")
        return v * v

    try:
        y = checked(x)
    except OverflowError as error:
        y = x * len(str(error))
    return y * x


CASES = [
    (else_and_finally, (2.5,)), (else_and_finally, (-1.5,)), (returning, (2.5,)),
    (returning, (0.5,)), (partly_done, (1.3, 2)), (partly_done, (1.3, 0)),
    (several_handlers, (1.3, "a")), (several_handlers, (1.3, "b")),
    (several_handlers, (-1.3, "b")), (several_handlers, (1.3, "c")),
    (several_handlers, (1.3, "d")), (inlined_raise, (0.7,)), (inlined_raise, (1.7,)),
    (in_a_loop, (np.array([0.5, -1.0, 2.0, 1.5]),)),
]  # fmt: skip


@pytest.mark.parametrize(("function", "args"), CASES)
def test_value_and_gradient(function: Any, args: Any) -> None:
    x, *rest = args
    value, gradient = ad.value_and_grad(function)(*args)
    assert value == function(*args)
    along = 1.0 if isinstance(x, float) else np.ones_like(x)
    step = 1e-6
    expected = (function(x + step * along, *rest) - function(x - step * along, *rest)) / (2 * step)
    np.testing.assert_allclose(np.sum(gradient), expected, rtol=1e-6)
    dots = (along, *(0.0 if isinstance(r, float) else None for r in rest))
    tangent = ad.jvp(function, args, dots)[1]
    np.testing.assert_allclose(tangent, np.sum(gradient), rtol=1e-12)


def test_what_no_handler_fits_passes_through() -> None:
    def f(x: float) -> float:
        try:
            y = math.log(x)
        except TypeError:
            y = 0.0
        return y * x

    with pytest.raises(ValueError, match=r"math domain error|expected a positive"):
        ad.value_and_grad(f)(-1.0)

    def again(x: float) -> float:
        try:
            y = math.log(x)
        except ValueError:
            raise
        return y

    with pytest.raises(ValueError):
        ad.grad(again)(-1.0)


def managers(x: Any) -> Any:
    with np.errstate(divide="ignore", invalid="raise"):
        y = x / (x + 1.0)
    with contextlib.suppress(ZeroDivisionError):
        y = y * x
        y = y + 1 / 0
        y = y * 1000.0
    with contextlib.nullcontext(x * 3.0) as z, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        y = y + z * z
    return y


def test_with() -> None:
    value, gradient = ad.value_and_grad(managers)(0.7)
    assert value == managers(0.7)
    np.testing.assert_allclose(gradient, (managers(0.7 + 1e-6) - managers(0.7 - 1e-6)) / 2e-6)


def returned_inside(x: Any) -> Any:
    with np.errstate(all="ignore"):
        if x > 1.0:
            return np.log(x) * x
        with warnings.catch_warnings():
            if x > 0.5:
                return x * x
        y = x * 3.0
    return y * x


@pytest.mark.parametrize("x", [0.3, 0.7, 1.7])
def test_return_inside_with(x: float) -> None:
    before = np.geterr()
    value, gradient = ad.value_and_grad(returned_inside)(x)
    assert value == returned_inside(x)
    expected = (returned_inside(x + 1e-6) - returned_inside(x - 1e-6)) / 2e-6
    np.testing.assert_allclose(gradient, expected, rtol=1e-6)
    assert np.geterr() == before


def test_a_manager_is_left_when_the_program_fails() -> None:
    def f(x: Any) -> Any:
        with np.errstate(divide="raise"):
            y = np.sum(np.log(x))
        return y

    before = np.geterr()
    assert ad.grad(f)(np.array([2.0])) == [0.5]
    with pytest.raises(FloatingPointError):
        ad.value_and_grad(f)(np.array([0.0]))
    assert np.geterr() == before
