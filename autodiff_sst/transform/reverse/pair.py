"""Cuts a reverse program in two: a forward function, and a backward one that may run many times.

    CORE → CORE, CORE       def vjp_f(x, y_bar):            def forward_f(x):
                                y = np.sin(x)                   y = np.sin(x)
                                t = np.cos(x)                   return y, (x,)
                                x_bar = y_bar * t
                                t_1 = (x_bar,)              def backward_f(x, y_bar):
                                t_2 = (y, t_1)                  t = np.cos(x)
                                return t_2                      x_bar = y_bar * t
                                                                return (x_bar,)

What the backward function reads of the forward sweep it gets as arguments, in this order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    Accumulate,
    Assign,
    Atom,
    Call,
    Function,
    Name,
    NewStack,
    Statement,
    TupleOf,
)
from autodiff_sst.core.walk import all_names, binds, reads, statements, substitute, writes
from autodiff_sst.rules.helpers import LIST


@dataclass(frozen=True)
class Pair:
    forward: Function  # returns (y, (saved, …))
    backward: Function  # of the saved values, then the seed; returns the tuple of cotangents


def cut(function: Function, seed: str, backward_names: frozenset[str], name: str) -> Pair:
    """The pair of an optimised reverse program that returns `(y, cotangents)`.

    Args:
        seed: the parameter that holds the cotangent of the result.
        backward_names: what the backward sweep bound when it was made.
    """
    body, results = _without_result(function)
    found = (k for k, s in enumerate(body) if _is_backward(s, backward_names) or seed in reads(s))
    first = next(found, len(body))
    forward, backward = body[:first], body[first:]
    value, gradient = results
    kept = reads(gradient) | reads(backward)
    bound = writes(backward) | {seed}
    saved = sorted(kept - bound, key=_order_of(function))
    names = Names(all_names(function))
    items, result = names.temporary(), names.temporary()
    forward_function = Function(
        f"forward_{name}",
        tuple(p for p in function.parameters if p != seed),
        (
            *forward,
            Assign(items, TupleOf(tuple(map(Name, saved)))),
            Assign(result, TupleOf((value, Name(items)))),
        ),
        Name(result),
        function.origin,
    )
    # A pullback may run again: it pops from copies.
    stacks = [s.target for s in forward if isinstance(s, Assign) and isinstance(s.value, NewStack)]
    copied = {s: names.fresh(s) for s in stacks if s in saved}
    backward = substitute(backward, {s: Name(c) for s, c in copied.items()})
    copies = tuple(Assign(c, Call(LIST, (Name(s),))) for s, c in copied.items())
    backward = (*copies, *backward)
    backward_function = replace(
        function, name=f"backward_{name}", parameters=(*saved, seed), body=backward, result=gradient
    )
    return Pair(forward_function, backward_function)


def _without_result(function: Function) -> tuple[tuple[Statement, ...], tuple[Atom, Name]]:
    """The body without the statement that makes `(y, cotangents)`, and these two."""
    *body, last = function.body
    match last:
        case Assign(target, TupleOf((value, Name() as gradient))) if Name(target) == (
            function.result
        ):
            return tuple(body), (value, gradient)
    raise AssertionError("a reverse program with a seed returns a value and a tuple")


def _is_backward(statement: Statement, names: frozenset[str]) -> bool:
    if statement.origin is not None and not statement.origin.backward:
        return False  # by a name that has become free again
    bound = writes((statement,))
    changed = {n.target for n in statements((statement,)) if isinstance(n, Accumulate)}
    return bool((bound | changed) & names)


def _order_of(function: Function) -> Callable[[str], int]:
    position = {name: k for k, name in enumerate(function.parameters)}
    for statement in statements(function.body):
        for name in binds(statement):
            position.setdefault(name, len(position))
    return position.__getitem__
