from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad

M = np.array([[1.0, 2.0, 0.5], [0.3, -1.0, 0.7]])
X = np.array([0.3, 0.7, -0.4])


def linear(x):
    return M @ x


def elementwise(x):
    return np.sin(x) * x + x


def layer(x):
    return np.tanh(M @ np.sin(x)) * 2.0


def twice(x):
    y = M @ x
    return np.concatenate([y * y, np.exp(y)])


@pytest.mark.parametrize("function", [linear, elementwise, layer, twice])
@pytest.mark.parametrize("mode", ["forward", "reverse"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_jacobians(function: Any, mode: Any, dtype: Any) -> None:
    x = X.astype(dtype)
    jacobian = ad.jacobian(function, mode=mode)
    steps = 1e-6 * np.eye(3)
    expected = np.stack([(function(X + s) - function(X - s)) / 2e-6 for s in steps], axis=-1)
    for _ in range(2):
        made = jacobian(x)
        np.testing.assert_allclose(made, expected, rtol=1e-5 if dtype == np.float32 else 1e-6)
        assert made.dtype == np.result_type(function(x), dtype)
        made[:] = 7.0  # it is the caller's
    np.testing.assert_array_equal(M[0], [1.0, 2.0, 0.5])


def test_what_is_the_same_in_all_directions_is_made_once() -> None:
    jacobian = ad.jacobian(layer, mode="reverse")
    assert "one_a_component" not in jacobian.source_for(X)


def test_a_quick_call_tells_shapes_apart() -> None:
    jacobian = ad.jacobian(lambda x: np.outer(x, x)[0])
    for n in (3, 2, 1, 3, 2, 1):
        made = jacobian(np.arange(1.0, n + 1))
        assert made.shape == (n, n)
        np.testing.assert_allclose(made[-1, 0], n if n > 1 else 2.0)


def test_directions_of_the_items_of_a_batch() -> None:
    def layer(x: Any, w: Any) -> Any:
        return np.tanh(x @ w)

    random = np.random.default_rng(0)
    x, w = random.normal(size=(4, 3)), random.normal(size=(3, 2))
    jacobian = ad.batch_jacobian(layer)
    y = np.tanh(x @ w)
    np.testing.assert_allclose(jacobian(x, w), (1 - y * y)[:, :, None] * w.T, rtol=1e-13)
    assert "one_a_component" not in jacobian.source
    assert jacobian(x[:1], w).shape == (1, 2, 3)
