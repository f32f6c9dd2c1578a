"""`ad.rules()`: what there are rules for, as the registry knows it."""

from __future__ import annotations

import builtins
import importlib
import inspect
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

_SCIPY = ("special", "linalg", "signal", "stats", "optimize", "integrate", "interpolate")


@dataclass(frozen=True)
class RuleInfo:
    """A function that may take part in a derivative, and how.

    Attributes:
        name: as users write it, `np.linalg.solve` say.
        function: the function itself.
        kind: `"rule"` (a template for each mode), `"definition"` (Python code that takes the place
            of the call) or `"constant"` (its result carries no derivative).
        keywords: the options that it is differentiated with; others are refused by name.
        template: the function whose source is the rule; None for constants.
    """

    name: str
    function: Any
    kind: str
    keywords: tuple[str, ...] = ()
    template: Callable[..., Any] | None = None


def rules() -> list[RuleInfo]:
    """What there are rules for, by name; those of SciPy's modules that have been imported.

    A function that is not listed is differentiated through its own source, if it has one; operators
    and methods of arrays share the rules of their functions.
    """
    from autodiff_sst.rules import registry
    from autodiff_sst.rules.all import RULES
    from autodiff_sst.rules.definitions import definition_of

    assert RULES
    found = []
    for name, function in _public():
        templates = registry.find(function)
        if templates:
            template = next((r for r in templates if r.ranks is None), templates[0]).template
            options = _options(template, after=1)  # the result comes first
            found.append(RuleInfo(name, function, "rule", options, template))
        elif template := definition_of(function):
            found.append(RuleInfo(name, function, "definition", _options(template), template))
        elif registry.is_nondifferentiable(function):
            found.append(RuleInfo(name, function, "constant"))
    return sorted(found, key=lambda info: (info.name.rpartition(".")[0], info.name))


def _options(template: Any, after: int = 0) -> tuple[str, ...]:
    parameters = [*inspect.signature(template).parameters.values()][after:]
    return tuple(p.name for p in parameters if p.default is not p.empty)


def _public() -> Iterator[tuple[str, Any]]:
    """Functions by the names that users know them by: of NumPy, `math`, builtins, and SciPy."""
    modules: list[tuple[str, Any]] = [("np", np), ("np.linalg", np.linalg), ("np.fft", np.fft)]
    modules += [("math", math), ("", builtins)]
    for name in _SCIPY:
        if f"scipy.{name}" in sys.modules:
            modules.append((f"scipy.{name}", importlib.import_module(f"scipy.{name}")))
    for prefix, module in modules:
        for name, value in sorted(vars(module).items()):
            if name.startswith("_") or inspect.ismodule(value):
                continue
            whole = f"{prefix}.{name}" if prefix else name
            if hasattr(value, "logpdf") or hasattr(value, "logpmf"):  # a distribution
                yield from _methods(whole, value)
            elif callable(value) and type(value).__hash__ is not None:
                yield whole, value


def _methods(whole: str, distribution: Any) -> Iterator[tuple[str, Any]]:
    for name in ("pdf", "logpdf", "pmf", "logpmf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf"):
        method = getattr(distribution, name, None)
        if method is not None:
            yield f"{whole}.{name}", method
