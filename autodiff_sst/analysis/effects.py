"""Which expressions are pure: no effect, and the same value wherever they are computed."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from autodiff_sst.analysis.calls import made_by
from autodiff_sst.core.purity import CALL_OTHERS, CHANGE_ARGUMENTS, is_pure, writes_into_argument
from autodiff_sst.core.syntax import (
    Append,
    Assign,
    Attribute,
    Call,
    DictOf,
    Effect,
    Expression,
    ListOf,
    Name,
    NewStack,
    Object,
    Statement,
    Store,
)
from autodiff_sst.core.walk import Names, reads, statements
from autodiff_sst.rules.helpers import COPY, FULL_LIKE, UNBROADCAST, UNBROADCAST_FROM, ZEROS_LIKE
from autodiff_sst.runtime.sequences import LIST_CHANGES

# Each call makes a new array, which may be changed in place: two of them are not one.
_MAKERS = (COPY, FULL_LIKE, ZEROS_LIKE)


def is_pure_expression(value: Expression) -> bool:
    """Whether the value may be dropped if nobody reads it."""
    if isinstance(value, Call):
        function = value.function
        if writes_into_argument(value):
            return False
        if made_by(value) is not None:
            return True
        return isinstance(function, Object) and (
            function in (UNBROADCAST, UNBROADCAST_FROM) or is_pure(function.value)
        )
    return True


def is_shareable(value: Expression) -> bool:
    """Whether one value may serve where the expression is computed twice."""
    if isinstance(value, ListOf | DictOf | NewStack):
        return False
    if isinstance(value, Call) and made_by(value) is not None:
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
            changes = getattr(function, "__name__", "") in (*CHANGE_ARGUMENTS, *CALL_OTHERS)
            ours = module.startswith("autodiff_sst.runtime") and not changes
            return ours or module == "logging" or function in _ONLY_SHOW
        case Call(Name(name)):
            method = made.get(name)
            return isinstance(method, Attribute) and method.name in _SHOWING_METHODS
        case _:
            return False


_CHANGING_METHODS = {
    *("fill", "sort", "partition", "put", "itemset", "resize", "setfield", "setflags"),
    *LIST_CHANGES,
    *("update", "popitem", "setdefault", "shuffle"),
}
# They read their arguments, and no more: calls that begin an iteration, and random draws.
_READERS: set[Any] = {
    *(zip, enumerate, map, filter, iter, next, reversed, range, set, frozenset, dict, vars),
    *(getattr, hasattr, id, hash, callable),
}


def may_change(value: Expression, made: Mapping[str, Expression]) -> Names:
    """The names whose contents a call may change in place; `made` gives the methods of objects."""
    match value:
        case Call() if is_pure_expression(value) or only_shows(value, made):
            return frozenset()
        case Call(Object(function)) if not writes_into_argument(value) and (
            function in _READERS or _draws(function)
        ):
            return frozenset()
        case Call(Name(name), args, keywords):
            method = made.get(name)
            given = frozenset().union(*map(reads, args), *(reads(a) for _, a in keywords))
            if not isinstance(method, Attribute):
                return given
            changes = method.name in _CHANGING_METHODS or method.name.startswith("__")
            base = reads(method.value) if changes else frozenset()
            return base | (given if changes else frozenset())
        case Call():
            return reads(value)
        case _:
            return frozenset()


def _draws(function: Any) -> bool:
    owner = type(getattr(function, "__self__", None)).__module__ or ""
    return owner.startswith("numpy.random") and function.__name__ != "shuffle"


def has_effect(statement: Statement) -> bool:
    """Whether something in a statement may change what others read."""
    for inner in statements((statement,)):
        if isinstance(inner, Store | Append):
            return True
        if isinstance(inner, Assign | Effect) and not (
            is_pure_expression(inner.value) or only_shows(inner.value, {})
        ):
            return True
    return False
