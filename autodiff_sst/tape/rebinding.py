"""`y += x` of tensors, which do not change: another tensor under the same name."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from autodiff_sst.errors import TapeError


def _augmented(operation: Callable[[Any, Any], Any]) -> Any:
    def augmented(self: Rebinding, other: Any) -> Any:
        if not self.rebinds:
            words = "a variable is changed by `assign`, `assign_add` or `assign_sub`"
            raise TapeError(f"{words}, not by an augmented assignment")
        return operation(self, other)

    return augmented


class Rebinding:
    rebinds = True  # False of variables

    __iadd__ = _augmented(operator.add)
    __isub__ = _augmented(operator.sub)
    __imul__ = _augmented(operator.mul)
    __itruediv__ = _augmented(operator.truediv)
    __ifloordiv__ = _augmented(operator.floordiv)
    __imod__ = _augmented(operator.mod)
    __ipow__ = _augmented(operator.pow)
    __imatmul__ = _augmented(operator.matmul)
