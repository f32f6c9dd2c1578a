"""Jacobians of a batch: item by item where items are independent; meaningless where they mix."""

from pathlib import Path

import autodiff_sst.tf as tf


def jacobians(layers, x):
    """The whole Jacobian, and that of each item."""
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x
        for layer in layers:
            y = layer(y)
    return tape.jacobian(y, x), tape.batch_jacobian(y, x)


def independent():
    return [tf.keras.layers.Dense(8, activation=tf.nn.elu), tf.keras.layers.Dense(6)]


def mixing():
    normalise = tf.keras.layers.BatchNormalization()
    return [
        tf.keras.layers.Dense(8),
        lambda h: normalise(h, training=True),
        tf.keras.layers.Dense(6),
    ]


def error(whole, each):
    """How far the Jacobians are from those of each item by itself: zero if none sees another."""
    return float(tf.reduce_max(tf.abs(tf.einsum("bxby->bxy", whole) - each)))


if __name__ == "__main__":
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    tf.random.set_seed(2)
    x = tf.random.normal([7, 5])
    figure, axes = plt.subplots(1, 2, figsize=(9, 4))
    networks = {"dense": independent, "batch-normalised": mixing}
    for axis, (name, make) in zip(axes, networks.items(), strict=True):
        whole, each = jacobians(make(), x)
        print(f"{name}: {whole.shape}, {each.shape}, error {error(whole, each):.1e}")
        axis.imshow(tf.reshape(whole, [7 * 6, 7 * 5]))
        axis.set_title(name)
    path = Path(__file__).with_suffix(".png")
    figure.savefig(path, dpi=120)
    print(f"saved {path.name}")
