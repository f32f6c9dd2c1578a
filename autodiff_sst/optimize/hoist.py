"""Compute before a loop what is the same in every turn.

    CORE, facts → CORE      for i in range(n):                t = -g
                                t = -g               becomes  for i in range(n):
                                s = t * x[i]                      s = t * x[i]

What moves is sums, differences and products of numbers, negated numbers, transposes and shapes:
they cost nothing where the loop has no turn, and raise nothing. All else stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.values import Abstract, Array, Known, Scalar
from autodiff_sst.core.syntax import (
    Accumulate,
    Append,
    Assign,
    Atom,
    Attribute,
    Binary,
    Block,
    Expression,
    For,
    Function,
    Name,
    Statement,
    Store,
    Unary,
    While,
)
from autodiff_sst.core.walk import binds, reads, rebuild, statements, writes


def has_loops(function: Function) -> bool:
    return any(isinstance(s, For | While) for s in statements(function.body))


def hoist(function: Function, facts: Mapping[str, Abstract]) -> Function:
    return replace(function, body=_block(function.body, facts))


def _block(block: Block, facts: Mapping[str, Abstract]) -> Block:
    done: list[Statement] = []
    for statement in block:
        statement = rebuild(statement, lambda atom: atom, lambda b: _block(b, facts))
        if isinstance(statement, For | While):
            first, statement = _split(statement, facts)
            done += first
        done.append(statement)
    return tuple(done)


def _split(loop: For | While, facts: Mapping[str, Abstract]) -> tuple[Block, For | While]:
    """What is the same in every turn, and the loop without it."""
    condition = loop.condition if isinstance(loop, While) else ()
    whole = (*condition, *loop.body)
    bound = {*binds(loop), *writes(whole)}
    bound |= {s.target for s in statements(whole) if isinstance(s, Store | Accumulate | Append)}
    moved: list[Statement] = []

    def rest(block: Block) -> Block:
        kept = []
        for statement in block:
            if (
                isinstance(statement, Assign)
                and not reads(statement.value) & bound
                and _is_free(statement.value, facts)
            ):
                moved.append(statement)
                bound.discard(statement.target)
            else:
                kept.append(statement)
        return tuple(kept)

    made: For | While
    if isinstance(loop, While):
        made = replace(loop, condition=rest(condition), body=rest(loop.body))
    else:
        made = replace(loop, body=rest(loop.body))
    return tuple(moved), made


def _is_free(value: Expression, facts: Mapping[str, Abstract]) -> bool:
    match value:
        case Binary("+" | "-" | "*", left, right):
            return _is_number(left, facts) and _is_number(right, facts)
        case Unary("+" | "-", operand):
            return _is_number(operand, facts)
        case Attribute(Name() as base, "T" | "shape" | "ndim" | "size"):
            return isinstance(fact(base, facts), Array)
        case _:
            return False


def _is_number(atom: Atom, facts: Mapping[str, Abstract]) -> bool:
    known = fact(atom, facts)
    if isinstance(known, Known):
        return type(known.value) in (int, float)
    return isinstance(known, Scalar) and known.kind in "if" and known.dtype is None
