"""Lists of tuples, dicts and objects, as a list for each of their components.

    pairs = []                      pairs_0 = []
    append(pairs, (a, b))           pairs_1 = []
    t = pairs[i]            →       append(pairs_0, a)
    s = t[0] * x                    append(pairs_1, b)
                                    t = pairs_0[i]
                                    s = t * x

So their numbers are in lists of numbers, for which all is known. Objects and dicts in a list may be
changed: `p = items[i]; p.u = x` is `items_u[i] = x`, if each is made where it is put into the list,
and is known by no other name. A list that is used in ways that this does not know stays.
"""

from __future__ import annotations

from dataclasses import replace

from autodiff_sst.analysis.values import Known, Opaque
from autodiff_sst.core.syntax import (
    Append,
    Assign,
    Atom,
    Attribute,
    Binary,
    Block,
    Call,
    Carry,
    Expression,
    For,
    Function,
    If,
    ListOf,
    Literal,
    Merge,
    Name,
    Object,
    Slice,
    Statement,
    Store,
    Subscript,
    Unary,
    While,
)
from autodiff_sst.core.walk import (
    own_reads,
    rebuild,
    statements,
)
from autodiff_sst.rules.helpers import LEN
from autodiff_sst.runtime.sequences import (
    count_from,
    order_of,
    position,
    rows_of,
    sorted_by,
    start_of,
)
from autodiff_sst.transform.containers import (
    Facts,
    Lists,
    StaysError,
    common_item,
    groups_of,
    is_read_by_variables,
)
from autodiff_sst.transform.reverse.program import container_like
from autodiff_sst.transform.sites import class_member

_ROWS_OF = Object(rows_of, "rows_of")
_START_OF, _COUNT_FROM = Object(start_of, "start_of"), Object(count_from, "count_from")


def split_columns(function: Function, facts: Facts) -> Function:
    """The function with one such list, and what it becomes, split; itself if there is none."""
    for group in groups_of(function, facts):
        item = common_item(group, facts)
        if item is not None and is_read_by_variables(function, group, facts):
            try:
                return _Columns(function, facts, group, item).run()
            except StaysError:
                pass
    return function


class _Columns(Lists):
    def run(self) -> Function:
        if isinstance(self.function.result, Name) and self.function.result.id in self.group:
            raise StaysError
        self.block_made = []
        for parameter in self.function.parameters:
            if parameter in self.group:
                self.taken_apart(parameter, None)
        start = self.block_made
        return replace(self.function, body=(*start, *self.block(self.function.body)))

    # Statements

    def block(self, block: Block) -> Block:
        outer, self.block_made = self.block_made, []
        for statement in block:
            self.statement(statement)
        made, self.block_made = self.block_made, outer
        return tuple(made)

    def is_ref(self, atom: Atom) -> bool:
        return isinstance(atom, Name) and atom.id in self.refs

    def is_list(self, atom: Atom) -> bool:
        return isinstance(atom, Name) and atom.id in self.group

    def statement(self, statement: Statement) -> None:
        match statement:
            case Assign(target, value) if target in self.group:
                self.make(statement, value)
            case Assign(target, Subscript(Name(base), (index,))) if base in self.group:
                assert not isinstance(index, Slice)
                self.read(statement, base, index)
            case Assign(target, Call(Object(called), (base,))) if called is len and self.is_list(
                base
            ):
                self.emit(target, self.length(base), statement)
            case Assign(target, Call(Object(called) as function, (base, *rest))) if (
                called is order_of and self.is_list(base)
            ):
                columns = tuple(self.of(base, key) for key in self.keys)
                rows = self.new(Call(_ROWS_OF, columns), statement)
                self.emit(target, Call(function, (rows, *rest)), statement)
            case Assign(target, Unary("not", base)) if self.is_list(base):
                self.emit(target, Unary("not", self.new(self.length(base), statement)), statement)
            case Assign(target, Name(base)) if base in self.refs:
                self.refs[target] = self.refs[base]
            case Assign(target, (Subscript(base) | Attribute(base)) as value) if self.is_ref(base):
                self.read_component(statement, value)
            case Assign(
                target, (Subscript(Name(base), (Literal(key),)) | Attribute(Name(base), key))
            ) if base in self.read_parts and key in self.keys:
                self.emit(target, self.read_parts[base][key], statement)
            case Append(target, value) if target in self.group:
                self.to_come -= 1
                for key in self.keys:
                    part = self.component(value, key, statement)
                    self.block_made.append(
                        replace(statement, target=self.column(target, key), value=part)
                    )
            case Store(target, (index,), value) if target in self.group:
                if self.changes or isinstance(index, Slice):
                    raise StaysError
                parts = [self.component(value, key, statement) for key in self.keys]
                for key, part in zip(self.keys, parts, strict=True):
                    self.block_made.append(
                        replace(statement, target=self.column(target, key), value=part)
                    )
            case Store(target, (Literal(key),), value) if target in self.refs and key in self.keys:
                name, place = self.refs[target]
                column = self.column(name, key)
                self.block_made.append(replace(statement, target=column, index=(place,)))
            case If(merges=merges) if not any(map(self.is_ref, self.merged(merges))):
                test = statement.test
                if self.is_list(test):
                    test = self.new(self.length(test), statement)
                then, orelse = self.block(statement.then), self.block(statement.orelse)
                new = tuple(m for merge in merges for m in self.merge(merge))
                self.block_made.append(
                    replace(statement, test=test, then=then, orelse=orelse, merges=new)
                )
            case For(carries=carries):
                carries = self.carried(carries)
                body = self.turn(statement.body)
                self.block_made.append(replace(statement, body=body, carries=carries))
            case While(test=test, carries=carries):
                condition, body = self.turn(statement.condition), self.turn(statement.body)
                if self.is_list(test):
                    name = self.names.temporary()
                    length = Assign(name, self.length(test), statement.origin)
                    condition, test = (*condition, length), Name(name)
                carries = self.carried(carries)
                self.block_made.append(
                    replace(statement, condition=condition, test=test, body=body, carries=carries)
                )
            case _:
                if own_reads(statement) & (self.group | {*self.refs}):
                    raise StaysError
                self.block_made.append(rebuild(statement, lambda atom: atom, self.block))

    def turn(self, block: Block) -> Block:
        """The block of a loop."""
        appends = [s for s in statements(block) if isinstance(s, Append)]
        growing = any(s.target in self.group for s in appends)
        self.growing += growing
        made = self.block(block)
        self.growing -= growing
        return made

    def is_whole(self) -> bool:
        """Whether no list of the group will get more items."""
        return self.to_come == 0 and self.growing == 0

    def length(self, atom: Atom) -> Expression:
        if isinstance(atom, Name) and atom.id in self.starts:
            base, start = self.starts[atom.id]
            return Call(_COUNT_FROM, (self.of(Name(base), self.keys[0]), start))
        # A column of functions tells how many there are: they are known one by one.
        parts = zip(self.keys, getattr(self.item, "items", ()), strict=False)
        functions = [key for key, known in parts if isinstance(known, Known | Opaque)]
        return Call(LEN, (self.of(atom, (functions or self.keys)[0]),))

    def merged(self, merges: tuple[Merge, ...]) -> list[Atom]:
        return [v for m in merges for v in m.values]

    def merge(self, merge: Merge) -> list[Merge]:
        if merge.name not in self.group:
            if any(map(self.is_list, merge.values)):
                raise StaysError
            return [merge]
        return [
            Merge(self.column(merge.name, k), tuple(self.of(v, k) for v in merge.values))
            for k in self.keys
        ]

    def carried(self, carries: tuple[Carry, ...]) -> tuple[Carry, ...]:
        found: list[Carry] = []
        for carry in carries:
            if carry.name in self.group:
                found += [
                    replace(
                        carry,
                        name=self.column(carry.name, k),
                        init=self.of(carry.init, k),
                        next=self.of(carry.next, k),
                    )
                    for k in self.keys
                ]
            elif any(self.is_ref(a) or self.is_list(a) for a in (carry.init, carry.next)):
                raise StaysError
            else:
                found.append(carry)
        return tuple(found)

    def make(self, statement: Assign, value: Expression) -> None:
        """A list is made."""
        target = statement.target
        if isinstance(value, Name) and value.id in self.starts:
            self.starts[target] = self.starts[value.id]
            return
        match value:
            case Subscript(Name(whole), (Slice(start, None, None),)) if (
                self.changes and self.is_whole() and whole not in self.starts
            ):  # the same objects, under a second name
                start = Literal(0) if start is None else start
                if not (isinstance(start, Literal) and start.value >= 0):
                    column = self.of(Name(whole), self.keys[0])
                    start = self.new(Call(_START_OF, (column, start)), statement)
                self.starts[target] = (whole, start)
                return
        if self.changes and not isinstance(value, ListOf | Name):
            raise StaysError  # two lists of the same objects
        for key in self.keys:
            name = self.column(target, key)
            match value:
                case ListOf(items):
                    parts = tuple(self.component(i, key, statement) for i in items)
                    self.emit(name, ListOf(parts), statement)
                case Name():
                    self.emit(name, self.of(value, key), statement)
                case Subscript(base, (Slice(),) as part) if self.is_list(base):
                    self.emit(name, Subscript(self.of(base, key), part), statement)
                case Binary("+", left, right) if self.is_list(left) and self.is_list(right):
                    both = Binary("+", self.of(left, key), self.of(right, key))
                    self.emit(name, both, statement)
                case Call(Object(called), (base, *rest)) if called in (
                    list,
                    sorted_by,
                ) and self.is_list(base):
                    call = replace(value, args=(self.of(base, key), *rest))
                    self.emit(name, call, statement)
                case _:
                    if any(self.is_list(Name(n)) for n in own_reads(statement)):
                        raise StaysError
                    self.block_made.append(statement)
                    self.taken_apart(target, statement)
                    return

    def read(self, statement: Assign, base: str, index: Atom) -> None:
        """An item is read."""
        if not self.changes:
            parts = [
                self.new(Subscript(Name(self.column(base, k)), (index,)), statement)
                for k in self.keys
            ]
            self.emit(statement.target, container_like(self.item, parts), statement)
            self.read_parts[statement.target] = dict(zip(self.keys, parts, strict=True))
            return
        if base in self.starts:
            base, start = self.starts[base]
            index = self.new(Binary("+", start, index), statement)
        from_end = isinstance(index, Literal) and index.value < 0
        if from_end or (self.grows and not self.is_counter(index)):  # the same item later on
            length = Name(self.column(base, self.keys[0]))
            index = self.new(Call(Object(position, "position"), (length, index)), statement)
        self.refs[statement.target] = (base, index)

    def is_counter(self, index: Atom) -> bool:
        return isinstance(index, Literal) or (isinstance(index, Name) and index.id in self.counters)

    def read_component(self, statement: Assign, value: Subscript | Attribute) -> None:
        assert isinstance(value.value, Name)
        base, place = self.refs[value.value.id]
        index = (Literal(value.name),) if isinstance(value, Attribute) else value.index
        (key, *more) = index
        if more or not isinstance(key, Literal):
            raise StaysError
        if key.value in self.keys:
            column = Name(self.column(base, key.value))
            self.emit(statement.target, Subscript(column, (place,)), statement)
            return
        member = class_member(getattr(self.item, "cls", dict), key.value)
        if member is None:
            raise StaysError
        self.emit(statement.target, member, statement)
