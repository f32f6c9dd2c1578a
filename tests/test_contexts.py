"""`with` over managers that are written in Python, and what leaves a block on the way out."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad

X = np.array([0.5, -1.2, 2.0])
LOG: list[Any] = []


class Scaled:
    """Changes an array while it is open."""

    def __init__(self, a: Any, k: Any) -> None:
        self.a = a
        self.k = k

    def __enter__(self) -> Scaled:
        self.a[0] = self.a[0] * self.k
        LOG.append("enter")
        return self

    def __exit__(self, *error: object) -> None:
        self.a[0] = self.a[0] / self.k
        LOG.append("exit")


class Taken:
    def __init__(self, k: Any) -> None:
        self.k = k

    def __enter__(self) -> Taken:
        self.old = self.k * 2
        return self

    def __exit__(self, *error: object) -> bool:
        self.k = self.old
        return False


class Restored:
    """Asks what failed, and gives what it holds."""

    def __init__(self, a: Any) -> None:
        self.a = a

    def __enter__(self) -> Any:
        return self.a

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if kind is not None:
            self.a[:] = 0.0


@contextlib.contextmanager
def with_item(a: Any, i: int, v: Any) -> Iterator[Any]:
    old = a[i]
    a[i] = v
    try:
        yield a
    finally:
        a[i] = old


@contextlib.contextmanager
def doubled(v: Any) -> Iterator[Any]:
    LOG.append("before")
    yield v * 2
    LOG.append("after")


def returned(x: Any) -> Any:
    y = x.copy()
    with Taken(x[0]) as s:
        s.k = s.k * x[1]
        if x[1] > 0:
            return np.sum(y)
        z = np.sum(y * s.k)
    return z * s.k


def left_in_a_loop(x: Any) -> Any:
    total = 0.0
    for i in range(4):
        with doubled(x[1]) as d:
            if i == 1:
                continue
            if i == 3:
                break
            total += d * x[i % 3]
        total *= x[2]
    return total


def two(x: Any) -> Any:
    with Taken(x[2]) as a, Taken(a.k * x[1]) as b:
        r = a.k * b.k
    return r * a.k * b.k


def held(x: Any) -> Any:
    c = Taken(x[0])
    with c as d:
        d.k = d.k * x[1]
        r = d.k
    return r * c.k


def item_for_a_while(x: Any) -> Any:
    y = x.copy()
    with with_item(y, 0, x[1] * 2) as z:
        r = np.sum(z * z)
    return r * y[0]


def loop_returns(x: Any) -> Any:
    def inner() -> Any:
        with doubled(x) as z:
            for v in z:
                if v < 0:
                    return v * v
        return 1.0

    return inner() * x[0]


def failed_inside(x: Any) -> Any:
    y = x.copy()
    try:
        with with_item(y, 0, x[1] * 2):
            if x[0] > 0:
                raise ValueError("a")
            r = 1.0
    except ValueError:
        r = y[0] * 3
    return r * y[0]


def index_inside(x: Any) -> Any:
    y = x.copy()
    try:
        with with_item(y, 0, x[1] * 2):
            r = y[7]
    except IndexError:
        r = np.sum(y * y)
    return r


def finally_and_returns(x: Any) -> Any:
    def f(v: Any) -> Any:
        try:
            if v > 1:
                return v * v
            if v < 0:
                raise ValueError
            return v * 3
        except ValueError:
            return v * 5
        finally:
            LOG.append(1)

    return sum(f(v) * v for v in x)


def finally_in_a_loop(x: Any) -> Any:
    s = 0.0
    for i in range(5):
        try:
            if i == 4:
                break
            s += x[i] * x[i]
            if i == 1:
                continue
            s *= 1.1
        except IndexError:
            s += 1
        else:
            s = s * x[0]
        finally:
            s = s + x[1]
    return s


def until_it_fails(x: Any) -> Any:
    i = 0
    s = 0.0
    while True:
        try:
            s += x[i] ** 2
        except IndexError:
            break
        finally:
            i += 1
    return s * i


def runtime_managers(x: Any) -> Any:
    for i in range(3):
        with np.errstate(all="ignore"), np.printoptions(precision=3):
            if x[i] < 0:
                break
    with np.errstate(all="ignore"):
        return np.sum(np.log(x * x)) * x[i] ** 2


PROGRAMS = [
    *(returned, left_in_a_loop, two, held, item_for_a_while, loop_returns, failed_inside),
    *(index_inside, finally_and_returns, finally_in_a_loop, until_it_fails, runtime_managers),
]


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_program(f: Any) -> None:
    LOG.clear()
    expected = f(X.copy())
    log = [*LOG]
    LOG.clear()
    value, pull = ad.vjp(f, X.copy())
    np.testing.assert_allclose(value, expected)
    assert log == LOG
    steps = 1e-6 * np.eye(3)
    slopes = np.array([(f(X + h) - f(X - h)) / 2e-6 for h in steps])
    np.testing.assert_allclose(pull(1.0)[0], slopes, rtol=1e-5, atol=1e-7)
    v = np.array([0.3, 1.1, -0.7])
    LOG.clear()
    np.testing.assert_allclose(ad.jvp(f, (X.copy(),), (v,))[1], slopes @ v, rtol=1e-5)
    assert log == LOG
    moved = (ad.grad(f)(X + 1e-5 * v) - ad.grad(f)(X - 1e-5 * v)) / 2e-5
    np.testing.assert_allclose(ad.hvp(f)(X, v), moved, rtol=1e-4, atol=1e-5)


class Counted:
    def __init__(self) -> None:
        self.calls: list[str] = []

    def __enter__(self) -> None:
        self.calls.append("enter")

    def __exit__(self, *error: object) -> None:
        self.calls.append("exit")


@pytest.mark.parametrize("x", [2.0, -1.0])
def test_manager_of_the_caller_in_a_try(x: float) -> None:
    counted = Counted()

    def f(x: Any) -> Any:
        try:
            with counted:
                y = math.sqrt(x)
                y = y * y * y
        except ValueError:
            y = x * x
        return y

    gradient = ad.grad(f)(x)
    np.testing.assert_allclose(gradient, 1.5 * np.sqrt(x) if x > 0 else 2 * x)
    assert counted.calls == ["enter", "exit"]


def test_what_a_manager_gives_may_be_what_it_holds() -> None:
    """It was taken for something new, and what was written to it was lost."""

    def f(x: Any) -> Any:
        y = x.copy()
        with Restored(y) as v:
            v *= 2
        return np.sum(y * y)

    with pytest.raises(ad.AutodiffError):
        ad.grad(f)(X)


def test_manager_of_the_caller_is_read_and_changed() -> None:
    """Its attributes were those of before it was entered."""

    class Factor:
        def __init__(self) -> None:
            self.calls: list[str] = []
            self.k = 1.0

        def __enter__(self) -> None:
            self.calls.append("enter")
            self.k *= 3

        def __exit__(self, *error: object) -> None:
            self.calls.append("exit")
            self.k /= 4

    def scaled(factor: Factor) -> Any:
        def f(x: Any) -> Any:
            a = x * len(factor.calls) + factor.k
            with factor:
                y = x * x * len(factor.calls) * factor.k
            return y * len(factor.calls) * factor.k + a

        return f

    value, pull = ad.vjp(scaled(Factor()), 2.0)
    assert value == scaled(Factor())(2.0) == 19.0
    np.testing.assert_allclose(pull(1.0)[0], 18.0)
    changed = Factor()
    ad.grad(scaled(changed))(2.0)
    assert (changed.calls, changed.k) == (["enter", "exit"], 0.75)


def test_manager_that_asks_what_failed_is_refused() -> None:
    restored = Restored(np.ones(3))

    def f(x: Any) -> Any:
        with restored:
            y = x * x
        return y * restored.a[0]

    with pytest.raises(ad.AutodiffError, match="asks what failed"):
        ad.grad(f)(2.0)


@contextlib.contextmanager
def told(v: Any) -> Iterator[Any]:
    """What follows its `yield` is run unless the block fails."""
    LOG.append("begin")
    yield v * 0.5
    LOG.append("end")


@contextlib.contextmanager
def told_always(v: Any) -> Iterator[Any]:
    try:
        yield v * 3
    finally:
        LOG.append("finally")
    LOG.append("after")


def raises_in_it(x: Any) -> Any:
    s = x[0] * x[1]
    try:
        with told(s) as v:
            s = s + v
            raise ValueError("no")
    except ValueError:
        s = s * x[2]
    return s * s


def fails_in_it(x: Any) -> Any:
    s = x[0] * x[1]
    for k in range(2, 5):
        try:
            with told(s) as v, told_always(v) as w:
                s = s + w * x[k]
        except IndexError:
            s = s * x[2]
    return s * s


def leaves_it(x: Any) -> Any:
    s = x[0]
    for k in range(4):
        with told(s) as v, told_always(v) as w:
            if k == 1:
                continue
            if k == 3:
                break
            s = s * w + x[k % 3]
    with told(s):
        return s * s


@pytest.mark.parametrize("f", [raises_in_it, fails_in_it, leaves_it])
def test_what_follows_yield_is_not_run_where_the_block_fails(f: Any) -> None:
    LOG.clear()
    f(X.copy())
    expected = [*LOG]
    assert "begin" in expected
    for run in (lambda: ad.grad(f)(X.copy()), lambda: ad.jvp(f, (X.copy(),), (X,))):
        LOG.clear()
        run()
        assert expected == LOG
    ad.check_grads(f, (X,))
