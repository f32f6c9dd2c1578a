"""Bessel, Airy, Kelvin and Struve functions by their argument (DLMF, chapters 9 to 11)."""

import numpy as np
from scipy import special

from autodiff_sst.rules.language import adjoint, d
from autodiff_sst.runtime.special import airy_part, airye_part


@adjoint(special.j0)
def _(y, x):
    d[x] = d[y] * -special.j1(x)


@adjoint(special.j1)
def _(y, x):
    d[x] = d[y] * (0.5 * (special.j0(x) - special.jv(2, x)))


@adjoint(special.y0)
def _(y, x):
    d[x] = d[y] * -special.y1(x)


@adjoint(special.y1)
def _(y, x):
    d[x] = d[y] * (0.5 * (special.y0(x) - special.yv(2, x)))


@adjoint(special.i0)
def _(y, x):
    d[x] = d[y] * special.i1(x)


@adjoint(special.i1)
def _(y, x):
    d[x] = d[y] * (0.5 * (special.i0(x) + special.iv(2, x)))


@adjoint(special.k0)
def _(y, x):
    d[x] = d[y] * -special.k1(x)


@adjoint(special.k1)
def _(y, x):
    d[x] = d[y] * (-0.5 * (special.k0(x) + special.kv(2, x)))


@adjoint(special.i0e)
def _(y, x):
    d[x] = d[y] * (special.i1e(x) - np.sign(x) * y)


@adjoint(special.i1e)
def _(y, x):
    d[x] = d[y] * (0.5 * (special.i0e(x) + special.ive(2, x)) - np.sign(x) * y)


@adjoint(special.k0e)
def _(y, x):
    d[x] = d[y] * (y - special.k1e(x))


@adjoint(special.k1e)
def _(y, x):
    d[x] = d[y] * (y - 0.5 * (special.k0e(x) + special.kve(2, x)))


# Of any order: recurrences in the order


@adjoint(special.jv)
def _(y, v, z):
    d[z] = d[y] * (0.5 * (special.jv(v - 1, z) - special.jv(v + 1, z)))


@adjoint(special.yv)
def _(y, v, z):
    d[z] = d[y] * (0.5 * (special.yv(v - 1, z) - special.yv(v + 1, z)))


@adjoint(special.yn)
def _(y, n, x):
    d[x] = d[y] * (0.5 * (special.yv(n - 1, x) - special.yv(n + 1, x)))


@adjoint(special.iv)
def _(y, v, z):
    d[z] = d[y] * (0.5 * (special.iv(v - 1, z) + special.iv(v + 1, z)))


@adjoint(special.kv)
def _(y, v, z):
    d[z] = d[y] * (-0.5 * (special.kv(v - 1, z) + special.kv(v + 1, z)))


@adjoint(special.kn)
def _(y, n, x):
    d[x] = d[y] * (-0.5 * (special.kv(n - 1, x) + special.kv(n + 1, x)))


@adjoint(special.jve)
def _(y, v, z):
    d[z] = d[y] * (0.5 * (special.jve(v - 1, z) - special.jve(v + 1, z)))


@adjoint(special.yve)
def _(y, v, z):
    d[z] = d[y] * (0.5 * (special.yve(v - 1, z) - special.yve(v + 1, z)))


@adjoint(special.ive)
def _(y, v, z):
    d[z] = d[y] * (0.5 * (special.ive(v - 1, z) + special.ive(v + 1, z)) - np.sign(z) * y)


@adjoint(special.kve)
def _(y, v, z):
    d[z] = d[y] * (y - 0.5 * (special.kve(v - 1, z) + special.kve(v + 1, z)))


@adjoint(special.hankel1)
def _(y, v, z):
    d[z] = d[y] * (0.5 * (special.hankel1(v - 1, z) - special.hankel1(v + 1, z)))


@adjoint(special.hankel2)
def _(y, v, z):
    d[z] = d[y] * (0.5 * (special.hankel2(v - 1, z) - special.hankel2(v + 1, z)))


@adjoint(special.jvp)
def _(y, v, z, n=1):
    d[z] = d[y] * special.jvp(v, z, n + 1)


@adjoint(special.yvp)
def _(y, v, z, n=1):
    d[z] = d[y] * special.yvp(v, z, n + 1)


@adjoint(special.ivp)
def _(y, v, z, n=1):
    d[z] = d[y] * special.ivp(v, z, n + 1)


@adjoint(special.kvp)
def _(y, v, z, n=1):
    d[z] = d[y] * special.kvp(v, z, n + 1)


# Spherical: the second derivative by their differential equation, DLMF 10.47


@adjoint(special.spherical_jn)
def _(y, n, z, derivative=False):
    if derivative:
        rest = (1 - n * (n + 1) / (z * z)) * special.spherical_jn(n, z)
        d[z] = d[y] * (-2 / z * y - rest)
    else:
        d[z] = d[y] * special.spherical_jn(n, z, True)


@adjoint(special.spherical_yn)
def _(y, n, z, derivative=False):
    if derivative:
        rest = (1 - n * (n + 1) / (z * z)) * special.spherical_yn(n, z)
        d[z] = d[y] * (-2 / z * y - rest)
    else:
        d[z] = d[y] * special.spherical_yn(n, z, True)


@adjoint(special.spherical_in)
def _(y, n, z, derivative=False):
    if derivative:
        rest = (-1 - n * (n + 1) / (z * z)) * special.spherical_in(n, z)
        d[z] = d[y] * (-2 / z * y - rest)
    else:
        d[z] = d[y] * special.spherical_in(n, z, True)


@adjoint(special.spherical_kn)
def _(y, n, z, derivative=False):
    if derivative:
        rest = (-1 - n * (n + 1) / (z * z)) * special.spherical_kn(n, z)
        d[z] = d[y] * (-2 / z * y - rest)
    else:
        d[z] = d[y] * special.spherical_kn(n, z, True)


# Kelvin functions: ber'' + ber'/x = -bei, bei'' + bei'/x = ber


@adjoint(special.ber)
def _(y, x):
    d[x] = d[y] * special.berp(x)


@adjoint(special.bei)
def _(y, x):
    d[x] = d[y] * special.beip(x)


@adjoint(special.ker)
def _(y, x):
    d[x] = d[y] * special.kerp(x)


@adjoint(special.kei)
def _(y, x):
    d[x] = d[y] * special.keip(x)


@adjoint(special.berp)
def _(y, x):
    d[x] = d[y] * (-special.bei(x) - y / x)


@adjoint(special.beip)
def _(y, x):
    d[x] = d[y] * (special.ber(x) - y / x)


@adjoint(special.kerp)
def _(y, x):
    d[x] = d[y] * (-special.kei(x) - y / x)


@adjoint(special.keip)
def _(y, x):
    d[x] = d[y] * (special.ker(x) - y / x)


# Struve functions, DLMF 11.4


@adjoint(special.struve)
def _(y, v, x):
    rest = (0.5 * x) ** v * special.rgamma(v + 1.5) / 1.7724538509055159
    d[x] = d[y] * (0.5 * (special.struve(v - 1, x) - special.struve(v + 1, x) + rest))


@adjoint(special.modstruve)
def _(y, v, x):
    rest = (0.5 * x) ** v * special.rgamma(v + 1.5) / 1.7724538509055159
    d[x] = d[y] * (0.5 * (special.modstruve(v - 1, x) + special.modstruve(v + 1, x) + rest))


# Airy functions: w'' = z w


@adjoint(airy_part)
def _(y, z, part):
    if part == 0:
        d[z] = d[y] * airy_part(z, 1)
    elif part == 1:
        d[z] = d[y] * (z * airy_part(z, 0))
    elif part == 2:
        d[z] = d[y] * airy_part(z, 3)
    else:
        d[z] = d[y] * (z * airy_part(z, 2))


@adjoint(airye_part)
def _(y, z, part):
    if part == 0:
        d[z] = d[y] * (airye_part(z, 1) + np.sqrt(z) * y)
    elif part == 1:
        d[z] = d[y] * (z * airye_part(z, 0) + np.sqrt(z) * y)
    elif part == 2:
        d[z] = d[y] * (airye_part(z, 3) - np.sqrt(z) * y)
    else:
        d[z] = d[y] * (z * airye_part(z, 2) - np.sqrt(z) * y)
