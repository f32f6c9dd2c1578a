"""A `continue` ends a turn: the loop stays a loop."""

from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad

X = np.array([0.3, -0.5, 0.7, 1.1])


def nested(x):
    s = 0.0
    for k, v in enumerate(x):
        if v < 0:
            continue
        w = v * v
        if w > 1.0:
            s = s + w
            continue
        for u in x:
            if u > v:
                continue
            s = s + u * w
        s = s * 1.1 + k
    return s


def in_place_with_else(x):
    y = x.copy()
    for k in range(3):
        if y[k] < 0:
            y[k] = y[k + 1]
            continue
        y[k + 1] *= y[k]
    else:
        y[0] += 1.0
    return np.sum(y * y)


def beside_a_break_and_a_return(x):
    for k in range(4):
        if x[k] > 0:
            for j in range(k):
                if j == 1:
                    continue
                if x[j] < -0.4:
                    break
            continue
        return x[k] * x[k]
    return x[0]


@pytest.mark.parametrize("function", [nested, in_place_with_else, beside_a_break_and_a_return])
def test_derivatives(function: Any) -> None:
    value, _ = ad.value_and_grad(function)(X)
    assert np.isclose(value, function(X), rtol=1e-14)
    ad.check_grads(function, (X,))


def test_no_while_is_made() -> None:
    assert "while" not in ad.grad(nested).source_for(X)
    assert "while" not in ad.grad(in_place_with_else).source_for(X)
