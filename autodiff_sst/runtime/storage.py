"""What is left to do at run time for arrays and objects that the user changes in place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autodiff_sst.errors import NonDifferentiableInputError, UnsupportedSyntaxError
from autodiff_sst.runtime.structure import children


def last_written(x: Any, *index: Any) -> Any:
    """Which parts of `v` are there after `x[index] = v`: of items written twice, the last."""
    place = index if len(index) > 1 else index[0]
    shape = np.shape(x[place])
    order = np.arange(int(np.prod(shape))).reshape(shape)
    writer = np.full(np.shape(x), -1)
    writer[place] = order
    return (writer[place] == order) * 1.0


def check_array(x: Any) -> None:
    """Raises NonDifferentiableInputError if what `x += e` changes in place is not an array.

    Called where nothing was known of `x`: a number would be rebound, and nobody else would see it.
    """
    if not isinstance(x, np.ndarray):
        raise NonDifferentiableInputError(
            f"what is changed in place was taken for an array, not a {type(x).__name__}",
            instead="a program that is specialised for arguments of these types.",
        )


def check_item(index: Any) -> None:
    """Raises UnsupportedSyntaxError if an index, of which nothing was known, gives a view."""
    if isinstance(index, slice | tuple) or index is None or index is ...:
        raise UnsupportedSyntaxError(
            f"a part of an array, by an index that is a {type(index).__name__}, is a view: "
            "not supported yet, as something is changed in place",
            instead="the bounds where the part is taken, or a copy.",
        )


def check_in_one(x: Any) -> None:
    """Raises UnsupportedSyntaxError if an array does not lie in memory row by row.

    Called where it is seen in another shape, and then changed: NumPy would change a copy.
    """
    if isinstance(x, np.ndarray) and not x.flags.c_contiguous:
        raise UnsupportedSyntaxError(
            "an array that is raveled or reshaped, and then changed, does not lie row by row",
            instead="np.ascontiguousarray of it, or a copy of what is raveled.",
        )


def check_separate(x: Any, *others: Any) -> None:
    """Raises UnsupportedSyntaxError if an argument that is changed shares memory with another."""
    own = list(arrays_in(x))
    for other in others:
        parts = arrays_in(other)
        if other is x or any(np.may_share_memory(a, b) for b in parts for a in own):
            raise UnsupportedSyntaxError(
                "two arguments share memory, and one of them is changed in place",
                instead="a copy of one of them.",
            )


def check_unshared(x: Any) -> None:
    """Raises UnsupportedSyntaxError if a container that is copied deeply holds an array twice: so
    would the copy."""
    arrays = list(arrays_in(x))
    if len({*map(id, arrays)}) < len(arrays):
        raise UnsupportedSyntaxError(
            "`deepcopy` of what holds an array twice is not supported yet",
            instead="copies of the arrays, in a new container.",
        )


def arrays_in(x: Any) -> Iterator[Any]:
    """The arrays in a value, at any depth."""
    if isinstance(x, np.ndarray):
        yield x
    else:
        for _, part in children(x) or ():
            yield from arrays_in(part)


def write_back(x: Any, value: Any) -> None:
    """Leaves the caller's argument as the primal would have left it."""
    if value is x:
        return
    if isinstance(x, np.ndarray):
        x[...] = value
    elif isinstance(x, list):
        x[:] = value
    elif isinstance(x, dict):
        x.clear()
        x.update(value)
    elif np.isscalar(x):
        check_array(x)
    else:
        for name, new in vars(value).items():
            object.__setattr__(x, name, new)
