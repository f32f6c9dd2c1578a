"""Many directions in one sweep: values with a leading axis of directions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def over_directions(function: Callable[..., Any], wide: tuple[bool, ...], *args: Any) -> Any:
    """`function` once for each direction, the results stacked; for what has no form of its own.

    Args:
        wide: of which arguments the first axis is that of directions.
    """
    count = next(len(a) for a, w in zip(args, wide, strict=True) if w)
    made = [
        function(*(a[k] if w else a for a, w in zip(args, wide, strict=True))) for k in range(count)
    ]
    return np.stack(made) if made else _none_of(function, wide, args)


def _none_of(function: Callable[..., Any], wide: tuple[bool, ...], args: Any) -> Any:
    """Without directions: an empty array of the right shape."""
    one = function(*(np.zeros(a.shape[1:]) if w else a for a, w in zip(args, wide, strict=True)))
    return np.zeros((0, *np.shape(one)))


def widened(x: Any, count: int) -> Any:
    """The same number or array in every direction, in memory of its own."""
    if x is None:
        return None
    return np.array(np.broadcast_to(x, (count, *np.shape(x))))


def widened_item(x: Any, count: int) -> Any:
    """An item of a list of cotangents: a zero that was never added to is one number."""
    return np.zeros(count) if np.ndim(x) == 0 else x


def one_a_component(x: Any, start: int = 0, stop: int | None = None) -> Any:
    """A direction for each component of a number or array: shape `(size, *x.shape)`.

    With `start` and `stop`, only those from the one up to the other.
    """
    if (
        isinstance(x, np.ndarray)
        and x.ndim == 1
        and x.dtype.kind in "fc"
        and (start, stop) == (0, None)
    ):
        return np.eye(len(x), dtype=x.dtype)
    size = np.size(x)
    kind = np.result_type(x)
    count = max(0, min(size, size if stop is None else stop) - start)
    rows = np.eye(count, size, start, dtype=kind if kind.kind in "fc" else float)
    return rows.reshape((count, *np.shape(x)))


def one_a_component_of_items(x: Any) -> Any:
    """As `one_a_component` of an item of a batch, for all at once: `(size / batch, *x.shape)`.

    Raises:
        ValueError: there is no batch axis.
    """
    if np.ndim(x) == 0:
        raise ValueError("batch_jacobian: an array with a leading batch axis was due, not a number")
    size = int(np.prod(x.shape[1:]))
    each = np.eye(size, dtype=x.dtype).reshape((size, 1, *x.shape[1:]))
    return np.array(np.broadcast_to(each, (size, *x.shape)))


def check_batch(x: Any, y: Any) -> None:
    """Raises ValueError unless the leading sizes agree."""
    if np.ndim(x) == 0 or np.ndim(y) == 0 or np.shape(x)[0] != np.shape(y)[0]:
        raise ValueError(
            "batch_jacobian: argument and result must have the same leading size, "
            f"not the shapes {np.shape(x)} and {np.shape(y)}"
        )
