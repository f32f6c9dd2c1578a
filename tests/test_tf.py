"""TensorFlow's names: the sections of its guide to automatic differentiation, in our words."""

from typing import Any

import numpy as np
import pytest

import autodiff_sst.tf as tf


def test_the_gradient_of_a_layers_input_gradient() -> None:
    tf.random.set_seed(1)
    x = tf.random.normal([7, 5])
    layer = tf.keras.layers.Dense(10, activation=tf.nn.relu)
    with tf.GradientTape() as outer:
        with tf.GradientTape(watch_accessed_variables=False) as inner:
            inner.watch(x)
            loss = tf.reduce_sum(layer(x) ** 2)
        size = tf.norm(inner.gradient(loss, x))
    kernel, bias = outer.gradient(size, layer.trainable_variables)
    assert (kernel.shape, bias.shape) == ((5, 10), (10,))
    assert kernel.dtype == np.float32

    def magnitude(w: np.ndarray) -> float:
        h = np.asarray(x, np.float64) @ w + np.asarray(layer.bias)
        return float(np.linalg.norm(2 * np.maximum(h, 0) @ w.T))

    w = np.asarray(layer.kernel, np.float64)
    step = np.zeros_like(w)
    step[2, 3] = 1e-6
    expected = (magnitude(w + step) - magnitude(w - step)) / 2e-6
    np.testing.assert_allclose(np.asarray(kernel)[2, 3], expected, rtol=1e-3)


def test_the_jacobian_of_a_sigmoid_by_a_number() -> None:
    x = tf.linspace(-10.0, 10.0, 201)
    delta = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        y = tf.nn.sigmoid(x + delta)
    slope = tape.jacobian(y, delta)
    assert slope.shape == (201,)
    values = np.asarray(y, np.float64)
    np.testing.assert_allclose(slope, values * (1 - values), atol=1e-6)


def test_a_newton_step_with_the_hessian_of_a_network() -> None:
    tf.random.set_seed(2)
    x = tf.random.normal([7, 5])
    first, second = tf.keras.layers.Dense(4, activation="tanh"), tf.keras.layers.Dense(3)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            loss = tf.reduce_mean(second(first(x)) ** 2)
        g = inner.gradient(loss, first.kernel)
    h = outer.jacobian(g, first.kernel)
    assert h.shape == (5, 4, 5, 4)
    matrix = np.asarray(tf.reshape(h, [20, 20]))
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-6)
    update = tf.linalg.solve(tf.constant(matrix) + tf.eye(20), tf.reshape(g, [20, 1]))
    before = np.asarray(first.kernel).copy()
    first.kernel.assign_sub(tf.reshape(update, first.kernel.shape))
    np.testing.assert_allclose(np.asarray(first.kernel), before - np.asarray(update).reshape(5, 4))


def test_batch_jacobians_are_the_diagonal_unless_items_mix() -> None:
    tf.random.set_seed(3)
    x = tf.random.normal([6, 4])
    layer, mixing = (
        tf.keras.layers.Dense(3, activation=tf.nn.elu),
        tf.keras.layers.BatchNormalization(),
    )
    with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
        tape.watch(x)
        y = layer(x)
        z = mixing(y, training=True)
    full = tape.jacobian(y, x)
    by_item = tape.batch_jacobian(y, x)
    np.testing.assert_allclose(by_item, tf.einsum("bxby->bxy", full), atol=1e-6)
    np.testing.assert_allclose(by_item, tf.reduce_sum(full, axis=2), atol=1e-6)
    mixed = np.asarray(tape.jacobian(z, x))
    assert np.abs(mixed[0, :, 1]).max() > 1e-3


def test_clipping_in_the_backward_pass() -> None:
    @tf.custom_gradient
    def clipped(y):  # type: ignore[no-untyped-def]
        return y, lambda dy: tf.clip_by_norm(dy, 0.5)

    v = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        output = clipped(v * v)
    assert float(tape.gradient(output, v)) == 2.0


def test_a_training_loop() -> None:
    tf.random.set_seed(4)
    x = tf.random.normal([64, 3])
    y = tf.matmul(x, tf.constant([[1.0], [-2.0], [0.5]])) + 0.3
    model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
    optimizer = tf.keras.optimizers.Adam(0.1)
    for _ in range(150):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.keras.losses.mean_squared_error(y, model(x)))
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
    assert float(loss) < 1e-3


def test_names_that_are_missing_are_named() -> None:
    with pytest.raises(
        AttributeError, match=r"autodiff_sst.tf has no 'nothing'; there are .*matmul"
    ):
        tf.nothing  # noqa: B018
    with pytest.raises(AttributeError, match=r"tf.nn has no 'nothing'; there are bias_add, elu"):
        tf.nn.nothing  # noqa: B018


X3 = np.array([0.2, 0.48, 0.8])

MORE: dict[str, Any] = {
    "sort": lambda x: tf.sort(-x, direction="DESCENDING"),
    "repeat": lambda x: tf.repeat(x, 2) ** 2,
    "roll": lambda x: tf.roll(x, 1, axis=0) * x,
    "slice": lambda x: tf.slice(x, [1], [-1]) ** 2,
    "boolean_mask": lambda x: tf.boolean_mask(x, [True, False, True]) ** 2,
    "gather_nd": lambda x: tf.gather_nd(x, [[2], [0], [2]]) ** 2,
    "meshgrid": lambda x: tf.meshgrid(x, x * x)[1],
    "cumprod": tf.math.cumprod,
    "erf": tf.math.erf,
    "erfc": tf.math.erfc,
    "lgamma": tf.math.lgamma,
    "digamma": tf.math.digamma,
    "xlogy": lambda x: tf.math.xlogy(x, x + 1.0),
    "log_sigmoid": tf.math.log_sigmoid,
    "divide_no_nan": lambda x: tf.math.divide_no_nan(x, np.array([2.0, 0.0, 3.0])),
    "polyval": lambda x: tf.math.polyval([1.0, -2.0, 3.0], x),
    "mod": lambda x: tf.math.mod(x, 0.3),
    "matrix_transpose": lambda x: tf.linalg.matrix_transpose(np.outer(x, x))[0],
    "band_part": lambda x: tf.linalg.band_part(np.outer(x, x), 0, 1),
    "relu6": lambda x: tf.nn.relu6(20.0 * x),
    "bias_add": lambda x: tf.nn.bias_add(np.outer(x, x), x) ** 2,
    "moments": lambda x: tf.nn.moments(x, 0)[0] * tf.nn.moments(x, 0)[1],
    "cond": lambda x: tf.cond(x[0] > 0, lambda: x**2, lambda: x),
    "map_fn": lambda x: tf.map_fn(lambda v: v * v, x),
    "while_loop": lambda x: tf.while_loop(lambda y: y[0] < 3.0, lambda y: y * 2.0, [x])[0],
    "MeanSquaredError": lambda x: tf.keras.losses.MeanSquaredError()(np.ones((1, 3)), x[None]),
    "MeanAbsoluteError": lambda x: tf.keras.losses.MeanAbsoluteError()(np.ones((1, 3)), x[None]),
    "BinaryCrossentropy": lambda x: tf.keras.losses.BinaryCrossentropy()(
        [[0.0, 1.0, 1.0]], x[None]
    ),
    "BinaryCrossentropy of logits": lambda x: tf.keras.losses.BinaryCrossentropy(from_logits=True)(
        [[0.0, 1.0, 1.0]], x[None]
    ),
    "CategoricalCrossentropy": lambda x: tf.keras.losses.CategoricalCrossentropy()(
        [[0.0, 1.0, 0.0]], x[None]
    ),
    "SparseCategoricalCrossentropy": lambda x: tf.keras.losses.SparseCategoricalCrossentropy(
        from_logits=True
    )([1], x[None]),
}


@pytest.mark.parametrize("name", MORE)
def test_more_functions(name: str) -> None:
    f, step = MORE[name], 1e-6

    def value(x: Any) -> float:
        return float(np.sum(np.asarray(f(tf.constant(x, dtype=tf.float64)))))

    x = tf.constant(X3, dtype=tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = tf.reduce_sum(f(x))
    slopes = [(value(X3 + step * e) - value(X3 - step * e)) / (2 * step) for e in np.eye(3)]
    np.testing.assert_allclose(np.asarray(tape.gradient(total, x)), slopes, rtol=1e-5, atol=1e-7)


def test_modules_and_nests() -> None:
    class Line(tf.Module):
        def __init__(self) -> None:
            self.slope = tf.Variable(2.0)
            self.parts = {"bias": tf.Variable(1.0), "fixed": tf.Variable(0.0, trainable=False)}

    line = Line()
    assert [float(v) for v in line.trainable_variables] == [2.0, 1.0]
    assert len(line.variables) == 3
    assert tf.nest.flatten({"b": [1, 2], "a": 3}) == [3, 1, 2]
    assert tf.nest.map_structure(lambda a, b: a + b, {"a": (1, 2)}, {"a": (3, 4)}) == {"a": (4, 6)}
    assert tf.executing_eagerly()
