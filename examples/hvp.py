"""Conjugate gradients on Hessian-vector products, against the whole Hessian: the same step."""

import tracemalloc

import numpy as np

import autodiff_sst as ad


def loss(w, x, y):
    """Logistic regression with weight decay."""
    z = x @ w
    return np.sum(np.logaddexp(0.0, z) - y * z) + 0.5 * np.sum(w**2)


def conjugate_gradients(product, b, tolerance=1e-10):
    """Solves `A x = b`, of a positive definite `A` that is known by its products."""
    x, r = np.zeros_like(b), b
    direction, length = r, r @ r
    for _ in range(10 * len(b)):
        if length < tolerance**2 * (b @ b):
            break
        image = product(direction)
        step = length / (direction @ image)
        x = x + step * direction
        r = r - step * image
        length, before = r @ r, length
        direction = r + length / before * direction
    return x


def step_by_products(w, x, y):
    product = ad.hvp(loss)
    return conjugate_gradients(lambda v: product(w, x, y, v), ad.grad(loss)(w, x, y))


def step_by_hessian(w, x, y):
    return np.linalg.solve(ad.hessian(loss)(w, x, y), ad.grad(loss)(w, x, y))


def peak(function, *args):
    """What a function returns, and the most memory that it holds at once."""
    function(*args)  # compiled
    tracemalloc.start()
    made = function(*args)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return made, most


if __name__ == "__main__":
    rng = np.random.default_rng(4)
    x = rng.normal(size=(300, 400)) / 20.0
    y = (rng.random(300) < 0.5) * 1.0
    w = np.zeros(400)
    by_products, small = peak(step_by_products, w, x, y)
    by_hessian, large = peak(step_by_hessian, w, x, y)
    print(f"difference: {np.abs(by_products - by_hessian).max():.1e}")
    print(f"memory: {small / 1e6:.2f} MB by products, {large / 1e6:.2f} MB by the Hessian")
    assert np.allclose(by_products, by_hessian, atol=1e-8) and small < large
