"""Calls as programs write them: iterators, tuples of arrays, np.r_, stars, dicts of pairs."""

# ruff: noqa: C4, B905, RUF, SIM, PIE

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad

X = np.array([0.7, -1.2, 2.5, 0.3])
A = np.array([[0.7, -1.2, 2.5], [0.3, 1.9, -0.4], [1.1, 0.2, 0.9]])


def pairs(x: Any) -> Any:
    for i in range(3):
        yield i, x[i] ** 2


PROGRAMS: list[Callable[..., Any]] = []


def program(f: Callable[..., Any]) -> Callable[..., Any]:
    PROGRAMS.append(f)
    return f


@program
def asks_a_display_twice(x: Any) -> Any:
    it = iter([x[0], x[1]])
    return next(it) * next(it)


@program
def asks_inside_expressions(x: Any) -> Any:
    it = iter(x)
    y = next(it) ** 2
    y += next(it) * 3 * y
    return y


@program
def goes_on_after_asking(x: Any) -> Any:
    it = iter((x[0], x[1], x[2]))
    y = next(it)
    for v in it:
        y = y * v
    return y


@program
def unpacks_a_tuple_with_a_star(x: Any) -> Any:
    t = tuple(x)
    a, b, *c = t
    return a * b + c[0] ** 2


@program
def tuple_of_an_array(x: Any) -> Any:
    t = tuple(x * 2)
    return t[0] * t[1] + sum(t) + len(t) * t[-1]


@program
def loops_over_a_tuple(x: Any) -> Any:
    t = tuple(x)
    s = 0.0
    for v in t:
        s += v**2
    return s + max(t)


@program
def tuple_of_a_changed_list(x: Any) -> Any:
    items = list(x)
    items[0] = x[1] ** 2
    t = tuple(items)
    return sum(t) * t[0]


@program
def tuple_of_a_generator(x: Any) -> Any:
    t = tuple(v**2 for v in x if v > 0)
    return sum(t) * t[0]


@program
def rows_of_numbers(x: Any) -> Any:
    return np.sum(np.r_[x, x[0], 2.0, x**2] ** 2)


@program
def rows_with_ranges(x: Any) -> Any:
    return np.sum(np.r_[1:3, x, 0:1:3j] ** 2)


@program
def columns_with_a_list(x: Any) -> Any:
    return np.sum(np.c_[x, x**2, [1, 2, 3, 4]] ** 2)


@program
def rows_with_lists(x: Any) -> Any:
    return np.sum(np.r_[x, [1.0, x[1]], np.zeros(2)] ** 2)


@program
def rows_by_axis(a: Any) -> Any:
    return np.sum(np.r_["0", a[0], a[1]] ** 2)


@program
def rows_by_the_last_axis(a: Any) -> Any:
    return np.sum(np.r_["-1", a, a] ** 2 * np.arange(6.0))


@program
def columns_of_matrices(a: Any) -> Any:
    return np.sum(np.c_[a, a**2] ** 2 * np.arange(6.0))


@program
def columns_of_slices(x: Any) -> Any:
    return np.sum(np.c_[x[1:], x[:-1], np.arange(3)] ** 2)


@program
def rows_of_ranges_alone(x: Any) -> Any:
    return np.sum(np.r_[0:4] * x) + np.sum(np.r_[x[::-1], -1] ** 3)


@program
def rows_with_a_linspace(x: Any) -> Any:
    return np.sum(np.r_[0.0:1:5j, x] ** 2)


@program
def rows_of_matrices(a: Any) -> Any:
    return np.sum(np.r_[a, a**2] ** 2)


@program
def columns_with_a_range(x: Any) -> Any:
    return np.sum(np.c_[0:4, x] ** 2)


@program
def sums_at_indices(a: Any) -> Any:
    return np.sum(np.add.reduceat(a, [0, 2], axis=1) ** 2) + np.sum(
        np.add.reduceat(a[0], [0, 2, 1]) ** 2
    )


@program
def products_at_indices(a: Any) -> Any:
    return np.sum(np.multiply.reduceat(a, [0, 1]) ** 2)


@program
def maxima_at_indices(x: Any) -> Any:
    return np.sum(np.maximum.reduceat(x, np.array([0, 2])) ** 2)


@program
def reshapes_with_a_star(x: Any) -> Any:
    return np.sum(np.ones_like(x).reshape(*x.shape) * x.reshape(*x.shape) ** 2)


@program
def reshapes_with_a_star_first(a: Any) -> Any:
    return np.sum(a.reshape(*a.shape[::-1], 1) ** 2) + np.sum(a.transpose(*range(a.ndim)))


@program
def builds_a_shape(a: Any) -> Any:
    sh = a.shape
    return np.sum(np.reshape(a, (*sh, 1)) ** 2)


@program
def loops_over_indices_of_a_part(a: Any) -> Any:
    s = 0.0
    for idx in np.ndindex(*a.shape[:1]):
        s += np.sum(a[idx]) ** 2
    return s


@program
def leaves_a_loop_over_items(a: Any) -> Any:
    s = 0.0
    for (i, j), v in np.ndenumerate(a):
        if i == j:
            continue
        if v > 1.5:
            break
        s += v**2 * i
    return s


@program
def sums_items_of_an_enumeration(x: Any) -> Any:
    return sum(i * v for (i,), v in np.ndenumerate(x**2))


@program
def dict_of_an_enumeration(x: Any) -> Any:
    d = dict(np.ndenumerate(x))
    return d[(0,)] * d[(1,)]


@program
def writes_at_enumerated_places(a: Any) -> Any:
    b = np.zeros((3, 3))
    for idx, v in np.ndenumerate(a):
        b[idx] = v**2 * idx[0]
    return np.sum(b)


@program
def lists_of_lists(a: Any) -> Any:
    return sum(sum(r) for r in a.tolist()) ** 2


@program
def items_by_places(a: Any) -> Any:
    return a.item(1, 2) ** 2 + a.item((0, 1)) + a.item(3) * a[0, 0].item()


@program
def changes_a_view(x: Any) -> Any:
    y = x.copy()
    v = y.view()
    v[0] = 3.0
    return np.sum(y**2)


@program
def transposes_the_last_axes(a: Any) -> Any:
    return np.sum(a.mT @ a)


@program
def changes_a_list_of_an_array(x: Any) -> Any:
    y = x.tolist()
    y.append(x[0] * 2)
    y[1] = 3.0
    return sum(y) * y[0]


@program
def dict_of_pairs_made_here(x: Any) -> Any:
    d = {i: v**2 for i, v in enumerate(x)}
    return d[0] * d[1]


@program
def dict_of_a_generator(x: Any) -> Any:
    d = dict(pairs(x))
    return d[0] * d[1]


@program
def dict_of_a_list_of_pairs(x: Any) -> Any:
    d = {i: v**2 for i, v in enumerate(x)}
    return d[0] * d[1]


@program
def dict_of_an_enumerate(x: Any) -> Any:
    d = dict(enumerate(x))
    return d[0] * d[1]


@program
def dict_of_known_pairs(x: Any) -> Any:
    d = {"a": x[0], "b": x[1]}
    return d["a"] * d["b"]


@program
def dict_of_a_zip(x: Any) -> Any:
    d = dict(zip(range(4), x))
    return d[0] * d[1] + sum(d.values())


@program
def dict_of_a_zip_of_names(x: Any) -> Any:
    k = ["a", "b", "c", "d"]
    d = dict(zip(k, x))
    return d["a"] * d["b"]


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_derivatives_are_right_and_the_argument_stays(f: Callable[..., Any]) -> None:
    given = X if f.__code__.co_varnames[0] == "x" else A
    before = given.copy()
    assert np.isclose(ad.value_and_grad(f)(given)[0], f(given), rtol=1e-14)
    ad.check_grads(f, (given,), order=2)
    assert np.array_equal(given, before)
