"""Indices that are tuples, taken apart: what is known of an index is known axis by axis.

t = np.diag_indices(3)             t = np.diag_indices(3)
r[t] = x                   →       t_1 = t[0]
                                   t_2 = t[1]
                                   r[t_1, t_2] = x
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from autodiff_sst.analysis.values import Abstract, Array, Known, Scalar, Tuple
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    Assign,
    Attribute,
    Block,
    Literal,
    Name,
    Statement,
    Store,
    Subscript,
)
from autodiff_sst.errors import UnsupportedSyntaxError


def with_parts_of_index(
    statement: Statement, facts: Mapping[str, Abstract], names: Names
) -> Block | None:
    """The statements that index an array by the items of a tuple; None of any other statement."""
    match statement:
        case Store(base, (Literal(str() as part),), _) if isinstance(facts.get(base), Array):
            return _attribute(statement, base, part, names)
        case Assign(_, Subscript(Name(base), (Name() as key,))) | Store(base, (Name() as key,)):
            known = facts.get(key.id)
        case _:
            return None
    if not isinstance(facts.get(base), Array) or not isinstance(known, Tuple):
        return None
    if known.cls is list or not known.items or not all(map(_is_index, known.items)):
        return None
    parts = [names.temporary() for _ in known.items]
    index = tuple(map(Name, parts))
    if isinstance(statement, Store):
        whole: Statement = replace(statement, index=index)
    else:
        whole = replace(statement, value=Subscript(Name(base), index))
    taken = (
        Assign(name, Subscript(key, (Literal(k),)), statement.origin)
        for k, name in enumerate(parts)
    )
    return (*taken, whole)


def _attribute(statement: Store, base: str, name: str, names: Names) -> Block:
    """`z.real = v` as `t = z.real; t[...] = v`."""
    if name not in ("real", "imag", "flat"):
        raise UnsupportedSyntaxError(
            f"an array whose `{name}` is assigned is not supported",
            statement.origin,
            instead="`y = x.reshape(…)`, a new array.",
        )
    part = names.temporary()
    return (
        Assign(part, Attribute(Name(base), name), statement.origin),
        replace(statement, target=part, index=(Literal(...),)),
    )


def _is_index(item: Abstract) -> bool:
    if isinstance(item, Known):
        return not isinstance(item.value, slice)  # slices stand in an index as such
    return isinstance(item, Array | Scalar)
