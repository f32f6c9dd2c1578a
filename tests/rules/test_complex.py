"""Complex values between real arguments and real results."""

from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad

X = np.array([0.4, -0.7, 0.9, 1.3, -0.2])
M = np.random.default_rng(1).normal(size=(2, 6))


def real_then_complex(x: Any) -> Any:
    z = x
    for k in range(3):
        z = z * (1.0 + 0.5j) + x * k
    return z


def complex_in_a_branch(x: Any) -> Any:
    z = x
    if x[0] > 0:
        z = z * (1.0 + 0.5j)
    return z


CASES: list[tuple[Any, Any]] = [
    (lambda x: np.fft.fft(x), X),
    (lambda x: np.fft.fft(x, 8), X),
    (lambda x: np.fft.fft(x, 3, -1, "ortho"), X),
    (lambda x: np.fft.ifft(x * (1 + 0.5j)), X),
    (lambda x: np.fft.rfft(x), X),
    (lambda x: np.fft.rfft(x, 4, 1), M),
    (lambda x: np.fft.rfft(x, None, 0, "forward"), M),
    (lambda x: np.fft.irfft(x * (1 + 0.3j)), X),
    (lambda x: np.fft.irfft(x * (1 + 0.3j), 7, 1, "ortho"), M),
    (lambda x: np.imag(np.exp(1j * x) * x), X),
    (lambda x: (np.exp(1j * x) * x).imag, X),
    (lambda x: x[0] + complex(2.0, x[1]) * complex(x[2], 0.3 * x[0]) * x, X),
    (lambda x: real_then_complex(x), X),
    (lambda x: complex_in_a_branch(x), X),
]


@pytest.mark.parametrize(("function", "x"), CASES)
def test_against_differences(function: Any, x: Any) -> None:
    rng = np.random.default_rng(2)
    w = rng.normal(size=function(x).shape)
    dot = rng.normal(size=x.shape)

    def f(x: Any) -> Any:
        y = function(x)
        return np.sum(np.real(y) * w) + np.sum(np.abs(y) ** 2)

    given = ad.grad(f)(x)
    assert given.dtype == float
    expected = (f(x + 1e-6 * dot) - f(x - 1e-6 * dot)) / 2e-6
    np.testing.assert_allclose(np.sum(given * dot), expected, rtol=1e-6)
    np.testing.assert_allclose(ad.jvp(f, (x,), (dot,))[1], np.sum(given * dot), rtol=1e-9)
    along = (ad.grad(f)(x + 1e-6 * dot) - ad.grad(f)(x - 1e-6 * dot)) / 2e-6
    np.testing.assert_allclose(ad.hvp(f)(x, dot), along, rtol=1e-5, atol=1e-6)


def test_the_imaginary_part_of_a_real_number() -> None:
    def f(x: Any) -> Any:
        return np.imag(x.sum() + x[1]) + np.sum(np.imag(x)) + x[0]

    assert np.array_equal(ad.grad(f)(np.array([0.7, 1.3])), [1.0, 0.0])
