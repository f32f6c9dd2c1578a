"""The reverse of `y = e`: the rule of `e`, reading ȳ, adds to the cotangents of what `e` reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from itertools import repeat
from types import FunctionType
from typing import Any

import numpy as np

from autodiff_sst.analysis.access import constant_slice, fact
from autodiff_sst.analysis.calls import is_pullback, made_by
from autodiff_sst.analysis.values import (
    OPAQUE,
    UNKNOWN,
    Abstract,
    Dict,
    Known,
    List,
    Record,
    Scalar,
    Table,
    Tuple,
    keys_of,
)
from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    Attribute,
    Binary,
    Block,
    Call,
    DictOf,
    Expression,
    ListOf,
    Literal,
    Name,
    Object,
    Slice,
    Subscript,
    TupleOf,
    Unary,
    Update,
)
from autodiff_sst.core.text import show_expression
from autodiff_sst.errors import (
    MissingRuleError,
    SourceUnavailableError,
    UnsupportedSyntaxError,
)
from autodiff_sst.frontend.calls import REASONS
from autodiff_sst.markers import Checkpointed, CustomGradient
from autodiff_sst.rules.helpers import (
    ADD_TABLES,
    CALL_WITH_PULLBACK,
    LEN,
    TABLE,
    WITH_ZERO,
    WITHOUT_KEY,
)
from autodiff_sst.rules.registry import (
    ATTRIBUTES,
    OPERATORS,
    UNARY_OPERATORS,
    adjoint_of,
    find,
    is_elementwise,
    is_nondifferentiable,
)
from autodiff_sst.rules.template import bind_arguments, expand, name_of
from autodiff_sst.transform.common import Sweep
from autodiff_sst.transform.reverse.cotangents import Place, as_row, is_list_of_numbers, write_out
from autodiff_sst.transform.reverse.indexed import constant_key, read_by_index, reverse_update
from autodiff_sst.transform.reverse.pullbacks import pull_back_call, pull_back_pullback
from autodiff_sst.transform.reverse.sweep import Reverse

_SUM = Object(sum, "sum", sum)


def reverse_assign(sweep: Reverse, statement: Assign) -> Block:
    """Emits the reverse; gives what the statement is in the forward sweep."""
    target, value = statement.target, statement.value
    cotangents = sweep.take(target)
    if not cotangents or target not in sweep.active:
        return (statement,)
    facts = sweep.builder.facts
    if isinstance(value, Call) and is_pullback(fact(value.function, facts)):
        pull_back_pullback(sweep, target, value, cotangents)
        return (statement,)
    for path, cotangent in cotangents.items():
        match value:
            case Name(source):
                sweep.add(source, cotangent, path)
            case Literal() | Object():
                pass
            case TupleOf(items):
                sweep.add_to(items[path[0]], cotangent, path[1:])
            case ListOf(items) if path:
                sweep.add_to(items[path[0]], cotangent, path[1:])
            case ListOf(items):
                for k, item in enumerate(items):
                    _add_item(sweep, item, cotangent, k)
            case DictOf(keys, items) if not path:
                for at, item in zip(keys, items, strict=True):
                    sweep.add_to(item, sweep.builder.emit(Subscript(cotangent, (at,))))
            case Call(function, bases) if function in (TABLE, ADD_TABLES) and isinstance(
                fact(bases[0], facts), Table
            ):
                for base in bases:
                    sweep.add_to(base, cotangent)
            case Call(function, (base, lost)) if function in (WITHOUT_KEY, WITH_ZERO):
                other = WITH_ZERO if function == WITHOUT_KEY else WITHOUT_KEY
                sweep.add_to(base, sweep.builder.call(other, cotangent, lost))
            case Call(function, (base,)) if function == TABLE:
                for key in keys_of(fact(base, facts)) or ():
                    own = sweep.builder.emit(Subscript(cotangent, (Literal(key),)))
                    sweep.add_to(base, own, (key,))
            case DictOf(keys, items):
                sweep.add_to(items[keys.index(Literal(path[0]))], cotangent, path[1:])
            case Subscript(base, (index,)) if not isinstance(index, Slice) and keys_of(
                fact(base, facts)
            ):
                key = constant_key(sweep, fact(base, facts), index)
                if key in (keys_of(fact(base, facts)) or ()):  # else the program fails there
                    sweep.add_to(base, cotangent, (key, *path))
            case Subscript(base, (Slice() as part,)) if isinstance(
                known := fact(base, facts), Tuple
            ):
                places = constant_slice(part, facts)
                assert places is not None  # else it would be no tuple
                chosen = range(len(known.items))[places]
                sweep.add_to(base, cotangent, (chosen[path[0]], *path[1:]))
            case Attribute(base, name) if isinstance(known := fact(base, facts), Tuple | Record):
                key = name if isinstance(known, Record) else known.cls._fields.index(name)
                sweep.add_to(base, cotangent, (key, *path))
            case Subscript(Name(base), index):
                if path:
                    words = "the cotangent of tuples in a list is not supported yet"
                    raise UnsupportedSyntaxError(words, statement.origin, instead="a tuple.")
                read_by_index(sweep, statement.target, base, index, cotangent)
            case Update(base, (index,), new, adds) if path and not isinstance(index, Slice):
                is_there = path[0] == constant_key(sweep, fact(base, facts), index)
                if is_there:
                    sweep.add_to(new, cotangent, path[1:])
                if adds or not is_there:
                    sweep.add_to(base, cotangent, path)
            case Update():
                reverse_update(sweep, statement, value, cotangent)
            case Binary("+", left, right) if isinstance(facts[target], List):
                length = sweep.builder.call(LEN, left)
                first = sweep.builder.emit(Subscript(cotangent, (Slice(None, length, None),)))
                sweep.add_to(left, first)
                rest = sweep.builder.emit(Subscript(cotangent, (Slice(length, None, None),)))
                sweep.add_to(right, rest)
            case Binary("*", Name(name), _) if (
                isinstance(display := sweep.made.get(name), ListOf)
                and isinstance(facts[target], List)
                and display.items
                and name not in sweep.grown
            ):
                step = Literal(len(display.items))
                for k, item in enumerate(display.items):  # `[a, b] * n`: each counts n times
                    own = cotangent
                    if len(display.items) > 1:
                        part = Slice(Literal(k), None, step)
                        own = sweep.builder.emit(Subscript(cotangent, (part,)))
                    sweep.add_to(item, sweep.builder.call(_SUM, own))
            case Binary(_, left, right) if any(map(_is_container, (left, right), repeat(facts))):
                raise MissingRuleError(
                    f"`{show_expression(value)}` of lists or tuples has no derivative",
                    statement.origin,
                    instead="a loop, or arrays.",
                )
            case Call(function) if function == CALL_WITH_PULLBACK:
                pull_back_call(sweep, target, value, path, cotangent)
            case Call() if path and (made := made_by(value)) is not None:
                parts = [*made[1].values()]
                position = (keys_of(facts[target]) or ()).index(path[0])
                sweep.add_to(parts[position], cotangent, path[1:])
            case Call() if is_differentiated_at_run_time(sweep, value):
                return reverse_call_at_run_time(sweep, statement, value, cotangent)
            case _:
                called, args, keywords = as_call(sweep, value)
                _reverse_call(sweep, statement, called, args, keywords, cotangent)
    return (statement,)


def is_differentiated_at_run_time(
    sweep: Sweep, value: Call, has_rule: Callable[[Any], Any] = find
) -> bool:
    """Whether a call stayed a call for no reason but recursion, or that it is known only here."""
    called = fact(value.function, sweep.builder.facts)
    if isinstance(called, Known) and isinstance(called.value, CustomGradient | Checkpointed):
        return True
    if not isinstance(called, Known) or not isinstance(called.value, FunctionType):
        return False
    module = (called.value.__module__ or "").partition(".")[0]
    ours = module in ("numpy", "scipy", "autodiff_sst")
    return not ours and called.value not in REASONS and not has_rule(called.value)


def reverse_call_at_run_time(
    sweep: Reverse, statement: Assign, value: Call, cotangent: Atom
) -> Block:
    """`y = f(x)` becomes `y, pull = call_with_pullback(f, (0,), x)`; backward `pull(y_bar)`."""
    builder, names = sweep.builder, sweep.builder.names
    given = [*enumerate(value.args), *value.keywords]
    active = [(k, a) for k, a in given if isinstance(a, Name) and a.id in sweep.active]
    by, both, pull = names.temporary(), names.temporary(), names.fresh("pull")
    target = statement.target
    builder.facts[pull] = OPAQUE
    builder.facts[both] = Tuple((builder.facts[target], OPAQUE))
    sweep.branches |= dict.fromkeys((by, both, pull), sweep.inside)
    indices = tuple(Literal(k) for k, _ in active)
    call = Call(CALL_WITH_PULLBACK, (value.function, Name(by), *value.args), value.keywords)
    bars = builder.emit(Call(Name(pull), (cotangent,)))
    for k, (_, atom) in enumerate(active):
        assert isinstance(atom, Name)
        bar = builder.emit(Subscript(bars, (Literal(k),)))
        assert isinstance(bar, Name)
        builder.facts[bar.id] = builder.facts[atom.id]  # in the shape of the argument
        sweep.add(atom.id, bar)
    origin = statement.origin
    return (
        Assign(by, TupleOf(indices), origin),
        Assign(both, call, origin),
        Assign(target, Subscript(Name(both), (Literal(0),)), origin),
        Assign(pull, Subscript(Name(both), (Literal(1),)), origin),
    )


def _add_item(sweep: Reverse, item: Atom, cotangent: Atom, k: int) -> None:
    """From the cotangents of a list: a number, or what has the item's shape, or a zero."""
    if isinstance(item, Name) and item.id in sweep.active:
        value = sweep.builder.emit(Subscript(cotangent, (Literal(k),)))
        known = sweep.builder.fact(item)
        assert isinstance(value, Name)
        sweep.builder.facts[value.id] = known if isinstance(known, Scalar) else UNKNOWN
        of_row = is_list_of_numbers(known) and isinstance(sweep.builder.fact(cotangent), List)
        sweep.add(item.id, as_row(sweep.builder, value, item.id) if of_row else value)


def _is_container(atom: Atom, facts: Mapping[str, Abstract]) -> bool:
    return isinstance(fact(atom, facts), List | Tuple | Dict | Record)


Keywords = tuple[tuple[str, Atom], ...]


def as_call(sweep: Sweep, value: Expression) -> tuple[object, tuple[Atom, ...], Keywords]:
    """An expression as a call: an operator is its ufunc."""
    match value:
        case Binary(op, left, right) if op in OPERATORS:
            return OPERATORS[op], (left, right), ()
        case Unary(op, operand) if op in UNARY_OPERATORS:
            return UNARY_OPERATORS[op], (operand,), ()
        case Attribute(base, name) if name in ATTRIBUTES:
            return ATTRIBUTES[name], (base,), ()
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
    if is_nondifferentiable(called):
        return  # zeros that a buffer began with, say
    rule = adjoint_of(called, tuple(sweep.knowledge.rank(a) for a in args))
    if rule is None:
        raise _reason(sweep, args, statement) or missing(called, statement)
    source = Place(statement.target) if is_elementwise(called) else None
    if source is None:
        cotangent = write_out(builder, cotangent, Place(statement.target))
        builder.keep(cotangent)
    ranks = [sweep.knowledge.rank(a) for a in args]
    exact = called in _PRODUCTS and len(ranks) == 2 and all(r in (1, 2) for r in ranks)
    try:
        arguments = bind_arguments(rule, args, keywords)
        contribute = {
            parameter: partial(sweep.add, atom.id, source=source, is_exact=exact)
            for parameter, atom in arguments.items()
            if isinstance(atom, Name) and atom.id in sweep.active
        }
        result = Name(statement.target)
        expand(rule, builder, sweep.knowledge, result, arguments, cotangent, contribute)
    except MissingRuleError as error:
        if error.origin is None:
            error.origin = statement.origin
        raise


def _reason(sweep: Reverse, args: tuple[Atom, ...], statement: Assign) -> MissingRuleError | None:
    """Why an argument could not be followed: a generator that is summed, say."""
    for atom in args:
        made = sweep.made.get(atom.id) if isinstance(atom, Name) else None
        if isinstance(made, Call) and isinstance(made.function, Object):
            function = made.function.value
            if isinstance(function, FunctionType) and function in REASONS:
                return missing(function, statement)
    return None


def without_rule(sweep: Reverse, name: str) -> MissingRuleError | None:
    """The call without a rule that a name of unknown type comes from, if it does."""
    statement = sweep.statements.get(name)
    while statement is not None and isinstance(statement.value, Attribute):
        base = statement.value.value
        statement = sweep.statements.get(base.id) if isinstance(base, Name) else None
    if statement is None or not isinstance(statement.value, Call):
        return None
    called = fact(statement.value.function, sweep.builder.facts)
    if not isinstance(called, Known) or find(called.value):
        return None
    return missing(called.value, statement)


# Nothing broadcasts in them, of vectors and matrices.
_PRODUCTS: tuple[Any, ...] = (np.matmul, np.dot, np.inner, np.vdot, np.outer)


def missing(called: object, statement: Assign, kind: str = "adjoint") -> MissingRuleError:
    if isinstance(called, FunctionType) and called in REASONS:
        reason = REASONS[called]
        if isinstance(reason, SourceUnavailableError):
            words = f"`{name_of(called)}` has no derivative rule, and {reason.message}"
            return MissingRuleError(words, statement.origin, instead=_register(called, kind))
        where = f"{called.__name__} ({statement.origin})"
        return type(reason)(  # type: ignore[return-value]
            reason.message, reason.origin, (*reason.reached_from, where), reason.instead
        )
    name = name_of(called)
    return MissingRuleError(
        f"`{name}` has no {'forward ' if kind == 'tangent' else ''}derivative rule, "
        "and no Python source to differentiate",
        statement.origin,
        instead=_register(called, kind),
    )


def _register(called: object, kind: str) -> str:
    return f"register one: `@ad.{kind}({name_of(called)})`."
