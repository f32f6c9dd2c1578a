"""The derivatives of a function, of every mode and order, held against differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad


def check_derivatives(f: Any, x: Any, v: Any, *rest: Any, h: float = 1e-6) -> None:
    """Value, gradient, tangent and Hessian by the first argument, along `v`."""
    expected = (f(x + h * v, *rest) - f(x - h * v, *rest)) / (2 * h)
    value, gradient = ad.value_and_grad(f)(x, *rest)
    assert value == pytest.approx(f(x, *rest), rel=1e-14)
    assert np.sum(gradient * v) == pytest.approx(expected, rel=1e-6, abs=1e-6)
    dots = (v, *(0 for _ in rest))
    assert ad.jvp(f, (x, *rest), dots)[1] == pytest.approx(expected, rel=1e-6, abs=1e-6)
    by_x = ad.grad(f)
    second = (by_x(x + h * v, *rest) - by_x(x - h * v, *rest)) / (2 * h)
    assert np.allclose(ad.hvp(f)(x, *rest, v), second, rtol=1e-6, atol=1e-6)
