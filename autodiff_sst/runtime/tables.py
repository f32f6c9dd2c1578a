"""Dicts whose keys are known at run time only, and their cotangents and tangents: dicts too."""

from __future__ import annotations

from typing import Any

import numpy as np


def table(items: Any) -> dict[Any, Any]:
    """A dict of its own; printed as `dict`."""
    return dict(items)


def keys_of_table(x: Any) -> list[Any]:
    """Its keys; printed as `list`."""
    return list(x)


def as_printed(function: Any) -> Any:
    """The builtin that does the same; other functions as they are."""
    return dict if function is table else list if function is keys_of_table else function


def zeros_of_table(x: Any) -> dict[Any, Any]:
    """Zeros for what a dict holds: numbers and arrays."""
    return {k: np.zeros_like(v) if isinstance(v, np.ndarray) else 0.0 for k, v in x.items()}


def without_key(x: Any, key: Any) -> dict[Any, Any]:
    """A dict without one of its keys.

    Raises:
        KeyError: it does not have it.
    """
    rest = dict(x)
    del rest[key]
    return rest


def with_zero(x: Any, key: Any) -> dict[Any, Any]:
    """The cotangent of a dict, of that of the dict without a key: zero is there."""
    return {**x, key: 0.0}


def add_tables(a: Any, b: Any) -> dict[Any, Any]:
    """The sums of what two dicts hold; what only one of them holds, as it is."""
    return {k: a[k] + b[k] if k in a and k in b else (a if k in a else b)[k] for k in {**a, **b}}
