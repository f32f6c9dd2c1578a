"""Lists of containers: which become each other, and what is known of their items (columns.py)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autodiff_sst.analysis.infer import infer
from autodiff_sst.analysis.kinds import held_by, is_list
from autodiff_sst.analysis.sharing import Classes
from autodiff_sst.analysis.values import (
    OPAQUE,
    Abstract,
    Array,
    Dict,
    Known,
    List,
    Record,
    Tuple,
    can_be_active,
    join,
    join_all,
    keys_of,
    widen,
)
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    UNDEFINED,
    Append,
    Assign,
    Atom,
    Attribute,
    Binary,
    Block,
    Call,
    Expression,
    For,
    Function,
    If,
    ListOf,
    Literal,
    Name,
    Object,
    Slice,
    Statement,
    Store,
    Subscript,
    While,
)
from autodiff_sst.core.walk import (
    all_names,
    blocks,
    count_reads,
    statements,
)
from autodiff_sst.runtime.sequences import sorted_by
from autodiff_sst.transform.sites import items_of

Facts = Mapping[str, Abstract]


class StaysError(Exception):
    """A list must stay one."""


def groups_of(function: Function, facts: Facts) -> list[set[str]]:
    """Lists that become each other: by copies, parts, merges and carries."""
    found: dict[str, set[str]] = {n: {n} for n, f in facts.items() if is_list(f)}

    def link(a: str, b: Atom) -> None:
        if isinstance(b, Name) and a in found and b.id in found:
            both = found[a] | found[b.id]
            found.update(dict.fromkeys(both, both))

    for statement in statements(function.body):
        match statement:
            case Assign(target, Name() as same):
                link(target, same)
            case Assign(target, Subscript(base, (Slice(),))):
                link(target, base)
            case Assign(target, Binary("+", left, right)):
                link(target, left)
                link(target, right)
            case Assign(target, Call(Object(called), (base, *_))) if called in (list, sorted_by):
                link(target, base)
            case If(merges=merges):
                for merge in merges:
                    for value in merge.values:
                        link(merge.name, value)
            case For(carries=carries) | While(carries=carries):
                for carry in carries:
                    link(carry.name, carry.init)
                    link(carry.name, carry.next)
            case _:
                pass
    groups: list[set[str]] = []
    for group in found.values():
        if group not in groups:
            groups.append(group)
    return groups


def common_item(group: set[str], facts: Facts) -> Abstract | None:
    """What the items of all lists have in common, if it is a container that may be active."""
    items: list[Abstract] = []
    for name in group:
        items += held_by(facts[name])
    if not items or not all(isinstance(i, Tuple | Dict | Record) for i in items):
        return None
    first = items[0]
    kind = (type(first), keys_of(first), getattr(first, "cls", None))
    if not kind[1] or any((type(i), keys_of(i), getattr(i, "cls", None)) != kind for i in items):
        return None
    parts = [i.items for i in items if isinstance(i, Tuple | Dict | Record)]
    for column in zip(*parts, strict=True):
        if join_all([*map(widen, column)]) == OPAQUE and any(map(can_be_active, column)):
            return None
    whole = first
    for item in items:
        whole = join(whole, item)
    return whole if can_be_active(whole) else None


def is_read_by_variables(function: Function, group: set[str], facts: Facts) -> bool:
    """Whether how long one of the lists is, or an index that reads it, is not known."""
    if any(isinstance(facts[name], List) for name in group):
        return True
    for statement in statements(function.body):
        match statement:
            case Assign(_, Subscript(Name(base), (item,))) if base in group:
                if not isinstance(item, Slice) and not isinstance(infer(item, facts, ""), Known):
                    return True
            case _:
                pass
    return False


class Lists:
    """The lists of one group, and what stands for their items."""

    def __init__(self, function: Function, facts: Facts, group: set[str], item: Abstract) -> None:
        self.function, self.facts, self.group, self.item = function, facts, group, item
        self.names = Names(all_names(function))
        self.keys = keys_of(item) or ()
        self.columns: dict[tuple[str, Any], str] = {}
        every = [*statements(function.body)]
        self.made = {s.target: s.value for s in every if isinstance(s, Assign)}
        self.counters = {s.target for s in every if isinstance(s, For)}
        self.to_come = sum(isinstance(s, Append) and s.target in group for s in every)
        self.grows = self.to_come > 0
        self.growing = 0  # how many of the loops around append to one
        self.items = self.names_of_items(every)
        stored = {s.target for s in every if isinstance(s, Store)}
        self.changes = bool(self.items & stored)
        put = {
            a.id
            for s in every
            for a in self.put_by(s)
            if isinstance(a, Name)
        }  # fmt: skip
        if stored & put or (self.changes and not self.are_new(every)):
            raise StaysError
        if stored - self.items and self.are_changed_elsewhere(put, stored - self.items):
            raise StaysError
        self.refs: dict[str, tuple[str, Atom]] = {}  # a name of an item: the list, and the index
        self.read_parts: dict[str, dict[Any, Atom]] = {}  # of an item that does not change
        self.starts: dict[str, tuple[str, Atom]] = {}  # of parts: of which list, and from where
        self.block_made: list[Statement] = []

    def are_changed_elsewhere(self, put: set[str], stored: set[str]) -> bool:
        """Whether what is put into the lists may be changed under another name."""
        if not isinstance(self.item, Dict | Record):
            return False
        classes = Classes(self.function, self.facts, callers=False)
        own = {*map(classes.find, put)}
        return any(classes.find(s) in own and not self.is_part(s) for s in stored)

    def is_part(self, name: str) -> bool:
        """Whether this is an array or a list: of an item, say, where it stays one."""
        match self.made.get(name):
            case Attribute(Name(item), key) | Subscript(Name(item), (Literal(key),)) if (
                item in self.items and key in self.keys
            ):
                assert isinstance(self.item, Tuple | Dict | Record)
                return isinstance(self.item.items[self.keys.index(key)], Array | List)
        return isinstance(self.facts.get(name), Array | List)

    def names_of_items(self, every: list[Statement]) -> set[str]:
        found: set[str] = set()
        for statement in every:
            match statement:
                case Assign(target, Subscript(Name(base), (item,))) if base in self.group:
                    if not isinstance(item, Slice):
                        found.add(target)
                case Assign(target, Name(base)) if base in found:
                    found.add(target)
                case _:
                    pass
        return found

    def put_by(self, statement: Statement) -> tuple[Atom, ...]:
        """What a statement puts into one of the lists."""
        match statement:
            case Append(target, value) if target in self.group:
                return (value,)
            case Assign(target, ListOf(items)) if target in self.group:
                return items
            case Store(target, _, value) if target in self.group:
                return (value,)
            case _:
                return ()

    def are_new(self, every: list[Statement]) -> bool:
        """Whether each object is made where it is put into a list, and known by no other name."""
        counts = count_reads(self.function)
        around: dict[str, Block] = {}
        for block in (self.function.body, *(b for s in every for b in blocks(s))):
            around |= {s.target: block for s in block if isinstance(s, Assign)}
            for statement in block:
                for atom in self.put_by(statement):
                    if (
                        not isinstance(atom, Name)
                        or counts[atom.id] != 1
                        or around.get(atom.id) is not block
                        or self.parts_of(atom) is None
                    ):
                        return False
        return True

    def column(self, name: str, key: Any) -> str:
        if (name, key) not in self.columns:
            words = str(key) if str(key).isidentifier() or isinstance(key, int) else "item"
            self.columns[name, key] = self.names.fresh(f"{name}_{words}")
        return self.columns[name, key]

    def of(self, atom: Atom, key: Any) -> Atom:
        """The column of a list."""
        if isinstance(atom, Name) and atom.id in self.group and atom.id not in self.starts:
            return Name(self.column(atom.id, key))
        if atom == UNDEFINED:
            return atom
        raise StaysError

    def emit(self, target: str, value: Expression, like: Statement | None) -> None:
        self.block_made.append(Assign(target, value, None if like is None else like.origin))

    def new(self, value: Expression, like: Statement | None) -> Atom:
        name = self.names.temporary()
        self.emit(name, value, like)
        return Name(name)

    def parts_of(self, atom: Atom) -> dict[Any, Atom] | None:
        """The components of a container that was made here."""
        value = self.made.get(atom.id) if isinstance(atom, Name) else None
        parts = None if isinstance(value, ListOf) else items_of(value)
        if isinstance(value, Call) and parts is not None:  # a NamedTuple's by position
            return dict(zip(self.keys, parts.values(), strict=True)) if parts else None
        return parts

    def component(self, atom: Atom, key: Any, like: Statement | None) -> Atom:
        parts = self.parts_of(atom)
        if isinstance(atom, Name) and atom.id in self.read_parts:  # an item of another list
            parts = self.read_parts[atom.id]
        if parts is not None and {*parts} == {*self.keys}:
            return parts[key]
        if isinstance(self.item, Record):
            return self.new(Attribute(atom, key), like)
        return self.new(Subscript(atom, (Literal(key),)), like)

    def taken_apart(self, name: str, like: Statement | None) -> None:
        """The columns of a list that was made elsewhere, and whose items are known one by one."""
        known = self.facts[name]
        if not isinstance(known, Tuple) or self.changes:
            raise StaysError
        places = range(len(known.items))
        items = [self.new(Subscript(Name(name), (Literal(k),)), like) for k in places]
        for key in self.keys:
            column = tuple(self.component(i, key, like) for i in items)
            self.emit(self.column(name, key), ListOf(column), like)
