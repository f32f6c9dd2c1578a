"""Containers that are changed, and that nobody else holds, as variables for what they hold.

    p = make_record(Point)             u = x
    p["u"] = x                         t = u
    t = p.u                   →        t_1 = t * 2.0
    t_1 = t * 2.0                      u_1 = t_1
    p["u"] = t_1                       return u_1
    return p.u

So items that are arrays may be changed, replaced and swapped as variables may. A container whose
items are not told apart by constant keys, that a branch or a loop takes for another, or that is
held elsewhere, stays (storage.py).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from autodiff_sst.analysis.access import constant_slice
from autodiff_sst.analysis.sharing import Classes
from autodiff_sst.core.names import Names
from autodiff_sst.core.purity import is_pure
from autodiff_sst.core.syntax import (
    Accumulate,
    Append,
    Assign,
    Atom,
    Attribute,
    Block,
    Call,
    Carry,
    CustomGrad,
    DictOf,
    Effect,
    Expression,
    For,
    Function,
    If,
    Index,
    ListOf,
    Literal,
    Merge,
    Name,
    Object,
    Raise,
    Slice,
    Statement,
    Store,
    Subscript,
    While,
)
from autodiff_sst.core.walk import (
    all_names,
    atoms,
    map_atoms,
    own_reads,
    reads,
    statements,
    substitute,
)
from autodiff_sst.rules.helpers import MAKE_RECORD
from autodiff_sst.transform.sites import class_member, made_in, stored_into

Items = dict[tuple[str, Any], Atom]  # by container and key


class _StaysError(Exception):
    """A container must stay one."""

    def __init__(self, site: str) -> None:
        super().__init__(site)
        self.site = site


def name_fields(function: Function) -> Function:
    """The function without containers that variables can stand for; itself if there are none."""
    sites = {s.target for s in statements(function.body) if isinstance(s, Assign) and made_in(s)}
    if not any(isinstance(s, Store) for s in statements(function.body)):
        return function
    stored = sites & stored_into(function, sites)
    named = _named(function, stored | _holding_what_changes(function, sites))
    # A container that a branch makes whole again would be taken apart for ever.
    fewer = named is not function and _count_of_sites(named) < len(sites)
    return named if fewer else _named(function, stored)


def _named(function: Function, sites: set[str]) -> Function:
    while sites:
        try:
            return _Fields(function, sites).run()
        except _StaysError as error:
            sites = sites - {error.site}
    return function


def _count_of_sites(function: Function) -> int:
    return sum(isinstance(s, Assign) and bool(made_in(s)) for s in statements(function.body))


def _holding_what_changes(function: Function, sites: set[str]) -> set[str]:
    """The containers that hold what is changed under another name."""
    classes = Classes(function, {}, callers=False)
    changed: frozenset[str] = frozenset().union(
        *(classes.of(s.target) for s in statements(function.body) if isinstance(s, Store))
    )
    made = [s for s in statements(function.body) if isinstance(s, Assign) and s.target in sites]
    return {s.target for s in made if own_reads(s) & changed}


class _Fields:
    def __init__(self, function: Function, sites: set[str]) -> None:
        self.function = function
        self.sites = sites
        self.names = Names(all_names(function))
        self.site: dict[str, str] = {}  # of a name that is one of the containers
        self.kinds: dict[str, Any] = {}  # of a container
        self.items: Items = {}
        self.made: list[Statement] = []

    def run(self) -> Function:
        body = self.block(self.function.body)
        with_result = [*body]
        self.made = with_result
        result = self.whole(self.function.result, self.function)
        return replace(self.function, body=tuple(with_result), result=result)

    def site_of(self, atom: Atom) -> str | None:
        return self.site.get(atom.id) if isinstance(atom, Name) else None

    def stays(self, *given: Atom) -> None:
        """Raises if one of the atoms is a container that was to go."""
        for atom in given:
            site = self.site_of(atom)
            if site is not None:
                raise _StaysError(site)

    def key(self, site: str, index: Index) -> Any:
        (item, *more) = index
        if more or not isinstance(item, Literal):
            raise _StaysError(site)
        key = item.value
        if self.kinds[site] is list and isinstance(key, int) and key < 0:
            key += sum(s == site for s, _ in self.items)
        return key

    def whole(self, atom: Atom, at: Any) -> Atom:
        """An atom; of a container, what it holds now."""
        site = self.site_of(atom)
        if site is None:
            return atom
        held = {k: self.whole(v, at) for (s, k), v in self.items.items() if s == site}
        cls = self.kinds[site]
        value: Expression
        if cls is dict:
            value = DictOf(tuple(map(Literal, held)), tuple(held.values()))
        elif cls is list:
            value = ListOf(tuple(held.values()))
        else:
            named = Object(cls, cls.__name__, cls)
            value = Call(MAKE_RECORD, (named,), tuple(held.items()))
        name = self.names.fresh(site)
        self.made.append(Assign(name, value, at.origin))
        return Name(name)

    # Statements

    def block(self, block: Block) -> Block:
        outer, self.made = self.made, []
        for statement in block:
            self.statement(statement)
        made, self.made = self.made, outer
        return tuple(made)

    def statement(self, statement: Statement) -> None:
        match statement:
            case Assign(target) if (
                target in self.sites and (made := made_in(statement)) is not None
            ):
                self.kinds[target], held = made
                self.site[target] = target
                self.items = {p: a for p, a in self.items.items() if p[0] != target}
                self.items |= {(target, k): a for k, a in held.items()}
            case Assign(target, Name() as same) if (site := self.site_of(same)) is not None:
                self.site[target] = site
            case Assign(target, (Subscript(base) | Attribute(base)) as value) if (
                site := self.site_of(base)
            ) is not None:
                self.read(statement, target, site, value)
            case Assign(_, value):
                self.check(value)
                value = map_atoms(value, lambda a: self.whole(a, statement))
                self.made.append(replace(statement, value=value))
            case Store(target, index, value) if (site := self.site.get(target)) is not None:
                self.items[site, self.key(site, index)] = value
            case Effect(Call(Object(function)) as call) if function is print:
                printed = map_atoms(call, lambda a: self.whole(a, statement))
                self.made.append(replace(statement, value=printed))
            case Raise(value) if value is not None:
                self.made.append(replace(statement, value=self.whole(value, statement)))
            case If():
                self.branch(statement)
            case For() | While():
                self.loop(statement)
            case CustomGrad(body=body):
                self.stays(*map(Name, reads(body) | own_reads(statement)))
                self.made.append(statement)
            case Append(target) | Accumulate(target) | Store(target):
                self.stays(Name(target), *map(Name, own_reads(statement)))
                self.made.append(statement)
            case _:
                self.stays(*map(Name, own_reads(statement)))
                self.made.append(statement)

    def check(self, value: Expression) -> None:
        """What may keep a container, or change it, is given none of them."""
        match value:
            case Call(Object(function)) if is_pure(function) and function not in (list, sorted):
                pass
            case Call() | ListOf() | DictOf():
                self.stays(*atoms(value))
            case _:
                pass

    def read(self, statement: Assign, target: str, site: str, value: Subscript | Attribute) -> None:
        index = (Literal(value.name),) if isinstance(value, Attribute) else value.index
        if isinstance(index[0], Slice):
            self.read_part(statement, site, index)
            return
        place = (site, self.key(site, index))
        if place in self.items:
            item = self.items[place]
            inner = self.site_of(item)
            if inner is None:
                self.made.append(replace(statement, value=item))
            else:
                self.site[target] = inner
            return
        member = class_member(self.kinds[site], place[1])
        if member is None:
            raise _StaysError(site)
        self.made.append(replace(statement, value=member))

    def read_part(self, statement: Assign, site: str, index: Index) -> None:
        """A part of a list: a new list of the same objects."""
        part = constant_slice(index[0], {}) if isinstance(index[0], Slice) else None
        if self.kinds[site] is not list or len(index) > 1 or part is None:
            raise _StaysError(site)
        items = [a for (s, _), a in self.items.items() if s == site]
        self.stays(*items)
        self.made.append(replace(statement, value=ListOf(tuple(items[part]))))

    def branch(self, statement: If) -> None:
        before = self.items
        known = {site for site, _ in before}
        sides: list[tuple[Block, Items]] = []
        merged: list[list[Atom]] = []
        for k, block in enumerate((statement.then, statement.orelse)):
            self.items = {**before}
            values = [m.values[k] for m in statement.merges]
            sides.append((self.released(self.block(block), values, known, statement), self.items))
            merged.append(values)
        merges: list[Merge] = []
        for merge, first, second in zip(statement.merges, *merged, strict=True):
            site = self.site_of(first)
            if site is not None and site == self.site_of(second) and site in known:
                self.site[merge.name] = site
                continue
            self.stays(first, second)
            merges.append(Merge(merge.name, (first, second)))
        (then, a), (orelse, b) = sides
        self.items = {}
        for place in [p for p in {**a, **b} if p[0] in known]:
            if place not in a or place not in b:
                raise _StaysError(place[0])
            if a[place] == b[place]:
                self.items[place] = a[place]
                continue
            self.stays(a[place], b[place])
            name = self.variable(place)
            merges.append(Merge(name, (a[place], b[place])))
            self.items[place] = Name(name)
        self.stays(statement.test)
        self.made.append(replace(statement, then=then, orelse=orelse, merges=tuple(merges)))

    def released(
        self, block: Block, given: list[Atom], known: set[str], statement: Statement
    ) -> Block:
        """The block; containers that it makes and gives to what follows are made as a whole."""
        outer, self.made = self.made, [*block]
        for k, atom in enumerate(given):
            if self.site_of(atom) not in (None, *known):
                given[k] = self.whole(atom, statement)
        made, self.made = self.made, outer
        return tuple(made)

    def variable(self, place: tuple[str, Any]) -> str:
        key = place[1]
        return self.names.fresh(key if isinstance(key, str) and key.isidentifier() else place[0])

    def loop(self, statement: For | While) -> None:
        before = self.items
        carries = []
        for carry in statement.carries:
            site = self.site_of(carry.init)
            if site is not None:
                self.site[carry.name] = site
            else:
                carries.append(carry)
        heads = {p: self.variable(p) for p, a in before.items() if self.site_of(a) is None}
        self.items = {p: Name(heads[p]) if p in heads else a for p, a in before.items()}
        start = {**self.items}
        new: For | While
        if isinstance(statement, While):
            condition = self.block(statement.condition)
            self.stays(statement.test)
            for place in self.items:
                if self.items[place] != start.get(place) and place in start:
                    raise _StaysError(place[0])  # the condition runs once more than the body
            new = replace(statement, condition=condition, body=self.block(statement.body))
        else:
            self.stays(*statement.bounds)
            new = replace(statement, body=self.block(statement.body))
        known = {site for site, _ in before}
        nexts = [c.next for c in carries]
        new = replace(new, body=self.released(new.body, nexts, known, statement))
        carries = [replace(c, next=n) for c, n in zip(carries, nexts, strict=True)]
        own = {c.name for c in carries}
        for carry in statement.carries:
            if carry.name not in own and self.site_of(carry.next) != self.site[carry.name]:
                raise _StaysError(self.site[carry.name])
        self.stays(*(c.next for c in carries))
        same: dict[str, Atom] = {}
        for place in [p for p in self.items if p[0] in known]:
            if place not in before:
                raise _StaysError(place[0])
            end = self.items[place]
            if end == start[place]:
                if place in heads:
                    same[heads[place]] = before[place]
                continue
            self.stays(end, before[place])
            carries.append(Carry(heads[place], before[place], end))
        self.items = {
            p: before[p] if self.items[p] == start[p] else Name(heads[p])
            for p in self.items
            if p[0] in known
        }
        (new,) = substitute((replace(new, carries=tuple(carries)),), same)  # type: ignore[assignment]
        self.made.append(new)
