"""Functions that a tape records as one step."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff_sst.tape.ops import Called
from autodiff_sst.tape.tensor import (
    Tensor,
    active_tapes,
    any_tracked,
    record,
    unwrapped,
    wrapped,
)


class Differentiable:
    """A function that a tape records as one step, through its own generated adjoint."""

    def __init__(self, function: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)
        self.py_func = function
        self._operation: Called | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not any(isinstance(a, Tensor) for a in (*args, *kwargs.values())):
            return self.py_func(*args, **kwargs)
        from autodiff_sst.binding import Binding

        binding = Binding(self.py_func, 0)
        bound, _ = binding.bind(args, kwargs)
        result = self.py_func(*[unwrapped(a) for a in args],
                              **{k: unwrapped(v) for k, v in kwargs.items()})  # fmt: skip
        made = wrapped(np.float64(result) if isinstance(result, float) else result)
        tapes = [t for t in active_tapes() if t.recording and any_tracked(t, args, kwargs)]
        if tapes and isinstance(made, Tensor):
            if self._operation is None:
                self._operation = Called(self.py_func)
            record(tapes, self._operation, [*bound, *self._operation.captured()], made)
        return made


def differentiable(function: Callable[..., Any]) -> Differentiable:
    """Marks a function: it stays callable as it was; on a tape it is one step.

    Its arguments may be tensors; it is run on their arrays, and differentiated as source.
    """
    return Differentiable(function)
