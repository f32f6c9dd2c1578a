"""Which expressions are pure: no effect, and the same value wherever they are computed."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from autodiff_sst.analysis.infer import is_pure
from autodiff_sst.core.syntax import (
    Attribute,
    Call,
    DictOf,
    Expression,
    ListOf,
    Name,
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
        if any(key == "out" for key, _ in value.keywords):
            return False
        return isinstance(function, Object) and (function == UNBROADCAST or is_pure(function.value))
    return True


def is_shareable(value: Expression) -> bool:
    """Whether one value may serve where the expression is computed twice."""
    if isinstance(value, ListOf | DictOf | NewStack):
        return False
    return is_pure_expression(value) and not (isinstance(value, Call) and value.function in _MAKERS)


# What they do with a value does not change it, nor anything that is differentiated.
_ONLY_SHOW: tuple[Any, ...] = (print, warnings.warn)
_SHOWING_METHODS = ("debug", "info", "warning", "error", "critical", "exception", "log", "write")


def only_shows(value: Expression, made: Mapping[str, Expression]) -> bool:
    """Whether a call prints or logs, and no more; `made` gives the methods of objects."""
    match value:
        case Call(Object(function)):
            module = getattr(function, "__module__", None) or ""
            if isinstance(function, type) and issubclass(function, BaseException):
                return True
            # What generated code calls itself checks, and makes new values.
            ours = module.startswith("autodiff_sst.runtime")
            return ours or module == "logging" or function in _ONLY_SHOW
        case Call(Name(name)):
            method = made.get(name)
            return isinstance(method, Attribute) and method.name in _SHOWING_METHODS
        case _:
            return False
