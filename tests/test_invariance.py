"""Maxima that are subtracted and added again carry no derivative; all others do."""

from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad

RNG = np.random.default_rng(5)
MATRIX, SQUARE, VECTOR = RNG.normal(size=(3, 4)), RNG.normal(size=(3, 3)), RNG.normal(size=4)


def log_sum_exp(x):
    top = np.max(x)
    return top + np.log(np.sum(np.exp(x - top)))


def softmax(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return np.sum((e / np.sum(e, axis=1, keepdims=True)) ** 2)


def log_softmax(x):
    shifted = x - x.max(axis=-1)[:, None]
    return np.sum((shifted - np.log(np.exp(shifted).sum(axis=-1)[..., None])) * x)


def attention(x, v):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return np.sum((e @ v) ** 2 / np.sum(e, axis=1)[:, None] ** 2)


def in_a_loop(x):
    total = 0.0
    for k in range(len(x)):
        low = np.min(x[k])
        total += low - np.log(np.sum(np.exp(low - x[k])))
    return total


SAFE = [(log_sum_exp, VECTOR), (softmax, MATRIX), (log_softmax, MATRIX), (in_a_loop, MATRIX)]


def only_shifted(x):
    return np.sum(np.exp(x - np.max(x)))


def shifted_twice(x):
    top = np.max(x)
    return 2.0 * top + np.log(np.sum(np.exp(x - top)))


def along_the_other_axis(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return np.sum((e / np.sum(e, axis=0)) ** 2)


def differences(x):
    top = np.max(x, axis=1)
    return np.sum(np.sin(top[:, None] - top[None, :]) * x[:, :3])


def read_in_a_branch(x):
    top = np.max(x)
    y = top + np.log(np.sum(np.exp(x - top)))
    if y > 0.0:
        y = y * top
    return y


def read_after_a_loop(x):
    y, kept = 0.0, 0.0
    for k in range(2):
        top = np.max(x[k])
        y += top + np.log(np.sum(np.exp(x[k] - top)))
        kept = top
    return y * kept


def used_as_it_is(x):
    top = np.max(x)
    return np.log(np.sum(np.exp(x - top))) + np.tanh(top)


OTHERS = [
    (only_shifted, VECTOR), (shifted_twice, VECTOR), (along_the_other_axis, MATRIX),
    (differences, SQUARE), (read_in_a_branch, VECTOR + 3.0), (read_after_a_loop, MATRIX),
    (used_as_it_is, VECTOR),
]  # fmt: skip


@pytest.mark.parametrize(("function", "x"), SAFE + OTHERS)
def test_derivatives_are_right(function: Any, x: Any) -> None:
    ad.check_grads(function, (x,))


@pytest.mark.parametrize(("function", "x"), SAFE)
def test_no_derivative_flows_through_what_cancels(function: Any, x: Any) -> None:
    source = ad.grad(function).source_for(x)
    assert "chosen" not in source and "share" not in source


def test_attention_without_a_normalisation_first() -> None:
    ad.check_grads(attention, (MATRIX, RNG.normal(size=(4, 2))))
    assert "share" not in ad.grad(attention).source_for(MATRIX, RNG.normal(size=(4, 2)))


def test_equal_maxima_need_no_share() -> None:
    np.testing.assert_allclose(ad.grad(log_sum_exp)(np.zeros(4)), 0.25)
