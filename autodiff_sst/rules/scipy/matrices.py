"""Rules of `scipy.linalg`: functions of a matrix, matrix equations."""

import numpy as np
from scipy import linalg

from autodiff_sst.rules.language import adjoint, d, tangent

# A function f of matrices has as its derivative along E the corner of f([[A, E], [0, A]])
# (Higham, "Functions of matrices", 3.2), and as its adjoint the same of the transpose. The rules
# spell that out, so that they serve every order.


@adjoint(linalg.expm)
def _(y, a):
    n = np.shape(a)[0]
    rows = np.concatenate([a.T, d[y]], axis=1)
    whole = np.concatenate([rows, np.concatenate([np.zeros_like(a), a.T], axis=1)])
    d[a] = linalg.expm(whole)[:n, n:]


@tangent(linalg.expm)
def _(y, a):
    n = np.shape(a)[0]
    rows = np.concatenate([a, d[a]], axis=1)
    whole = np.concatenate([rows, np.concatenate([np.zeros_like(a), a], axis=1)])
    d[y] = linalg.expm(whole)[:n, n:]


@adjoint(linalg.logm)
def _(y, a):
    n = np.shape(a)[0]
    rows = np.concatenate([a.T, d[y]], axis=1)
    whole = np.concatenate([rows, np.concatenate([np.zeros_like(a), a.T], axis=1)])
    d[a] = linalg.logm(whole)[:n, n:]


@tangent(linalg.logm)
def _(y, a):
    n = np.shape(a)[0]
    rows = np.concatenate([a, d[a]], axis=1)
    whole = np.concatenate([rows, np.concatenate([np.zeros_like(a), a], axis=1)])
    d[y] = linalg.logm(whole)[:n, n:]


@adjoint(linalg.sinm)
def _(y, a):
    n = np.shape(a)[0]
    rows = np.concatenate([a.T, d[y]], axis=1)
    whole = np.concatenate([rows, np.concatenate([np.zeros_like(a), a.T], axis=1)])
    d[a] = linalg.sinm(whole)[:n, n:]


@tangent(linalg.sinm)
def _(y, a):
    n = np.shape(a)[0]
    rows = np.concatenate([a, d[a]], axis=1)
    whole = np.concatenate([rows, np.concatenate([np.zeros_like(a), a], axis=1)])
    d[y] = linalg.sinm(whole)[:n, n:]


@adjoint(linalg.cosm)
def _(y, a):
    n = np.shape(a)[0]
    rows = np.concatenate([a.T, d[y]], axis=1)
    whole = np.concatenate([rows, np.concatenate([np.zeros_like(a), a.T], axis=1)])
    d[a] = linalg.cosm(whole)[:n, n:]


@tangent(linalg.cosm)
def _(y, a):
    n = np.shape(a)[0]
    rows = np.concatenate([a, d[a]], axis=1)
    whole = np.concatenate([rows, np.concatenate([np.zeros_like(a), a], axis=1)])
    d[y] = linalg.cosm(whole)[:n, n:]


@adjoint(linalg.sqrtm)
def _(y, a):
    d[a] = linalg.solve_sylvester(y.T, y.T, d[y])


@tangent(linalg.sqrtm)
def _(y, a):
    d[y] = linalg.solve_sylvester(y, y, d[a])


@adjoint(linalg.solve_sylvester)
def _(y, a, b, q):
    s = linalg.solve_sylvester(a.T, b.T, d[y])
    d[a] = -s @ y.T
    d[b] = -y.T @ s
    d[q] = s


@tangent(linalg.solve_sylvester)
def _(y, a, b, q):
    d[y] = (
        linalg.solve_sylvester(a, b, d[q])
        - linalg.solve_sylvester(a, b, d[a] @ y)
        - linalg.solve_sylvester(a, b, y @ d[b])
    )


# x - a x a^T = q


@adjoint(linalg.solve_discrete_lyapunov)
def _(y, a, q):
    s = linalg.solve_discrete_lyapunov(a.T, d[y])
    d[a] = s @ a @ y.T + s.T @ a @ y
    d[q] = s


@tangent(linalg.solve_discrete_lyapunov)
def _(y, a, q):
    d[y] = (
        linalg.solve_discrete_lyapunov(a, d[q])
        + linalg.solve_discrete_lyapunov(a, d[a] @ y @ a.T)
        + linalg.solve_discrete_lyapunov(a, a @ y @ d[a].T)
    )


# Riccati equations: the closed loop `a - b k` has a linear equation for the change of y.


@adjoint(linalg.solve_continuous_are)
def _(y, a, b, q, r):
    k = np.linalg.solve(r, b.T @ y)
    closed = a - b @ k
    s = linalg.solve_sylvester(closed, closed.T, d[y])
    both = y @ (s + s.T)
    d[a] = -both
    d[b] = both @ k.T
    d[q] = -s
    d[r] = -k @ s @ k.T


@tangent(linalg.solve_continuous_are)
def _(y, a, b, q, r):
    k = np.linalg.solve(r, b.T @ y)
    t = (a - b @ k).T
    d[y] = (
        linalg.solve_sylvester(t, t.T, d[a].T @ -y)
        + linalg.solve_sylvester(t, t.T, -y @ d[a])
        + linalg.solve_sylvester(t, t.T, y @ d[b] @ k)
        + linalg.solve_sylvester(t, t.T, k.T @ d[b].T @ y)
        + linalg.solve_sylvester(t, t.T, -d[q])
        + linalg.solve_sylvester(t, t.T, -k.T @ d[r] @ k)
    )


@adjoint(linalg.solve_discrete_are)
def _(y, a, b, q, r):
    k = np.linalg.solve(r + b.T @ y @ b, b.T @ y @ a)
    closed = a - b @ k
    s = linalg.solve_discrete_lyapunov(closed, d[y])
    both = y @ closed @ (s + s.T)
    d[a] = both
    d[b] = -both @ k.T
    d[q] = s
    d[r] = k @ s @ k.T


@tangent(linalg.solve_discrete_are)
def _(y, a, b, q, r):
    k = np.linalg.solve(r + b.T @ y @ b, b.T @ y @ a)
    closed = a - b @ k
    t = closed.T
    d[y] = (
        linalg.solve_discrete_lyapunov(t, d[a].T @ y @ closed)
        + linalg.solve_discrete_lyapunov(t, t @ y @ d[a])
        + linalg.solve_discrete_lyapunov(t, -t @ y @ d[b] @ k)
        + linalg.solve_discrete_lyapunov(t, -k.T @ d[b].T @ y @ closed)
        + linalg.solve_discrete_lyapunov(t, d[q])
        + linalg.solve_discrete_lyapunov(t, k.T @ d[r] @ k)
    )
