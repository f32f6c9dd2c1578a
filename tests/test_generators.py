"""Loops over what generator functions yield."""

import itertools
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives

X = np.array([0.3, 1.2, -0.7, 0.5])
V = np.array([1.0, -0.5, 0.3, 0.8])
SCALE = 0.5


def pairs(x):
    for i in range(len(x) - 1):
        yield x[i] * x[i + 1]


def in_a_loop(x):
    s = 0.0
    for q in pairs(x):
        s += q * q
    return s


def at_once(x):
    return sum(pairs(x)) * max(pairs(x)) + sum(np.sin(q) for q in pairs(x) if q > -2)


def listed(x):
    return np.sum(np.array(list(pairs(x))) ** 2)


def counted(x):
    s = 0.0
    for i, q in enumerate(pairs(x), 1):
        if i == 1:
            continue
        s += q * q * i
    return s


def left_early(x):
    s = 1.0
    for q in pairs(x):
        if q < -0.5:
            break
        s *= q
    else:
        s = 0.0
    return s * x[0]


def endless(a, b):
    while True:
        yield a
        a, b = b, a * b + 1


def returned_from(x):
    s = 0.0
    for k, v in enumerate(endless(x[0], x[1])):
        if k > 4:
            return s * x[2]
        s += v
    return s


def several(x, n=2):
    if n == 0:
        return
    yield x[0]
    yield from pairs(x * n)
    for k in range(n):
        if k > 1:
            return
        yield x[k] * k * SCALE
    yield 3.0


def of_several(x):
    s = 0.0
    for v in several(x, 3):
        s = s * 0.5 + v * v
    for v in several(x, n=0):
        s = s * v
    return s


def of_a_closure(x):
    def steps(y, n):
        for _ in range(n):
            y = np.tanh(y) + 0.1 * x
            yield y

    total = 0.0
    for i in range(2):
        for y in steps(x * (i + 1), 3):
            total += y.sum() ** 2
    return total


def nested(x):
    s = 0.0
    for a in pairs(x):
        for b in pairs(x):
            if b > 0.3:
                break
            s += a * b
    return s


def rows(a):
    for i in range(2):
        yield a[i]


def changing(x):
    a = x.reshape(2, 2) * 1.0
    for row in rows(a):
        row *= x[0]
    return (a**2).sum()


def interleaved(x):
    a = x.copy()
    s = 0.0
    for i, q in enumerate(pairs(a)):  # what comes next is read when its turn comes
        a[i + 1] = q * 0.5
        s += q
    return s


def running(x):
    s = 0.0
    for a in itertools.accumulate(x, lambda u, v: u * v + SCALE):
        s += a**2
    for a in itertools.accumulate(x, initial=x[1]):
        s = s * 0.9 + a * x[0]
    return s + np.sum(np.array(list(itertools.accumulate(x))) ** 2)


def flattened(x):
    rows = [x[:2], x[1:] * 2.0]
    return sum(a * a for a in itertools.chain.from_iterable(rows))


def chosen(x):
    s = sum(itertools.compress(x, (1, 0, 1, 1))) * x[1]
    s += sum(itertools.takewhile(lambda a: a > -0.5, x)) ** 2
    s += sum(itertools.dropwhile(lambda a: a > -0.5, x)) ** 2
    s += sum(itertools.filterfalse(lambda a: a > 0, x)) ** 2
    return s + sum(itertools.islice(x, 2)) ** 3 + sum(itertools.islice(x, 1, None, 2)) ** 2


def first_of_endless(x):
    return sum(itertools.islice(endless(x[0], x[1]), 5)) * x[2]


def zipped(x):
    s = 0.0
    for q, a in zip(pairs(x), x, strict=False):
        if a < 0:
            continue
        s += q * a
    for i, (q, a) in enumerate(zip(itertools.accumulate(x), x, strict=False), 2):
        if i == 4:
            break
        s += q * a * i
    for a, b, k in zip(x, x[1:], itertools.count(1), strict=False):
        s += a * b * k
    for a, w in zip(x, itertools.cycle((1.0, x[3])), strict=False):
        s += a * w
    for a, w in zip(x, itertools.repeat(x[0]), strict=False):
        s += a * w
    return s


def groups(x):
    s = 0.0
    for key, group in itertools.groupby(range(len(x)), key=lambda k: k // 2):
        p = 1.0 + key
        for k in group:
            p *= x[k]
        s += p
    for _, group in itertools.groupby(x, np.sign):
        s = s * 0.5 + sum(group) ** 2
    return s


def orders(x):
    s = sum(a * b * b for a, b in itertools.permutations(x, 2))
    for a, b, c in itertools.permutations(x[:3]):
        s += a * np.sin(b) * c**2
    return s


def longest(x):
    s = 0.0
    for a, b in itertools.zip_longest(x[:2], x, fillvalue=2.0):
        s += a * b
    return s + sum(itertools.starmap(lambda a, b: a * b, zip(x, x[2:], strict=False)))


def with_comprehensions(x):
    rows = [[a * b for b in x] for a in x]
    for k in range(len(rows)):
        yield sum(row[k] for row in rows)


def summed(x):
    return sum(r * r for r in with_comprehensions(x))


def batches(x, n):
    """Parts."""
    for i in range(0, len(x), n):
        yield x[i : i + n]


def scaled(x, a):
    b = a * 2
    for v in x:
        w = v * b
        yield w, w * w


def in_step(x):
    s = x.copy()
    for u, v in zip(batches(x, 2), batches(s, 2), strict=False):
        s[1:3] += u * v
    for a, (v, w) in zip(x, scaled(x[1:], x[0]), strict=False):
        if v > 9:
            break
        s += a * v + w
    else:
        s *= 2
    return s @ s + sum(
        k * u[0] * v
        for k, (u, (v, _)) in enumerate(zip(batches(x, 1), scaled(x, 3.0), strict=False))
    )


def doubling(a):
    for i in range(len(a)):
        a[i] *= 2
        yield a[i]


def seeing_changes(x):
    y = x.copy()
    s = 0.0
    for v in doubling(y):
        s += v * y[0] * y[-1]
    return s + y.sum()


FUNCTIONS: list[Any] = [
    seeing_changes, in_step, groups, orders, longest, summed,
    running, flattened, chosen, first_of_endless, zipped,
    in_a_loop, at_once, listed, counted, left_early, returned_from, of_several, of_a_closure,
    nested, changing, interleaved,
]  # fmt: skip


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_derivatives(function: Any) -> None:
    check_derivatives(function, X, V)


def held(x):
    g = pairs(x)
    return sum(g) + sum(g)


def held_expression(x):
    g = (a * a for a in x)
    return sum(g) + sum(g)


def mean(items):
    return sum(items) / len(list(items))


def given_away(x):
    return mean(a * a for a in x)


def received(x):
    def echo():
        a = yield x[0]
        yield a

    s = 0.0
    for v in echo():
        s += v
    return s


def itself(x, n):
    yield x
    if n > 0:
        yield from itself(x * 2, n - 1)


def of_itself(x):
    s = 0.0
    for v in itself(x[0], 2):
        s += v
    return s


@pytest.mark.parametrize("function", [held, held_expression, given_away, received, of_itself])
def test_what_is_refused(function: Any) -> None:
    with pytest.raises(ad.UnsupportedSyntaxError, match=r"generator|yield"):
        ad.grad(function)(X)


def noted(x):
    print("noted")
    return x * 2


def every_second(x):
    for v in x:
        if v < 0:
            continue
        yield v
        yield v * v


def test_what_a_generator_in_a_zip_is_given_is_made_once(capsys: Any) -> None:
    def zipped_with_effects(x: Any) -> Any:
        return sum(u * v for u, v in zip(every_second(noted(x)), x, strict=False))

    ad.grad(zipped_with_effects)(X)
    assert capsys.readouterr().out == "noted\n"
