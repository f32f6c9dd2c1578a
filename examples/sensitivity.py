"""How the solution of a differential equation depends on its parameters, in both modes."""

from pathlib import Path

import numpy as np

import autodiff_sst as ad


def populations(p, steps=400, step=0.05):
    """Prey and predators (Lotka-Volterra) by Runge-Kutta; `p`: births, hunting, growth, deaths."""

    def slope(u):
        return np.array([p[0] * u[0] - p[1] * u[0] * u[1], p[2] * u[0] * u[1] - p[3] * u[1]])

    u = np.array([2.0, 1.0])
    path = np.zeros((steps, 2))
    for k in range(steps):
        a = slope(u)
        b = slope(u + step / 2.0 * a)
        c = slope(u + step / 2.0 * b)
        u = u + step / 6.0 * (a + 2.0 * b + 2.0 * c + slope(u + step * c))
        path[k] = u
    return path


def at_the_end(p):
    return populations(p, 100)[-1]


if __name__ == "__main__":
    p = np.array([1.1, 0.4, 0.1, 0.4])
    forward = ad.jacobian(at_the_end, mode="forward")(p)
    reverse = ad.jacobian(at_the_end, mode="reverse")(p)
    print("the end by the parameters:")
    print(np.array2string(forward, precision=4))
    print(f"forward and reverse differ by {np.abs(forward - reverse).max():.1e}")
    sensitivity = ad.jacobian(populations, mode="forward")(p)
    print("the whole path by the parameters: an array of shape", sensitivity.shape)

    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    times = 0.05 * np.arange(1, 401)
    figure, (upper, lower) = plt.subplots(2, 1, sharex=True, figsize=(7, 6))
    upper.plot(times, populations(p), label=["prey", "predators"])
    upper.legend()
    lower.plot(times, sensitivity[:, 0], label=["births", "hunting", "growth", "deaths"])
    lower.set_ylabel("prey, by a parameter")
    lower.set_xlabel("time")
    lower.legend()
    path = Path(__file__).with_suffix(".png")
    figure.savefig(path, dpi=120)
    print(f"saved {path.name}")
