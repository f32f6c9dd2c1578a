"""A cell with a memory (LSTM) as a class that holds its state and changes it at every step."""

import numpy as np

import autodiff_sst as ad


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


class Cell:
    def __init__(self, weights, bias):
        self.weights, self.bias = weights, bias
        size = len(bias) // 4
        self.memory, self.output = np.zeros(size), np.zeros(size)

    def step(self, x):
        gates = self.weights @ np.concatenate([x, self.output]) + self.bias
        forget, accept, show, new = np.split(gates, 4)
        self.memory = sigmoid(forget) * self.memory + sigmoid(accept) * np.tanh(new)
        self.output = sigmoid(show) * np.tanh(self.memory)


def loss(weights, bias, signal):
    """How badly the first unit tells the next value of a signal."""
    cell, total = Cell(weights, bias), 0.0
    for k in range(len(signal) - 1):
        cell.step(signal[k : k + 1])
        total += (cell.output[0] - signal[k + 1]) ** 2
    return total / (len(signal) - 1)


if __name__ == "__main__":
    rng = np.random.default_rng(2)
    size = 6
    weights, bias = 0.4 * rng.normal(size=(4 * size, size + 1)), np.zeros(4 * size)
    signal = 0.5 * np.sin(0.6 * np.arange(30))

    ad.check_grads(loss, (weights, bias, signal), order=1)
    print("the gradient agrees with finite differences")
    gradient = ad.value_and_grad(loss, argnums=(0, 1))
    for turn in range(200):
        value, (by_weights, by_bias) = gradient(weights, bias, signal)
        weights, bias = weights - by_weights, bias - by_bias
        if turn in (0, 199):
            print(f"loss {value:.4f}")
    print(gradient.source)
