"""Orthogonal polynomials, hypergeometric functions and elliptic integrals by their arguments
(DLMF, chapters 13, 15, 18, 19, 22)."""

import numpy as np
from scipy import special

from autodiff_sst.rules.language import adjoint, d
from autodiff_sst.runtime.special import amplitude, hyp1f1_part, sph_legendre

# The derivative of a polynomial is one of lower degree; of degree 0 it is 0.


@adjoint(special.eval_legendre)
def _(y, n, x):
    d[x] = d[y] * np.where(n == 0, 0.0, 0.5 * (n + 1) * special.eval_jacobi(n - 1, 1, 1, x))


@adjoint(special.eval_sh_legendre)
def _(y, n, x):
    d[x] = d[y] * np.where(n == 0, 0.0, (n + 1) * special.eval_jacobi(n - 1, 1, 1, 2 * x - 1))


@adjoint(special.eval_jacobi)
def _(y, n, alpha, beta, x):
    lower = special.eval_jacobi(n - 1, alpha + 1, beta + 1, x)
    d[x] = d[y] * np.where(n == 0, 0.0, 0.5 * (n + alpha + beta + 1) * lower)


@adjoint(special.eval_chebyt)
def _(y, n, x):
    d[x] = d[y] * np.where(n == 0, 0.0, n * special.eval_chebyu(n - 1, x))


@adjoint(special.eval_chebyu)
def _(y, n, x):
    d[x] = d[y] * np.where(n == 0, 0.0, 2 * special.eval_gegenbauer(n - 1, 2, x))


@adjoint(special.eval_gegenbauer)
def _(y, n, alpha, x):
    d[x] = d[y] * np.where(n == 0, 0.0, 2 * alpha * special.eval_gegenbauer(n - 1, alpha + 1, x))


@adjoint(special.eval_laguerre)
def _(y, n, x):
    d[x] = d[y] * np.where(n == 0, 0.0, -special.eval_genlaguerre(n - 1, 1, x))


@adjoint(special.eval_genlaguerre)
def _(y, n, alpha, x):
    d[x] = d[y] * np.where(n == 0, 0.0, -special.eval_genlaguerre(n - 1, alpha + 1, x))


@adjoint(special.eval_hermite)
def _(y, n, x):
    d[x] = d[y] * np.where(n == 0, 0.0, 2 * n * special.eval_hermite(np.maximum(n - 1, 0), x))


@adjoint(special.eval_hermitenorm)
def _(y, n, x):
    d[x] = d[y] * np.where(n == 0, 0.0, n * special.eval_hermitenorm(np.maximum(n - 1, 0), x))


@adjoint(special.lpmv)
def _(y, m, v, x):
    # DLMF 14.10.5
    lower = np.where(v + m == 0, 0.0, (v + m) * special.lpmv(m, v - 1, x))
    d[x] = d[y] * ((v * x * y - lower) / (x * x - 1))


# Hypergeometric functions, by their argument


@adjoint(special.hyp0f1)
def _(y, v, z):
    d[z] = d[y] * (special.hyp0f1(v + 1, z) / v)


@adjoint(special.hyp1f1)
def _(y, a, b, x):
    d[a] = d[y] * hyp1f1_part(a, b, x, 1, 0, 0)
    d[b] = d[y] * hyp1f1_part(a, b, x, 0, 1, 0)
    d[x] = d[y] * (a / b * special.hyp1f1(a + 1, b + 1, x))


@adjoint(hyp1f1_part)
def _(y, a, b, x, by_a, by_b, by_x):
    if by_a + by_b < 2:
        d[a] = d[y] * hyp1f1_part(a, b, x, by_a + 1, by_b, by_x)
        d[b] = d[y] * hyp1f1_part(a, b, x, by_a, by_b + 1, by_x)
        d[x] = d[y] * hyp1f1_part(a, b, x, by_a, by_b, by_x + 1)
    else:
        d[x] = d[y] * hyp1f1_part(a, b, x, by_a, by_b, by_x + 1)


# d/dθ by the ladder of orders m - 1 and m + 1 (DLMF 14.10): no division by sin θ.


@adjoint(sph_legendre)
def _(y, n, m, theta):
    above = np.sqrt(np.maximum((n - m) * (n + m + 1.0), 0.0)) * sph_legendre(n, m + 1, theta)
    below = np.sqrt(np.maximum((n + m) * (n - m + 1.0), 0.0)) * sph_legendre(n, m - 1, theta)
    d[theta] = d[y] * (0.5 * (above - below))


@adjoint(special.hyp2f1)
def _(y, a, b, c, z):
    d[z] = d[y] * (a * b / c * special.hyp2f1(a + 1, b + 1, c + 1, z))


@adjoint(special.hyperu)
def _(y, a, b, x):
    d[x] = d[y] * (-a * special.hyperu(a + 1, b + 1, x))


# Elliptic integrals, by the parameter m, which may be 0


@adjoint(special.ellipk)
def _(y, m):
    safe = np.where(m == 0, 0.5, m)
    slope = (special.ellipe(m) / (1 - m) - y) / (2 * safe)
    d[m] = d[y] * np.where(m == 0, 0.39269908169872414, slope)


@adjoint(special.ellipkm1)
def _(y, p):
    safe = np.where(p == 1, 0.5, 1 - p)
    slope = (special.ellipe(1 - p) / p - y) / (2 * safe)
    d[p] = d[y] * -np.where(p == 1, 0.39269908169872414, slope)


@adjoint(special.ellipe)
def _(y, m):
    safe = np.where(m == 0, 0.5, m)
    d[m] = d[y] * np.where(m == 0, -0.39269908169872414, (y - special.ellipk(m)) / (2 * safe))


@adjoint(special.ellipkinc)
def _(y, phi, m):
    root = np.sqrt(1 - m * np.sin(phi) ** 2)
    d[phi] = d[y] / root
    rest = np.sin(2 * phi) / (4 * (1 - m) * root)
    d[m] = d[y] * (special.ellipeinc(phi, m) / (2 * m * (1 - m)) - y / (2 * m) - rest)


@adjoint(special.ellipeinc)
def _(y, phi, m):
    d[phi] = d[y] * np.sqrt(1 - m * np.sin(phi) ** 2)
    d[m] = d[y] * ((y - special.ellipkinc(phi, m)) / (2 * m))


@adjoint(amplitude)
def _(y, u, m):
    root = np.sqrt(1 - m * np.sin(y) ** 2)
    d[u] = d[y] * root
    whole = (1 - m) * u - special.ellipeinc(y, m) + 0.5 * m * np.sin(2 * y) / root
    d[m] = d[y] * (root * whole / (2 * m * (1 - m)))


# Carlson's symmetric integrals, DLMF 19.18


@adjoint(special.elliprf)
def _(y, a, b, c):
    d[a] = d[y] * (special.elliprd(b, c, a) / -6)
    d[b] = d[y] * (special.elliprd(a, c, b) / -6)
    d[c] = d[y] * (special.elliprd(a, b, c) / -6)


@adjoint(special.elliprc)
def _(y, a, b):
    # By the differential equation of R_F, where two arguments are equal, and homogeneity.
    by_a = 0.5 * (y - 1 / np.sqrt(a)) / (b - a)
    d[a] = d[y] * by_a
    d[b] = d[y] * ((-0.5 * y - a * by_a) / b)


@adjoint(special.elliprd)
def _(y, a, b, c):
    by_a = 0.5 * (special.elliprd(b, c, a) - y) / (a - c)
    by_b = 0.5 * (special.elliprd(a, c, b) - y) / (b - c)
    d[a] = d[y] * by_a
    d[b] = d[y] * by_b
    d[c] = d[y] * ((-1.5 * y - a * by_a - b * by_b) / c)


@adjoint(special.elliprg)
def _(y, a, b, c):
    # d R_G / d a = (R_F(a, b, c) - a R_D(b, c, a) / 3) / 4; the others by symmetry.
    d[a] = d[y] * (0.25 * (special.elliprf(a, b, c) - a * special.elliprd(b, c, a) / 3))
    d[b] = d[y] * (0.25 * (special.elliprf(a, b, c) - b * special.elliprd(a, c, b) / 3))
    d[c] = d[y] * (0.25 * (special.elliprf(a, b, c) - c * special.elliprd(a, b, c) / 3))
