"""References to what is changed in place: what a name refers to, through which views.

A reference is read at the root's version of the moment; and what is stored through it is put into a
new version, view by view.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from autodiff_sst.analysis.infer import infer
from autodiff_sst.analysis.sharing import (
    Classes,
    SameObjects,
    lists_regrown,
    live_after,
    stores_after,
)
from autodiff_sst.analysis.values import (
    Abstract,
    Array,
    Dict,
    Known,
    List,
    Record,
    Tuple,
    Unknown,
    keys_of,
)
from autodiff_sst.analysis.viewing import is_flat, momentary
from autodiff_sst.core.build import Builder
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    Accumulate,
    Append,
    Assign,
    Atom,
    Block,
    Call,
    DictOf,
    Expression,
    Function,
    Index,
    Literal,
    Name,
    Object,
    Slice,
    Statement,
    Store,
    Subscript,
    Update,
)
from autodiff_sst.core.walk import all_names, atoms, count_reads, map_atoms, reads, statements
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.rules.helpers import CHECK_SEPARATE, COPY, LIST, WRITE_BACK, numpy_object
from autodiff_sst.transform.common import WHOLE
from autodiff_sst.transform.keys import names_of_keys
from autodiff_sst.transform.reverse.cotangents import item_of
from autodiff_sst.transform.reverse.program import rebuilt
from autodiff_sst.transform.sites import read_by_key
from autodiff_sst.transform.views import changed_through


@dataclass(eq=False)
class Root:
    """An object; `version` holds its contents now."""

    version: Atom
    kept: bool = False  # a container holds it: its contents must not change any more
    held: bool = False  # an object that stays holds it, and it has another name
    holds: bool = False  # it is a container of objects that others hold too
    owns: bool = False  # it is a list of objects that nobody else holds
    # Places in it where it has the same object, as while two of its items are swapped.
    twice: list[tuple[tuple[Expression, ...], ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.name = self.version.id if isinstance(self.version, Name) else "t"
        self.first = self.version  # as it lies in memory


@dataclass(frozen=True)
class Ref:
    root: Root
    path: tuple[Expression, ...] = ()  # views, each of the atom before, which stands as `HOLE`


HOLE = Name("hole()")


def _consumed(function: Function) -> dict[str, str]:
    """The lists that become what another is, `x[:] = y`, and are nothing else; with that other."""
    counts = count_reads(function)
    return {
        s.value.id: s.target
        for s in statements(function.body)
        if isinstance(s, Store) and s.index == WHOLE and isinstance(s.value, Name)
        if counts[s.value.id] == 1
    }


def _in_order(part: Slice) -> bool:
    """Whether a part of a list of any length ends where it begins or later."""
    if part.stop is None:
        return True
    match part.start or Literal(0), part.stop:
        case Literal(int(first)), Literal(int(last)):
            return 0 <= first <= last or first <= last < 0
    return False


class References:
    def __init__(self, function: Function, facts: Mapping[str, Abstract]) -> None:
        self.function = function
        self.facts = facts
        self.classes = Classes(function, facts, callers=False)
        self.later = stores_after(function, self.classes)
        self.objects = SameObjects(function, facts, callers=False)
        self.grows_later = stores_after(function, self.objects, kinds=Append)
        self.later_of: dict[Any, dict[int, frozenset[str]]] = {}
        self.builder = Builder(Names(all_names(function)), {**facts}, infer)
        self.live = live_after(function)
        self.read_names = reads(function.body) | reads(function.result)
        self.refs: dict[str, Ref] = {}
        self.displays: dict[str, Expression] = {}  # those that stay: references
        self.views: dict[tuple[Any, ...], Atom] = {}  # what was made of a version
        stored = {s.target for s in statements(function.body) if isinstance(s, Store | Accumulate)}
        self.regrown = lists_regrown(function, self.classes)
        self.made = {s.target: s.value for s in statements(function.body) if isinstance(s, Assign)}
        self.keys = names_of_keys(function, facts)
        self.read_by_key = read_by_key(function.body) - reads(function.result)
        self.consumed = _consumed(function)
        self.stored = {self.classes.find(n) for n in stored if self.is_users(n)}

    @cached_property
    def momentary(self) -> set[str]:
        return momentary(self.function)

    def is_users(self, name: str) -> bool:
        """Whether a store is the user's: buffers of derivatives are accumulated into only."""
        return any(
            isinstance(s, Store) and self.classes.find(s.target) == self.classes.find(name)
            for s in statements(self.function.body)
        )

    def changes(self, name: str) -> bool:
        """Whether a list, or one that it may hold or be held by, is stored or appended to."""
        if name in self.read_by_key:
            return False  # what it holds may be changed, itself it is not
        own = self.classes.find(name)

        def is_list(target: str) -> bool:
            return not isinstance(self.facts.get(target), Array)

        return any(
            isinstance(s, Store | Append)
            and self.classes.find(s.target) == own
            and is_list(s.target)
            for s in statements(self.function.body)
        )

    def tracked(self, name: str) -> bool:
        return self.classes.find(name) in self.stored and self.classes.may_hold_memory(name)

    def is_settled(self, statement: Statement, name: str) -> bool:
        """Whether nothing that a name may refer to is stored into after a statement."""
        return self.classes.find(name) not in self.later.get(id(statement), frozenset())

    def shares(self, statement: Statement, target: str, items: Sequence[Atom]) -> bool:
        """Whether of the objects that a container gets some are held elsewhere, or twice."""
        refs = [ref for a in items if (ref := self.ref(a)) is not None]
        roots = [ref.root for ref in refs]
        live = self.live.get(id(statement), frozenset()) - {target}
        return (
            len({*map(id, roots)}) < len(roots)
            or any(ref.path or ref.root.kept for ref in refs)
            or any(self.is_referred(root, live) for root in roots)
        )

    def holds_others(self, statement: Assign, value: Call) -> bool:
        """Whether an object that is made holds what has another name: that must not change then,
        under either. Lists may: they are made anew where they grow."""
        live = self.live.get(id(statement), frozenset()) - {statement.target}
        found = {r for a in atoms(value) for r in self.held_in(a) if self.is_referred(r, live)}
        others = {r for r in found if not isinstance(self.builder.fact(r.version), List)}
        for root in others:
            root.held = True
        return bool(others)

    def is_referred(self, root: Root, names: frozenset[str]) -> bool:
        return any(root in self.held_in(Name(n)) for n in names)

    def held_in(self, atom: Atom) -> list[Root]:
        """The object that an atom refers to; of a tuple that stays, those that it holds."""
        display = self.displays.get(atom.id) if isinstance(atom, Name) else None
        if display is not None:
            return [root for item in atoms(display) for root in self.held_in(item)]
        ref = self.refs.get(atom.id) if isinstance(atom, Name) else None
        return [] if ref is None else [ref.root]

    def refuse(self, words: str, statement: Statement) -> UnsupportedSyntaxError:
        return UnsupportedSyntaxError(
            f"{words}: not supported yet", statement.origin, instead="a copy of the array."
        )

    def run(self) -> Function:
        given: dict[str, Root] = {}
        for parameter in self.function.parameters:
            if self.tracked(parameter):
                given[parameter] = Root(self.own(parameter))
                given[parameter].first = Name(parameter)
                self.refs[parameter] = Ref(given[parameter])
        starts = {name: root.version for name, root in given.items()}
        body = (*self.builder.statements, *self.block(self.function.body))
        with self.builder.block() as checks:
            for name, root in given.items():
                if root.version != starts[name]:
                    others = [p for p in self.function.parameters if p != name]
                    own = [Name(p) for p in others if self.classes.may_hold_memory(p)]
                    if own:
                        self.builder.effect(Call(CHECK_SEPARATE, (Name(name), *own)))
        body = (*checks, *body)
        with self.builder.block() as end:
            result = self.current(self.function.result)
            for name, root in given.items():
                if root.version != starts[name]:
                    self.builder.effect(Call(WRITE_BACK, (Name(name), root.version)))
        return replace(self.function, body=(*body, *end), result=result)

    def own(self, parameter: str) -> Atom:
        """An argument that is changed, in memory of its own."""
        known = self.facts[parameter]
        if isinstance(known, Array | Unknown):
            return self.builder.call(COPY, Name(parameter))
        if isinstance(known, List):
            return self.builder.call(Object(list, "list", list), Name(parameter))
        keys = keys_of(known)
        if keys is None:
            return Name(parameter)
        items = [item_of(self.builder, known, Name(parameter), k) for k in keys]
        return rebuilt(self.builder, known, items)

    def block(self, block: Block) -> Block:
        raise NotImplementedError

    # References

    def ref(self, atom: Atom) -> Ref | None:
        return self.refs.get(atom.id) if isinstance(atom, Name) else None

    def current(self, atom: Atom) -> Atom:
        """What an atom holds now."""
        display = self.displays.get(atom.id) if isinstance(atom, Name) else None
        if display is not None:
            return self.builder.emit(map_atoms(display, self.current))
        ref = self.ref(atom)
        return atom if ref is None else self.read(ref)

    def read(self, ref: Ref) -> Atom:
        value = ref.root.version
        for view in ref.path:
            key = (value, view)
            found = self.views.get(key)
            if found is None:
                made = map_atoms(view, lambda a: value if a == HOLE else a)  # noqa: B023
                if is_flat(view) and isinstance(self.builder.fact(value), Array | Unknown):
                    made = Call(numpy_object(np.ravel), (value,))  # a copy of `flat` is none
                found = self.builder.emit(made)
                self.builder.keep(found)
                self.views[key] = found
            value = found
        return value

    def known(self, ref: Ref) -> Abstract:
        known: Abstract = self.builder.fact(self.read(ref))
        return known

    def put(self, ref: Ref, new: Atom) -> None:
        """Gives what a reference refers to other contents."""
        if not ref.path:
            ref.root.version = new
            return
        *outer, view = ref.path
        base = Ref(ref.root, tuple(outer))
        whole = self.read(base)
        made = changed_through(self, view, whole, new)
        self.put(base, made)

    def replaced(self, whole: Atom, known: Abstract, index: Index, new: Atom) -> Atom:
        """A container or array with one item replaced."""
        builder = self.builder
        if isinstance(known, Tuple | Dict | Record):
            (item,) = index
            key = builder.fact(item) if not isinstance(item, Slice) else None
            if not isinstance(key, Known):
                raise UnsupportedSyntaxError(
                    "the key of an item that is assigned must be a constant here",
                    builder.origin, instead="an array, or a list of numbers.",
                )  # fmt: skip
            return self.with_item(whole, known, key.value, new)
        if isinstance(known, List) and isinstance(index[0], Slice):
            return self.with_part(whole, index[0], new)
        made = builder.emit(Update(whole, index, new))
        assert isinstance(made, Name)
        if not isinstance(known, List):
            builder.facts[made.id] = known
        return made

    def with_part(self, whole: Atom, part: Slice, new: Atom) -> Atom:
        """A list with a part replaced: `x[i:j] = y` is `x[:i] + y + x[j:]`."""
        builder = self.builder
        if part.step is not None or not _in_order(part):
            raise UnsupportedSyntaxError(
                "this part of a list, which gets other items, is not supported yet",
                builder.origin, instead="constant bounds, or a new list.",
            )  # fmt: skip
        made: Atom = builder.call(LIST, new)
        if part.start is not None:
            before = builder.emit(Subscript(whole, (Slice(None, part.start, None),)))
            made = builder.binary("+", before, made)
        if part.stop is not None:
            after = builder.emit(Subscript(whole, (Slice(part.stop, None, None),)))
            made = builder.binary("+", made, after)
        return made

    def with_item(self, whole: Atom, known: Tuple | Dict | Record, key: Any, new: Atom) -> Atom:
        builder = self.builder
        keys: tuple[Any, ...] = range(len(known.items)) if isinstance(known, Tuple) else known.keys  # type: ignore[assignment]
        if isinstance(known, Tuple) and isinstance(key, int):
            key = key % max(1, len(known.items))
        items = {k: item_of(builder, known, whole, k) for k in keys if k != key}
        if isinstance(known, Tuple):
            parts = [new if k == key else items[k] for k in keys]
            return rebuilt(builder, known, parts)
        order = [*keys] if key in keys else [*keys, key]
        values = tuple(new if k == key else items[k] for k in order)
        if isinstance(known, Dict):
            return builder.emit(DictOf(tuple(map(Literal, order)), values))
        grown = Record(known.cls, tuple(order), tuple(map(builder.fact, values)))
        return rebuilt(builder, grown, list(values))
