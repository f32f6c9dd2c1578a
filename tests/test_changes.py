"""Functions and methods that change arrays in place: values, both modes, second order."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad

X = np.array([0.7, -1.2, 2.5, 0.3])
A = np.array([[0.7, -1.2, 2.5], [0.3, 1.9, -0.4], [1.1, 0.2, 0.9]])
W = np.arange(9.0).reshape(3, 3)

CHANGES: list[Callable[..., Any]] = []


def changes(f: Callable[..., Any]) -> Callable[..., Any]:
    CHANGES.append(f)
    return f


@changes
def adds_to_both_names(x: Any) -> Any:
    y = x * 2
    w = y
    np.add.at(y, [0, 1, 1], x[:3] ** 2)
    return np.sum(w**3)


@changes
def adds_to_a_view(x: Any) -> Any:
    y = x * 2
    w = y[1:]
    np.add.at(w, [0, 1, 1], x[:3] ** 2)
    return np.sum(y**3)


@changes
def adds_to_a_row_of_a_transpose(a: Any) -> Any:
    y = a * 2
    w = y.T
    np.add.at(w[0], [0, 1, 1], a[0] ** 2)
    return np.sum(y**3 * a)


@changes
def adds_at_pairs(a: Any) -> Any:
    y = a * 2
    np.add.at(y, ([0, 1, 1], [0, 2, 2]), a[0] ** 2)
    return np.sum(y**3 * a)


@changes
def adds_in_a_loop(x: Any) -> Any:
    y = x.copy()
    s = 0.0
    for k in range(3):
        np.add.at(y, [k, k, 0], np.sin(y[:3]))
        s += y[k] ** 2
    return s


@changes
def adds_to_an_item_of_a_list(x: Any) -> Any:
    rows = [x * 2, x * 3]
    np.add.at(rows[0], [1], x[0] ** 2)
    return np.sum(rows[0] ** 2 * rows[1])


@changes
def adds_in_a_branch(x: Any) -> Any:
    y = np.zeros(4)
    if x[0] > 0:
        np.subtract.at(y, [1, 1], x[:2] * 3)
    else:
        np.add.at(y, [0], x[1])
    return np.sum(y * x)


@changes
def multiplies_at_pairs(a: Any) -> Any:
    y = a * 1.0
    np.multiply.at(y, ([0, 1, 1], [0, 2, 2]), a[0])
    return np.sum(y**2)


@changes
def multiplies_rows(a: Any) -> Any:
    y = a * 1.0
    np.multiply.at(y, [0, 0], a[1])
    return np.sum(y**2)


@changes
def takes_maxima_at_a_slice(a: Any) -> Any:
    y = a * 1.0
    np.maximum.at(y, (slice(0, 2), 1), a[0, 0])
    return np.sum(y**2)


@changes
def squares_at_a_mask(a: Any) -> Any:
    y = a * 1.0
    np.power.at(y, np.array([[True, False, True]] * 3), 2.0)
    return np.sum(y**2 * a)


@changes
def multiplies_in_a_view(x: Any) -> Any:
    y = x * 1.0
    w = y[::2]
    np.multiply.at(w, [0, 1, 1], 2.0)
    return np.sum(y**2 * x)


@changes
def sorts_columns(a: Any) -> Any:
    b = a * 1.0
    b.sort(axis=0)
    return np.sum(b * W)


@changes
def sorts_rows_then_columns(a: Any) -> Any:
    b = a * 1.0
    b.sort()
    b.sort(0)
    return np.sum(b * W)


@changes
def sorts_a_row(a: Any) -> Any:
    b = a.T.copy()
    b[0].sort()
    return np.sum(b * W)


@changes
def partitions_columns(a: Any) -> Any:
    b = a * 1.0
    b.partition(1, axis=0)
    return np.sum(b * W)


@changes
def puts_into_a_matrix(a: Any) -> Any:
    b = a * 1.0
    np.put(b, [1, 5, -1], [a[0, 0] ** 2, a[1, 1]])
    return np.sum(b**2 * a)


@changes
def puts_with_wrapped_places(a: Any) -> Any:
    b = a * 1.0
    b.put([1, 11], a[0, 0] ** 2, mode="wrap")
    return np.sum(b**2 * a)


@changes
def clears_the_largest(a: Any) -> Any:
    b = a * 1.0
    np.put_along_axis(b, np.argmax(a, axis=1)[:, None], 0.0, axis=1)
    return np.sum(b**2 * a)


@changes
def puts_along_an_axis(a: Any) -> Any:
    b = np.zeros((3, 3))
    np.put_along_axis(b, np.array([[0], [1], [2]]), a[:, :1], axis=-1)
    return np.sum(b**2 * a)


@changes
def puts_into_constants_read_before(x: Any) -> Any:
    y = np.arange(4.0)
    np.put(y, [0, 2], [7.0, 8.0])
    z = y * x
    np.put(y, [1], [100.0])
    return np.sum(z**2 * y)


@changes
def sorts_constants_read_before(x: Any) -> Any:
    y = np.array([3.0, 1.0, 2.0, 0.0])
    z = x * y
    y.sort()
    return np.sum(z * y * x)


@changes
def multiplies_constants_read_before(x: Any) -> Any:
    y = np.ones(4)
    z = x * y
    np.multiply.at(y, [0, 0], 3.0)
    return np.sum(z * y * x)


@changes
def places(x: Any) -> Any:
    y = np.arange(4.0)
    np.place(y, y > 1, x)
    return np.sum(y**2)


@changes
def copies_where(x: Any) -> Any:
    y = x * 2
    np.copyto(y, x**2, where=x > 0)
    return np.sum(y**2)


@changes
def copies_a_number_where(x: Any) -> Any:
    y = x * 2
    np.copyto(y, 5.0, where=[True, False, True, False])
    return np.sum(y**2)


@changes
def fills_a_diagonal(a: Any) -> Any:
    b = a * 2
    np.fill_diagonal(b, a[0])
    return np.sum(b**2)


@changes
def fills_the_diagonal_of_a_view(a: Any) -> Any:
    b = a * 2
    np.fill_diagonal(b[1:], 7.0)
    return np.sum(b**2)


@changes
def fills(x: Any) -> Any:
    y = x * 1.0
    y.fill(x[0] * x[1])
    return np.sum(y * x)


@changes
def puts_one(x: Any) -> Any:
    y = x * 1.0
    y.put(1, x[3])
    return np.sum(y**2)


@changes
def puts_and_sorts_in_a_loop(x: Any) -> Any:
    y = x * 1.0
    for k in range(3):
        y.put(k, y[k + 1] * 2)
        y.sort()
    return np.sum(y**2 * x)


@pytest.mark.parametrize("f", CHANGES, ids=lambda f: f.__name__)
def test_derivatives_are_right_and_the_argument_stays(f: Callable[..., Any]) -> None:
    given = X if f.__code__.co_varnames[0] == "x" else A
    before = given.copy()
    assert ad.value_and_grad(f)(given)[0] == f(given)
    ad.check_grads(f, (given,), order=2)
    assert np.array_equal(given, before)


@ad.differentiable
def changes_its_argument(x: Any) -> Any:
    np.add.at(x, [0, 0], x[:2] ** 2)
    x.partition(2)
    return np.sum(x**2 * np.arange(4.0))


def test_the_argument_is_left_as_the_function_leaves_it() -> None:
    left, given = X.copy(), X.copy()
    changes_its_argument(left)
    gradient = ad.grad(changes_its_argument)(given)
    assert np.array_equal(given, left)
    ad.check_grads(lambda x: changes_its_argument(x.copy()), (X,))
    assert np.allclose(gradient, ad.grad(lambda x: changes_its_argument(x.copy()))(X))
