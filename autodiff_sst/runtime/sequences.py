"""What generated code asks of things that are gone through."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autodiff_sst.errors import NonDifferentiableInputError

# The methods that make a list another; and `sort`.
LIST_CHANGES = ("append", "extend", "insert", "pop", "remove", "clear", "reverse")


def as_sequence(x: Any) -> Any:
    """`x` if its items can be indexed in their order, else a list of them."""
    return x if isinstance(x, list | tuple | str | range | np.ndarray) else list(x)


def is_sequence(x: Any) -> bool:
    """Whether `match` takes it for a sequence."""
    return isinstance(x, Sequence) and not isinstance(x, str | bytes | bytearray)


def spread_call(function: Any, given: Any, named: Any = None, /, **keywords: Any) -> Any:
    """`function(*given, **named, **keywords)`."""
    return function(*given, **(named or {}), **keywords)


def is_array(x: Any) -> bool:
    """Whether methods of it are those of arrays."""
    return isinstance(x, np.ndarray | np.generic)


def is_mapping(x: Any) -> bool:
    """Whether `match` takes it for a mapping."""
    return isinstance(x, Mapping)


def without_keys(x: Any, *keys: Any) -> dict[Any, Any]:
    """The rest of a mapping that was matched, a new dict."""
    return {k: v for k, v in x.items() if k not in keys}


def permutation(number: int, length: int, r: int) -> list[int]:
    """The places of the items in one of the `math.perm(length, r)` orders."""
    left = list(range(length))
    places = []
    for k in range(r):
        each = math.perm(length - k - 1, r - k - 1)
        places.append(left.pop(number // each))
        number %= each
    return places


def order_of(keys: Any, reverse: bool = False) -> list[int]:
    """The positions of the items of a sequence, in the order in which `sorted` puts them."""
    return sorted(range(len(keys)), key=lambda k: keys[k], reverse=reverse)


def start_of(xs: Any, start: Any) -> int:
    """Where `xs[start:]` begins."""
    return slice(start, None).indices(len(xs))[0]


def count_from(xs: Any, start: int) -> int:
    """How many items there are from a place on."""
    return max(len(xs) - start, 0)


def rows_of(*columns: Any) -> list[Any]:
    """The items of several sequences side by side, as tuples."""
    return list(zip(*columns, strict=False))


def sorted_by(xs: Any, keys: Any, reverse: bool = False) -> list[Any]:
    """The items of a sequence as a list, in the order of their keys."""
    return in_order(xs, order_of(keys, reverse))


def in_order(xs: Any, order: list[int]) -> list[Any]:
    """The items of a sequence at these places, as a list."""
    return [xs[k] for k in order]


def zeros_of_items(x: Any) -> Any:
    """A list or dict like `x`, of zeros: numbers, arrays, and lists of these."""
    if isinstance(x, dict):
        return {key: zeros_of_items(item) for key, item in x.items()}
    if isinstance(x, list):
        return [zeros_of_items(item) for item in x]
    return np.zeros_like(x) if isinstance(x, np.ndarray) else 0.0


def own_items(xs: Any) -> list[Any]:
    """A list of the same numbers and of copies of the arrays: they can be added to."""
    return [np.copy(x) if isinstance(x, np.ndarray) else x for x in xs]


def zeros_by_row(x: Any) -> list[Any]:
    """Zeros for the numbers in lists in a list: an array a row, so that rows are added.

    Raises:
        NonDifferentiableInputError: the rows hold other things than numbers.
    """
    if any(np.ndim(item) > 0 for row in x for item in row):
        raise NonDifferentiableInputError(
            "the derivative of arrays in lists in a list is not supported yet",
            instead="arrays of more dimensions.",
        )
    return [np.zeros(len(row)) for row in x]


def zeros_of_rows(x: Any) -> Any:
    """The zero cotangent of a list of lists that is changed by index: an array.

    Raises:
        NonDifferentiableInputError: the lists are not of one length.
    """
    try:
        return np.zeros(np.shape(x))
    except ValueError:
        raise NonDifferentiableInputError(
            "the lists in a list that is changed by index are of different lengths",
            instead="lists of one length.",
        ) from None


def count_of(xs: Any, item: Any) -> int:
    """How often an item is in a sequence."""
    return int(xs.count(item))


def position_of(xs: Any, item: Any) -> int:
    """Where an item is first in a sequence."""
    return int(xs.index(item))


def last_places(keys: Any) -> list[int]:
    """For each different key, in the order of their first places, its last place."""
    return [*{key: k for k, key in enumerate(keys)}.values()]


def place_of(keys: Any, key: Any) -> int:
    """Where a key is in a list of different keys.

    Raises:
        KeyError: it is not there.
    """
    if key not in keys:
        raise KeyError(key)
    return int(keys.index(key))


def check_strict(*lengths: int) -> None:
    """Raises ValueError unless what `zip(…, strict=True)` goes through is of one length."""
    for k, length in enumerate(lengths):
        if length != lengths[0]:
            kind = "shorter" if length < lengths[0] else "longer"
            what = "argument 1" if k == 1 else f"arguments 1-{k}"
            raise ValueError(f"zip() argument {k + 1} is {kind} than {what}")


def nones(count: int) -> list[Any]:
    """A list that gets its items."""
    return [None] * count


def position(items: Any, k: Any) -> int:
    """An index of a list, counted from its beginning.

    Raises:
        IndexError: the list has no such item.
    """
    return int(range(len(items))[k])


def dict_of(keys: Any, values: Any) -> dict[Any, Any]:
    """A dict of keys and their values; a key that comes again has the last value."""
    return dict(zip(keys, values, strict=True))


def merged(*dicts: Any) -> dict[Any, Any]:
    """`{**a, **b}`."""
    return {k: v for one in dicts for k, v in one.items()}


def with_cause(error: Any, cause: Any) -> Any:
    """What `raise error from cause` raises."""
    made = error() if isinstance(error, type) else error
    made.__cause__ = cause() if isinstance(cause, type) else cause
    return made


def number(x: Any) -> Any:
    """`x`, of which the compiler knew nothing, if it is a number or an array of numbers.

    Raises:
        NonDifferentiableInputError: it is anything else.
    """
    is_number = isinstance(x, int | float | complex | np.number | np.bool_)
    if is_number or (isinstance(x, np.ndarray) and x.dtype.kind in "biufc"):
        return x
    raise NonDifferentiableInputError(
        f"a number or an array was due in a differentiated expression, not a {type(x).__name__}"
    )


def pieces_like(y_bar: Any, arrays: Any, axis: int | None = 0) -> list[Any]:
    """The parts of a cotangent of `np.concatenate(arrays, axis)`, in the shapes of the arrays."""
    if axis is None:
        ends = np.cumsum([np.size(a) for a in arrays])
        parts = np.split(y_bar, ends[:-1])
        return [np.reshape(p, np.shape(a)) for p, a in zip(parts, arrays, strict=True)]
    ends = np.cumsum([np.shape(a)[axis] for a in arrays])
    return list(np.split(y_bar, ends[:-1], axis))


def unpad_like(y_bar: Any, array: Any, pad_width: Any) -> Any:
    """The part of a cotangent of `np.pad(array, pad_width)` that is the array's."""
    width = np.broadcast_to(np.asarray(pad_width), (np.ndim(array), 2))
    return y_bar[tuple(slice(a, a + n) for (a, _), n in zip(width, np.shape(array), strict=True))]


def positions(x: Any, part: slice) -> list[int]:
    """Which items of a sequence a slice takes."""
    return list(range(*part.indices(len(x))))


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


def has_keys(table: Any, keys: tuple[str, ...]) -> bool:
    """Whether these are the keys of a dict."""
    return set(table) == set(keys)


def check_count(items: Any, count: int, name: str) -> None:
    """Raises the TypeError of `name(*items)` if the function takes another number of arguments."""
    if len(items) != count:
        raise TypeError(f"{name}() takes {count} positional arguments but {len(items)} were given")
