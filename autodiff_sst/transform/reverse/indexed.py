"""The reverse of indexed reads: accumulation into a buffer, O(1) an element.

    y = x[i]      backward      x_bar[i] += y_bar

The buffer of `x` is made of zeros where the reverse of the region that binds `x` begins, so that a
loop over its elements adds to it in place. Whatever else contributes to the cotangent of `x` is
added to the buffer too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autodiff_sst.analysis.access import added_to_item, fact
from autodiff_sst.analysis.values import (
    INT,
    Abstract,
    Array,
    Known,
    List,
    Scalar,
    Table,
    Tuple,
    Unknown,
    keys_of,
)
from autodiff_sst.core.build import Builder
from autodiff_sst.core.syntax import (
    Accumulate,
    Assign,
    Atom,
    Binary,
    Block,
    Expression,
    For,
    If,
    Index,
    ListOf,
    Literal,
    Name,
    Object,
    Slice,
    Subscript,
    Unary,
    Update,
    While,
)
from autodiff_sst.core.text import show_expression
from autodiff_sst.core.walk import reads, statements
from autodiff_sst.errors import UnsupportedSyntaxError, needing
from autodiff_sst.rules.helpers import ARRAY, COPY, LAST_WRITTEN, LEN, OWN_ITEMS, POSITIONS
from autodiff_sst.transform.reverse.cotangents import (
    Place,
    as_row,
    fit,
    is_deferred,
    write_out,
    zero,
)
from autodiff_sst.transform.reverse.sweep import Reverse


def names_read_by_index(
    block: Block, facts: Mapping[str, Abstract], active: frozenset[str]
) -> frozenset[str]:
    """The active arrays of which an active value is read by index."""
    found = set()
    updated = names_updated(block)
    for statement in statements(block):
        match statement:
            case Assign(target, Subscript(Name(base))) if target in active and base in active:
                if isinstance(facts[base], Array | Unknown | List) and base not in updated:
                    found.add(base)
    return frozenset(found)


def names_updated(block: Block) -> frozenset[str]:
    """What is updated has its cotangent updated, as a value."""
    updated = {
        name
        for s in statements(block)
        if isinstance(s, Assign) and isinstance(s.value, Update)
        for name in (s.target, *reads(s.value.base))
    }
    return frozenset(_with_carriers(block, updated))


def names_of_ragged(
    block: Block, facts: Mapping[str, Abstract], made: Mapping[str, Expression]
) -> frozenset[str]:
    """The lists of lists that get others, maybe of other lengths: their cotangents are lists."""
    found = {
        name
        for s in statements(block)
        if isinstance(s, Assign) and isinstance(s.value, Update) and not s.value.add
        if isinstance(known := facts[s.target], List) and isinstance(known.item, List)
        if _is_another_row(known.item, s.value.value, made)
        for name in (s.target, *reads(s.value.base))
    }
    for name, value in made.items():
        if isinstance(value, ListOf) and value.alike:
            rows = [known for i in value.items if isinstance(known := fact(i, facts), List)]
            if len({row.length for row in rows}) > 1:
                found.add(name)
    return frozenset(_with_carriers(block, found))


def _is_another_row(row: List, new: Atom, made: Mapping[str, Expression]) -> bool:
    """Whether a row of a list becomes one that may have another length."""
    value = made.get(new.id) if isinstance(new, Name) else None
    if isinstance(value, ListOf):
        return len(value.items) != row.length
    return value is not None and not isinstance(value, Update)


def rows_of_ragged(ragged: frozenset[str], made: Mapping[str, Expression]) -> frozenset[str]:
    """The lists that such a list gets and gives: their cotangents are arrays, as its rows' are."""
    given = {
        n
        for name in ragged
        if isinstance(update := made.get(name), Update)
        for n in reads(update.value)
        if isinstance(made.get(n), Binary)
    }
    read = {
        name
        for name, value in made.items()
        if isinstance(value, Subscript) and value.value in {*map(Name, ragged)}
    }
    return frozenset(given | read)


def _with_carriers(block: Block, names: set[str]) -> set[str]:
    """The names, and the merges, carries and updates that hold them or are held by them."""
    links: list[tuple[str, str]] = []
    for statement in statements(block):
        match statement:
            case Assign(target, Update(base)):
                links += [(target, n) for n in reads(base)]
            case If(merges=merges):
                links += [(m.name, n) for m in merges for v in m.values for n in reads(v)]
            case For(carries=carries) | While(carries=carries):
                for carry in carries:
                    links += [(carry.name, n) for n in reads(carry.init) | reads(carry.next)]
    found = {*names}
    while True:
        more = {n for pair in links if {*pair} & found for n in pair} - found
        if not more:
            return found
        found |= more


def read_by_index(sweep: Reverse, target: str, base: str, index: Index, cotangent: Atom) -> None:
    builder = sweep.builder
    if base not in sweep.active:
        return
    if base not in sweep.buffered:
        place = Place(base)
        whole = sweep.cotangents.get(place)
        is_list = isinstance(builder.facts[base], List) and isinstance(index[0], Slice)
        if is_list and whole is not None and not isinstance(builder.fact(whole), Array):
            whole = builder.call(OWN_ITEMS, whole)
        whole = zero(builder, place) if whole is None else write_out(builder, whole, place)
        if is_list and not isinstance(builder.fact(whole), Array):
            sweep.cotangents[place] = sweep.named(whole, base)
            add_to_slice(sweep, base, index[0], cotangent)  # type: ignore[arg-type]
            return
        # In a list of cotangents a zero stands for zeros: of it anything may be the cotangent.
        stands = isinstance(builder.facts[base], List) and isinstance(
            builder.fact(cotangent), Unknown
        )
        if not stands and is_deferred(builder, cotangent, Place(target)):
            cotangent = write_out(builder, cotangent, Place(target))
        new = builder.emit(Update(whole, index, cotangent, True))
        sweep.cotangents[place] = sweep.named(new, base)
        return
    if isinstance(builder.facts[base], List) and isinstance(index[0], Slice):
        add_to_slice(sweep, base, index[0], cotangent)
        return
    place = Place(target)
    if isinstance(builder.facts[base], List) and isinstance(builder.fact(cotangent), List):
        cotangent = builder.call(ARRAY, cotangent)  # what can be added to
    if not is_deferred(builder, cotangent, place):
        cotangent = fit(builder, cotangent, place)
    repeats = any(_may_repeat(builder.facts, item) for item in index)
    buffer = sweep.cotangents[Place(base)]
    assert isinstance(buffer, Name)
    builder.append(Accumulate(buffer.id, index, cotangent, repeats, builder.origin))


def add_to_slice(sweep: Reverse, base: str, part: Slice, cotangent: Atom) -> None:
    """`x_bar[a:b] += …` of lists: item by item."""
    builder = sweep.builder
    buffer = sweep.cotangents[Place(base)]
    assert isinstance(buffer, Name)
    builder.keep(cotangent)
    places = builder.call(POSITIONS, Name(base), slice_atom(builder, part))
    length = builder.call(LEN, places)
    counter = builder.names.fresh("k")
    builder.facts[counter] = INT
    with builder.block() as body:
        place = builder.emit(Subscript(places, (Name(counter),)))
        item = builder.emit(Subscript(cotangent, (Name(counter),)))
        builder.append(Accumulate(buffer.id, (place,), item, False, builder.origin))
    builder.append(For(counter, (length,), tuple(body), origin=builder.origin))


def reverse_update(sweep: Reverse, statement: Assign, value: Update, cotangent: Atom) -> None:
    """`y = updated(x[i], v)`: `v` gets what is at the item, `x` the rest, with zero there.

    Nobody reads `x` after the update, so its cotangent starts from what is left.
    """
    builder = sweep.builder
    cotangent = write_out(builder, cotangent, Place(statement.target))
    builder.keep(cotangent)
    joins = isinstance(builder.fact(value.value), List | Tuple)  # `x[i] = x[i] + [v]`
    added = None if joins else added_to_item(value, sweep.made)
    is_table = isinstance(builder.facts[statement.target], Table)
    if added is not None and (
        is_table or not any(_may_repeat(builder.facts, item) for item in value.index)
    ):
        sign, _, term = added  # `x[i] += v`: what was there keeps its cotangent
        part = _part(sweep, cotangent, value, is_kept=True)
        sweep.add_to(term, builder.emit(Unary("-", part)) if sign == "-" else part)
        sweep.add_to(value.base, cotangent)
        return
    rest = not value.add and isinstance(value.base, Name) and value.base.id in sweep.active
    if isinstance(value.value, Name) and value.value.id in sweep.active:
        part = _part(sweep, cotangent, value, is_kept=not rest)
        if statement.target in builder.ragged:  # zero stands for zeros
            part = as_row(builder, part, value.value.id)
        sweep.add(value.value.id, part)
    if value.add:
        sweep.add_to(value.base, cotangent)
    elif isinstance(value.base, Name) and rest and not _is_whole(value.index):
        left = builder.emit(Update(cotangent, value.index, Literal(0.0)))
        sweep.add(value.base.id, sweep.named(left, value.base.id))


def _part(sweep: Reverse, cotangent: Atom, value: Update, is_kept: bool) -> Atom:
    """What is at the index of an update; an array of its own unless the cotangent is kept whole."""
    builder = sweep.builder
    if _is_whole(value.index):
        return cotangent
    part = builder.emit(Subscript(cotangent, value.index))
    of_one = any(isinstance(fact(a, builder.facts), List) for a in (cotangent, value.base))
    repeats = [i for i in value.index if not of_one and _may_repeat(builder.facts, i)]
    if not value.add and any(not _are_distinct(sweep, item) for item in repeats):
        index = [slice_atom(builder, i) for i in value.index]
        part = builder.binary("*", part, builder.call(LAST_WRITTEN, cotangent, *index))
    elif not is_kept and not repeats and isinstance(builder.fact(part), Array):
        part = builder.call(COPY, part)  # a view, of what zeros are written to now
    builder.keep(part)
    return part


def _is_whole(index: Index) -> bool:
    return all(i == Literal(...) or i == Slice(None, None, None) for i in index)


def _are_distinct(sweep: Reverse, item: Atom | Slice) -> bool:
    """Whether an index is a list of different ints, written down."""
    made = sweep.made.get(item.id) if isinstance(item, Name) else None
    items = made.items if isinstance(made, ListOf) else ()
    values = [i.value for i in items if isinstance(i, Literal)]
    return len(values) == len(items) == len({*values}) > 0


def slice_atom(builder: Builder, item: Atom | Slice) -> Atom:
    """An item of an index as a value."""
    if not isinstance(item, Slice):
        return item
    bounds = [b if b is not None else Literal(None) for b in (item.start, item.stop, item.step)]
    return builder.call(Object(slice, "slice", slice), *bounds)


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


def constant_key(sweep: Reverse, container: Abstract, index: Atom) -> Any:
    known = fact(index, sweep.builder.facts)
    if not isinstance(known, Known):
        words = f"`{show_expression(index)}` must be a constant to take an item of a tuple or dict"
        instead = "an array, or a list."
        raise needing(UnsupportedSyntaxError(words, sweep.builder.origin, (), instead), index)
    keys = keys_of(container) or ()
    if isinstance(container, Tuple):
        return known.value % len(keys)
    return known.value
