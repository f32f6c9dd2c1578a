"""The primal program with a tangent statement after each active one.

CORE, facts, active names → CORE        y = np.sin(x)          y = np.sin(x)
                                        z = y * x    becomes   t = np.cos(x)
                                        return z               y_dot = x_dot * t
                                                               z = y * x
                                                               …
                                                               return z, z_dot
"""

from __future__ import annotations

from collections.abc import Mapping

from autodiff_sst.analysis.values import (
    Abstract,
    Array,
    List,
    can_be_active,
    keys_of,
    rank,
)
from autodiff_sst.core.build import Builder
from autodiff_sst.core.syntax import Atom, Call, Function, Literal, Name, TupleOf
from autodiff_sst.rules.helpers import COPY, LIST
from autodiff_sst.transform.forward.sweep import Forward
from autodiff_sst.transform.reverse.cotangents import item_of
from autodiff_sst.transform.reverse.program import rebuilt


def forward(
    function: Function,
    facts: Mapping[str, Abstract],
    by: tuple[str, ...],
    name: str,
    with_value: bool = True,
) -> Function:
    """The function that returns the value and its tangent; takes the tangents of `by` last."""
    sweep = Forward(function, facts, by)
    builder = sweep.builder
    given = []
    for parameter in by:
        dot = builder.names.tangent(parameter)
        builder.bind(dot, facts[parameter])
        sweep.tangents[parameter] = Name(dot)
        given.append(dot)
    body = sweep.block(function.body)
    builder.origin = None
    with builder.block() as end:
        tangent = sweep.tangent_or_zero(function.result)
        tangent = own(builder, builder.fact(function.result), tangent)
        result = builder.emit(TupleOf((function.result, tangent))) if with_value else tangent
    parameters = (*function.parameters, *given)
    return Function(name, parameters, (*body, *end), result, function.origin)


def own(builder: Builder, known: Abstract, tangent: Atom) -> Atom:
    """A tangent in memory that nobody else holds."""
    keys = keys_of(known)
    if keys is not None:
        parts = []
        for key in keys:
            inner = known.items[keys.index(key)]  # type: ignore[union-attr]
            if can_be_active(inner):
                parts.append(own(builder, inner, item_of(builder, known, tangent, key)))
            else:
                parts.append(Literal(None))
        return rebuilt(builder, known, parts)
    if isinstance(known, List):
        return builder.emit(Call(LIST, (tangent,)))
    if rank(known) == 0 and not isinstance(known, Array):
        return tangent
    return builder.call(COPY, tangent)
