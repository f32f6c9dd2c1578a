"""Updates as stores: in the memory of the old array where nobody reads that again, else in a copy.

    FINAL → FINAL           y_1 = updated(y[i], v)           y_1 = y
                            s = y_1[0]             becomes   y_1[i] = v
                                                             s = y_1[0]

The old array must be one that the function made, and no other name that may share its memory (a
view, a stack, a carry) may be read after the update, in this turn or in the next.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace

from autodiff_sst.analysis.access import added_to_item
from autodiff_sst.analysis.distinct import Distinct
from autodiff_sst.analysis.lengths import are_same
from autodiff_sst.analysis.sharing import CALLERS, Classes, ListClasses
from autodiff_sst.analysis.values import (
    Abstract,
    Array,
    Dict,
    List,
    Record,
    Table,
    Tuple,
    Unknown,
    rank,
)
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    Accumulate,
    Assign,
    Atom,
    Binary,
    Block,
    Call,
    Carry,
    For,
    Function,
    If,
    Index,
    Literal,
    Name,
    Object,
    Push,
    Slice,
    Statement,
    Store,
    Subscript,
    Unary,
    Update,
    While,
)
from autodiff_sst.core.walk import all_names, count_reads, reads, rebuild, statements
from autodiff_sst.errors import Origin
from autodiff_sst.rules.helpers import COPY, LIST, TABLE


def store_updates(function: Function, facts: Mapping[str, Abstract]) -> Function:
    """The function without updates."""
    if not any(isinstance(s, For | While) or _is_update(s) for s in statements(function.body)):
        return function
    stored, copied = _stored(function, facts)
    if copied:  # cheaper: copies of the parts that are saved, where arrays are copied for them
        other = _with_own_parts(function, facts, copied)
        again, still = _stored(other, facts)
        if len(still) < len(copied):
            return again
    return stored


def _stored(function: Function, facts: Mapping[str, Abstract]) -> tuple[Function, set[str]]:
    """The function without updates, and the arrays that must be copied for one."""
    pass_ = _InPlace(function, facts)
    body, _ = pass_.block(function.body, reads(function.result))
    return replace(function, body=body), pass_.copied


def _with_own_parts(
    function: Function, facts: Mapping[str, Abstract], copied: set[str]
) -> Function:
    """The function that saves copies of the parts of arrays, instead of views."""
    classes = Classes(function, facts)
    names = Names(all_names(function))
    made = {s.target: s.value for s in statements(function.body) if isinstance(s, Assign)}
    ours = {classes.find(name) for name in copied}

    def is_part(atom: Atom) -> bool:
        if not isinstance(atom, Name) or classes.find(atom.id) not in ours:
            return False
        match made.get(atom.id):
            case Subscript(Name(base)):  # not of a tuple: a pullback in it keeps arrays too
                return isinstance(facts.get(base), Array | List)
        return False

    def block(block_: Block) -> Block:
        done: list[Statement] = []
        for statement in block_:
            if isinstance(statement, Push) and any(map(is_part, statement.values)):
                own = {v: names.fresh("t") for v in statement.values if is_part(v)}
                done += [Assign(new, Call(COPY, (v,))) for v, new in own.items()]
                values = tuple(Name(own[v]) if v in own else v for v in statement.values)
                statement = replace(statement, values=values)
            done.append(rebuild(statement, lambda atom: atom, block))
        return tuple(done)

    return replace(function, body=block(function.body))


def _is_update(statement: Statement) -> bool:
    return isinstance(statement, Assign) and isinstance(statement.value, Update)


def _depth(known: Abstract | None) -> int | None:
    """How deep the lists in a list are nested; None if that is not known."""
    if isinstance(known, List) and not isinstance(known, Table):
        below = _depth(known.item)
        return None if below is None else below + 1
    return 0 if isinstance(known, Array) or (known and rank(known) == 0) else None


class _InPlace:
    def __init__(self, function: Function, facts: Mapping[str, Abstract]) -> None:
        self.classes = Classes(function, facts)
        self.lists = ListClasses(function, facts)
        self.distinct = Distinct(function, facts)
        self.facts = facts
        self.copied: set[str] = set()
        self.depth = 0  # of loops around
        self.names = Names(all_names(function))
        self.dropped: set[str] = set()
        assigned = [s for s in statements(function.body) if isinstance(s, Assign)]
        self.made = {s.target: s.value for s in assigned}
        self.count = count_reads(function)

    def block(self, block: Block, live: frozenset[str]) -> tuple[Block, frozenset[str]]:
        """The block with stores, and what is read before or in it; `live` is read after it."""
        done: list[Block] = []
        for statement in reversed(block):
            made, live = self.statement(statement, live)
            done.append(made)
        return tuple(s for made in reversed(done) for s in made), live

    def statement(self, statement: Statement, live: frozenset[str]) -> tuple[Block, frozenset[str]]:
        match statement:
            case Assign(target, value) if target in self.dropped:
                return (), (live - {target}) | reads(value)
            case Assign(target, Update() as value):
                after = live - {target}
                return self.stored(statement, value, after), after | reads(value)
            case Assign(target, Binary("+", Name() as base, value)) if self.is_sum(target, base):
                after = live - {target}
                carried = self.depth and self.distinct.is_carried(base)
                if carried and self.may_destroy(base.id, after | reads(value)):
                    start = Assign(target, base, statement.origin)
                    add = Accumulate(target, None, value, False, statement.origin)
                    return (start, add), after | {base.id} | reads(value)
                return (statement,), after | {base.id} | reads(value)
            case Assign(target, Call(function, (Name() as copied,))) if function == COPY:
                after = live - {target}
                if self.classes.may_hold_memory(target) and self.may_destroy(copied.id, after):
                    statement = replace(statement, value=copied)
                return (statement,), after | {copied.id}
            case Assign(target, value):
                return (statement,), (live - {target}) | reads(value)
            case If(test, then, orelse, merges):
                outer = live - {m.name for m in merges}
                ends = [outer.union(*(reads(m.values[k]) for m in merges)) for k in (0, 1)]
                first, before = self.block(then, ends[0])
                second, other = self.block(orelse, ends[1])
                new = replace(statement, then=first, orelse=second)
                return (new,), before | other | reads(test)
            case For(target, bounds, body, carries):
                made, head = self.loop((body,), carries, live, frozenset([target]))
                head = head.union(*map(reads, bounds))
                return (replace(statement, body=made[0]),), head
            case While(condition, test, body, carries):
                made, head = self.loop((condition, body), carries, live, frozenset(), test)
                return (replace(statement, condition=made[0], body=made[1]),), head
            case _:
                return (statement,), live | reads(statement)

    def is_sum(self, target: str, base: Name) -> bool:
        """Whether a sum has the shape and dtype of what stands first."""
        total, first = self.facts.get(target), self.facts.get(base.id)
        if not isinstance(total, Array) or not isinstance(first, Array) or not total.dims:
            return False
        return total.dtype == first.dtype and are_same(total.dims, first.dims)

    def loop(
        self,
        blocks: tuple[Block, ...],
        carries: tuple[Carry, ...],
        after: frozenset[str],
        bound: frozenset[str],
        test: Atom | None = None,
    ) -> tuple[list[Block], frozenset[str]]:
        """A turn ends with what is read after the loop, or at the head of the next turn."""
        own = bound | {c.name for c in carries}
        nexts: frozenset[str] = frozenset().union(*(reads(c.next) for c in carries))
        outer = after - own
        head: frozenset[str] = frozenset()
        self.depth += 1
        while True:
            end = nexts | outer | (head - own)
            made: list[Block] = []
            live = end
            for k, block in reversed([*enumerate(blocks)]):
                if test is not None and k == 0:
                    live = live | reads(test) | after  # the loop may end here
                new, live = self.block(block, live)
                made.insert(0, new)
            if live - own <= head - own and head:
                break
            if live == head:
                break
            head = head | live
        self.depth -= 1
        inits: frozenset[str] = frozenset().union(*(reads(c.init) for c in carries))
        return made, (head - own) | outer | inits

    def copy_of(self, base: Name) -> Object | None:
        """What copies a container or an object."""
        match self.facts.get(base.id):
            case Table() | Dict():
                return TABLE
            case List():
                return LIST
            case Tuple(_, cls) if cls is list:
                return LIST
            case Record():
                return Object(copy.copy, "copy.copy", copy)
        return None

    def stored(self, statement: Assign, value: Update, after: frozenset[str]) -> Block:
        target, origin = statement.target, statement.origin
        base = value.base
        start: Statement
        if isinstance(base, Name) and self.may_destroy(base.id, after):
            start = Assign(target, base, origin)
        elif isinstance(base, Name) and (copies := self.copy_of(base)) is not None:
            start = Assign(target, Call(copies, (base,)), origin)
        else:
            start = Assign(target, Call(COPY, (base,)), origin)
            self.copied |= reads(base)
        term = None if value.add else self.added(value)
        if term is not None:
            sign, amount = term
            first: tuple[Statement, ...] = (start,)
            if sign == "-":
                name = self.names.temporary()
                first = (start, Assign(name, Unary("-", amount), origin))
                amount = Name(name)
            return *first, Accumulate(target, value.index, amount, False, origin)
        known = self.facts.get(base.id) if isinstance(base, Name) else None
        if value.add and isinstance(known, List) and rank(known.item or known) != 0:
            return start, *self.added_to_list(target, value, origin)
        if value.add:
            repeats = any(self.may_repeat(i) for i in value.index)
            return start, Accumulate(target, value.index, value.value, repeats, origin)
        index: Index = value.index
        return start, Store(target, index, value.value, origin)

    def added_to_list(self, target: str, value: Update, origin: Origin | None) -> Block:
        """`x[i] = x[i] + v`: an array that a list holds may be held elsewhere."""
        old, new = self.names.temporary(), self.names.temporary()
        return (
            Assign(old, Subscript(Name(target), value.index), origin),
            Assign(new, Binary("+", Name(old), value.value), origin),
            Store(target, value.index, Name(new), origin),
        )

    def added(self, value: Update) -> tuple[str, Atom] | None:
        """What `x[i] = x[i] + v` adds, of an array and in its dtype, and with which sign."""
        found = added_to_item(value, self.made)
        if found is None or any(self.may_repeat(i) for i in value.index):
            return None
        sign, names, term = found
        base = self.facts.get(value.base.id) if isinstance(value.base, Name) else None
        total = self.facts.get(names[0])
        if not isinstance(base, Array) or not isinstance(total, Array):
            return None
        if base.dtype.kind != "f" or total.dtype != base.dtype:
            return None
        if any(self.count[name] != 1 for name in names):
            return None
        self.dropped |= {*names}
        return sign, term

    def may_destroy(self, name: str, after: frozenset[str]) -> bool:
        is_list = isinstance(self.facts.get(name), List)  # whose items stay what they are
        own = (self.lists if is_list else self.classes).of(name)
        return CALLERS not in own and all(
            (is_list and self.is_at_other_depth(other, name))
            or self.distinct.differ(Name(name), Name(other))
            for other in own & after
        )

    def is_at_other_depth(self, other: str, name: str) -> bool:
        """Whether one list holds lists and the other numbers: so they are not the same."""
        depths = [_depth(self.facts.get(n)) for n in (other, name)]
        return None not in depths and depths[0] != depths[1]

    def may_repeat(self, item: Atom | Slice) -> bool:
        if isinstance(item, Slice | Literal):
            return False
        known = self.facts.get(item.id) if isinstance(item, Name) else None
        if isinstance(known, Array):
            return known.dtype.kind != "b"
        return known is None or isinstance(known, Unknown | List)
