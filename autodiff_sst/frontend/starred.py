"""Calls with `*` of a sequence of which only the run tells how long it is.

x.reshape(*y.shape, 1)     →     t = tuple(y.shape) + (1,)
                                 x.reshape(t)
np.random.rand(*y.shape)   →     spread_call(np.random.rand, y.shape)
"""

from __future__ import annotations

from typing import Any

import gast

from autodiff_sst.core.syntax import (
    Atom,
    Attribute,
    Binary,
    Call,
    Expression,
    Name,
    Object,
    TupleOf,
)
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.frontend.calls import REASONS, Arguments, Rest, Static, is_users
from autodiff_sst.runtime.sequences import spread_call

_WORDS = "`*` of what is not a tuple made here is not supported yet"
REASONS[spread_call] = UnsupportedSyntaxError(_WORDS)  # of what is differentiated

_TAKE_A_TUPLE = ("reshape", "transpose")
_TUPLE = Object(tuple, "tuple", tuple)


def _joined(lowering: Any, parts: list[Atom], node: Any) -> Atom:
    whole = parts[0]
    for part in parts[1:]:
        whole = lowering.emit(Binary("+", whole, part), node)
    return whole


def _takes_a_tuple(lowering: Any, called: Any) -> bool:
    made = lowering.shared.made.get(called.id) if isinstance(called, Name) else None
    return isinstance(made, Attribute) and made.name in _TAKE_A_TUPLE


def all_arguments(lowering: Any, called: Any, before: list[Any], node: Any, at: int) -> Arguments:
    """The arguments by position, as one tuple: those before, and the others from `at` on."""
    is_any = isinstance(called, Object) and not is_users(called, lowering.shared)
    if node.keywords or not (is_any or _takes_a_tuple(lowering, called)):
        raise refused(lowering, node.args[at])
    if any(isinstance(v, Static) for v in before):
        raise refused(lowering, node.args[at])
    parts: list[Atom] = [lowering.emit(TupleOf(tuple(before)), node)] if before else []
    for argument in node.args[at:]:
        if isinstance(argument, gast.Starred):
            atom = lowering.atom(argument.value)
            parts.append(lowering.emit(Call(_TUPLE, (atom,)), node))
        else:
            parts.append(lowering.emit(TupleOf((lowering.atom(argument),)), node))
    return Arguments([Rest(_joined(lowering, parts, node))], {})


def with_rest(lowering: Any, called: Any, given: Arguments, node: Any) -> Expression:
    """The call, given one tuple."""
    *first, rest = given.positional
    is_last = isinstance(rest, Rest) and not any(isinstance(v, Static) for v in first)
    if given.keywords or not is_last:
        raise refused(lowering, node)
    whole = rest.items
    if first:
        more = lowering.emit(Call(_TUPLE, (whole,)), node)
        whole = _joined(lowering, [lowering.emit(TupleOf(tuple(first)), node), more], node)
    if _takes_a_tuple(lowering, called):
        return Call(called, (whole,))
    if isinstance(called, Object | Name):
        return Call(Object(spread_call, "spread_call"), (called, whole))
    raise refused(lowering, node)


def refused(lowering: Any, node: Any) -> UnsupportedSyntaxError:
    return UnsupportedSyntaxError(_WORDS, lowering.source.origin(node))
