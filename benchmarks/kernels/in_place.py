"""Arrays that are changed in place: factorisations, stencils, recurrences, time steps."""

from __future__ import annotations

import numpy as np

from benchmarks.kernels.kernel import Kernel


def lu(a):
    """The logarithm of the determinant, by elimination in place."""
    a = a.copy()
    n = len(a)
    for k in range(n - 1):
        a[k + 1 :, k] /= a[k, k]
        a[k + 1 :, k + 1 :] -= np.outer(a[k + 1 :, k], a[k, k + 1 :])
    return np.sum(np.log(np.diag(a)))


def lu_by_hand(a):
    a = a.copy()
    n = len(a)
    for k in range(n - 1):
        a[k + 1 :, k] /= a[k, k]
        a[k + 1 :, k + 1 :] -= np.outer(a[k + 1 :, k], a[k, k + 1 :])
    # Column k and row k of the factors are final after step k: nothing need be saved.
    a_bar = np.zeros_like(a)
    np.fill_diagonal(a_bar, 1.0 / np.diag(a))
    for k in range(n - 2, -1, -1):
        c_bar, rest = a_bar[k + 1 :, k], a_bar[k + 1 :, k + 1 :]
        c_bar -= rest @ a[k, k + 1 :]
        a_bar[k, k + 1 :] -= a[k + 1 :, k] @ rest
        c_bar /= a[k, k]
        a_bar[k, k] -= c_bar @ a[k + 1 :, k]
    return a_bar


def triangular_solve(lower, b):
    x = np.zeros_like(b)
    for i in range(len(b)):
        x[i] = (b[i] - lower[i, :i] @ x[:i]) / lower[i, i]
    return np.sum(x * x)


def triangular_solve_by_hand(lower, b):
    x = np.zeros_like(b)
    for i in range(len(b)):
        x[i] = (b[i] - lower[i, :i] @ x[:i]) / lower[i, i]
    lower_bar, b_bar, x_bar = np.zeros_like(lower), np.zeros_like(b), 2.0 * x
    for i in range(len(b) - 1, -1, -1):
        t = x_bar[i] / lower[i, i]
        b_bar[i] = t
        lower_bar[i, i] = -t * x[i]
        lower_bar[i, :i] = -t * x[:i]
        x_bar[:i] -= t * lower[i, :i]
    return lower_bar, b_bar


def jacobi(u, steps):
    """Heat on a rod, from one buffer into the other."""
    u, v = u.copy(), u.copy()
    for _ in range(steps):
        v[1:-1] = u[1:-1] + 0.25 * (u[:-2] - 2.0 * u[1:-1] + u[2:])
        u, v = v, u
    return np.sum(u * u)


def jacobi_by_hand(u, steps):
    u, v = u.copy(), u.copy()
    for _ in range(steps):
        v[1:-1] = u[1:-1] + 0.25 * (u[:-2] - 2.0 * u[1:-1] + u[2:])
        u, v = v, u
    u_bar, v_bar = 2.0 * u, np.zeros_like(u)
    for _ in range(steps):
        u_bar, v_bar = v_bar, u_bar
        t = v_bar[1:-1].copy()
        v_bar[1:-1] = 0.0
        u_bar[1:-1] += 0.5 * t
        t *= 0.25
        u_bar[:-2] += t
        u_bar[2:] += t
    return u_bar + v_bar


def gauss_seidel(u, f, sweeps):
    u = u.copy()
    for _ in range(sweeps):
        for i in range(1, len(u) - 1):
            u[i] = 0.5 * (u[i - 1] + u[i + 1] + f[i])
    return np.sum(u * u)


def gauss_seidel_by_hand(u, f, sweeps):
    u = u.copy()
    for _ in range(sweeps):
        for i in range(1, len(u) - 1):
            u[i] = 0.5 * (u[i - 1] + u[i + 1] + f[i])
    u_bar, f_bar = 2.0 * u, np.zeros_like(f)
    for _ in range(sweeps):
        for i in range(len(u) - 2, 0, -1):
            t = 0.5 * u_bar[i]
            u_bar[i] = 0.0
            u_bar[i - 1] += t
            u_bar[i + 1] += t
            f_bar[i] += t
    return u_bar, f_bar


def lstm(w, b, x):
    """The states of all steps are kept in one array."""
    steps, width = len(x), len(b) // 4
    h = np.zeros((steps + 1, width))
    c = np.zeros(width)
    for t in range(steps):
        z = np.concatenate([x[t], h[t]]) @ w + b
        gates = 1.0 / (1.0 + np.exp(-z[: 3 * width]))
        c = gates[width : 2 * width] * c + gates[:width] * np.tanh(z[3 * width :])
        h[t + 1] = gates[2 * width :] * np.tanh(c)
    return np.sum(h * h)


def lstm_by_hand(w, b, x):
    steps, width = len(x), len(b) // 4
    h = np.zeros((steps + 1, width))
    c = np.zeros(width)
    saved = []
    for t in range(steps):
        xh = np.concatenate([x[t], h[t]])
        z = xh @ w + b
        gates = 1.0 / (1.0 + np.exp(-z[: 3 * width]))
        g, before = np.tanh(z[3 * width :]), c
        c = gates[width : 2 * width] * c + gates[:width] * g
        tc = np.tanh(c)
        h[t + 1] = gates[2 * width :] * tc
        saved.append((xh, gates, g, before, tc))
    w_bar, b_bar, x_bar = np.zeros_like(w), np.zeros_like(b), np.zeros_like(x)
    h_bar, c_bar = 2.0 * h, np.zeros(width)
    z_bar = np.zeros(4 * width)
    for t in range(steps - 1, -1, -1):
        xh, gates, g, before, tc = saved.pop()
        out_bar = h_bar[t + 1]
        c_bar = c_bar + out_bar * gates[2 * width :] * (1.0 - tc * tc)
        z_bar[:width] = c_bar * g
        z_bar[width : 2 * width] = c_bar * before
        z_bar[2 * width : 3 * width] = out_bar * tc
        z_bar[: 3 * width] *= gates * (1.0 - gates)
        z_bar[3 * width :] = c_bar * gates[:width] * (1.0 - g * g)
        c_bar = c_bar * gates[width : 2 * width]
        w_bar += np.outer(xh, z_bar)
        b_bar += z_bar
        xh_bar = w @ z_bar
        x_bar[t] = xh_bar[: x.shape[1]]
        h_bar[t] += xh_bar[x.shape[1] :]
    return w_bar, b_bar, x_bar


def leapfrog(x, v, stiffness, steps):
    x, v = x.copy(), v.copy()
    h = 0.05
    for _ in range(steps):
        v -= 0.5 * h * stiffness * np.sin(x)
        x += h * v
        v -= 0.5 * h * stiffness * np.sin(x)
    return np.sum(x * x) + np.sum(v * v)


def leapfrog_by_hand(x, v, stiffness, steps):
    x, v = x.copy(), v.copy()
    h = 0.05
    k = 0.5 * h * stiffness
    saved = []
    for _ in range(steps):
        s = np.sin(x)
        saved.append(x.copy())
        v -= k * s
        x += h * v
        v -= k * np.sin(x)
    saved.append(x)
    x_bar, v_bar = 2.0 * x, 2.0 * v
    k_bar = 0.0
    for j in range(steps, 0, -1):
        now, before = saved[j], saved[j - 1]
        x_bar -= k * v_bar * np.cos(now)
        k_bar -= v_bar @ np.sin(now)
        v_bar += h * x_bar
        x_bar -= k * v_bar * np.cos(before)
        k_bar -= v_bar @ np.sin(before)
    return x_bar, v_bar, 0.5 * h * k_bar


def _matrix(n):
    rng = np.random.default_rng(7)
    return rng.normal(size=(n, n)) / n + 3.0 * np.eye(n)


def _system():
    rng = np.random.default_rng(8)
    return np.tril(rng.normal(size=(50, 50))) / 10.0 + 2.0 * np.eye(50), rng.normal(size=50)


def _rod(n):
    return np.random.default_rng(9).normal(size=n)


def _lstm():
    rng = np.random.default_rng(10)
    inputs, width, steps = 16, 32, 20
    w = rng.normal(size=(inputs + width, 4 * width)) / 6.0
    return w, 0.1 * rng.normal(size=4 * width), rng.normal(size=(steps, inputs))


KERNELS = [
    Kernel(lu, lu_by_hand, lambda: (_matrix(40),), peers=False),
    Kernel(triangular_solve, triangular_solve_by_hand, _system, (0, 1), peers=False),
    Kernel(jacobi, jacobi_by_hand, lambda: (_rod(1000), 200), peers=False),
    Kernel(
        gauss_seidel, gauss_seidel_by_hand, lambda: (_rod(100), _rod(100), 10), (0, 1), peers=False
    ),
    Kernel(lstm, lstm_by_hand, _lstm, (0, 1, 2), peers=False),
    Kernel(
        leapfrog,
        leapfrog_by_hand,
        lambda: (_rod(1000), _rod(1000), 1.5, 200),
        (0, 1, 2),
        peers=False,
    ),
]
