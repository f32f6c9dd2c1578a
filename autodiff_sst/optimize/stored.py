"""What was just stored is read from where it was made.

    a_1 = updated(a[i:, k], t)           a_1 = updated(a[i:, k], t)
    u = a_1[i:, k]                  →
    v = np.outer(u, w)                   v = np.outer(t, w)

So nothing has to be kept of the array. Only where the part is one place for each item, and has the
dtype and the shape of what was stored: an index that names a place twice keeps the last of two
items, a float32 array rounds them, and a number may fill a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

from autodiff_sst.analysis.access import is_plain
from autodiff_sst.analysis.lengths import are_same
from autodiff_sst.analysis.values import Abstract, Array, Scalar
from autodiff_sst.core.syntax import Assign, Block, Function, Index, Name, Subscript, Update
from autodiff_sst.core.walk import rebuild

Facts = Mapping[str, Abstract]


def read_from_source(function: Function, facts: Callable[[], Facts]) -> Function:
    """The function, with copies where a part was read; itself if none was.

    Args:
        facts: gives what is known of the names, if it is asked for.
    """
    known = cache(facts)
    stored: dict[tuple[str, Index], Name] = {}
    found = False

    def block(body: Block) -> Block:
        nonlocal found
        done = []
        for statement in body:
            match statement:
                case Assign(target, Update(_, index, Name() as value, False)):
                    stored[target, index] = value
                case Assign(target, Subscript(Name(base), index)) if (base, index) in stored:
                    source = stored[base, index]
                    if _is_the_same(target, base, index, source.id, known()):
                        found = True
                        statement = replace(statement, value=source)
            done.append(rebuild(statement, lambda atom: atom, block))
        return tuple(done)

    body = block(function.body)
    return replace(function, body=body) if found else function


def _is_the_same(part: str, base: str, index: Index, source: str, facts: Facts) -> bool:
    """Whether a part of an array is what was stored there."""
    if not isinstance(facts[base], Array) or not is_plain(index, facts):
        return False
    read, stored = facts[part], facts[source]
    if isinstance(read, Array) and isinstance(stored, Array):
        return read.dtype == stored.dtype and are_same(read.dims, stored.dims)
    return isinstance(read, Scalar) and read == stored and read.dtype is not None
