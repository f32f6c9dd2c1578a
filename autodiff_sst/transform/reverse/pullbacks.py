"""The reverse of calls that are differentiated when they run, and of their pullbacks.

    y, pull = call_with_pullback(f, (0,), x)          x_bar = pull(y_bar)[0] + pull_bar[0]

    bars = pull(y_bar)             pull_bar, y_bar_bar = pull_back_pullback(pull, y_bar, bars_bar)

What the cotangent of a pullback is: those of the arguments that it keeps, a tuple.
"""

from __future__ import annotations

from typing import Any

from autodiff_sst.analysis.values import Tuple
from autodiff_sst.core.syntax import Atom, Call, Literal, Name, Subscript, TupleOf
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.rules.helpers import PULL_BACK_PULLBACK
from autodiff_sst.transform.reverse.cotangents import Place
from autodiff_sst.transform.reverse.stacks import whole_cotangent
from autodiff_sst.transform.reverse.sweep import Reverse

Cotangents = dict[tuple[Any, ...], Atom]


def pull_back_call(
    sweep: Reverse, target: str, value: Call, path: tuple[Any, ...], cotangent: Atom
) -> None:
    """`both = call_with_pullback(f, by, *args)`, from a cotangent of the value or of the
    pullback."""
    builder = sweep.builder
    _, by, *args = value.args
    chosen = sweep.made[by.id] if isinstance(by, Name) else None
    assert isinstance(chosen, TupleOf)
    given = dict([*enumerate(args), *value.keywords])
    active = [given[k.value] for k in chosen.items if isinstance(k, Literal)]
    first, *rest = path
    if first == 1:
        sweep.add_to(active[rest[0]], cotangent, tuple(rest[1:]))
        return
    if rest:
        words = "the second derivative of a function that calls itself, and returns a container,"
        raise UnsupportedSyntaxError(f"{words} is not supported yet", builder.origin)
    pull = builder.emit(Subscript(Name(target), (Literal(1),)))
    bars = builder.emit(Call(pull, (cotangent,)))
    builder.keep(bars)
    for k, atom in enumerate(active):
        if isinstance(atom, Name) and atom.id in sweep.active:
            sweep.add(atom.id, builder.emit(Subscript(bars, (Literal(k),))))


def pull_back_pullback(sweep: Reverse, target: str, value: Call, cotangents: Cotangents) -> None:
    """`bars = pull(y_bar)`."""
    builder = sweep.builder
    assert isinstance(value.function, Name)
    (y_bar,) = value.args
    bars_bar = whole_cotangent(sweep, Place(target), cotangents)
    both = builder.call(PULL_BACK_PULLBACK, value.function, y_bar, bars_bar)
    assert isinstance(both, Name)
    known = builder.facts[value.function.id]
    builder.facts[both.id] = Tuple((known, builder.fact(y_bar)))
    builder.keep(both)
    sweep.add_to(value.function, builder.emit(Subscript(both, (Literal(0),))))
    sweep.add_to(y_bar, builder.emit(Subscript(both, (Literal(1),))))
