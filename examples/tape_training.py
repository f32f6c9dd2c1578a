"""A training loop as one writes it with TensorFlow, on NumPy: only the import is another."""

import autodiff_sst.tf as tf


def train(steps=300, rate=0.1):
    """Fits a sine with two dense layers; the losses."""
    tf.random.set_seed(0)
    x = tf.reshape(tf.linspace(-3.0, 3.0, 64), [64, 1])
    y = tf.sin(x)
    hidden = tf.keras.layers.Dense(16, activation=tf.nn.tanh)
    out = tf.keras.layers.Dense(1)
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((out(hidden(x)) - y) ** 2)
        weights = hidden.trainable_variables + out.trainable_variables
        for weight, gradient in zip(weights, tape.gradient(loss, weights), strict=True):
            weight.assign_sub(rate * gradient)
        losses.append(float(loss))
    return losses


if __name__ == "__main__":
    losses = train()
    print(f"loss {losses[0]:.4f} at first, {losses[-1]:.4f} at the end")
