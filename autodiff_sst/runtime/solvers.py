"""SciPy's solvers, run as they are: what they find is a constant, of which `implicit.py` makes
what it depends on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

# By SciPy's function, the Python code that takes the place of its calls.
SOLVERS: dict[Any, Callable[..., Any]] = {}


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
