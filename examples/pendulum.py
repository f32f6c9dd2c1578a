"""Fits the damping of a pendulum to a trajectory, through every step of a Runge-Kutta loop."""

from pathlib import Path

import numpy as np

import autodiff_sst as ad


def slope(state, damping):
    return np.array([state[1], -np.sin(state[0]) - damping * state[1]])


def distance(damping, start, measured, step):
    state = start
    total = 0.0
    for k in range(len(measured)):
        a = slope(state, damping)
        b = slope(state + step / 2 * a, damping)
        c = slope(state + step / 2 * b, damping)
        d = slope(state + step * c, damping)
        state = state + step / 6 * (a + 2 * b + 2 * c + d)
        total += (state[0] - measured[k]) ** 2
    return total


def trajectory(damping, start, steps, step):
    states = [start]
    for _ in range(steps):
        s = states[-1]
        a = slope(s, damping)
        b = slope(s + step / 2 * a, damping)
        c = slope(s + step / 2 * b, damping)
        states.append(s + step / 6 * (a + 2 * b + 2 * c + slope(s + step * c, damping)))
    return np.array(states)[1:, 0]


def fit(measured, start, step, guess=0.05, turns=60):
    """Gauss-Newton's length of step would do too; plain descent shows the gradient at work."""
    gradient = ad.value_and_grad(distance)
    damping, rate = guess, 2e-3
    for _ in range(turns):
        _, slope_of_loss = gradient(damping, start, measured, step)
        damping -= rate * slope_of_loss
    return damping


if __name__ == "__main__":
    start, step, steps, true = np.array([2.0, 0.0]), 0.05, 200, 0.3
    noise = 0.02 * np.random.default_rng(0).normal(size=steps)
    measured = trajectory(true, start, steps, step) + noise
    found = fit(measured, start, step)
    print(f"damping: {found:.4f}, of {true} in the simulation")

    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    times = step * np.arange(1, steps + 1)
    plt.plot(times, measured, ".", markersize=3, label="measured")
    plt.plot(times, trajectory(found, start, steps, step), label=f"fitted, damping {found:.3f}")
    plt.xlabel("time")
    plt.ylabel("angle")
    plt.legend()
    path = Path(__file__).with_suffix(".png")
    plt.savefig(path, dpi=120)
    print(f"saved {path.name}")
