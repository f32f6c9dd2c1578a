"""The reverse of `y = e`: the rule of `e`, reading ȳ, adds to the cotangents of what `e` reads."""

from __future__ import annotations

from functools import partial

import numpy as np

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.values import Known
from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    Binary,
    Call,
    Expression,
    Literal,
    Name,
    Object,
    Unary,
)
from autodiff_sst.core.text import show_expression
from autodiff_sst.errors import MissingRuleError
from autodiff_sst.rules.registry import OPERATORS, UNARY_OPERATORS, adjoint_of
from autodiff_sst.rules.template import bind_arguments, expand, name_of
from autodiff_sst.transform.reverse.cotangents import write_out
from autodiff_sst.transform.reverse.sweep import Reverse


def reverse_assign(sweep: Reverse, statement: Assign) -> None:
    target, value = statement.target, statement.value
    cotangent = sweep.cotangents.pop(target, None)
    if cotangent is None or target not in sweep.active:
        return
    match value:
        case Name(source):
            sweep.add(source, cotangent)
        case Literal() | Object():
            pass
        case _:
            called, args, keywords = as_call(sweep, value)
            _reverse_call(sweep, statement, called, args, keywords, cotangent)


Keywords = tuple[tuple[str, Atom], ...]


def as_call(sweep: Reverse, value: Expression) -> tuple[object, tuple[Atom, ...], Keywords]:
    """An expression as a call: an operator is its ufunc."""
    match value:
        case Binary(op, left, right) if op in OPERATORS:
            return OPERATORS[op], (left, right), ()
        case Unary(op, operand) if op in UNARY_OPERATORS:
            return UNARY_OPERATORS[op], (operand,), ()
        case Call(function, args, keywords):
            called = fact(function, sweep.builder.facts)
            if isinstance(called, Known):
                return called.value, args, keywords
    raise MissingRuleError(f"`{show_expression(value)}` has no derivative", sweep.builder.origin)


def _reverse_call(
    sweep: Reverse,
    statement: Assign,
    called: object,
    args: tuple[Atom, ...],
    keywords: Keywords,
    cotangent: Atom,
) -> None:
    builder = sweep.builder
    rule = adjoint_of(called, tuple(sweep.knowledge.rank(a) for a in args))
    if rule is None:
        raise missing(called, statement)
    if not is_elementwise(called):
        cotangent = write_out(builder, cotangent, statement.target)
    try:
        arguments = bind_arguments(rule, args, keywords)
        contribute = {
            parameter: partial(sweep.add, atom.id)
            for parameter, atom in arguments.items()
            if isinstance(atom, Name) and atom.id in sweep.active
        }
        result = Name(statement.target)
        expand(rule, builder, sweep.knowledge, result, arguments, cotangent, contribute)
    except MissingRuleError as error:
        if error.origin is None:
            error.origin = statement.origin
        raise


def is_elementwise(function: object) -> bool:
    """Whether rules take a deferred cotangent: the function works element by element."""
    return isinstance(function, np.ufunc) and function.signature is None


def missing(called: object, statement: Assign) -> MissingRuleError:
    name = name_of(called)
    return MissingRuleError(
        f"`{name}` has no derivative rule, and no Python source to differentiate",
        statement.origin,
        instead=f"register one: `@ad.adjoint({name})`.",
    )
