"""Parameters in dicts and lists, gone through by their keys, as optimizers do."""

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives

X, V = np.array([0.6, 0.7, 1.2, 0.5]), np.array([0.5, -0.3, 0.2, 1.0])


def total(m):
    return sum(np.sum(v**2) for v in m.values())


def in_place(x):
    m = {"w": x[:2].copy(), "b": x[2:].copy()}
    g = {k: 2 * v for k, v in m.items()}
    for k in m:
        m[k] -= 0.1 * g[k]
    return total(m)


def made_anew(x):
    m = {"w": x[:2], "b": x[2:]}
    for _ in range(3):
        g = {k: np.sin(v) for k, v in m.items()}
        m = {k: m[k] - 0.1 * g[k] for k in m}
    return total(m)


def of_state(x):
    m = {"w": x[:2], "b": x[2:]}
    state = {"m": {k: np.zeros_like(v) for k, v in m.items()}, "t": 0}
    for _ in range(2):
        state["t"] += 1
        for k, v in m.items():
            state["m"][k] = 0.9 * state["m"][k] + 0.1 * np.sin(v)
            m[k] = v - state["m"][k] / (1 - 0.9 ** state["t"])
    return total(m)


def by_numbers(x):
    m = {0: x[:2], 1: x[2:]}
    for k in m:
        m[k] = m[k] * (k + 2)
    for k, v in m.items():
        m[k] = v + k
    return total(m)


@pytest.mark.parametrize("f", [in_place, made_anew, of_state, by_numbers])
def test_parameters(f):
    check_derivatives(f, X, V)
    hessian = ad.jacobian(ad.grad(f), mode="reverse")(X)
    np.testing.assert_allclose(ad.hessian(f)(X), hessian, atol=1e-12)


def of_an_argument(p):
    speed = {k: np.zeros_like(v) for k, v in p.items()}
    for _ in range(3):
        for k in p:
            speed[k] = 0.9 * speed[k] - 0.1 * np.sin(p[k])
            p[k] = p[k] + speed[k]
    return total(p)


def of_a_list(p):
    speed = [np.zeros_like(v) for v in p]
    for _ in range(3):
        for at, v in zip(p, speed, strict=True):
            v[:] = 0.9 * v - 0.1 * np.sin(at)
            at += v
    return sum(np.sum(v**2) for v in p)


@pytest.mark.parametrize("f", [of_an_argument, of_a_list])
def test_arguments(f):
    def given(x):
        parts = [x[:2].copy(), x[2:].copy()]
        return parts if f is of_a_list else {"w": parts[0], "b": parts[1]}

    def flat(x):
        return f(given(x))

    gradient = ad.grad(f)(given(X))
    parts = gradient if f is of_a_list else gradient.values()
    steps = [(flat(X + e) - flat(X - e)) / 2e-6 for e in np.eye(4) * 1e-6]
    np.testing.assert_allclose(np.concatenate([*parts]), steps, rtol=1e-6)
