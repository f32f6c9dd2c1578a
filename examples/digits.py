"""Trains a multilayer perceptron on handwritten digits, with a generated gradient."""

import itertools
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from tqdm import tqdm

import autodiff_sst as ad


def logits(parameters, x):
    for w, b in parameters[:-1]:
        x = np.tanh(x @ w + b)
    w, b = parameters[-1]
    return x @ w + b


def loss(parameters, x, labels):
    z = logits(parameters, x)
    z = z - np.max(z, axis=1, keepdims=True)
    chosen = z[np.arange(len(labels)), labels]
    return np.mean(np.log(np.sum(np.exp(z), axis=1)) - chosen)


def accuracy(parameters, x, labels):
    return np.mean(np.argmax(logits(parameters, x), axis=1) == labels)


def initial(sizes, rng):
    return tuple(
        (rng.normal(size=(m, n)) / np.sqrt(m), np.zeros(n)) for m, n in itertools.pairwise(sizes)
    )


def train(x, labels, epochs, rng, rate=0.1, momentum=0.9, batch=64):
    gradient = ad.value_and_grad(loss)
    parameters = initial((x.shape[1], 64, 32, 10), rng)
    speeds = tuple((np.zeros_like(w), np.zeros_like(b)) for w, b in parameters)
    losses = []
    for _ in tqdm(range(epochs), desc="epochs", leave=False):
        order = rng.permutation(len(x))
        for start in range(0, len(x), batch):
            chosen = order[start : start + batch]
            value, slopes = gradient(parameters, x[chosen], labels[chosen])
            losses.append(value)
            speeds = tuple(
                (momentum * vw - rate * gw, momentum * vb - rate * gb)
                for (vw, vb), (gw, gb) in zip(speeds, slopes, strict=True)
            )
            parameters = tuple(
                (w + vw, b + vb) for (w, b), (vw, vb) in zip(parameters, speeds, strict=True)
            )
    return parameters, losses, gradient


def plot(losses, images, labels, guesses, folder):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.semilogy(losses, linewidth=0.7)
    plt.xlabel("step")
    plt.ylabel("loss")
    plt.savefig(folder / "digits_loss.png", dpi=120)
    plt.close()
    wrong = np.flatnonzero(guesses != labels)[:12]
    rows = max(1, -(-len(wrong) // 6))
    figure, axes = plt.subplots(rows, 6, figsize=(9, 1.7 * rows), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for axis, k in zip(axes.flat, wrong, strict=False):
        axis.imshow(images[k].reshape(8, 8), cmap="gray_r")
        axis.set_title(f"{labels[k]}, read as {guesses[k]}", fontsize=9)
    figure.savefig(folder / "digits_misread.png", dpi=120)


if __name__ == "__main__":
    data = load_digits()
    rng = np.random.default_rng(0)
    order = rng.permutation(len(data.data))
    x, labels = data.data[order] / 16.0, data.target[order]
    split = int(0.8 * len(x))
    parameters, losses, gradient = train(x[:split], labels[:split], 40, rng)
    print(f"test accuracy {accuracy(parameters, x[split:], labels[split:]):.4f}")
    guesses = np.argmax(logits(parameters, x[split:]), axis=1)
    plot(losses, x[split:], labels[split:], guesses, Path(__file__).parent)
    print(gradient.source)
