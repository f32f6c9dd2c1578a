"""More functions that work element by element, and the `math` module."""

import math

import numpy as np

from autodiff_sst.rules.language import adjoint, d
from autodiff_sst.rules.registry import declare_elementwise, declare_linear
from autodiff_sst.runtime.special import bessel_i, psi_n


@adjoint(np.logaddexp2)
def _(y, a, b):
    d[a] = d[y] * np.exp2(a - y)
    d[b] = d[y] * np.exp2(b - y)


@adjoint(np.float_power)
def _(y, a, b):
    d[a] = d[y] * (b * a ** np.where(b, b - 1, 1))
    d[b] = d[y] * (y * np.log(np.where(a, a, 1.0)))


@adjoint(np.copysign, math.copysign)
def _(y, a, b):
    d[a] = d[y] * (np.sign(a) * np.copysign(1.0, b))
    d[b] = None


@adjoint(np.heaviside)
def _(y, a, b):
    d[a] = None
    d[b] = d[y] * (a == 0)


@adjoint(np.fmod, math.fmod)
def _(y, a, b):
    d[a] = d[y]
    d[b] = -d[y] * np.trunc(a / b)


@adjoint(math.remainder)
def _(y, a, b):
    d[a] = d[y]
    d[b] = -d[y] * np.rint(a / b)


@adjoint(np.ldexp, math.ldexp)
def _(y, a, b):
    d[a] = d[y] * 2.0**b
    d[b] = None


@adjoint(math.cbrt) if hasattr(math, "cbrt") else (lambda template: template)
def _(y, x):
    d[x] = d[y] / (3 * y * y)


@adjoint(math.exp2) if hasattr(math, "exp2") else (lambda template: template)
def _(y, x):
    d[x] = d[y] * (y * 0.6931471805599453)  # log 2


@adjoint(math.erf)
def _(y, x):
    d[x] = d[y] * (1.1283791670955126 * math.exp(-x * x))  # 2 / sqrt(pi)


@adjoint(math.erfc)
def _(y, x):
    d[x] = -d[y] * (1.1283791670955126 * math.exp(-x * x))  # 2 / sqrt(pi)


# The `math` module: on Python's numbers its own functions are ten times as fast as NumPy's.


@adjoint(math.sin)
def _(y, x):
    d[x] = d[y] * math.cos(x)


@adjoint(math.cos)
def _(y, x):
    d[x] = -d[y] * math.sin(x)


@adjoint(math.sinh)
def _(y, x):
    d[x] = d[y] * math.cosh(x)


@adjoint(math.cosh)
def _(y, x):
    d[x] = d[y] * math.sinh(x)


@adjoint(math.sqrt)
def _(y, x):
    d[x] = d[y] * (0.5 / np.float64(y))  # at 0 infinite, as NumPy's; Python's division raises


@adjoint(np.i0)
def _(y, x):
    d[x] = d[y] * bessel_i(1, x)


@adjoint(bessel_i)
def _(y, n, x):
    d[x] = d[y] * (0.5 * (bessel_i(n - 1, x) + bessel_i(n + 1, x)))


@adjoint(math.lgamma)
def _(y, x):
    d[x] = d[y] * psi_n(0, x)


@adjoint(math.gamma)
def _(y, x):
    d[x] = d[y] * (y * psi_n(0, x))


@adjoint(psi_n)
def _(y, n, x):
    d[x] = d[y] * psi_n(n + 1, x)


@adjoint(complex)
def _(y, re, im=0.0):
    d[re] = np.real(d[y])
    d[im] = -np.imag(d[y])


declare_elementwise(bessel_i, psi_n, np.i0)
declare_linear(complex, by=("re", "im"), joint=True)
