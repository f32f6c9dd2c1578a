"""What was just stored is read from where it was made.

    a_1 = updated(a[i:, k], t)           a_1 = updated(a[i:, k], t)
    u = a_1[i:, k]                  →
    v = np.outer(u, w)                   v = np.outer(t, w)

So nothing has to be kept of the array. Only where the part has the dtype and the shape of what was
stored: of a float32 array it would be rounded, and a number might fill a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from autodiff_sst.analysis.lengths import are_same
from autodiff_sst.analysis.values import Abstract, Array, Scalar
from autodiff_sst.core.syntax import Assign, Atom, Block, Function, Index, Name, Subscript, Update
from autodiff_sst.core.walk import rebuild, statements


def has_updates(function: Function) -> bool:
    return any(
        isinstance(s, Assign) and isinstance(s.value, Update) for s in statements(function.body)
    )


def read_from_source(function: Function, facts: Mapping[str, Abstract]) -> Function:
    """The function, with copies where a part was read."""
    stored: dict[tuple[str, Index], Name] = {}

    def source_of(statement: Assign) -> Name | None:
        match statement.value:
            case Subscript(Name(base), index) if (base, index) in stored:
                source = stored[base, index]
                of_array = isinstance(facts[base], Array)
                alike = of_array and _is_alike(facts[statement.target], facts[source.id])
                return source if alike else None
        return None

    def block(body: Block) -> Block:
        done = []
        for statement in body:
            if isinstance(statement, Assign):
                if isinstance(made := statement.value, Update):
                    if isinstance(made.value, Name) and not made.add:
                        stored[statement.target, made.index] = made.value
                elif (source := source_of(statement)) is not None:
                    statement = replace(statement, value=source)
            done.append(rebuild(statement, _same, block))
        return tuple(done)

    return replace(function, body=block(function.body))


def _same(atom: Atom) -> Atom:
    return atom


def _is_alike(read: Abstract, stored: Abstract) -> bool:
    """Whether they have one dtype and shape; of numbers, one type."""
    if isinstance(read, Array) and isinstance(stored, Array):
        return read.dtype == stored.dtype and are_same(read.dims, stored.dims)
    return isinstance(read, Scalar) and read == stored and read.dtype is not None
