"""Gauss-Seidel's iteration, which overwrites the solution as it goes: the gradient of what it gives
by the matrix and by the right-hand side."""

import numpy as np

import autodiff_sst as ad


def solve(a, b, sweeps):
    x = np.zeros_like(b)
    for _ in range(sweeps):
        for i in range(len(b)):
            x[i] = (b[i] - a[i, :i] @ x[:i] - a[i, i + 1 :] @ x[i + 1 :]) / a[i, i]
    return x


def energy(a, b, sweeps=60):
    x = solve(a, b, sweeps)
    return 0.5 * (x @ x)


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    n = 8
    a = rng.uniform(-1.0, 1.0, (n, n)) + n * np.eye(n)
    b = rng.normal(size=n)

    ad.check_grads(energy, (a, b), order=1)
    print("the gradient agrees with finite differences")
    gradient = ad.grad(energy, argnums=(0, 1))
    by_a, by_b = gradient(a, b)
    x = np.linalg.solve(a, b)
    exact = np.linalg.solve(a.T, x)
    print(f"by b, it is that of the exact solution to {np.abs(by_b - exact).max():.0e}")
    print(f"by a too, to {np.abs(by_a + np.outer(exact, x)).max():.0e}")
    print(gradient.source)
