"""The Jacobian of a vector by one number: a sigmoid and its derivative, drawn."""

from pathlib import Path

import autodiff_sst.tf as tf


def curve(points=201):
    """The sigmoid along a line, and its derivative: the effect of moving all of the line."""
    x = tf.linspace(-10.0, 10.0, points)
    shift = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        y = tf.nn.sigmoid(x + shift)
    return x, y, tape.jacobian(y, shift)


if __name__ == "__main__":
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    x, y, slope = curve()
    print("shapes:", y.shape, slope.shape)
    plt.plot(x, y, label="sigmoid")
    plt.plot(x, slope, label="derivative")
    plt.legend()
    path = Path(__file__).with_suffix(".png")
    plt.savefig(path, dpi=120)
    print(f"saved {path.name}")
