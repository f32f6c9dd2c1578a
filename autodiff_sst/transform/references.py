"""References to what is changed in place: what a name refers to, through which views.

A reference is read at the root's version of the moment; and what is stored through it is put into a
new version, view by view.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autodiff_sst.analysis.infer import infer
from autodiff_sst.analysis.sharing import Classes, live_after, stores_after
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
from autodiff_sst.core.build import Builder
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    Accumulate,
    Append,
    Atom,
    Attribute,
    Block,
    Call,
    DictOf,
    Expression,
    Function,
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
)
from autodiff_sst.core.walk import all_names, map_atoms, reads, statements
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.rules.helpers import CHECK_SEPARATE, COPY, SHAPE, WRITE_BACK, numpy_object
from autodiff_sst.transform.reverse.cotangents import item_of
from autodiff_sst.transform.reverse.program import rebuilt


@dataclass(eq=False)
class Root:
    """An object; `version` holds its contents now."""

    version: Atom
    kept: bool = False  # a container holds it: its contents must not change any more
    holds: bool = False  # it is a container of objects that others hold too
    # Places in it where it has the same object, as while two of its items are swapped.
    twice: list[tuple[tuple[Expression, ...], ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.name = self.version.id if isinstance(self.version, Name) else "t"


@dataclass(frozen=True)
class Ref:
    root: Root
    path: tuple[Expression, ...] = ()  # views, each of the atom before, which stands as `HOLE`


HOLE = Name("hole()")


class References:
    def __init__(self, function: Function, facts: Mapping[str, Abstract]) -> None:
        self.function = function
        self.facts = facts
        self.classes = Classes(function, facts, callers=False)
        self.later = stores_after(function, self.classes)
        self.arrays_later = stores_after(function, self.classes, self.is_array)
        self.builder = Builder(Names(all_names(function)), {**facts}, infer)
        self.live = live_after(function)
        self.read_names = reads(function.body) | reads(function.result)
        self.refs: dict[str, Ref] = {}
        self.displays: dict[str, TupleOf | ListOf | DictOf] = {}  # those that stay: references
        self.views: dict[tuple[Any, ...], Atom] = {}  # what was made of a version
        stored = {s.target for s in statements(function.body) if isinstance(s, Store | Accumulate)}
        self.stored = {self.classes.find(n) for n in stored if self.is_users(n)}

    def is_users(self, name: str) -> bool:
        """Whether a store is the user's: buffers of derivatives are accumulated into only."""
        return any(
            isinstance(s, Store) and self.classes.find(s.target) == self.classes.find(name)
            for s in statements(self.function.body)
        )

    def changes(self, name: str) -> bool:
        """Whether a list, or one that it may hold or be held by, is stored or appended to."""
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

    def is_referred(self, root: Root, names: frozenset[str]) -> bool:
        return any(n in self.refs and self.refs[n].root is root for n in names)

    def refuse(self, words: str, statement: Statement) -> UnsupportedSyntaxError:
        return UnsupportedSyntaxError(
            f"{words}: not supported yet", statement.origin, instead="a copy of the array."
        )

    def run(self) -> Function:
        given: dict[str, Root] = {}
        for parameter in self.function.parameters:
            if self.tracked(parameter):
                given[parameter] = Root(self.own(parameter))
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
                found = self.builder.emit(map_atoms(view, lambda a: value if a == HOLE else a))  # noqa: B023
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
        known = self.builder.fact(whole)
        match view:
            case Subscript(_, index):
                made = self.replaced(whole, known, index, new)
            case Attribute(_, "T"):
                made = self.builder.emit(Attribute(new, "T"))
            case Attribute(_, "flat") if isinstance(known, Array | Unknown):
                shape = self.builder.call(SHAPE, whole)
                made = self.builder.emit(Call(numpy_object(np.reshape), (new, shape)))
            case Attribute(_, name):
                made = self.replaced(whole, known, (Literal(name),), new)
            case Call(Object(function), args) if function is np.transpose and len(args) == 1:
                made = self.builder.emit(Call(numpy_object(np.transpose), (new,)))
            case Call(Object(function), (_, *rest)) if function is np.swapaxes:
                made = self.builder.emit(Call(numpy_object(np.swapaxes), (new, *rest)))
            case _:
                shape = self.builder.call(SHAPE, whole)
                made = self.builder.emit(Call(numpy_object(np.reshape), (new, shape)))
        self.put(base, made)

    # What was read of a container stays what it is when the container gets something else there

    def let_go(self, base: Ref, index: Index, value: Ref | None, statement: Statement) -> None:
        """Names of what an item is hold it themselves, before the item is replaced."""
        view: Expression = Subscript(HOLE, index)
        if isinstance(self.known(base), Record) and isinstance(index[0], Literal):
            view = Attribute(HOLE, index[0].value)
        place = Ref(base.root, (*base.path, view))
        if value == place:
            return  # the very same object
        names = []
        for name, ref in self.refs.items():
            if ref.root is not base.root or len(ref.path) < len(place.path):
                continue
            same = [self.is_same_view(a, b) for a, b in zip(ref.path, place.path, strict=False)]
            if all(same):
                names.append(name)
            elif False not in same and name in self.needed(statement):
                raise self.refuse(f"`{name}` may be what is replaced in a container", statement)
        self.detach(names, len(place.path))
        once = [pair for pair in place.root.twice if place.path not in pair]
        if once != place.root.twice and self.needed(statement) & {*names}:
            place.root.holds = True
        place.root.twice = once
        if value is not None and value.path and value.root is place.root:
            place.root.twice.append((place.path, value.path))

    def detach(self, names: Sequence[str], depth: int) -> None:
        """Names of one place, `depth` views from its root, are of an object of their own."""
        if not names:
            return
        ref = self.refs[names[0]]
        root = Root(self.read(replace(ref, path=ref.path[:depth])), kept=ref.root.holds)
        self.refs |= {n: Ref(root, self.refs[n].path[depth:]) for n in names}

    def is_same_view(self, a: Expression, b: Expression) -> bool | None:
        """None if it is not known."""
        if a == b:
            return True
        if not isinstance(a, Subscript) or not isinstance(b, Subscript):
            return False
        keys = [self.builder.fact(v.index[0]) for v in (a, b) if not isinstance(v.index[0], Slice)]
        known = [k.value for k in keys if isinstance(k, Known)]
        if len(known) < 2 or (isinstance(known[0], int) and (known[0] < 0) != (known[1] < 0)):
            return None
        return bool(known[0] == known[1])

    def needed(self, statement: Statement) -> frozenset[str]:
        """What may be read after a statement, through displays too."""
        found = self.live.get(id(statement), frozenset())
        while True:
            more = found.union(*(reads(self.displays[n]) for n in found if n in self.displays))
            if more == found:
                return found
            found = more

    def let_go_before(self, statement: Statement, was: Mapping[str, Ref]) -> bool:
        """Whether a branch or loop let go of something: that is done before it, as it was then."""
        lost: dict[Ref, list[str]] = {}
        for name, ref in was.items():
            now = self.refs[name]
            if now != ref:
                depth = len(ref.path) - len(now.path)
                lost.setdefault(replace(ref, path=ref.path[:depth]), []).append(name)
        self.refs = {**was}
        for place, names in lost.items():
            own = {self.classes.find(n) for n in names}
            inside = {s.target for s in statements((statement,)) if isinstance(s, Store)}
            arrays = {self.classes.find(t) for t in inside if self.is_array(t)}
            if own & (arrays | self.arrays_later.get(id(statement), frozenset())):
                words = f"whether `{names[0]}` is in a container still depends on what runs"
                raise self.refuse(words, statement)
            self.detach(names, len(place.path))
        return bool(lost)

    def is_array(self, name: str) -> bool:
        """Whether it may be one."""
        return not isinstance(self.facts.get(name), Tuple | List | Dict | Record)

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
        made = builder.emit(Update(whole, index, new))
        assert isinstance(made, Name)
        if not isinstance(known, List):
            builder.facts[made.id] = known
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
