"""TensorFlow's names: the sections of its guide to automatic differentiation, in our words."""

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
    with pytest.raises(AttributeError, match=r"tf.nn has no 'nothing'; there are elu"):
        tf.nn.nothing  # noqa: B018
