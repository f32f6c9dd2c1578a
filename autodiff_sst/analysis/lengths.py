"""Lengths of arrays, of which little is known before the program runs.

A dimension is `1`; or known not to be 1, as `MANY` or, with a name, as `n:x.0`; or a symbol: a
length of which nothing is known. Equal names and equal symbols are equal lengths; and two lengths
that are not 1 and meet are equal, or NumPy raises.
"""

from __future__ import annotations

from typing import TypeAlias

MANY = "n"
Dims: TypeAlias = "tuple[int | str, ...]"


def is_many(length: int | str) -> bool:
    """Whether a length is known not to be 1."""
    return isinstance(length, str) and (length == MANY or length.startswith("n:"))


def is_same(a: int | str, b: int | str) -> bool:
    """Whether two lengths that meet are equal, if NumPy does not raise."""
    return a == b or (is_many(a) and is_many(b))


def are_same(a: Dims | None, b: Dims | None) -> bool:
    if a is None or b is None:
        return a is b
    return len(a) == len(b) and all(map(is_same, a, b))


def is_constant(length: int | str) -> bool:
    """Whether a length is the same throughout the program, whatever turn a loop is in."""
    text = str(length)
    return length == 1 or is_many(length) or (text.startswith("<n:") and "[" not in text)


def cut(length: int | str, count: int) -> str:
    """The name of a length less some: `<n:x.0-2>`; of equal ones the same."""
    text = str(length)
    base, _, before = text.strip("<>").rpartition("-")
    if text.startswith("<") and base and before.isdigit():
        return f"<{base}-{int(before) + count}>"
    return f"<{text}-{count}>" if count else text


def join_lengths(a: int | str, b: int | str, where: str) -> int | str:
    if a == b:
        return a
    return MANY if is_many(a) and is_many(b) else where
