"""Which functions have no effect but their result."""

from __future__ import annotations

import bisect
import math
import operator
from typing import Any

import numpy as np

from autodiff_sst.core.syntax import Call, Object

_PURE_BUILTINS = {
    *(abs, all, any, bool, complex, divmod, float, int, isinstance, len, max, min, pow, round),
    *(str, sum, tuple, type, list, sorted, slice, format, repr, ascii, zip),
    *(bisect.bisect_left, bisect.bisect_right),
}
# `x += e`, before it is decided what that means: the operator.
IN_PLACE: dict[Any, str] = {
    **{operator.iadd: "+", operator.isub: "-", operator.imul: "*", operator.itruediv: "/"},
    **{operator.ipow: "**", operator.imatmul: "@", operator.ifloordiv: "//", operator.imod: "%"},
    **{operator.iand: "&", operator.ior: "|", operator.ixor: "^"},
    **{operator.ilshift: "<<", operator.irshift: ">>"},
}


def is_pure(function: Any) -> bool:
    """Whether a call has no effect but its result, so that it may be tried, moved or dropped."""
    try:
        if function in _PURE_BUILTINS:
            return True
    except TypeError:
        return False
    if isinstance(function, np.ufunc):
        return True
    module = getattr(function, "__module__", None) or ""
    if function in _EFFECTS:
        return False
    root = module.partition(".")[0]
    if module.startswith("autodiff_sst.runtime."):
        return function.__name__ not in (
            "call_with_pullback",
            "pullback_along",
            "pull_back_pullback",
            "call_with_tangent",
            "check_scalar",
            "write_back",
            "check_separate",
            "check_unshared",
            "check_item",
            "check_in_one",
            "check_count",
            "check_strict",
            "check_solved",
            "leave_context",
            *CALL_OTHERS,
            *CHANGE_ARGUMENTS,
        )
    if root == "numpy":
        return not module.startswith("numpy.random")
    return root == "scipy" or module == math.__name__


# Functions of ours that change an array that they are given, by name.
CHANGE_ARGUMENTS = ("partition_of", "sort_of", "at_of")

# Functions of ours that run a user's code.
CALL_OTHERS = ("enter_context", "spread_call")

_EFFECTS: set[Any] = {
    *(np.copyto, np.put, np.place, np.putmask, np.fill_diagonal, np.put_along_axis),
    *(np.save, np.savetxt, np.seterr),
}


def writes_into_argument(value: Call) -> bool:
    """Whether a call that is pure otherwise is told to write into one of its arguments."""
    function = value.function.value if isinstance(value.function, Object) else None
    if isinstance(function, np.ufunc) and len(value.args) > function.nin:
        return True
    keywords = {key for key, _ in value.keywords}
    if function is np.nan_to_num and "copy" in keywords:
        return True
    return any(key == "out" or key.startswith("overwrite_") for key in keywords)
