"""SciPy's solvers, run as they are: what they find is a constant, of which `implicit.py` makes
what it depends on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autodiff_sst.errors import UnsupportedSyntaxError

# SciPy's functions that code of ours stands for, where their arguments carry a derivative; they
# call what they are given at once.
SOLVERS: set[Any] = set()


def is_solver(function: Any) -> bool:
    try:
        return function in SOLVERS
    except TypeError:  # not hashable
        return False


@dataclass(frozen=True)
class Solution:
    """What a solver gives, under the names that SciPy has for it."""

    x: Any
    fun: Any
    success: Any
    status: Any
    message: Any
    nfev: Any


@dataclass(frozen=True)
class Root:
    """What `root_scalar` gives."""

    root: Any
    converged: Any
    flag: Any
    iterations: Any
    function_calls: Any


def solved(solver: Any, *args: Any, **options: Any) -> Any:
    """What a solver gives; options that are None are left to it."""
    return solver(*args, **{k: v for k, v in options.items() if v is not None})


def check_solved(found: Any, refined: Any) -> None:
    """Raises ValueError where Newton's method goes far from what was found: it solves nothing, or a
    bound holds it, and the derivatives would be those of something else."""
    step = np.max(np.abs(np.asarray(refined) - found), initial=0.0)
    if not step <= 1e-2 * (1.0 + np.max(np.abs(found), initial=0.0)):
        raise ValueError(
            "the solver found no root, or no minimum where the gradient is zero: what it found has "
            "no derivative"
        )


def vector_of(found: Any) -> Any:
    """The solution that a solver has found, of one dimension."""
    x = found if isinstance(found, np.ndarray) else found.x
    return np.atleast_1d(np.asarray(x, float))


def number_of(found: Any) -> float:
    """The same, of a number."""
    x = getattr(found, "root", getattr(found, "x", found))
    return float(np.asarray(x).reshape(()))


def nodes_of(func: Any, a: Any, b: Any, args: Any, options: Any) -> tuple[float, float, Any, Any]:
    """What `quad` finds, its estimate of the error, and nodes and weights for the panels that it
    chose, where `a` is 0 and `b` is 1."""
    from scipy import integrate

    given = {k: v for k, v in options.items() if v is not None}
    value, error, info = integrate.quad(func, a, b, args, full_output=1, **given)[:3]
    count = info["last"]
    low, high = info["alist"][:count], info["blist"][:count]
    points, weights = np.polynomial.legendre.leggauss(20)
    t = ((high - low)[:, None] * points + (high + low)[:, None]) / 2
    w = (high - low)[:, None] * weights / 2
    order = np.argsort(t, axis=None)
    return value, error, t.ravel()[order], w.ravel()[order]


@dataclass(frozen=True)
class OdeSolution:
    """What `solve_ivp` gives, under its names."""

    t: Any
    y: Any
    nfev: Any
    status: Any
    message: Any
    success: Any


def steps_of(
    fun: Any, t_span: Any, y0: Any, method: Any, t_eval: Any, args: Any, options: Any
) -> Any:
    """What `solve_ivp` gives, and its steps: where they begin, how long they are, which of the
    times are in which, and the weights of the slopes at these times.

    Raises:
        UnsupportedSyntaxError: the method is none of the explicit ones.
    """
    from scipy import integrate

    if method not in ("RK45", "RK23"):
        words = f"`scipy.integrate.solve_ivp` with method={method!r} has no derivative rule"
        raise UnsupportedSyntaxError(words, instead="RK45 or RK23.")
    given = {k: v for k, v in options.items() if v is not None}
    steps = integrate.solve_ivp(fun, t_span, y0, method, args=args or None, **given)
    found = steps
    if t_eval is not None:
        found = integrate.solve_ivp(fun, t_span, y0, method, t_eval, args=args or None, **given)
    return found, *_plan(steps.t, None if t_eval is None else found.t, getattr(integrate, method))


def _plan(t: Any, times: Any, method: Any) -> tuple[Any, Any, Any, Any]:
    starts, lengths = t[:-1], np.diff(t)
    count = method.n_stages + 1
    if times is None:
        weights = np.tile(np.append(method.B, 0.0), (len(starts), 1))
        return starts, lengths, np.arange(len(t)), weights.reshape(-1, count)
    sign = 1.0 if len(t) < 2 or t[-1] >= t[0] else -1.0
    place = np.clip(np.searchsorted(sign * t, sign * times, side="left") - 1, 0, len(starts) - 1)
    share = (times - starts[place]) / lengths[place]
    powers = share[:, None] ** np.arange(1, method.P.shape[1] + 1)
    first = np.searchsorted(place, np.arange(len(t)))
    return starts, lengths, first, powers @ method.P.T


def steps_between(func: Any, y0: Any, t: Any, args: Any, tfirst: Any, options: Any) -> Any:
    """What `odeint` gives, and the steps of Dormand and Prince's method between its times."""
    from scipy import integrate

    given = {k: v for k, v in options.items() if v is not None}
    found = integrate.odeint(func, y0, t, args, tfirst=tfirst, **given)
    times = np.asarray(t, float)

    def slope(s: Any, y: Any) -> Any:
        return func(s, y, *args) if tfirst else func(y, s, *args)

    steps = integrate.solve_ivp(slope, (times[0], times[-1]), y0, "RK45", rtol=1e-8, atol=1e-10)
    return found, *_plan(steps.t, times, integrate.RK45)


def simpson_weights(count: int, x: Any) -> Any:
    """The weights of Simpson's rule on so many places: those of SciPy."""
    from scipy import integrate

    return np.asarray(integrate.simpson(np.eye(count), x=x))
