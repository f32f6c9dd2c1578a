"""Which expressions make an array of their own, in memory that nothing else has."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_sst.core.syntax import Binary, Call, Expression, Object, Unary

_FRESH: set[Any] = {
    *(np.copy, np.zeros_like, np.full_like, np.ones_like, np.empty_like, np.zeros, np.ones),
    *(np.full, np.sum, np.outer, np.where),
}


def is_fresh(value: Expression) -> bool:
    match value:
        case Binary() | Unary():
            return True
        case Call(Object(function)):
            return isinstance(function, np.ufunc) or function in _FRESH
        case _:
            return False
