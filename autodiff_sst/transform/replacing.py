"""What was read of a container stays what it is when the container gets something else there.

    t = d["a"]                 t = d["a"]
    d["a"] = x          →      d_1 = {"a": x}
    s = t[0]                   s = t[0]

Before the store `t` is a view of `d`; the store makes an object of its own of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.kinds import is_real
from autodiff_sst.analysis.sharing import SHAPES, stores_after
from autodiff_sst.analysis.values import (
    NOTHING,
    Abstract,
    Array,
    Dict,
    Known,
    List,
    Record,
    Scalar,
    Tuple,
    Unknown,
    rank,
)
from autodiff_sst.analysis.viewing import gives_indices, is_flat, keeps_order, lies_by_rows
from autodiff_sst.core.syntax import (
    Assign,
    Attribute,
    Call,
    DictOf,
    Expression,
    Index,
    Literal,
    Name,
    Object,
    Slice,
    Statement,
    Store,
    Subscript,
)
from autodiff_sst.core.walk import map_index, reads, statements
from autodiff_sst.rules.helpers import CHECK_IN_ONE, CHECK_ITEM
from autodiff_sst.transform.references import HOLE, Ref, References, Root
from autodiff_sst.transform.sites import items_of

# Always views, but for `reshape` and `ravel`, which are of whole arrays.
_VIEWS = (
    *(np.transpose, np.swapaxes, np.moveaxis, np.squeeze, np.expand_dims),
    *(np.reshape, np.ravel, np.asarray),
)


class Replacing(References):
    def let_go(self, base: Ref, index: Index, value: Ref | None, statement: Statement) -> None:
        """Names of what an item is hold it themselves, before the item is replaced."""
        place = self.place(base, index)
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

    def place(self, base: Ref, index: Index) -> Ref:
        """The reference to what a container holds at an index."""
        view: Expression = Subscript(HOLE, index)
        if isinstance(self.known(base), Record) and isinstance(index[0], Literal):
            view = Attribute(HOLE, index[0].value)
        return Ref(base.root, (*base.path, view))

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
        if len(a.index) > 1 or len(b.index) > 1:  # keys of dicts that are tuples
            return None
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
            if self.is_changed(statement, names, self.known(place)):
                words = f"whether `{names[0]}` is in a container still depends on what runs"
                raise self.refuse(words, statement)
            self.detach(names, len(place.path))
        return bool(lost)

    def is_changed(self, statement: Statement, names: Iterable[str], known: Abstract) -> bool:
        """Whether what names refer to may be changed in a branch or loop, or after it."""
        kinds = self.not_changed_with(known)
        inside = {s.target for s in statements((statement,)) if isinstance(s, Store)}
        stored = {t for t in inside if not isinstance(self.facts.get(t), kinds)}
        own = {self.classes.find(n) for n in names}
        return bool(own & {*map(self.classes.find, stored)}) or self.is_changed_after(
            statement, names, known
        )

    def is_changed_after(self, statement: Statement, names: Iterable[str], known: Abstract) -> bool:
        kinds = self.not_changed_with(known)
        if kinds not in self.later_of:
            self.later_of[kinds] = stores_after(
                self.function, self.classes, lambda n: not isinstance(self.facts.get(n), kinds)
            )
        later = self.later_of[kinds].get(id(statement), frozenset())
        return bool({self.classes.find(n) for n in names} & later)

    def not_changed_with(self, known: Abstract) -> tuple[Any, ...]:
        """Kinds of containers in which a store changes no object of which `known` is known."""
        if isinstance(known, Array | Scalar) or known == NOTHING:
            return (Tuple, List, Dict, Record)
        return (Tuple, Dict, Record) if isinstance(known, List) else ()

    # What an expression refers to

    def index(self, index: Index) -> Index:
        return map_index(index, self.current)

    def owns_item(self, ref: Ref, known: List, index: Index, statement: Statement) -> bool:
        """Whether an item is an object that a list alone holds, at this index from now on."""
        item = known.item
        name = ref.root.name
        appended = self.grows_later.get(id(statement), frozenset())
        return (
            ref.root.owns
            and not ref.path
            and isinstance(item, Array | List)
            and not isinstance(index[0], Slice)
            and self.objects.find(name) not in appended
        )

    def view(self, value: Expression, statement: Statement) -> Ref | None:
        """The reference that an expression makes, if it makes nothing new."""
        match value:
            case Name():
                return self.ref(value)
            case Subscript(Name(base), (item,)) if base in self.displays:
                known = Known(None) if isinstance(item, Slice) else self.builder.fact(item)
                display = self.displays[base]
                if isinstance(display, DictOf):
                    keys = [fact(key, {}) for key in display.keys]
                    return self.ref(display.values[keys.index(known)]) if known in keys else None
                held = [*(items_of(display) or {}).values()]
                if isinstance(known, Known) and isinstance(known.value, int) and held:
                    return self.ref(held[known.value])
                return None
            case Subscript(base, index) if (ref := self.ref(base)) is not None:
                known = self.known(ref)
                flat = bool(ref.path) and is_flat(ref.path[-1])
                if isinstance(known, Array | Unknown) and (flat or not self.is_basic(index)):
                    return None
                if isinstance(known, List) and not self.owns_item(ref, known, index, statement):
                    return None
                return Ref(ref.root, (*ref.path, Subscript(HOLE, self.index(index))))
            case Attribute(base, name) if (ref := self.ref(base)) is not None:
                known = self.known(ref)
                if name == "real" and is_real(known):
                    return ref
                if name in SHAPES or (isinstance(known, Record) and name not in known.keys):
                    return None
                return Ref(ref.root, (*ref.path, Attribute(HOLE, name)))
            case Call(Object(function), (base, *rest), keywords) if (
                function in _VIEWS and not keywords and (ref := self.ref(base)) is not None
            ):
                if function is np.asarray:
                    return ref
                if function in (np.reshape, np.ravel) and not self.is_in_one(ref, value, statement):
                    return None
                view = Call(value.function, (HOLE, *map(self.current, rest)))
                return Ref(ref.root, (*ref.path, view))
        return None

    def is_basic(self, index: Index) -> bool:
        """Whether an index gives a view."""
        for item in index:
            if isinstance(item, Slice):
                continue
            known = self.builder.fact(item)
            plain = known in (Known(None), Known(...)) or _is_place(known)
            if not plain and not _is_slice(known):
                return False
        return True

    def copies(self, statement: Assign, value: Subscript, base: Abstract) -> bool:
        """Whether what is read of an array is new, or nobody sees that it is not."""
        ref, target = self.ref(value.value), statement.target
        if not isinstance(base, Array | Unknown):
            return False
        if ref is not None and ref.path and is_flat(ref.path[-1]):
            return True
        if target in self.momentary or self.gathers(value.index):
            return True
        if self.is_settled(statement, target):
            return True
        item = value.index[0]
        if rank(base) != 1 or len(value.index) != 1 or isinstance(item, Slice):
            return False
        self.builder.effect(Call(CHECK_ITEM, (item,)))  # of one row, all but a part is new
        return True

    def gathers(self, index: Index) -> bool:
        """Whether an index surely gives a copy: by a list or array, or by a truth value."""
        items = [i for i in index if not isinstance(i, Slice)]
        made = [self.made.get(getattr(i, "id", "")) for i in items]
        return any(map(gives_indices, made)) or any(_gathers(self.builder.fact(i)) for i in items)

    def is_in_one(self, ref: Ref, value: Call, statement: Statement) -> bool:
        """Whether the items of an array lie one after the other, so that all of them can be seen
        in another shape: code checks that where it is not known."""
        if ref.path or not keeps_order(value):
            return False
        known = self.builder.fact(ref.root.first)
        made = self.made.get(getattr(ref.root.first, "id", ""))
        target = statement.target if isinstance(statement, Assign) else ""
        if rank(known) != 1 and not lies_by_rows(made) and not self.is_settled(statement, target):
            self.builder.effect(Call(CHECK_IN_ONE, (ref.root.first,)))
        return True


def _is_place(known: Abstract) -> bool:
    """Whether it is an index that is one number."""
    if isinstance(known, Known):
        return type(known.value) is int
    return isinstance(known, Scalar) and known.kind == "i"


def _gathers(known: Abstract) -> bool:
    if isinstance(known, Tuple):
        return known.cls is list or any(map(_gathers, known.items))
    return isinstance(known, Array | List) or (rank(known) == 0 and not _is_place(known))


def _is_slice(known: Abstract) -> bool:
    value = known.value if isinstance(known, Known) else None
    return isinstance(value, slice) or value == ()
