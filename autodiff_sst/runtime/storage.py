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


def check_separate(x: Any, *others: Any) -> None:
    """Raises UnsupportedSyntaxError if an argument that is changed shares memory with another."""
    own = list(arrays_in(x))
    for other in others:
        for b in arrays_in(other):
            if any(a is b or np.may_share_memory(a, b) for a in own):
                raise UnsupportedSyntaxError(
                    "two arguments share memory, and one of them is changed in place",
                    instead="a copy of one of them.",
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
