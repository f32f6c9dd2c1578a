"""Distributions of SciPy in and out of their support: values, and derivatives by `x`."""

from typing import Any

import numpy as np
import pytest
from scipy import linalg, stats

import autodiff_sst as ad
from autodiff_sst.rules.definitions import definitions

GRID = np.array([-7.0, -2.0, -0.5, 0.0, 0.3, 0.7, 1.0, 1.5, 2.0, 3.0, 7.0])
SHAPES: dict[int, list[tuple[float, ...]]] = {
    0: [()],
    1: [(0.4,), (1.7,)],
    2: [(2.5, 0.6), (3, 0.4), (0.2, 0.8)],
    3: [(5, 1.2, 0.7)],
    4: [(1.2, 0.7, 0.3, 1.0)],
}
METHODS = ("pdf", "logpdf", "pmf", "logpmf", "cdf", "logcdf", "sf", "logsf")


def cases() -> list[Any]:
    assert ad.rules()
    found = []
    for function in definitions():
        distribution = getattr(function, "__self__", None)
        if getattr(function, "__name__", "") in METHODS and hasattr(distribution, "numargs"):
            for shapes in SHAPES[distribution.numargs]:
                name = f"{distribution.name}.{function.__name__}{shapes}"
                found.append(pytest.param(function, shapes, id=name))
    return sorted(found, key=lambda p: str(p.id))


@pytest.mark.parametrize(("function", "shapes"), cases())
def test_the_whole_line(function: Any, shapes: Any) -> None:
    continuous = hasattr(function.__self__, "pdf")

    def plain(x: Any) -> Any:
        return function(x, *shapes, loc=0.5 if continuous else 1)

    with np.errstate(all="ignore"):
        expected = plain(GRID)
        if np.all(np.isnan(expected)):
            pytest.skip("no distribution has these parameters")
        value, _ = ad.jvp(plain, (GRID,), (np.ones_like(GRID),))
        np.testing.assert_allclose(value, expected, rtol=1e-9, atol=1e-13)
        if continuous:
            x = GRID + 0.37  # no edge of a support
            _, slope = ad.jvp(plain, (x,), (np.ones_like(x),))
            difference = (plain(x + 1e-6) - plain(x - 1e-6)) / 2e-6
            known = np.isfinite(difference)
            slope = np.broadcast_to(slope, x.shape)
            np.testing.assert_allclose(slope[known], difference[known], rtol=1e-4, atol=1e-6)


A = np.array([[2.7, 0.3, 0.5], [0.3, 1.9, 0.4], [0.5, 0.4, 3.9]])
X = np.array([0.3, 0.6, 0.45])


def of_one_dimension(x: Any) -> Any:
    return np.sum(stats.multivariate_normal.logpdf(x))


def of_a_mean(x: Any) -> Any:
    return stats.multivariate_normal.pdf(2.0, x) + stats.multivariate_normal.logpdf(X, x, x)


def of_a_covariance(x: Any) -> Any:
    points = np.outer(x, X)
    return np.sum(stats.multivariate_normal.logpdf(points, X, A + np.diag(x)))


def of_an_entropy(x: Any) -> Any:
    return stats.multivariate_normal.entropy(x, x) + stats.multivariate_normal.entropy(None, A * x)


def of_two_matrices(x: Any) -> Any:
    w, v = linalg.eigh(A + np.outer(x, x), A @ A * x[0])
    values = linalg.eigvalsh(A, np.eye(3) + np.diag(x), check_finite=False)
    return np.sum(w**2) + np.sum(v * v * W) + np.sum(values * X)


W = np.arange(9.0).reshape(3, 3)


def of_signs(x: Any) -> Any:
    return np.sum(linalg.eigh(A + np.outer(x, x), lower=False)[1] * W)


@pytest.mark.parametrize(
    "f", [of_one_dimension, of_a_mean, of_a_covariance, of_an_entropy, of_two_matrices]
)
def test_programs(f: Any) -> None:
    assert np.isclose(ad.value_and_grad(f)(X)[0], f(X), rtol=1e-12)
    ad.check_grads(f, (X,), order=2)


def test_eigenvectors_have_the_signs_of_scipy() -> None:
    assert np.isclose(ad.value_and_grad(of_signs)(X)[0], of_signs(X), rtol=1e-12)


@pytest.mark.parametrize(
    "f", [linalg.toeplitz, linalg.circulant, linalg.hankel, linalg.companion, linalg.fiedler]
)
def test_matrices_of_several_vectors_are_refused(f: Any) -> None:
    with pytest.raises(ad.MissingRuleError, match="one vector"):
        ad.grad(lambda a: np.sum(f(a)))(A)
