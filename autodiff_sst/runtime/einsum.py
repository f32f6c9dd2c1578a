"""Subscripts of `np.einsum`, and the reverse of a diagonal or of a sum over one operand alone."""

from __future__ import annotations

import string
from typing import Any

import numpy as np


def einsum_terms(subscripts: str, ranks: list[int | None]) -> tuple[list[str], str]:
    """The subscripts of each operand, and of the result; `...` as letters of their own."""
    left, arrow, right = subscripts.replace(" ", "").partition("->")
    terms = left.split(",")
    if not arrow:
        letters = sorted({*left} - {",", "."})
        right = ("..." if "..." in left else "") + "".join(c for c in letters if left.count(c) == 1)
    if "..." not in subscripts:
        return terms, right
    free = [c for c in string.ascii_letters if c not in subscripts]
    widths = [
        (rank or 0) - len(t.replace("...", "")) if "..." in t else 0
        for t, rank in zip(terms, ranks, strict=True)
    ]
    most = max(widths)
    named = "".join(free[:most])
    new = [t.replace("...", named[most - width :]) for t, width in zip(terms, widths, strict=True)]
    return new, right.replace("...", named)


def spread_diagonal(reduced: Any, like: Any, own: str, letters: str) -> Any:
    """The cotangent of `like`, with subscripts `own`, from that of its `letters`.

    Letters that `own` repeats make a diagonal, zero beside it; those that `letters` lacks were
    summed over.
    """
    order = "".join(dict.fromkeys(own))
    shape = np.shape(like)
    size = {c: shape[own.index(c)] for c in order}
    index = tuple(size[c] if c in letters else 1 for c in order)
    moved = np.einsum(f"{letters}->{''.join(c for c in order if c in letters)}", reduced)
    spread = np.broadcast_to(np.reshape(moved, index), [size[c] for c in order])
    if order == own:
        return np.array(spread)
    whole = np.zeros(shape, np.result_type(reduced))
    np.einsum(f"{own}->{order}", whole)[...] = spread
    return whole
