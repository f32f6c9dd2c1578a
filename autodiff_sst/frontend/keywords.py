"""Keywords that change how NumPy computes, not what: they need no derivative of their own."""

from __future__ import annotations

from typing import Any

from autodiff_sst.core.syntax import Literal

# By keyword, the values that leave the result what it is; None: all.
_IDLE: dict[str, tuple[Any, ...] | None] = {
    **dict.fromkeys(("order", "subok", "device", "casting", "stable", "check_finite"), None),
    **dict.fromkeys(("overwrite_a", "overwrite_b", "overwrite_x", "overwrite_ab"), (False,)),
    **{"like": (None,), "where": (True,), "overwrite_input": (False,), "copy": (True,)},
    **{"sorted": (True,), "equal_nan": (True,), "out": (None,), "dtype": (None,)},
}


def is_idle(key: str, value: Any) -> bool:
    """Whether a keyword argument may be left out."""
    if key not in _IDLE or not isinstance(value, Literal):
        return False
    values = _IDLE[key]
    return values is None or any(value.value is v for v in values)


def without_idle(keywords: dict[str, Any], known: set[str]) -> dict[str, Any]:
    """The keywords but those that may be left out, and that are not `known`."""
    return {k: v for k, v in keywords.items() if k in known or not is_idle(k, v)}
