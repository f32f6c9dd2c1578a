"""Arithmetic and elementary functions: whatever works element by element."""

import math

import numpy as np

from autodiff_sst.core.syntax import Literal
from autodiff_sst.rules.helpers import numpy_object
from autodiff_sst.rules.language import adjoint, d, is_complex, is_constant, macro, tangent
from autodiff_sst.rules.registry import declare_linear

# Arithmetic


@adjoint(np.add)
def _(y, a, b):
    d[a] = d[y]
    d[b] = d[y]


@adjoint(np.subtract)
def _(y, a, b):
    d[a] = d[y]
    d[b] = -d[y]


@adjoint(np.multiply)
def _(y, a, b):
    d[a] = d[y] * b
    d[b] = d[y] * a


@adjoint(np.true_divide)
def _(y, a, b):
    d[a] = d[y] / b
    d[b] = -(d[y] / b * y)


@macro
def power_slope(builder, knowledge, a, b):
    """b * a ** (b - 1) for a constant b; below 1 by `np.power`: Python's `0.0 ** -0.5` raises."""
    exponent = knowledge.constant(b)
    if exponent == 0:
        return Literal(0.0)
    if exponent > 1:
        return builder.binary("*", b, builder.binary("**", a, exponent - 1))
    power = builder.call(numpy_object(np.power), a, float(exponent - 1))
    return builder.binary("*", b, power)


@adjoint(np.power)
def _(y, a, b):
    # b * a ** (b - 1), but 0 where b is 0, whatever a; and log(a) * y is 0 where a is.
    if not is_constant(b):
        d[a] = d[y] * (b * a ** np.where(b, b - 1, 1))
    elif b == 2:
        d[a] = d[y] * (2 * a)
    elif b == 1:
        d[a] = d[y]
    else:
        d[a] = d[y] * power_slope(a, b)
    d[b] = d[y] * (y * np.log(np.where(a, a, 1.0)))


@adjoint(np.negative)
def _(y, x):
    d[x] = -d[y]


@adjoint(pow)
def _(y, base, exp):
    if not is_constant(exp):
        d[base] = d[y] * (exp * base ** np.where(exp, exp - 1, 1))
    elif exp == 2:
        d[base] = d[y] * (2 * base)
    else:
        d[base] = d[y] * power_slope(base, exp)
    d[exp] = d[y] * (y * np.log(np.where(base, base, 1.0)))


@adjoint(math.pow)
def _(y, x, y_):
    d[x] = d[y] * (y_ * x ** np.where(y_, y_ - 1, 1))
    d[y_] = d[y] * (y * np.log(np.where(x, x, 1.0)))


@adjoint(np.remainder)
def _(y, a, b):
    d[a] = d[y]
    d[b] = -d[y] * np.floor(a / b)


@adjoint(np.conj)
def _(y, x):
    d[x] = np.conj(d[y]) if is_complex(x) else d[y]


@adjoint(float, np.positive)
def _(y, x):
    d[x] = d[y]


@adjoint(np.square)
def _(y, x):
    d[x] = d[y] * (2 * x)


@adjoint(np.reciprocal)
def _(y, x):
    d[x] = -d[y] * y * y


# Kinks: the derivative there is the one that `docs/kinks.md` states.


@adjoint(np.absolute, abs, math.fabs, np.fabs)
def _(y, x):
    if is_complex(x):
        d[x] = d[y] * (np.conj(x) / np.where(y, y, 1.0))
    else:
        d[x] = d[y] * np.sign(x)


@adjoint(np.maximum, np.minimum, np.fmax, np.fmin)
def _(y, a, b):
    # Shares split evenly among equals; where only one is NaN, that is the result.
    d[a] = d[y] * (0.5 * ((y == a) * 1.0 + (y != b) * 1.0))
    d[b] = d[y] * (0.5 * ((y == b) * 1.0 + (y != a) * 1.0))


@adjoint(np.clip)
def _(y, a, a_min=None, a_max=None):
    d[a] = d[y] * (y == a)
    d[a_min] = d[y] * ((y == a_min) * (a < a_min))
    d[a_max] = d[y] * ((y == a_max) * (a > a_max))


@tangent(np.absolute, abs)
def _(y, x):
    if is_complex(x):
        d[y] = np.real(np.conj(x) * d[x]) / np.where(y, y, 1.0)
    else:
        d[y] = d[x] * np.sign(x)


declare_linear(np.conj, by=("x",))
declare_linear(float, by=("x",))

# Elementary functions


@adjoint(np.exp, math.exp)
def _(y, x):
    d[x] = d[y] * y


@adjoint(np.log, math.log)
def _(y, x):
    d[x] = d[y] / x


@adjoint(np.sin)
def _(y, x):
    d[x] = d[y] * np.cos(x)


@adjoint(np.cos)
def _(y, x):
    d[x] = -d[y] * np.sin(x)


@adjoint(np.tanh, math.tanh)
def _(y, x):
    d[x] = d[y] * (1 - y * y)  # through y: cosh(x) overflows, and x need not be kept


@adjoint(np.sqrt)
def _(y, x):
    d[x] = d[y] / (2 * y)


@adjoint(np.expm1, math.expm1)
def _(y, x):
    d[x] = d[y] * (y + 1)


@adjoint(np.exp2)
def _(y, x):
    d[x] = d[y] * (y * 0.6931471805599453)  # log 2


@adjoint(np.log2, math.log2)
def _(y, x):
    d[x] = d[y] / (x * 0.6931471805599453)  # log 2


@adjoint(np.log10, math.log10)
def _(y, x):
    d[x] = d[y] / (x * 2.302585092994046)  # log 10


@adjoint(np.log1p, math.log1p)
def _(y, x):
    d[x] = d[y] / (1 + x)


@adjoint(np.cbrt)
def _(y, x):
    d[x] = d[y] / (3 * y * y)


@adjoint(np.tan, math.tan)
def _(y, x):
    d[x] = d[y] * (1 + y * y)


@adjoint(np.arcsin, math.asin)
def _(y, x):
    d[x] = d[y] / np.sqrt(1 - x * x)


@adjoint(np.arccos, math.acos)
def _(y, x):
    d[x] = -d[y] / np.sqrt(1 - x * x)


@adjoint(np.arctan, math.atan)
def _(y, x):
    d[x] = d[y] / (1 + x * x)


@adjoint(np.arctan2, math.atan2)
def _(y, a, b):
    d[a] = d[y] * (b / (a * a + b * b))
    d[b] = -d[y] * (a / (a * a + b * b))


@adjoint(np.hypot)
def _(y, a, b):
    d[a] = d[y] * (a / y)
    d[b] = d[y] * (b / y)


@adjoint(np.sinh)
def _(y, x):
    d[x] = d[y] * np.cosh(x)


@adjoint(np.cosh)
def _(y, x):
    d[x] = d[y] * np.sinh(x)


@adjoint(np.arcsinh, math.asinh)
def _(y, x):
    d[x] = d[y] / np.sqrt(x * x + 1)


@adjoint(np.arccosh, math.acosh)
def _(y, x):
    d[x] = d[y] / np.sqrt(x * x - 1)


@adjoint(np.arctanh, math.atanh)
def _(y, x):
    d[x] = d[y] / (1 - x * x)


@adjoint(np.logaddexp)
def _(y, a, b):
    d[a] = d[y] * np.exp(a - y)
    d[b] = d[y] * np.exp(b - y)


@adjoint(np.sinc)
def _(y, x):
    # (cos πx - y) / x, which is 0 at 0.
    d[x] = d[y] * ((np.cos(np.pi * x) - y) / np.where(x, x, 1.0))


@adjoint(np.deg2rad, np.radians, math.radians)
def _(y, x):
    d[x] = d[y] * 0.017453292519943295  # pi / 180


@adjoint(np.rad2deg, np.degrees, math.degrees)
def _(y, x):
    d[x] = d[y] * 57.29577951308232  # 180 / pi
