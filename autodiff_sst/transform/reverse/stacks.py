"""The reverse of pushes and pops, on a stack of cotangents: a push becomes a pop, and a pop a push.

    push(saved, s, t)        s_bar, t_bar = pop(saved_bar)
    s, t = pop(saved)   →    push(saved_bar, s_bar, t_bar)

Every stack of a program that is differentiated again has a twin for the cotangents of its active
positions, made where the backward sweep begins.
"""

from __future__ import annotations

from typing import Any

from autodiff_sst.analysis.values import INT, UNKNOWN, List, Scalar, can_be_active, keys_of
from autodiff_sst.core.syntax import (
    Accumulate,
    Append,
    Atom,
    For,
    Literal,
    Name,
    NewStack,
    Pop,
    Push,
    Subscript,
)
from autodiff_sst.core.walk import statements
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.rules.helpers import LEN, OWN_ITEMS
from autodiff_sst.transform.reverse.cotangents import Place, as_row, write_out, zero
from autodiff_sst.transform.reverse.program import rebuilt
from autodiff_sst.transform.reverse.sweep import Reverse


def active_positions(sweep: Reverse, stack: str) -> list[int]:
    """The positions of a stack's items at which an active value is popped."""
    found: set[int] = set()
    for statement in statements(sweep.function.body):
        if isinstance(statement, Pop) and statement.stack == stack:
            found |= {k for k, t in enumerate(statement.targets) if t in sweep.active}
    return sorted(found)


def reverse_append(sweep: Reverse, target: str, value: Atom) -> None:
    """`items.append(v)`: the last of the list's cotangents is that of `v`."""
    if target not in sweep.active:
        return
    builder = sweep.builder
    buffer = sweep.cotangents[Place(target)]
    assert isinstance(buffer, Name)
    known = builder.fact(value)
    bar = builder.names.cotangent(value.id if isinstance(value, Name) else "t")
    # A zero stays the number that the list of cotangents began with, whatever the shape.
    builder.facts[bar] = known if isinstance(known, Scalar) else UNKNOWN
    builder.append(Pop((bar,), buffer.id, builder.origin))
    if isinstance(known, List) and isinstance(known.item, Scalar):  # a list in a list
        assert isinstance(value, Name)
        sweep.add_to(value, as_row(builder, Name(bar), value.id))
        return
    sweep.add_to(value, Name(bar))


def add_to_list(sweep: Reverse, place: Place, value: Atom) -> None:
    """Adds a list, or the rows of an array, to the cotangents of a list, item by item."""
    builder = sweep.builder
    if place not in sweep.cotangents:
        if place.path and sweep.depth:  # it goes on to what the container was read of
            own = builder.call(OWN_ITEMS, value)
            sweep.cotangents[place] = sweep.named(own, place.name)
            return
        if sweep.depth:  # what a turn makes is not there outside of the loop
            raise sweep.refuse("a list as a whole")
        sweep.make_list(place)
    buffer = sweep.cotangents[place]
    assert isinstance(buffer, Name)
    builder.keep(value)
    counter = builder.names.fresh("k")
    builder.facts[counter] = INT
    length = builder.call(LEN, value)  # the list may have been shorter, when it was read
    with builder.block() as body:
        item = builder.emit(Subscript(value, (Name(counter),)))
        builder.append(Accumulate(buffer.id, (Name(counter),), item, False, builder.origin))
    builder.append(For(counter, (length,), tuple(body), origin=builder.origin))


def reverse_pop(sweep: Reverse, statement: Pop) -> None:
    positions = active_positions(sweep, statement.stack)
    if not positions:
        return
    if not isinstance(sweep.made.get(statement.stack), NewStack):
        _reverse_pop_of_list(sweep, statement)
        return
    values: list[Atom] = []
    for k in positions:
        target = statement.targets[k]
        values.append(whole_cotangent(sweep, Place(target), sweep.take(target)))
    twin = sweep.twin(statement.stack)
    sweep.builder.append(Push(twin, tuple(values), sweep.builder.origin))


def _reverse_pop_of_list(sweep: Reverse, statement: Pop) -> None:
    """The reverse of `t = items.pop()`, of the cotangents of a list that grew: it grows."""
    buffer = sweep.cotangents.get(Place(statement.stack))
    if len(statement.targets) != 1 or not isinstance(buffer, Name):
        words = "the second derivative of a list that grows is not supported here"
        raise UnsupportedSyntaxError(words, statement.origin, instead="an array.")
    (target,) = statement.targets
    value = whole_cotangent(sweep, Place(target), sweep.take(target))
    sweep.builder.append(Append(buffer.id, value, sweep.builder.origin))


def whole_cotangent(sweep: Reverse, place: Place, taken: dict[tuple[Any, ...], Atom]) -> Atom:
    """The cotangent of what is at a place: a number, an array, or a container of these."""
    known = place.fact(sweep.builder)
    keys = keys_of(known)
    if keys is not None:
        parts = [
            whole_cotangent(sweep, Place(place.name, (*place.path, key)), taken) for key in keys
        ]
        return rebuilt(sweep.builder, known, parts)
    if not can_be_active(known):
        return Literal(None)
    value = taken.get(place.path)
    whole = zero(sweep.builder, place) if value is None else value
    return write_out(sweep.builder, whole, place)


def reverse_push(sweep: Reverse, statement: Push) -> None:
    positions = active_positions(sweep, statement.stack)
    if not positions:
        return
    builder = sweep.builder
    bars = []
    for k in positions:
        value = statement.values[k]
        name = value.id if isinstance(value, Name) else "t"
        bar = builder.names.cotangent(name)
        builder.facts[bar] = builder.fact(value)
        bars.append(bar)
    builder.append(Pop(tuple(bars), sweep.twin(statement.stack), builder.origin))
    for k, bar in zip(positions, bars, strict=True):
        sweep.add_to(statement.values[k], Name(bar))
