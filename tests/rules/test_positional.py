"""Arguments by position, which a rule may have in another order than NumPy, or not at all."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.linalg as sl

import autodiff_sst as ad

M = np.array([[0.7, 1.2, 2.5, 0.4], [0.3, 1.9, 0.4, 1.6], [1.1, 0.2, 0.9, 2.2]])
CASES: list[Callable[[Any], Any]] = [
    lambda x: np.sum(np.mean(x, 0, np.float64) ** 2),
    lambda x: np.sum(np.std(x, 0, None, None, 1) ** 2),
    lambda x: np.sum(np.max(x, 1, None, True) * x),
    lambda x: np.sum(x.mean(1, None, None, True) * x),
    lambda x: np.sum(np.sum(x, 0, None, None, True, 2.0) * x),
    lambda x: np.sum(np.quantile(x, 0.3, 0, None, False, "lower") ** 2),
    lambda x: np.sum(np.median(x, 0, None, False, True) * x),
    lambda x: np.sum(np.linspace(x[0], 1.0, 4, True, False, float) ** 2),
    lambda x: np.sum(np.take(x, [0, 5], 1, None, "clip") ** 2),
    lambda x: np.sum(x.var(0, None, None, 1)) + np.sum(x.std(0, float)),
    lambda x: np.sum(np.nansum(x, 0, None, None, True) * x),
    lambda x: np.sum(np.ptp(x, 0, None, True) * x),
    lambda x: np.sum(x.prod(0, None, None, True) * x) + np.sum(x.cumsum(1, float)),
    lambda x: np.sum(np.abs(sl.qr(x, False, None, "economic")[1])),
    lambda x: np.sum(np.logspace(x[0], 1.0, 4, True, 2.0, None, 0)),
    lambda x: np.sum(np.polyfit(x[0], x[1], 1, None, False, np.array([1.0, 2.0, 1.0, 2.0])) ** 2),
    lambda x: np.sum(x.max(0, None, True) * x) + np.sum(x.clip(0.5, 1.5, None)),
    lambda x: np.sum(sl.solve(x[:, :3] + 3 * np.eye(3), x[:, 3], False, False, False, True, "gen")),
]


@pytest.mark.parametrize("f", CASES)
def test_derivatives(f: Any) -> None:
    assert np.isclose(ad.value_and_grad(f)(M)[0], f(M), rtol=1e-13)
    ad.check_grads(f, (M,), order=2)


def test_what_no_rule_knows_is_refused_by_name() -> None:
    with pytest.raises(ad.MissingRuleError):
        ad.grad(lambda x: np.sum(np.polyfit(x[0], x[1], 1, 0.5)))(M)
