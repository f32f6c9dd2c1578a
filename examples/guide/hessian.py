"""The Hessian of a layer's loss as the Jacobian of its gradient, and a Newton step with it."""

from pathlib import Path

import autodiff_sst.tf as tf


def newton_step(layer, other, x, damping=1e-3):
    """The loss before and after, and the Hessian by the first layer's weights."""
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            loss = tf.reduce_mean(other(layer(x)) ** 2)
        gradient = inner.gradient(loss, layer.kernel)
    hessian = outer.jacobian(gradient, layer.kernel)
    size = tf.reduce_prod(layer.kernel.shape)
    matrix = tf.reshape(hessian, [size, size])
    flat = tf.reshape(gradient, [size, 1])
    step = tf.linalg.solve(matrix + damping * tf.eye(size), flat)
    layer.kernel.assign_sub(tf.reshape(step, layer.kernel.shape))
    return loss, tf.reduce_mean(other(layer(x)) ** 2), matrix


if __name__ == "__main__":
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    tf.random.set_seed(1)
    x = tf.random.normal([7, 5])
    layer, other = tf.keras.layers.Dense(8, activation=tf.nn.relu), tf.keras.layers.Dense(6)
    before, after, matrix = newton_step(layer, other, x)
    print(f"loss {float(before):.4f}, after a Newton step {float(after):.4f}")
    plt.imshow(matrix)
    plt.title("the Hessian by the kernel of the first layer")
    path = Path(__file__).with_suffix(".png")
    plt.savefig(path, dpi=120)
    print(f"saved {path.name}")
