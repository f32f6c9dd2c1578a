from typing import Any

import numpy as np

import autodiff_sst as ad
from autodiff_sst.optimize.wide import gather_scales
from tests.passes import check_pass, with_facts

MATRIX, VECTOR = np.array([[1.0, 2.0], [3.0, -4.0]]), np.array([0.5, -1.5])


def check(before: str, after: str, **arguments: Any) -> None:
    check_pass(with_facts(gather_scales, arguments), before, after, **arguments)


def test_a_sum_of_scaled_matrices() -> None:
    check(
        "a = w * u; b = a / v; c = a * v; y = c - b; return y",
        "a = w * u; b = a / v; c = a * v; t = u * v; t_1 = u / v; t_2 = t - t_1; y = w * t_2;"
        " return y",
        w=MATRIX,
        u=VECTOR,
        v=VECTOR + 3,
    )


def test_what_is_read_elsewhere_stays() -> None:
    text = "a = w * u; b = a * v; y = a + b; z = (y, b); return z"
    check(text, text, w=MATRIX, u=VECTOR, v=VECTOR)
    text = "a = w * u; b = a * w; return b"
    check(text, text, w=MATRIX, u=VECTOR)


def test_the_hessian_of_a_loss_has_one_product_with_a_matrix() -> None:
    def loss(w: Any, x: Any) -> Any:
        z = x @ w
        return np.sum(np.log(1.0 + np.exp(z)))

    x, w = np.random.default_rng(0).normal(size=(5, 3)), np.array([0.3, -0.2, 0.5])
    hessian = ad.hessian(loss)
    p = 1 / (1 + np.exp(-(x @ w)))
    np.testing.assert_allclose(hessian(w, x), x.T @ ((p * (1 - p))[:, None] * x), rtol=1e-12)
    assert "np.copy" not in hessian.source
