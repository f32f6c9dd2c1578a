"""The reverse of indexed reads: accumulation into a buffer, O(1) an element.

    y = x[i]      backward      x_bar[i] += y_bar

The buffer of `x` is made of zeros where the reverse of the region that binds `x` begins, so that a
loop over its elements adds to it in place. Whatever else contributes to the cotangent of `x` is
added to the buffer too.
"""

from __future__ import annotations

from collections.abc import Mapping

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.values import Abstract, Array, Known, List, Scalar, Unknown
from autodiff_sst.core.syntax import (
    Accumulate,
    Assign,
    Atom,
    Block,
    Index,
    Name,
    Slice,
    Subscript,
)
from autodiff_sst.core.walk import statements
from autodiff_sst.transform.reverse.cotangents import Place, fit, is_deferred
from autodiff_sst.transform.reverse.sweep import Reverse


def names_read_by_index(
    block: Block, facts: Mapping[str, Abstract], active: frozenset[str]
) -> frozenset[str]:
    """The active arrays of which an active value is read by index."""
    found = set()
    for statement in statements(block):
        match statement:
            case Assign(target, Subscript(Name(base))) if target in active and base in active:
                if isinstance(facts[base], Array | Unknown | List):
                    found.add(base)
    return frozenset(found)


def read_by_index(sweep: Reverse, target: str, base: str, index: Index, cotangent: Atom) -> None:
    builder = sweep.builder
    if base not in sweep.active:
        return
    place = Place(target)
    if not is_deferred(builder, cotangent, place):
        cotangent = fit(builder, cotangent, place)
    repeats = any(_may_repeat(builder.facts, item) for item in index)
    buffer = sweep.cotangents[Place(base)]
    assert isinstance(buffer, Name)
    builder.append(Accumulate(buffer.id, index, cotangent, repeats, builder.origin))


def _may_repeat(facts: Mapping[str, Abstract], item: Atom | Slice) -> bool:
    """Whether an index may name an element twice: an array or list of integers may."""
    if isinstance(item, Slice):
        return False
    match fact(item, facts):
        case Array(dtype):
            return dtype.kind != "b"
        case Scalar() | Known():
            return False
        case List() | Unknown():
            return True
        case _:
            return True
