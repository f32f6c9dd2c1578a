"""The tangent of `y = e`: from the tangent rule of `e`, or from its adjoint.

An elementwise function has `d[x] = d[y] * e` as its adjoint, so `d[y] = d[x] * e` is its tangent.
A linear function is its own tangent.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.calls import made_by
from autodiff_sst.analysis.kinds import is_list
from autodiff_sst.analysis.lengths import are_same
from autodiff_sst.analysis.values import (
    Array,
    List,
    Record,
    Tuple,
    Unknown,
    can_be_active,
    dims_of,
    keys_of,
    rank,
)
from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    Attribute,
    Binary,
    Call,
    DictOf,
    Expression,
    ListOf,
    Literal,
    Name,
    Subscript,
    TupleOf,
    Update,
)
from autodiff_sst.core.walk import atoms, map_atoms
from autodiff_sst.errors import MissingRuleError
from autodiff_sst.rules.helpers import (
    ADD_TABLES,
    BROADCAST_TO,
    CALL_WITH_PULLBACK,
    CALL_WITH_TANGENT,
    PULLBACK_ALONG,
    SHAPE,
    SUM,
    TABLE,
    WITH_ZERO,
    WITHOUT_KEY,
    ZEROS,
    ZEROS_BY_ROW,
    ZEROS_LIKE,
    ZEROS_OF_ROWS,
)
from autodiff_sst.rules.registry import (
    Rule,
    adjoint_of,
    has_rule,
    is_elementwise,
    is_nondifferentiable,
    linear_parameters,
    tangent_of,
)
from autodiff_sst.rules.tangents import expand_tangent
from autodiff_sst.rules.template import bind_arguments, expand, parameters_of
from autodiff_sst.runtime.signatures import by_position
from autodiff_sst.transform.forward.sweep import Forward, no_tangent
from autodiff_sst.transform.reverse.assign import (
    as_call,
    is_differentiated_at_run_time,
    missing,
)
from autodiff_sst.transform.reverse.cotangents import match_dtype
from autodiff_sst.transform.reverse.program import rebuilt

Keywords = tuple[tuple[str, Atom], ...]


def tangent_of_assign(sweep: Forward, statement: Assign) -> None:
    """Emits the statement and its tangent."""
    builder, target, value = sweep.builder, statement.target, statement.value
    if isinstance(value, Call) and is_differentiated_at_run_time(sweep, value, has_rule):
        _call_at_run_time(sweep, statement, value)
        return
    if isinstance(value, Call) and value.function == CALL_WITH_PULLBACK:
        _pullback_at_run_time(sweep, statement, value)
        return
    if isinstance(value, Call) and (along := sweep.tangent(value.function)) is not None:
        builder.append(statement)  # a pullback
        (bar,) = value.args
        sweep.set_tangent(target, builder.emit(Call(along, (bar, sweep.tangent_or_zero(bar)))))
        return
    builder.append(statement)
    mirrored = _mirrored(sweep, target, value)
    if mirrored is not None:
        made = builder.emit(mirrored)
    elif isinstance(value, Call) and value.function in _BUFFERS:
        made = builder.emit(value)  # a buffer, to which tangents are added later
    elif not any(sweep.tangent(a) for a in atoms(value)):
        made = sweep.zero(Name(target))
    else:
        called, args, keywords = as_call(sweep, value)
        made = _of_call(sweep, statement, called, args, keywords)
    sweep.set_tangent(target, made)


_BUFFERS = (ZEROS, ZEROS_LIKE, ZEROS_BY_ROW, ZEROS_OF_ROWS)


def _mirrored(sweep: Forward, target: str, value: Expression) -> Expression | None:
    """What only makes, takes apart or copies: the same of tangents."""
    facts = sweep.builder.facts
    dot = sweep.tangent_or_zero
    match value:
        case Name():
            return dot(value)
        case TupleOf(items):
            return TupleOf(tuple(_item(sweep, i) for i in items))
        case ListOf(items):
            return ListOf(tuple(_part(sweep, i) for i in items))
        case DictOf(keys, items):
            return DictOf(keys, tuple(_item(sweep, i) for i in items))
        case Subscript(base, index) if sweep.tangent(base) is not None:
            return Subscript(dot(base), index)
        case Attribute(base, name) if isinstance(fact(base, facts), Tuple | Record):
            return Attribute(dot(base), name)
        case Update(base, index, new, add):
            return Update(dot(base), index, dot(new), add)
        case Binary("+", left, right) if isinstance(fact(left, facts), List | Tuple):
            return Binary("+", dot(left), dot(right))
        case Binary("*", left, right) if isinstance(fact(left, facts), List | Tuple):
            return Binary("*", dot(left), right)
        case Call(function, (base, key)) if function in (WITHOUT_KEY, WITH_ZERO):
            return Call(function, (dot(base), key))
        case Call(function, bases) if function in (TABLE, ADD_TABLES):
            return Call(function, tuple(map(dot, bases)))
        case Call() if (made := made_by(value)) is not None:
            parts = [_item(sweep, a) for a in made[1].values()]
            return rebuilt(sweep.builder, facts[target], parts)
        case _:
            return None


def _part(sweep: Forward, atom: Atom) -> Atom:
    """The same in a list, whose arrays and rows may be joined: of integers, zeros."""
    known = sweep.builder.fact(atom)
    if isinstance(known, Array):
        return sweep.tangent(atom) or sweep.builder.call(ZEROS_LIKE, atom)
    if is_list(known):
        return sweep.tangent_or_zero(atom)
    return _item(sweep, atom)


def _item(sweep: Forward, atom: Atom) -> Atom:
    """The tangent of what a container holds."""
    known = sweep.builder.fact(atom)
    return sweep.tangent_or_zero(atom) if can_be_active(known) else no_tangent(known)


def _call_at_run_time(sweep: Forward, statement: Assign, value: Call) -> None:
    """`y = f(x)` becomes `y, y_dot = call_with_tangent(f, (0,), (x_dot,), x)`."""
    builder = sweep.builder
    given = [*enumerate(value.args), *value.keywords]
    active = [(k, dot) for k, a in given if (dot := sweep.tangent(a)) is not None]
    by = builder.emit(TupleOf(tuple(Literal(k) for k, _ in active)))
    dots = builder.emit(TupleOf(tuple(dot for _, dot in active)))
    call = Call(CALL_WITH_TANGENT, (value.function, by, dots, *value.args), value.keywords)
    both = builder.emit(call)
    assert isinstance(both, Name)
    known = builder.facts[statement.target]
    builder.facts[both.id] = Tuple((known, known))
    builder.append(replace(statement, value=Subscript(both, (Literal(0),))))
    dot = builder.emit(Subscript(both, (Literal(1),)))
    sweep.set_tangent(statement.target, dot)


def _pullback_at_run_time(sweep: Forward, statement: Assign, value: Call) -> None:
    """The value with its pullback, and the tangents of both."""
    builder = sweep.builder
    function, by, *args = value.args
    chosen = sweep.made[by.id] if isinstance(by, Name) else None
    assert isinstance(chosen, TupleOf)
    keys = [k.value for k in chosen.items if isinstance(k, Literal)]
    given = dict([*enumerate(args), *value.keywords])
    keys += [k for k, a in given.items() if k not in keys and sweep.tangent(a) is not None]
    along = builder.emit(TupleOf(tuple(map(Literal, keys))))
    dots = builder.emit(TupleOf(tuple(sweep.tangent_or_zero(given[k]) for k in keys)))
    call = Call(PULLBACK_ALONG, (function, by, along, dots, *args), value.keywords)
    both = builder.emit(call)
    assert isinstance(both, Name)
    known = builder.facts[statement.target]
    builder.facts[both.id] = Tuple((known, known))
    builder.append(replace(statement, value=Subscript(both, (Literal(0),))))
    sweep.set_tangent(statement.target, builder.emit(Subscript(both, (Literal(1),))))


def _of_call(
    sweep: Forward, statement: Assign, called: Any, args: tuple[Atom, ...], keywords: Keywords
) -> Atom:
    result = Name(statement.target)
    if is_nondifferentiable(called):
        return sweep.zero(result)
    ranks = tuple(sweep.knowledge.rank(a) for a in args)
    rule, adjoint = tangent_of(called, ranks), adjoint_of(called, ranks)
    try:
        if rule is not None:
            made = _by_rule(sweep, rule, result, args, keywords)
        elif linear := linear_parameters(called):
            if adjoint is None:
                raise missing(called, statement)
            made = _linear(sweep, adjoint, statement.value, args, keywords, *linear)
        elif adjoint is not None and is_elementwise(called):
            made = _elementwise(sweep, adjoint, result, args, keywords)
        elif adjoint is not None and rank(sweep.builder.fact(result)) == 0:
            made = _of_number(sweep, adjoint, result, args, keywords)
        else:
            raise missing(called, statement, "tangent")
    except MissingRuleError as error:
        error.origin = error.origin or statement.origin
        raise
    return _fitted(sweep, made, result)


def _by_rule(
    sweep: Forward, rule: Rule, result: Name, args: tuple[Atom, ...], keywords: Keywords
) -> Atom | None:
    arguments = bind_arguments(rule, args, keywords)
    tangents = {p: dot for p, a in arguments.items() if (dot := sweep.tangent(a)) is not None}
    return expand_tangent(rule, sweep.builder, sweep.knowledge, result, arguments, tangents)


def _elementwise(
    sweep: Forward, rule: Rule, result: Name, args: tuple[Atom, ...], keywords: Keywords
) -> Atom | None:
    builder = sweep.builder
    arguments = bind_arguments(rule, args, keywords)
    total: list[Atom] = []
    for parameter, atom in arguments.items():
        dot = sweep.tangent(atom)
        if dot is None:
            continue

        def contribute(value: Atom) -> None:
            total[:] = [builder.binary("+", total[0], value)] if total else [value]

        expand(rule, builder, sweep.knowledge, result, arguments, dot, {parameter: contribute})
    return total[0] if total else None


def _of_number(
    sweep: Forward, rule: Rule, result: Name, args: tuple[Atom, ...], keywords: Keywords
) -> Atom | None:
    """The tangent of a function of which only the gradient is known: ⟨gradient, tangent⟩."""
    builder = sweep.builder
    arguments = bind_arguments(rule, args, keywords)
    total: list[Atom] = []
    for parameter, atom in arguments.items():
        dot = sweep.tangent(atom)
        if dot is None:
            continue

        def contribute(gradient: Atom, dot: Atom = dot) -> None:
            part = builder.binary("*", gradient, dot)
            if rank(builder.fact(part)) != 0 or isinstance(builder.fact(part), Array):
                part = builder.call(SUM, part)
            total[:] = [builder.binary("+", total[0], part)] if total else [part]

        one = Literal(1.0)
        expand(rule, builder, sweep.knowledge, result, arguments, one, {parameter: contribute})
    return total[0] if total else None


def _linear(
    sweep: Forward,
    rule: Rule,
    value: Expression,
    args: tuple[Atom, ...],
    keywords: Keywords,
    parameters: tuple[str, ...],
    joint: bool,
) -> Atom | None:
    """The same call of tangents: of all at once, or of each in turn, and the sum."""
    builder = sweep.builder
    bind_arguments(rule, args, keywords)  # refuses what the rule does not know
    moved = by_position(rule.function, rule.template, 1, len(args))
    own = [*parameters_of(rule), *moved]
    names = [m or own[k] for k, m in enumerate(moved)] + [k for k, _ in keywords]
    given = [*args, *(a for _, a in keywords)]
    linear = [k for k, name in enumerate(names) if name in parameters]
    active = [k for k in linear if sweep.tangent(given[k]) is not None]
    turns = [linear] if joint else [[k] for k in active]
    total: Atom | None = None
    for replaced in turns:
        new = [sweep.tangent_or_zero(a) if k in replaced else a for k, a in enumerate(given)]
        if isinstance(value, Binary):
            made: Expression = Binary(value.operator, new[0], new[1])
        elif isinstance(value, Call):
            named = tuple((k, a) for (k, _), a in zip(keywords, new[len(args) :], strict=True))
            made = Call(value.function, tuple(new[: len(args)]), named)
        else:  # `x.T`
            made = map_atoms(value, lambda a: sweep.tangent_or_zero(a))
        atom = builder.emit(made)
        total = atom if total is None else builder.binary("+", total, atom)
    return total


def _fitted(sweep: Forward, made: Atom | None, result: Name) -> Atom:
    """A tangent in the shape and dtype of the result."""
    builder = sweep.builder
    if made is None:
        return sweep.zero(result)
    known, given = builder.fact(result), builder.fact(made)
    if keys_of(known) is not None or isinstance(known, List):
        return made
    made = match_dtype(builder, made, known, given)
    dims, own = dims_of(known), dims_of(given)
    same = isinstance(known, Unknown) and known == given and known.shape != ""
    if same or (dims is not None and are_same(dims, own)):
        return made
    if rank(known) == 0 and not isinstance(known, Array):
        return made
    shape = builder.call(SHAPE, result)
    return builder.call(BROADCAST_TO, made, shape)
