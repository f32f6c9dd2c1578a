"""What generated code asks of things that are gone through."""

from __future__ import annotations

from typing import Any

import numpy as np


def as_sequence(x: Any) -> Any:
    """`x` if its items can be indexed in their order, else a list of them."""
    return x if isinstance(x, list | tuple | str | range | np.ndarray) else list(x)
