"""What generated code asks of things that are gone through."""

from __future__ import annotations

from typing import Any

import numpy as np


def as_sequence(x: Any) -> Any:
    """`x` if its items can be indexed in their order, else a list of them."""
    return x if isinstance(x, list | tuple | str | range | np.ndarray) else list(x)


def rows_like(rows: Any, x: Any) -> Any:
    """The cotangents of the items of `list(x)`, as one of `x`; a zero stands for any row of zeros.

    Returns:
        shape `np.shape(x)`.
    """
    if isinstance(x, list | tuple):
        return rows
    whole = np.zeros_like(x)
    for k, row in enumerate(rows):
        whole[k] = row
    return whole
