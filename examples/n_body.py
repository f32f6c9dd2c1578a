"""Bodies that attract each other, moved in place by leapfrog: where they end, by how they start."""

import numpy as np

import autodiff_sst as ad


def pull(places, masses, forces):
    """Puts the accelerations into `forces`."""
    forces[:] = 0.0
    for i in range(len(masses)):
        for j in range(i):
            apart = places[j] - places[i]
            strength = (apart @ apart + 0.01) ** -1.5
            forces[i] += masses[j] * strength * apart
            forces[j] -= masses[i] * strength * apart


def miss(speeds, places, masses, target, steps=40, step=0.05):
    """How far from a target the last body is in the end."""
    x, v = places.copy(), speeds.copy()
    forces = np.zeros_like(x)
    pull(x, masses, forces)
    for _ in range(steps):
        v += step / 2 * forces
        x += step * v
        pull(x, masses, forces)
        v += step / 2 * forces
    return np.sum((x[-1] - target) ** 2)


if __name__ == "__main__":
    places = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]])
    speeds = np.array([[0.0, 0.0], [0.0, 1.0], [-0.6, 0.0]])
    masses, target = np.array([1.0, 0.2, 0.01]), np.array([-1.5, 1.5])

    ad.check_grads(lambda v: miss(v, places, masses, target), (speeds,), order=1)
    print("the gradient agrees with finite differences")
    gradient = ad.value_and_grad(miss)
    for _ in range(60):
        value, slope = gradient(speeds, places, masses, target)
        speeds[-1] -= 0.05 * slope[-1]
    print(f"misses by {np.sqrt(value):.4f} if it starts with speed", speeds[-1].round(3))
    print(gradient.source)
