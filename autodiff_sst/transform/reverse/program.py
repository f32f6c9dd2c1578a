"""Both sweeps of reverse mode: the primal program, then its active statements in reverse.

CORE, facts, active names → CORE        y = np.sin(x)          y = np.sin(x)
                                        z = y * x    becomes   z = y * x
                                        return z               y_bar = x
                                                               x_bar = y
                                                               t = np.cos(x)
                                                               t_1 = y_bar * t
                                                               x_bar_1 = x_bar + t_1
                                                               return x_bar_1
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.values import (
    FLOAT,
    Abstract,
    Array,
    Dict,
    List,
    Record,
    Scalar,
    Tuple,
    can_be_active,
    keys_of,
    rank,
)
from autodiff_sst.core.build import Builder
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    Call,
    DictOf,
    Effect,
    Expression,
    Function,
    ListOf,
    Literal,
    Name,
    NewStack,
    Object,
    Subscript,
    TupleOf,
)
from autodiff_sst.core.walk import all_names, substitute, writes
from autodiff_sst.errors import NonScalarOutputError, Origin, UnsupportedSyntaxError
from autodiff_sst.rules.helpers import CHECK_SCALAR, COPY, LEN, LIST, MAKE_RECORD, WRITE_BACK
from autodiff_sst.runtime.calls import Pullback
from autodiff_sst.runtime.records import plain_fields
from autodiff_sst.transform.reverse.cotangents import Place, write_out, zero
from autodiff_sst.transform.reverse.sweep import Reverse


@dataclass(frozen=True)
class Request:
    """What the derivative is by, and what it returns.

    `seed` is the name of the parameter that holds the cotangent of the result; without one the
    result must be a real scalar, and the cotangent is 1.
    """

    by: tuple[str, ...]
    name: str
    with_value: bool = False
    seed: str | None = None
    as_tuple: bool = False
    has_aux: bool = False  # the result is `(y, aux)`, and aux is returned as it is
    in_pair: bool = False  # the backward sweep becomes a function of its own (pair.py)


def reverse(function: Function, facts: Mapping[str, Abstract], request: Request) -> Function:
    """The function that returns the cotangents of `request.by`, after the value if asked."""
    return reverse_in_parts(function, facts, request)[0]


def reverse_in_parts(
    function: Function, facts: Mapping[str, Abstract], request: Request
) -> tuple[Function, frozenset[str]]:
    """The reverse, and the names that its backward sweep binds."""
    whole = function.result
    aux: Atom | None = None
    if request.has_aux:
        function, aux, facts = _split(function, facts)
    value = function.result
    sweep = Reverse(function, facts, request.by, request.in_pair)
    builder = sweep.builder
    parameters = function.parameters
    sweep.make_buffers(parameters)
    if isinstance(value, Name) and value.id in sweep.active:
        if request.seed is None:
            _check_scalar(builder, value, function.origin)
            sweep.cotangents[Place(value.id)] = Literal(1.0)
        else:
            seed = builder.names.fresh(request.seed)
            parameters = (*parameters, seed)
            builder.bind(seed, facts[value.id])
            sweep.make_buffers([value.id])
            sweep.add(value.id, Name(seed))
    elif request.seed is None:
        _check_scalar(builder, value, function.origin)
    forward = sweep.block(function.body)
    builder.origin = None
    grads = [_result(sweep, Place(name)) for name in request.by]
    gradient = builder.emit(TupleOf(tuple(grads))) if request.as_tuple else grads[0]
    if aux is not None and not request.with_value:
        gradient = builder.emit(TupleOf((gradient, aux)))
    if request.with_value:
        gradient = builder.emit(TupleOf((whole, gradient)))
    stacks = tuple(Assign(s, NewStack()) for s in sweep.stacks)
    twins = tuple(Assign(s, NewStack()) for s in sweep.twins.values())
    backward = substitute(twins + builder.statements, _lists_at_entry(function))
    body = stacks + forward + backward
    result = Function(request.name, parameters, body, gradient, function.origin)
    return result, writes(backward)


def _lists_at_entry(function: Function) -> dict[str, Atom]:
    """The copies of lists that the caller finds changed: these may have grown by then."""
    changed = {
        s.value.args[0]
        for s in function.body
        if isinstance(s, Effect) and isinstance(s.value, Call) and s.value.function == WRITE_BACK
    }
    copies: dict[str, Atom] = {}
    for statement in function.body:
        match statement:
            case Assign(target, Call(called, (Name(given) as atom,))) if called == LIST:
                if atom in changed:
                    copies.setdefault(given, Name(target))
            case _:
                pass
    return copies


def _split(
    function: Function, facts: Mapping[str, Abstract]
) -> tuple[Function, Atom, Mapping[str, Abstract]]:
    """A function that returns `(y, aux)` as one that returns `y`, and where `aux` is in it."""
    pair = fact(function.result, facts)
    if not isinstance(pair, Tuple) or len(pair.items) != 2:
        words = "with `has_aux` the function must return a pair, `(y, aux)`"
        raise NonScalarOutputError(words, function.origin)
    names = Names(all_names(function))
    y, aux = names.fresh("y"), names.fresh("aux")
    items = tuple(
        Assign(name, Subscript(function.result, (Literal(k),))) for k, name in enumerate((y, aux))
    )
    known = {**facts, y: pair.items[0], aux: pair.items[1]}
    return replace(function, body=(*function.body, *items), result=Name(y)), Name(aux), known


def _check_scalar(builder: Builder, result: Atom, origin: Origin | None) -> None:
    known = builder.fact(result)
    if isinstance(known, Tuple | List | Dict | Record):
        cls = getattr(known, "cls", None) or {Tuple: tuple, List: list}.get(type(known), dict)
        raise NonScalarOutputError(
            f"the gradient is of a scalar; the function returns a {cls.__name__}",
            origin,
            instead="return one number, or take `ad.vjp`.",
        )
    if rank(known) != 0 or isinstance(known, Array) or getattr(known, "kind", "f") == "c":
        builder.effect(Call(CHECK_SCALAR, (result,)))
        if isinstance(result, Name):
            builder.facts[result.id] = FLOAT  # or it has raised


def rebuilt(builder: Builder, known: Abstract, parts: list[Atom]) -> Atom:
    """A container like one of which `known` is known, of these items."""
    return builder.emit(container_like(known, parts))


def container_like(known: Abstract, parts: list[Atom]) -> Expression:
    match known:
        case Tuple(_, cls) if cls is list:
            return ListOf(tuple(parts))
        case Tuple(_, cls) if cls is None or cls is Pullback:
            return TupleOf(tuple(parts))
        case Tuple(_, cls):
            return Call(Object(cls, cls.__name__, cls), tuple(parts))
        case Dict(keys):
            return DictOf(tuple(map(Literal, keys)), tuple(parts))
        case Record(cls, keys):
            named = tuple(zip(keys, parts, strict=True))
            made = Object(cls, cls.__name__, cls)
            if keys == plain_fields(cls):
                return Call(made, (), named)
            return Call(MAKE_RECORD, (made,), named)
    raise AssertionError(f"no container: {known}")


def _result(sweep: Reverse, place: Place) -> Atom:
    """The cotangent of an argument, whole, and in memory that nobody else holds."""
    builder = sweep.builder
    known = place.fact(builder)
    keys = keys_of(known)
    if keys is not None:
        parts = [_result(sweep, Place(place.name, (*place.path, k))) for k in keys]
        return rebuilt(builder, known, parts)
    if isinstance(known, List):
        if known.item is None and place not in sweep.cotangents:
            return builder.emit(ListOf(()))  # it is empty
        if isinstance(known.item, Scalar) and not can_be_active(known.item):
            length = builder.call(LEN, place.atom(builder))
            return builder.binary("*", builder.emit(ListOf((Literal(None),))), length)
        if not isinstance(known.item, Scalar):
            words = f"the gradient by the list `{place.name}` of other things than numbers"
            raise UnsupportedSyntaxError(f"{words} is not supported yet", instead="a tuple.")
        if place not in sweep.cotangents:
            sweep.make_list(place)
        return sweep.cotangents[place]
    if not can_be_active(known):
        return Literal(None)
    cotangent = sweep.cotangents.get(place)
    if cotangent is None:
        return zero(builder, place)
    whole = write_out(builder, cotangent, place, own=True)
    if rank(builder.fact(whole)) == 0 and not isinstance(builder.fact(whole), Array):
        return whole
    return sweep.named(builder.call(COPY, whole), place.name)
