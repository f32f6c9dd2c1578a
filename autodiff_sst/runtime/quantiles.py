"""The weights that quantiles give to ordered items, and how these change with the quantile."""

from __future__ import annotations

from typing import Any

import numpy as np

# Of the continuous methods: where the quantile q is among n items, n q + a + q (1 - a - b) - 1
# (Hyndman and Fan, 1996).
_PARAMETERS = {
    **{"linear": (1.0, 1.0), "weibull": (0.0, 0.0), "hazen": (0.5, 0.5)},
    **{"median_unbiased": (1 / 3, 1 / 3), "normal_unbiased": (3 / 8, 3 / 8)},
    "interpolated_inverted_cdf": (0.0, 1.0),
}


def quantile_weights(q: Any, n: int, method: str) -> Any:
    """Of each ordered item, on a last axis: those of ordered steps from 0 to 1 tell them."""
    reached = np.quantile(np.tri(n, n + 1), q, axis=0, method=method)  # type: ignore[call-overload]
    return reached[..., :-1] - reached[..., 1:]


def quantile_slopes(q: Any, n: int, method: str) -> Any:
    """The derivative of the weights by `q`; zero where a method is made of steps."""
    slopes = np.zeros((*np.shape(q), n))
    if method not in _PARAMETERS or n < 2:
        return slopes
    alpha, beta = _PARAMETERS[method]
    rate = n + 1 - alpha - beta
    place = np.asarray(q) * rate + alpha - 1
    low = np.clip(np.floor(place).astype(int), 0, n - 2)[..., None]
    inside = np.where((place >= 0) & (place <= n - 1), rate, 0.0)[..., None]
    items = np.arange(n)
    return inside * ((items == low + 1) * 1.0 - (items == low))
