"""The gradient of a function of NumPy arrays, and the source that computes it."""

import numpy as np

import autodiff_sst as ad


def loss(w, x):
    return np.sum(np.tanh(x @ w))


gradient = ad.grad(loss)
w = np.array([0.5, -1.0])
x = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])

print(gradient(w, x))
print()
print(gradient.source)
