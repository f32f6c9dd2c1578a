"""Which expressions are pure: no effect, and the same value wherever they are computed."""

from __future__ import annotations

from autodiff_sst.analysis.infer import is_pure
from autodiff_sst.core.syntax import (
    Call,
    DictOf,
    Expression,
    ListOf,
    NewStack,
    Object,
)
from autodiff_sst.rules.helpers import COPY, FULL_LIKE, UNBROADCAST, ZEROS_LIKE

# Each call makes a new array, which may be changed in place: two of them are not one.
_MAKERS = (COPY, FULL_LIKE, ZEROS_LIKE)


def is_pure_expression(value: Expression) -> bool:
    """Whether the value may be dropped if nobody reads it."""
    if isinstance(value, Call):
        function = value.function
        return isinstance(function, Object) and (function == UNBROADCAST or is_pure(function.value))
    return True


def is_shareable(value: Expression) -> bool:
    """Whether one value may serve where the expression is computed twice."""
    if isinstance(value, ListOf | DictOf | NewStack):
        return False
    return is_pure_expression(value) and not (isinstance(value, Call) and value.function in _MAKERS)
