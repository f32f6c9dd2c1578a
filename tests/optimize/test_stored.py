"""What was just stored is read from where it was made, if that is the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad

A = np.array([[4.0, 1.0, 2.0], [1.5, 5.0, 0.5], [0.3, 0.7, 3.0]])


def eliminated(a: Any) -> Any:
    a = a.copy()
    for k in range(len(a) - 1):
        a[k + 1 :, k] /= a[k, k]
        a[k + 1 :, k + 1 :] -= np.outer(a[k + 1 :, k], a[k, k + 1 :])
    return np.sum(np.log(np.diag(a)))


def rounded(x: Any) -> Any:
    y = np.zeros(3, np.float32)
    y[:] = x * 1.1
    return np.sum(y * x)


def filled(x: Any) -> Any:
    y = np.zeros((2, 3))
    y[0] = x[1] * 2
    z = y[0]
    return np.sum(z * x)


def divided(x: Any) -> Any:
    y = np.zeros(3)
    y[0] = float(x[0]) * 0.0
    with np.errstate(divide="ignore"):
        return np.exp(-1 / y[0]) + np.sum(x)


def changed_after(x: Any) -> Any:
    y = np.zeros((2, 3))
    t = x * 2
    y[0] = t
    t[0] = 5.0 * x[1]
    z = y[0]
    y[0, 1] = 7.0
    return np.sum(z * x) + np.sum(y[0] * t)


def test_nothing_is_kept_of_it() -> None:
    text = ad.grad(eliminated).source_for(A)
    assert text.count("np.copy") == 2  # of the argument, and of the row that is read
    ad.check_grads(eliminated, (A,))


TWICE = np.array([0, 0, 1])


def stored_twice(x: Any) -> Any:
    y = np.zeros(3)
    y[TWICE] = x
    return np.sum(y[TWICE] * x * x)


def stored_in_two(x: Any) -> Any:
    y = np.zeros((2, 3))
    rows = [0, 0, 1]
    y[rows, [0, 0, 1]] = x
    return np.sum(y[rows, [0, 0, 1]] * x)


def stored_twice_by_argument(x: Any) -> Any:
    y = np.zeros(3)
    places = np.asarray(x * 0, int)
    y[places] = x
    return np.sum(y[places] * x * x)


def masked(x: Any) -> Any:
    y = np.zeros(3)
    mask = x > 0.5
    y[mask] = x[mask] * 2
    return np.sum(y[mask] * x[mask])


def never_stored(x: Any) -> Any:
    y = np.zeros(3)
    for k in range(int(x[0] * 0)):
        y[k] = x[k] * 2
        x = x * y[k]
    return np.sum(y * x) + np.sum(x * x)


STORED = [rounded, filled, changed_after, stored_twice, stored_in_two, stored_twice_by_argument]


@pytest.mark.parametrize("f", [*STORED, masked, never_stored])
def test_values_stay_what_they_are(f: Any) -> None:
    x = np.array([0.1, 0.7, 1.3])
    value, _ = ad.value_and_grad(f)(x)
    assert value == f(x)
    if f is not rounded:
        ad.check_grads(f, (x,))


def test_a_number_that_was_stored_is_numpys() -> None:
    x = np.array([0.1, 0.7, 1.3])
    assert ad.value_and_grad(divided)(x)[0] == divided(x)


def test_signs_leave_products_of_matrices() -> None:
    def f(a: Any, v: Any) -> Any:
        return np.sum((-a @ v) ** 2) + np.sum(v @ -a)

    ad.check_grads(f, (A, A[0]))


def test_what_the_user_wrote_keeps_the_signs_of_zeros() -> None:
    def f(a: Any, v: Any) -> Any:
        return np.copysign(1.0, (-a @ v)[0]) + np.sum(a @ v)

    a, v = np.zeros((2, 2)), np.ones(2)
    assert ad.value_and_grad(f)(a, v)[0] == f(a, v)


def test_sums_of_products_are_products_of_vectors() -> None:
    def f(v: Any, c: Any) -> Any:
        return np.sum((c * v) ** 3)

    assert " @ " in ad.grad(f, 1).source_for(A[0], 2.0)
    ad.check_grads(f, (A[0], 2.0))
