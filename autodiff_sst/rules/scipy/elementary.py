"""Elementary functions of `scipy.special`: powers, logarithms, angles, losses, logistics."""

import numpy as np
from scipy import special

from autodiff_sst.rules.language import adjoint, d


@adjoint(special.cbrt)
def _(y, x):
    d[x] = d[y] / (3 * y * y)


@adjoint(special.exp2)
def _(y, x):
    d[x] = d[y] * (y * 0.6931471805599453)  # log 2


@adjoint(special.exp10)
def _(y, x):
    d[x] = d[y] * (y * 2.302585092994046)  # log 10


@adjoint(special.expm1)
def _(y, x):
    d[x] = d[y] * (y + 1)


@adjoint(special.log1p)
def _(y, x):
    d[x] = d[y] / (1 + x)


@adjoint(special.cosm1)
def _(y, x):
    d[x] = d[y] * -np.sin(x)


@adjoint(special.exprel)
def _(y, x):
    # (exp(x) - 1) / x is 1F1(1, 2, x).
    d[x] = d[y] * (0.5 * special.hyp1f1(2.0, 3.0, x))


@adjoint(special.powm1)
def _(y, a, b):
    d[a] = d[y] * (b * a ** (b - 1))
    d[b] = d[y] * ((y + 1) * np.log(a))


# Angles in degrees


@adjoint(special.sindg)
def _(y, x):
    d[x] = d[y] * (special.cosdg(x) * 0.017453292519943295)  # pi / 180


@adjoint(special.cosdg)
def _(y, x):
    d[x] = d[y] * (special.sindg(x) * -0.017453292519943295)


@adjoint(special.tandg)
def _(y, x):
    d[x] = d[y] * ((1 + y * y) * 0.017453292519943295)


@adjoint(special.cotdg)
def _(y, x):
    d[x] = d[y] * ((1 + y * y) * -0.017453292519943295)


@adjoint(special.radian)
def _(y, degrees, minutes, seconds):
    d[degrees] = d[y] * 0.017453292519943295
    d[minutes] = d[y] * 0.0002908882086657216
    d[seconds] = d[y] * 4.84813681109536e-06


# Products with logarithms; entropies


@adjoint(special.xlogy)
def _(y, a, b):
    d[a] = d[y] * np.log(b)
    d[b] = d[y] * (a / b)


@adjoint(special.xlog1py)
def _(y, a, b):
    d[a] = d[y] * np.log1p(b)
    d[b] = d[y] * (a / (1 + b))


@adjoint(special.entr)
def _(y, x):
    d[x] = d[y] * (-np.log(x) - 1)


@adjoint(special.rel_entr)
def _(y, a, b):
    d[a] = d[y] * (np.log(a / b) + 1)
    d[b] = d[y] * -(a / b)


@adjoint(special.kl_div)
def _(y, a, b):
    d[a] = d[y] * np.log(a / b)
    d[b] = d[y] * (1 - a / b)


@adjoint(special.huber)
def _(y, delta, r):
    d[delta] = d[y] * np.maximum(np.abs(r) - delta, 0.0)
    d[r] = d[y] * np.clip(r, -delta, delta)


@adjoint(special.pseudo_huber)
def _(y, delta, r):
    root = np.sqrt(1 + (r / delta) ** 2)
    d[delta] = d[y] * (2 * y / delta - r * r / (delta * root))
    d[r] = d[y] * (r / root)


# Box and Cox


@adjoint(special.boxcox)
def _(y, x, lmbda):
    d[x] = d[y] * x ** (lmbda - 1)
    logarithm = np.log(x)
    slope = (x**lmbda * logarithm - y) / np.where(lmbda, lmbda, 1.0)
    d[lmbda] = d[y] * np.where(lmbda, slope, 0.5 * logarithm * logarithm)


@adjoint(special.boxcox1p)
def _(y, x, lmbda):
    d[x] = d[y] * (1 + x) ** (lmbda - 1)
    logarithm = np.log1p(x)
    slope = ((1 + x) ** lmbda * logarithm - y) / np.where(lmbda, lmbda, 1.0)
    d[lmbda] = d[y] * np.where(lmbda, slope, 0.5 * logarithm * logarithm)


@adjoint(special.inv_boxcox)
def _(y, x, lmbda):
    d[x] = d[y] * y ** (1 - lmbda)
    safe = np.where(lmbda, lmbda, 1.0)
    slope = x / (safe * (1 + lmbda * x)) - np.log1p(lmbda * x) / (safe * safe)
    d[lmbda] = d[y] * (y * np.where(lmbda, slope, -0.5 * x * x))


@adjoint(special.inv_boxcox1p)
def _(y, x, lmbda):
    d[x] = d[y] * (y + 1) ** (1 - lmbda)
    safe = np.where(lmbda, lmbda, 1.0)
    slope = x / (safe * (1 + lmbda * x)) - np.log1p(lmbda * x) / (safe * safe)
    d[lmbda] = d[y] * ((y + 1) * np.where(lmbda, slope, -0.5 * x * x))


# Logistic functions


@adjoint(special.expit)
def _(y, x):
    d[x] = d[y] * (y * (1 - y))


@adjoint(special.logit)
def _(y, x):
    d[x] = d[y] / (x * (1 - x))


@adjoint(special.log_expit)
def _(y, x):
    d[x] = d[y] * special.expit(-x)


@adjoint(special.softplus) if hasattr(special, "softplus") else (lambda template: template)
def _(y, x):
    d[x] = d[y] * special.expit(x)
