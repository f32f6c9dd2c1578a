"""Arithmetic and elementary functions: whatever works element by element."""

import numpy as np

from autodiff_sst.core.syntax import Literal, Object
from autodiff_sst.rules.language import adjoint, d, is_constant, macro

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
    d[b] = -d[y] * y / b


@macro
def power_slope(builder, knowledge, a, b):
    """b * a ** (b - 1) for a constant b; below 1 by `np.power`: Python's `0.0 ** -0.5` raises."""
    exponent = knowledge.constant(b)
    if exponent == 0:
        return Literal(0.0)
    if exponent > 1:
        return builder.binary("*", b, builder.binary("**", a, exponent - 1))
    power = builder.call(Object(np.power, "np.power", np), a, float(exponent - 1))
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


@adjoint(np.positive)
def _(y, x):
    d[x] = d[y]


# Elementary functions


@adjoint(np.exp)
def _(y, x):
    d[x] = d[y] * y


@adjoint(np.log)
def _(y, x):
    d[x] = d[y] / x


@adjoint(np.sin)
def _(y, x):
    d[x] = d[y] * np.cos(x)


@adjoint(np.cos)
def _(y, x):
    d[x] = -d[y] * np.sin(x)


@adjoint(np.tanh)
def _(y, x):
    d[x] = d[y] * (1 - y * y)  # through y: cosh(x) overflows, and x need not be kept


@adjoint(np.sqrt)
def _(y, x):
    d[x] = d[y] / (2 * y)
