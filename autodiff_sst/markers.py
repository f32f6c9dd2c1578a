"""Words that users put into their functions, and that the compiler knows."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def stop_gradient(x: T) -> T:
    """`x`, as a constant: no derivative flows through it. Outside a derivative it is `x`."""
    return x
