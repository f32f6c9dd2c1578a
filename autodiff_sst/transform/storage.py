"""Arrays and containers that are changed in place, as values: each store makes a new version.

    CORE, facts → CORE      y = np.zeros(n)                   y = np.zeros(n)
                            v = y[1:]                         t = y[1:]
                            v[0] = x             becomes      t_1 = updated(t[0], x)
                            s = y[1]                          y_1 = updated(y[1:], t_1)
                                                              s = y_1[1]

A *root* is an object that the function makes, or gets; a name is a *reference* to a root, through a
path of views. A store makes a new version of the root, and whoever reads a reference reads the
version of that moment. An argument that is changed is copied first, and written back at the end.
Where it cannot be told which object a name refers to, the program is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from autodiff_sst.analysis.calls import holds_parts
from autodiff_sst.analysis.facts import find_facts
from autodiff_sst.analysis.infer import infer
from autodiff_sst.analysis.kinds import is_list
from autodiff_sst.analysis.sharing import SHAPES
from autodiff_sst.analysis.values import (
    NOTHING,
    Abstract,
    Array,
    Dict,
    Known,
    List,
    Opaque,
    Record,
    Scalar,
    Table,
    Tuple,
    Unknown,
    rank,
)
from autodiff_sst.analysis.viewing import may_view
from autodiff_sst.core.purity import IN_PLACE
from autodiff_sst.core.syntax import (
    Accumulate,
    Append,
    Assign,
    Atom,
    Attribute,
    Binary,
    Block,
    Call,
    DictOf,
    Expression,
    For,
    Function,
    If,
    Index,
    ListOf,
    Literal,
    Name,
    Object,
    Slice,
    Statement,
    Store,
    Subscript,
    TupleOf,
    Update,
    While,
)
from autodiff_sst.core.walk import atoms, map_atoms, reads, rebuild, statements
from autodiff_sst.rules.helpers import TABLE
from autodiff_sst.transform.common import WHOLE
from autodiff_sst.transform.references import Ref, Root
from autodiff_sst.transform.replacing import Replacing
from autodiff_sst.transform.sites import items_of_tuple
from autodiff_sst.transform.updates import is_update
from autodiff_sst.transform.writes import is_added


def functionalize(function: Function, parameters: Mapping[str, Abstract]) -> Function:
    """The function without stores; itself if there are none."""
    if not any(isinstance(s, Store) for s in statements(function.body)):
        return function
    facts = find_facts(function, parameters)
    from autodiff_sst.transform.versions import Versions

    return Versions(function, facts).run()


class Storage(Replacing):
    def branch(self, statement: If) -> None:
        raise NotImplementedError

    def loop(self, statement: For | While) -> None:
        raise NotImplementedError

    def block(self, block: Block) -> Block:
        with self.builder.block() as made:
            for statement in block:
                self.builder.origin = statement.origin
                self.statement(statement)
        for root in self.roots():
            root.holds |= bool(root.twice)  # not known any more, of turns and branches
            root.twice = []
        return tuple(made)

    def roots(self) -> list[Root]:
        return [*dict.fromkeys(ref.root for ref in self.refs.values())]

    def statement(self, statement: Statement) -> None:
        match statement:
            case Assign(target) if self.tracked(target):
                self.assign(statement)
            case Store(target, index, value):
                self.store(statement, target, index, value)
            case Accumulate(target, index, value) if target in self.refs:
                own = self.refs[target]
                self.check_not_kept(own, statement)
                place, added = self.index(index or (Literal(...),)), self.current(value)
                self.put(own, self.builder.emit(Update(self.read(own), place, added, True)))
            case Append(target, value):
                ref = self.ref(value)
                holder = self.ref(Name(target))
                if holder is not None and self.shares(statement, target, [value]):
                    holder.root.owns = False
                if ref is not None:
                    ref.root.kept = True
                if holder is None or target not in self.regrown:
                    self.builder.append(replace(statement, value=self.current(value)))
                else:
                    self.check_not_kept(holder, statement)
                    more = self.builder.emit(ListOf((self.current(value),)))
                    self.put(holder, self.builder.binary("+", self.read(holder), more))
            case If():
                self.branch(statement)
            case For() | While():
                self.loop(statement)
            case Assign(target, value):
                value = map_atoms(value, self.current)
                self.builder.append(replace(statement, value=value))
                if isinstance(self.builder.facts.get(target), Opaque | Unknown):
                    # It was read of a container whose items are stored: now it is known.
                    self.builder.facts[target] = infer(value, self.builder.facts, target)
                if holds_parts(value) and target not in self.classes.passed:
                    for atom in reads(statement.value):
                        if atom in self.refs:
                            self.refs[atom].root.kept = True
            case _:
                self.builder.append(rebuild(statement, self.current, self.block))

    def check_not_kept(self, ref: Ref, statement: Statement) -> None:
        if ref.root.kept or ref.root.held:
            raise self.refuse("what a container holds too is changed in place", statement)

    def assign(self, statement: Assign) -> None:
        target, value = statement.target, statement.value
        if isinstance(value, Name) and value.id in self.displays:
            self.displays[target] = self.displays[value.id]
            return
        plain_keys = isinstance(value, DictOf) and all(isinstance(k, Literal) for k in value.keys)
        stays = (isinstance(value, ListOf) and not value.alike) or plain_keys
        if items_of_tuple(value) is not None or (stays and not self.changes(target)):
            self.displays[target] = value
            return
        if target not in self.read_names and isinstance(value, Attribute):
            return  # a method that was called as a function
        if is_update(statement):
            self.update(statement, value)
            return
        is_item = target in self.keys or self.is_item_of_list(value)
        if is_item and self.read_item(statement, value):
            return
        view = self.view(value, statement)
        if view is not None and not isinstance(value, Name):
            known = self.known(view)
            if isinstance(known, Scalar | Known) or rank(known) == 0:  # a number: no reference
                self.builder.append(replace(statement, value=self.read(view)))
                self.builder.facts[target] = known
                return
            plain = isinstance(known, Array | Tuple | Dict | List | Record)
            is_part = isinstance(known, Unknown) and _has_slice(value)  # so it is an array
            if not plain and not is_part and not self.is_settled(statement, target):
                raise self.refuse("whether this is an array or a number is not known", statement)
        if view is not None:
            self.refs[target] = view
            return
        kept = isinstance(value, TupleOf | ListOf | DictOf)
        items = [a for a in atoms(value) if isinstance(a, Name)] if kept else []
        shares = self.shares(statement, target, items)
        becomes = self.refs.get(self.consumed.get(target, ""))
        for name in reads(value) if kept else ():
            if name not in self.refs or not self.classes.may_hold_memory(name):
                continue
            if becomes is None or self.refs[name].root is not becomes.root:
                self.refs[name].root.kept = True
        if isinstance(value, Call) and holds_parts(value):
            shares |= self.holds_others(statement, value)
        elif isinstance(value, Call) and not kept:
            self.check_call(statement, value)
        elif isinstance(value, Subscript | Attribute):
            base = self.builder.fact(self.current(value.value))
            copies = isinstance(value, Subscript) and (
                self.copies(statement, value, base) or self.is_part_of_list(statement, value, base)
            )
            if isinstance(value, Attribute):  # a shape, or what the class has
                copies = value.name in SHAPES or isinstance(base, Record)
            if not copies:
                words = "which array this is, of those that are held, is not known"
                raise self.refuse(words, statement)
        now = map_atoms(value, self.current)
        self.builder.append(replace(statement, value=now))
        if not isinstance(self.facts[target], List) or not isinstance(value, ListOf):
            self.builder.facts[target] = infer(now, self.builder.facts, target)
        if not _makes_numbers(value, self.builder.facts[target]):
            of_items = isinstance(value, Binary | Subscript)
            for name in reads(value) & {*self.refs}:
                if not (of_items and self.refs[name].path):  # then it holds what the items hold
                    self.refs[name].root.owns = False  # the new object may hold its items too
        made: Expression = value
        if isinstance(value, Call) and value.function == TABLE and isinstance(value.args[0], Name):
            made = self.made.get(value.args[0].id, value)
        owns = isinstance(self.facts[target], List) and isinstance(made, ListOf | DictOf)
        if owns and isinstance(made, DictOf):
            shares = self.shares(statement, target, made.values)
        self.refs[target] = Ref(Root(Name(target), holds=shares, owns=owns and not shares))

    def is_item_of_list(self, value: Expression) -> bool:
        if not isinstance(value, Subscript) or isinstance(value.index[0], Slice):
            return False
        ref = self.ref(value.value)
        return ref is not None and isinstance(self.known(ref), List)

    def is_part_of_list(self, statement: Assign, value: Subscript, base: Abstract) -> bool:
        """Whether it is a new list of what is in one, of which nothing is changed any more."""
        if not isinstance(base, List) or not isinstance(value.index[0], Slice):
            return False
        item = NOTHING if base.item is None else base.item
        return not self.is_changed_after(statement, [statement.target], item)

    def read_item(self, statement: Assign, value: Expression) -> bool:
        """Reads an item as it is now, if nobody changes it any more."""
        now = map_atoms(value, self.current)
        known = infer(now, self.builder.facts, statement.target)
        target = statement.target
        if target not in self.keys and self.is_changed_after(statement, [target], known):
            return False
        self.builder.append(replace(statement, value=now))
        self.builder.facts[statement.target] = known
        return True

    def update(self, statement: Assign, value: Expression) -> None:
        """`t += e` of what a container holds, which is known now."""
        assert isinstance(value, Call) and isinstance(value.function, Object)
        left, right = value.args
        known = self.builder.fact(self.current(left))
        new = Binary(IN_PLACE[value.function.value], self.current(left), self.current(right))
        ref = self.ref(left)
        if isinstance(known, Array) and ref is not None:
            self.check_not_kept(ref, statement)
            made = self.builder.emit(new)
            self.put(ref, self.replaced(self.read(ref), known, (Literal(...),), made))
            self.refs[statement.target] = ref
        elif rank(known) == 0 or isinstance(known, Known | Tuple):
            self.builder.append(replace(statement, value=new))
            self.builder.facts[statement.target] = infer(new, self.builder.facts, statement.target)
        else:
            raise self.refuse("an augmented assignment of what is not known", statement)

    def check_call(self, statement: Assign, value: Call) -> None:
        """Whether what a call returns is new."""
        from autodiff_sst.analysis.ownership import is_fresh

        if is_fresh(value) or not any(a in self.refs for a in reads(value)):
            return
        known = self.facts[statement.target]
        function = value.function.value if isinstance(value.function, Object) else None
        if rank(known) == 0 or (callable(function) and not may_view(value)):
            return
        if not self.is_settled(statement, statement.target):  # else nobody changes it any more
            words = "whether this is a view of an array that is changed is not known"
            raise self.refuse(words, statement)

    def store(self, statement: Store, target: str, index: Index, value: Atom) -> None:
        ref = self.refs.get(target)
        if ref is None:
            words = f"`{target}` is changed in place, of which nothing is known"
            raise self.refuse(words, statement)
        self.check_not_kept(ref, statement)
        named = getattr(self.builder.fact(ref.root.version), "cls", None)
        fixed = isinstance(named, type) and issubclass(named, tuple)  # a NamedTuple
        if ref.path and (ref.root.holds or ref.root.twice or fixed):
            raise self.refuse("what a container holds too is changed in place", statement)
        value_ref = self.ref(value)
        new, made = self.current(value), self.made.get(getattr(value, "id", ""))
        index, known = self.index(index), self.known(ref)
        if isinstance(known, Tuple | Dict | Record | List):
            if value_ref is not None and value_ref == self.place(ref, index):
                return  # `x[i] += …` of an array, which is changed in place already
            self.let_go(ref, index, value_ref, statement)
        is_whole = index == WHOLE and (is_list(known) or isinstance(known, Dict | Table))
        if is_whole or is_added(target, made):  # `x[:] = y`, where `y` is made for it
            self.put(ref, new)
            return
        if isinstance(known, Tuple | Dict | Record) and value_ref is not None:
            swaps = value_ref.root is ref.root and bool(value_ref.path)
            if not swaps and self.shares(statement, "", [value]):
                ref.root.holds = True
            value_ref.root.kept = value_ref.root is not ref.root
        elif isinstance(known, List) and value_ref is not None:
            if self.shares(statement, "", [value]):
                ref.root.owns = False
            value_ref.root.kept = True
        composed = self.composed(ref, index)
        if composed is not None:
            self.put(*composed(new))
            return
        self.put(ref, self.replaced(self.read(ref), known, index, new))

    def composed(self, ref: Ref, index: Index) -> Any:
        """A store into a row, `row = a[i]; row[j] = v`, as one into the matrix."""
        if not ref.path or not isinstance(ref.path[-1], Subscript):
            return None
        outer = ref.path[-1].index
        ints = all(not isinstance(i, Slice) and rank(self.builder.fact(i)) == 0 for i in outer)
        base = Ref(ref.root, ref.path[:-1])
        known = self.known(base)
        if not ints or not isinstance(known, Array):
            return None
        return lambda new: (
            base, self.replaced(self.read(base), known, (*outer, *index), new)
        )  # fmt: skip


def _has_slice(value: Expression) -> bool:
    return isinstance(value, Subscript) and any(isinstance(i, Slice) for i in value.index)


def _makes_numbers(value: Expression, known: Abstract) -> bool:
    """Whether what is made is made of numbers, and so no object in it is anybody else's."""
    called = getattr(value.function, "value", None) if isinstance(value, Call) else None
    if called in _NUMBERS or isinstance(known, Array):
        return True
    match known:
        case List(item=item):
            return item is None or rank(item) == 0
        case _:
            return known == NOTHING or rank(known) == 0


_NUMBERS = (sum, len, any, all, bool, float, np.sum, np.mean)
