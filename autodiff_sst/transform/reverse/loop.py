"""The reverse of loops: the turns in reverse order, the carries' cotangents carried back.

    s = s_0                            s_bar = …
    for i in range(n):                 for i in reversed(range(n)):
        s_1 = f(s)            →            s = pop(saved)
        s = s_1                            s_1_bar = s_bar
                                           s_bar = s_1_bar * f'(s)

A turn begins with the cotangent of the carry as it is after the turn; it belongs to what the turn
made, and the carry's own starts from zero and collects what the turn read of it. What the body
reads of values bound outside has its cotangent carried too. A `while` counts its turns, and its
reverse is a `for` over that count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from autodiff_sst.analysis.values import INT, Abstract, List, can_be_active, keys_of
from autodiff_sst.core.syntax import (
    Accumulate,
    Assign,
    Atom,
    Binary,
    Block,
    Carry,
    For,
    Literal,
    Name,
    Push,
    While,
)
from autodiff_sst.core.walk import binds, reads, rename_block, substitute, writes
from autodiff_sst.core.walk import statements as every_statement
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.transform.reverse.cotangents import (
    Place,
    cotangent_fact,
    fact_at,
    write_out,
    zero,
)
from autodiff_sst.transform.reverse.saves import save_region
from autodiff_sst.transform.reverse.sweep import Reverse


def reverse_for(sweep: Reverse, statement: For) -> Block:
    counter = sweep.builder.names.fresh(statement.target)
    sweep.builder.facts[counter] = INT
    forward, backward, carries, finish = _turn(sweep, statement, statement.body, statement.target)
    if backward or carries:
        sweep.builder.append(
            For(
                counter,
                statement.bounds,
                substitute(backward, {statement.target: Name(counter)}),
                carries,
                not statement.backwards,
                sweep.builder.origin,
            )
        )
    finish()
    return (replace(statement, body=forward),)


def reverse_while(sweep: Reverse, statement: While) -> Block:
    names, facts = sweep.builder.names, sweep.builder.facts
    turn = (*statement.condition, *statement.body)
    forward, backward, carries, finish = _turn(sweep, statement, turn, None)
    if not (backward or carries):
        finish()
        return (statement,)
    turns, more, counter = names.fresh("turns"), names.temporary(), names.fresh("k")
    sweep.branches[turns] = sweep.inside
    facts[turns] = facts[more] = facts[counter] = INT
    origin = sweep.builder.origin
    sweep.builder.append(For(counter, (Name(turns),), backward, carries, False, origin))
    finish()
    # The last run of the condition is not a turn: what it would push, the body pushes.
    pushes = [s for s in forward if isinstance(s, Push)]
    rest = [s for s in forward if not isinstance(s, Push)]
    split = len(statement.condition)
    condition, body = tuple(rest[:split]), (*rest[split:], *pushes)
    body = (*body, Assign(more, Binary("+", Name(turns), Literal(1))))
    count = Carry(turns, Literal(0), Name(more))
    new = replace(statement, condition=condition, body=body, carries=(*statement.carries, count))
    return (new,)


def _turn(
    sweep: Reverse, statement: For | While, body: Block, counter: str | None
) -> tuple[Block, Block, tuple[Carry, ...], Callable[[], None]]:
    """A turn of the loop, its reverse, what the reverse carries, and what to do after it."""
    builder = sweep.builder
    carried = {c.name for c in statement.carries}
    inits = _inits(sweep, statement, body, carried)
    bars = {place: builder.names.cotangent(place.name) for place in inits}
    for place, bar in bars.items():
        builder.facts[bar] = cotangent_fact(builder, place)
    outer = sweep.cotangents
    own = [p for p in bars if p.name in carried]
    sweep.cotangents = {**outer, **{p: Name(b) for p, b in bars.items() if p not in own}}
    depth, sweep.depth = sweep.depth, sweep.depth + 1
    with builder.block() as statements:
        top = [*(name for s in body for name in binds(s)), *carried]
        sweep.make_buffers(top)
        for carry in statement.carries:
            for place in own:
                if place.name == carry.name:
                    sweep.add_to(carry.next, Name(bars[place]), place.path)
        forward = sweep.block(body, buffers=False)
        nexts = {}
        for place in bars:
            value = sweep.cotangents.get(place)
            whole = zero(builder, place) if value is None else value
            nexts[place] = write_out(builder, whole, place)
    _check_carried(sweep, outer, bars, {*writes(body), *carried})
    sweep.depth = depth
    sweep.cotangents = outer
    bound = frozenset(n for s in forward for n in binds(s)) | carried | {counter or ""}
    if isinstance(statement, While):
        bound |= writes(statement.condition)
    forward, backward = save_region(sweep, forward, tuple(statements), bound, counter)
    # What the turns only add to, where it is, is no carry: it is what it was before the loop.
    added = {s.target for s in every_statement(backward) if isinstance(s, Accumulate)}
    for place, bar in [*bars.items()]:
        init = inits[place]
        if bar in added and nexts[place] == Name(bar) and isinstance(init, Name):
            backward = rename_block(backward, {bar: init.id})
            bars[place] = init.id
    carries = tuple(Carry(b, inits[p], nexts[p]) for p, b in bars.items() if Name(b) != inits[p])

    def finish() -> None:
        """After the loop: what was carried belongs to what the loop began with."""
        for place, bar in bars.items():
            if place not in own:
                sweep.cotangents[place] = Name(bar)
        for carry in statement.carries:
            for place in own:
                if place.name == carry.name:
                    sweep.add_to(carry.init, Name(bars[place]), place.path)

    return forward, backward, carries, finish


def _inits(
    sweep: Reverse, statement: For | While, body: Block, carried: set[str]
) -> dict[Place, Atom]:
    """The places whose cotangents the reverse carries, and these as the reverse begins."""
    builder = sweep.builder
    inits: dict[Place, Atom] = {}
    inner = writes(body) | carried
    free = reads(body).union(*(reads(c.next) for c in statement.carries)) - inner
    free |= _held(sweep, free)
    names = [*sorted(free), *(c.name for c in statement.carries)]
    for name in names:
        if name not in sweep.active or (name in sweep.buffered and name not in carried):
            continue
        taken = sweep.take(name) if name in carried else None
        for path in _paths(builder.facts[name]):
            place = Place(name, path)
            if path and sweep.goes_to_items(place):
                continue
            if path and taken is None and isinstance(place.fact(builder), List):
                if place not in sweep.cotangents:
                    sweep.make_list(place)  # the turns add to it, where it is
                continue
            known = sweep.cotangents.get(place) if taken is None else taken.get(path)
            whole = zero(builder, place) if known is None else known
            inits[place] = write_out(builder, whole, place, own=True)
    return inits


def _held(sweep: Reverse, names: frozenset[str]) -> set[str]:
    """What gets the cotangents of lists that hold it, and of what these hold."""
    found: set[str] = set()
    more = {*names}
    while more:
        holders = {
            n
            for n in more & sweep.active
            if any(sweep.goes_to_items(Place(n, p)) for p in _paths(sweep.builder.facts[n]))
        }
        more = set[str]().union(*(reads(sweep.made[n]) for n in holders)) - found
        found |= more
    return found


def _check_carried(
    sweep: Reverse, outer: dict[Place, Atom], bars: dict[Place, str], inner: set[str]
) -> None:
    """Raises if a turn adds to a cotangent that the loop does not carry: it would be lost."""
    for place, value in sweep.cotangents.items():
        if place not in bars and place.name not in inner and outer.get(place) != value:
            words = f"the cotangent of `{place.name}` in a loop is not supported yet"
            raise UnsupportedSyntaxError(words, sweep.builder.origin, instead="an array.")


def _paths(value: Abstract) -> list[tuple[Any, ...]]:
    keys = keys_of(value)
    if keys is None:
        return [()] if can_be_active(value) else []
    return [(k, *path) for k in keys for path in _paths(fact_at(value, (k,)))]
