"""Heat in a rod, in explicit steps with two buffers that are swapped: the gradient by the
conductivity of every piece of the rod, and a conductivity that explains a measurement."""

import numpy as np

import autodiff_sst as ad


def temperature(conductivity, start, steps, rate):
    now, new = start.copy(), start.copy()
    for _ in range(steps):
        flow = conductivity * (now[1:] - now[:-1])
        new[1:-1] = now[1:-1] + rate * (flow[1:] - flow[:-1])
        now, new = new, now
    return now


def misfit(conductivity, start, measured, steps, rate):
    return np.sum((temperature(conductivity, start, steps, rate) - measured) ** 2)


if __name__ == "__main__":
    start = np.zeros(12)
    start[4:8] = 1.0
    true = np.where(np.arange(11) < 6, 1.0, 0.4)
    measured = temperature(true, start, 30, 0.2)
    guess = np.full(11, 0.7)

    ad.check_grads(lambda c: misfit(c, start, measured, 30, 0.2), (guess,), order=1)
    print("the gradient agrees with finite differences")
    gradient = ad.value_and_grad(misfit)
    print(f"misfit {misfit(guess, start, measured, 30, 0.2):.1e}", end="")
    for _ in range(1500):
        value, slope = gradient(guess, start, measured, 30, 0.2)
        guess = guess - 2.0 * slope
    print(f", after 1500 steps of descent {value:.1e}")
    print(gradient.source)
