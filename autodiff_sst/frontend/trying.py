"""Which statements may be tried, and how: what only reads, and may fail."""

from __future__ import annotations

import operator
from typing import Any

from autodiff_sst.core.purity import IN_PLACE, is_pure, writes_into_argument
from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    Binary,
    Call,
    Effect,
    Expression,
    Object,
    Raise,
    Slice,
    Statement,
    Subscript,
)
from autodiff_sst.core.walk import statements
from autodiff_sst.runtime.contexts import enter_context, error_of, leave_context

_RISKY: dict[str, Any] = {
    **{"/": operator.truediv, "//": operator.floordiv, "%": operator.mod},
    **{"**": operator.pow, "@": operator.matmul},
}

_WRITES = (
    *(operator.setitem, operator.delitem, operator.iconcat),
    *(enter_context, leave_context),
)
_NEVER_FAIL = (error_of, isinstance)


def may_fail(statement: Statement) -> bool:
    return any(isinstance(s, Raise) or trial(s) is not None for s in statements((statement,)))


def trial(statement: Statement) -> tuple[Atom, ...] | None:
    """The function, and its arguments, whose call shows whether a statement fails."""
    if not isinstance(statement, Assign | Effect):
        return None
    value: Expression = statement.value
    match value:
        case Binary(op, left, right) if op in _RISKY:
            return (_operator(_RISKY[op]), left, right)
        case Subscript(base, (item,)) if not isinstance(item, Slice):
            return (_operator(operator.getitem), base, item)
        case Call(Object(function), args) if function in IN_PLACE:  # the trial must not do it
            risky = _RISKY.get(IN_PLACE[function])
            return None if risky is None else (_operator(risky), *args)
        case Call(Object(function), _, ()) if function in _NEVER_FAIL:
            return None
        case Call(Object(function) as called, args, ()) if _only_reads(function):
            return None if writes_into_argument(value) else (called, *args)
        case _:
            return None


def _operator(function: Any) -> Object:
    return Object(function, f"operator.{function.__name__}", operator)


def _only_reads(function: Any) -> bool:
    """Whether a call may be tried: it has no effect but its result."""
    module = (getattr(function, "__module__", None) or "").partition(".")[0]
    return is_pure(function) or (
        module in ("_operator", "autodiff_sst") and function not in _WRITES
    )
