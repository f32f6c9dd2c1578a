"""The reverse of a value with a derivative of its own: the user's backward code, spliced in.

    with custom_grad(y, t, x) as (y_bar,):            backward      t_1 = clip(y_bar, -1, 1)
        t_1 = clip(y_bar, -1, 1)                                    x_bar = t_1
        results = (t_1,)

The statement stays in the forward sweep, so that the program may be differentiated again: what the
backward code reads is then differentiated as it stands. `without_custom` leaves it out at the end.
"""

from __future__ import annotations

from dataclasses import replace

from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    Block,
    CustomGrad,
    Function,
    Literal,
    Name,
    Statement,
)
from autodiff_sst.core.walk import rebuild, rename, statements, substitute, writes
from autodiff_sst.transform.reverse.cotangents import Place, write_out, zero
from autodiff_sst.transform.reverse.sweep import Reverse


def reverse_custom(sweep: Reverse, statement: CustomGrad) -> None:
    builder = sweep.builder
    taken = sweep.take(statement.target)
    if not taken or statement.target not in sweep.active:
        return
    bars: dict[str, Atom] = {}
    for k, bar in enumerate(statement.bars):
        place = Place(statement.target, (k,) if len(statement.bars) > 1 else ())
        cotangent = taken.get(place.path)
        whole = zero(builder, place) if cotangent is None else cotangent
        bars[bar] = write_out(builder, whole, place)
        builder.keep(bars[bar])
    fresh = {n: builder.names.fresh(n) for n in sorted(writes(statement.body))}
    for old, new in fresh.items():
        builder.facts[new] = builder.facts[old]
    body = rename(Function("", (), statement.body, Literal(None)), fresh).body
    builder.append(*substitute(body, bars))

    def now(atom: Atom) -> Atom:
        name = atom.id if isinstance(atom, Name) else ""
        return bars[name] if name in bars else Name(fresh[name]) if name in fresh else atom

    for argument, result in zip(statement.arguments, statement.results, strict=True):
        if result != Literal(None):
            sweep.add_to(argument, now(result))


def without_custom(function: Function) -> Function:
    """The program that runs: a custom gradient is the copy that it is in the forward sweep."""
    if not any(isinstance(s, CustomGrad) for s in statements(function.body)):
        return function

    def block(b: Block) -> Block:
        return tuple(map(plain, b))

    def plain(statement: Statement) -> Statement:
        if isinstance(statement, CustomGrad):
            return Assign(statement.target, statement.value, statement.origin)
        return rebuild(statement, lambda atom: atom, block)

    return replace(function, body=block(function.body))
