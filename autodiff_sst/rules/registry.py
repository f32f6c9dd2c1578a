"""Which function has which rules. An operator is its ufunc, and has the rules of that."""

from __future__ import annotations

import importlib
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autodiff_sst.runtime import methods

# The ufunc that an operator is.
OPERATORS: dict[str, Any] = {
    **{"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.true_divide, "**": np.power},
    **{"//": np.floor_divide, "%": np.remainder, "@": np.matmul},
}
UNARY_OPERATORS: dict[str, Any] = {"-": np.negative, "+": np.positive}

# The function that a method of arrays is, by the method's name: `x.sum(axis=0)` is np.sum.
METHODS: dict[str, Any] = {
    **{"sum": np.sum, "copy": np.copy, "transpose": np.transpose, "swapaxes": np.swapaxes},
    **{"mean": np.mean, "prod": np.prod, "max": np.max, "min": np.min, "var": np.var},
    **{"std": np.std, "cumsum": np.cumsum, "dot": np.dot, "clip": np.clip, "conj": np.conj},
    **{"argmax": np.argmax, "argmin": np.argmin, "argsort": np.argsort, "any": np.any},
    **{"all": np.all, "round": np.round, "item": float},
    **{"repeat": np.repeat, "take": np.take, "diagonal": np.diagonal, "trace": np.trace},
    **{
        "compress": methods.compress_of,
        "choose": methods.choose_of,
        "cumprod": np.cumprod,
        "conjugate": np.conj,
        "ptp": np.ptp,
        "put": np.put,
        "view": methods.view_of,
        "tolist": methods.tolist_of,
        "partition": methods.partition_of,
        "sort": methods.sort_of,
    },
    **{"argpartition": np.argpartition, "searchsorted": np.searchsorted, "nonzero": np.nonzero},
    **{
        "reshape": np.reshape,
        "ravel": np.ravel,
        "flatten": methods.flatten_of,
        "squeeze": np.squeeze,
    },
    "astype": methods.astype,
}
# Methods that take a shape or an order as several arguments too: `x.reshape(2, 3)`.
SPREAD = ("reshape", "transpose")
ATTRIBUTES: dict[str, Any] = {
    **{"T": np.transpose, "real": np.real, "imag": np.imag, "flat": np.ravel},
}


@dataclass(frozen=True)
class Rule:
    """A template for the adjoint of `function`, for operands of these ranks if given."""

    function: Any
    template: Callable[..., Any]
    ranks: tuple[int, ...] | None = None


Table = dict[Any, list[Rule]]
_adjoints: Table = {}
_tangents: Table = {}
_linear: dict[Any, tuple[tuple[str, ...], bool]] = {}


def register(function: Any, rule: Rule, table: Table = _adjoints) -> None:
    """Adds a rule; one for the same ranks replaces the one before."""
    try:
        rules = table.setdefault(function, [])
    except TypeError as error:  # one of ctypes, say
        words = f"{function!r} is not hashable, so that it cannot have a rule"
        raise TypeError(f"{words}: give one to a Python function that calls it") from error
    rules[:] = [r for r in rules if r.ranks != rule.ranks] + [rule]


def register_tangent(function: Any, rule: Rule) -> None:
    register(function, rule, _tangents)


def declare_linear(*functions: Any, by: tuple[str, ...], joint: bool = False) -> None:
    """They are linear in each of the parameters `by` alone, or in all of them `joint`ly: so they
    are their own tangents. Their adjoint rules name the parameters."""
    _linear.update(dict.fromkeys(functions, (by, joint)))


def linear_parameters(function: Any) -> tuple[tuple[str, ...], bool] | None:
    try:
        return _linear.get(function)
    except TypeError:  # not hashable
        return None


def adjoint_of(function: Any, ranks: tuple[int | None, ...]) -> Rule | None:
    """The rule for operands of these ranks (None: not known), the special before the general."""
    return _chosen(find(function), ranks)


def tangent_of(function: Any, ranks: tuple[int | None, ...]) -> Rule | None:
    return _chosen(find(function, _tangents), ranks)


def _chosen(rules: list[Rule], ranks: tuple[int | None, ...]) -> Rule | None:
    special = [r for r in rules if r.ranks is not None and r.ranks == ranks[: len(r.ranks)]]
    general = [r for r in rules if r.ranks is None]
    return (special or general or [None])[0]  # type: ignore[list-item]


def find(function: Any, table: Table = _adjoints) -> list[Rule]:
    try:
        return table.get(function) or (table.get(function, []) if load_pending() else [])
    except TypeError:  # not hashable
        return []


def has_rule(function: Any) -> bool:
    """Whether there is a rule of its own, in either mode."""
    return bool(find(function) or find(function, _tangents))


# The rules for a module of SciPy, loaded once a program has imported that.
_pending: dict[str, tuple[str, ...]] = {
    "scipy.special": ("elementary", "gamma", "bessel", "polynomials", "functions"),
    "scipy.linalg": ("matrices", "linalg", "structured"),
    "scipy.signal": ("signal",),
    "scipy.stats": ("stats", "more_stats", "discrete"),
    "scipy.optimize": ("autodiff_sst.solvers.implicit",),
    "scipy.integrate": ("autodiff_sst.solvers.differential",),
    "scipy.interpolate": ("autodiff_sst.solvers.splines",),
}


def load_pending() -> bool:
    """Loads the rules for what has been imported meanwhile; whether there were any."""
    ready = [m for m in _pending if m in sys.modules]
    for module in ready:
        for name in _pending.pop(module):
            whole = name if "." in name else f"autodiff_sst.rules.scipy.{name}"
            importlib.import_module(whole)
    return bool(ready)


_elementwise: set[Any] = {abs, pow, float, np.clip, np.sinc}


def declare_elementwise(*functions: Any) -> None:
    """They work element by element, as ufuncs do."""
    _elementwise.update(functions)


_OF_MATH_ON_LISTS = (math.fsum, math.prod, math.dist, getattr(math, "sumprod", None))


def is_elementwise(function: Any) -> bool:
    if isinstance(function, np.ufunc):
        return function.signature is None
    if getattr(function, "__module__", "") == "math":
        return function not in _OF_MATH_ON_LISTS
    try:
        return function in _elementwise
    except TypeError:  # not hashable
        return False


def rules() -> dict[Any, list[Rule]]:
    """All that is registered, for tests."""
    return {function: [*found] for function, found in _adjoints.items()}


_nondifferentiable: set[Any] = set()


def declare_nondifferentiable(*functions: Any) -> None:
    """Their results carry no derivative, whatever the arguments."""
    _nondifferentiable.update(functions)


def is_nondifferentiable(function: Any) -> bool:
    try:
        return function in _nondifferentiable or (load_pending() and function in _nondifferentiable)
    except TypeError:  # not hashable
        return False
