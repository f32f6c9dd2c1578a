"""Methods of arrays that take their arguments in another order than NumPy's functions."""

from __future__ import annotations

from typing import Any

import numpy as np


def compress_of(a: Any, condition: Any, axis: int | None = None) -> Any:
    """`a.compress(condition)`."""
    return np.compress(condition, a, axis)


def choose_of(a: Any, choices: Any, mode: Any = "raise") -> Any:
    """`a.choose(choices)`."""
    return np.choose(a, choices, mode=mode)


def astype(a: Any, dtype: Any, order: Any = "K", casting: Any = "unsafe", copy: bool = True) -> Any:
    """`a.astype(dtype)`."""
    return np.asarray(a).astype(dtype, order, casting, copy=copy)[()]


def reduce_of(ufunc: Any, array: Any, axis: Any = 0, **keywords: Any) -> Any:
    """`ufunc.reduce(array)`."""
    return ufunc.reduce(array, axis, **keywords)


def accumulate_of(ufunc: Any, array: Any, axis: int = 0) -> Any:
    """`ufunc.accumulate(array)`."""
    return ufunc.accumulate(array, axis)


def item_of(a: Any, *place: Any) -> Any:
    """`a.item(…)`."""
    return a.item(*place)


def flatten_of(a: Any, order: Any = "C") -> Any:
    """`a.flatten()`."""
    return a.flatten(order)


def tolist_of(a: Any) -> Any:
    """`a.tolist()`."""
    return a.tolist()


def view_of(a: Any, *kind: Any) -> Any:
    """`a.view()`."""
    return a.view(*kind)


def partition_of(a: Any, kth: Any, axis: int = -1) -> None:
    """`a.partition(kth)`."""
    a.partition(kth, axis)


def sort_of(a: Any, axis: int = -1, kind: Any = None) -> None:
    """`a.sort()`."""
    a.sort(axis, kind)


def at_of(ufunc: Any, a: Any, indices: Any, *b: Any) -> None:
    """`ufunc.at(a, indices, b)`."""
    ufunc.at(a, indices, *b)


def reduceat_of(ufunc: Any, array: Any, indices: Any, axis: int = 0) -> Any:
    """`ufunc.reduceat(array, indices)`."""
    return ufunc.reduceat(array, indices, axis)


# The function that a method of a ufunc is; of all others there are definitions.
METHODS_OF_UFUNCS: dict[tuple[Any, str], Any] = {
    **{(np.add, "reduce"): np.sum, (np.multiply, "reduce"): np.prod},
    **{(np.maximum, "reduce"): np.max, (np.minimum, "reduce"): np.min},
    (np.add, "accumulate"): np.cumsum,
    **{(np.logical_and, "reduce"): np.all, (np.logical_or, "reduce"): np.any},
}


def divided(count: int, sections: Any) -> int:
    """How many items there are, which so many sections must divide, as `np.split` says.

    Raises:
        ValueError: they do not.
    """
    if isinstance(sections, int | np.integer) and count % sections:
        raise ValueError("array split does not result in an equal division")
    return count
