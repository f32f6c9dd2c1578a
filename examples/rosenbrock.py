"""Minimises Rosenbrock's function with SciPy, which gets value and gradient from one call."""

import numpy as np
from scipy.optimize import minimize

import autodiff_sst as ad


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


if __name__ == "__main__":
    start = np.full(20, -1.0)
    exact = minimize(ad.value_and_grad(rosenbrock), start, jac=True, method="BFGS")
    differences = minimize(rosenbrock, start, method="BFGS")
    newton = minimize(
        ad.value_and_grad(rosenbrock), start, jac=True, hessp=ad.hvp(rosenbrock), method="Newton-CG"
    )
    for name, result in [("gradient", exact), ("differences", differences), ("Newton-CG", newton)]:
        print(f"{name:12} {result.nfev:5} evaluations, distance {abs(result.x - 1).max():.1e}")
    print()
    print(ad.grad(rosenbrock).source_for(start))
