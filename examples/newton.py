"""Newton's method on the loss of a small network, with the Hessian drawn."""

from pathlib import Path

import numpy as np

import autodiff_sst as ad

WIDTH = 6


def loss(p, x, y):
    """A network of one hidden layer, its parameters in one vector; a little weight decay."""
    w, b, v = p[:WIDTH], p[WIDTH : 2 * WIDTH], p[2 * WIDTH :]
    h = np.tanh(np.outer(x, w) + b)
    return np.mean((h @ v - y) ** 2) + 1e-3 * np.sum(p**2)


def minimise(p, x, y, turns=30):
    """Damped Newton steps: the Hessian's eigenvalues are kept away from zero."""
    gradient, hessian = ad.grad(loss), ad.hessian(loss)
    losses = [loss(p, x, y)]
    for _ in range(turns):
        values, vectors = np.linalg.eigh(hessian(p, x, y))
        values = np.maximum(np.abs(values), 1e-2)
        step = vectors @ ((vectors.T @ gradient(p, x, y)) / values)
        rate = 1.0
        while rate > 1e-6 and loss(p - rate * step, x, y) > losses[-1]:
            rate *= 0.5
        p = p - rate * step
        losses.append(loss(p, x, y))
    return p, losses


if __name__ == "__main__":
    rng = np.random.default_rng(3)
    x = np.linspace(-2.0, 2.0, 60)
    y = np.sin(2.0 * x) + 0.05 * rng.normal(size=x.size)
    p, losses = minimise(0.8 * rng.normal(size=3 * WIDTH), x, y)
    steepness = np.linalg.norm(ad.grad(loss)(p, x, y))
    print(f"loss {losses[0]:.4f} at first, {losses[-1]:.4f} after {len(losses) - 1} steps")
    print(f"length of the gradient: {steepness:.1e}")

    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    matrix = ad.hessian(loss)(p, x, y)
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4))
    bound = np.abs(matrix).max()
    image = left.imshow(matrix, cmap="RdBu", vmin=-bound, vmax=bound)
    figure.colorbar(image, ax=left)
    left.set_title("the Hessian at the minimum")
    right.semilogy(losses)
    right.set_xlabel("step")
    right.set_title("loss")
    figure.tight_layout()
    path = Path(__file__).with_suffix(".png")
    figure.savefig(path, dpi=120)
    print(f"saved {path.name}")
