"""Functions of NumPy in terms of others: Python code that takes the place of a call.

    @defines(np.ptp)
    def ptp(a, axis=None, keepdims=False):
        return np.max(a, axis=axis, keepdims=keepdims) - np.min(a, axis=axis, keepdims=keepdims)

It is lowered as a function of the user's is, where the arguments carry a derivative; so it serves
both modes, every order, and Jacobians. What it decides by `axis is None` or `np.ndim(a)` is decided
when it is compiled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from autodiff_sst.rules.registry import load_pending

F = TypeVar("F", bound=Callable[..., Any])

_definitions: dict[Any, Any] = {}


def defines(*functions: Any) -> Callable[[F], F]:
    """The decorated function does what each of `functions` does."""

    def decorate(definition: F) -> F:
        _definitions.update(dict.fromkeys(functions, definition))
        return definition

    return decorate


def definition_of(function: Any) -> Any:
    """The Python function that a function is defined by, or None."""
    try:
        found = _definitions.get(function)
        return found or (_definitions.get(function) if load_pending() else None)
    except TypeError:  # not hashable
        return None


def definitions() -> dict[Any, Any]:
    """All that is registered, for tests."""
    return {**_definitions}
