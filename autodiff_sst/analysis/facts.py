"""What is known of every name of a function: one forward walk; loops repeat until nothing changes.

CORE, parameters' abstract values → a dict, name → abstract value
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autodiff_sst.analysis.access import fact, key_of, stored
from autodiff_sst.analysis.growing import (
    are_held,
    as_list,
    holds_objects,
    makes_longer,
    of_any_length,
    under_all_names,
)
from autodiff_sst.analysis.infer import infer
from autodiff_sst.analysis.sharing import dicts_that_shrink
from autodiff_sst.analysis.values import (
    INT,
    OPAQUE,
    UNKNOWN,
    Abstract,
    Array,
    Dict,
    Known,
    List,
    Record,
    Table,
    Tuple,
    Unknown,
    join,
    join_all,
    named_lengths,
    widen,
    with_items,
    with_own_lengths,
)
from autodiff_sst.core.syntax import (
    Accumulate,
    Append,
    Assign,
    Attribute,
    Binary,
    Block,
    Call,
    Carry,
    CustomGrad,
    Effect,
    Expression,
    For,
    Function,
    If,
    Literal,
    Merge,
    Name,
    Object,
    Pop,
    Push,
    Raise,
    Slice,
    Store,
    Subscript,
    Try,
    While,
    assert_never,
)
from autodiff_sst.core.walk import statements

_ROUNDS = 6  # the lattice is shallow; what still changes then is widened to UNKNOWN


def find_facts(
    function: Function, parameters: Mapping[str, Abstract], assumed: set[str] | None = None
) -> dict[str, Abstract]:
    """What is known of every name.

    Args:
        assumed: the names of which it was assumed, not seen, that they are what they were in the
            turn before: objects and containers of which a loop makes new ones. They are added to
            it. Without it, nothing is assumed.
    """
    given = {name: with_own_lengths(parameters[name], name) for name in function.parameters}
    lists_change = any(map(makes_longer, statements(function.body)))
    walk = _Walk({**given}, assumed, lists_change)
    walk.block(function.body)
    stores = [
        s
        for s in statements(function.body)
        if isinstance(s, Store) and not isinstance(walk.facts.get(s.target), Array | List)
    ]
    lists = under_all_names(walk.lists, function, walk.facts)
    held = are_held(function, {*lists})
    shrunk = dicts_that_shrink(function, walk.facts)
    if not held and not shrunk and all(_keeps_kind(s, walk.facts) for s in stores):
        return walk.facts
    changing = {k.value for s in stores for k in s.index if isinstance(k, Literal)}
    if not held and not shrunk and changing:
        wider = _Walk({**given}, assumed, lists_change)
        wider.changing = changing
        wider.block(function.body)
        if all(_keeps_kind(s, wider.facts) for s in stores):
            return wider.facts
    # Items of containers are stored, or lists grow in them: once more, without believing what they
    # were, or with what they are in the end.
    again = _Walk({**given}, assumed, lists_change)
    again.stores = stores
    again.shrunk = shrunk
    again.lists = lists
    again.block(function.body)
    return again.facts


def _keeps_kind(store: Store, facts: Mapping[str, Abstract]) -> bool:
    """Whether what is stored is of the kind of what was there: so it is after every store."""
    base, (key, *more) = facts.get(store.target), store.index
    if more or isinstance(key, Slice) or (isinstance(key, Name) and key.id not in facts):
        return False
    known = fact(key, facts)
    if not isinstance(base, Dict | Record) or not isinstance(known, Known):
        return False
    if known.value not in base.keys:
        return False
    item = base.items[base.keys.index(known.value)]
    return item != OPAQUE and join(item, fact(store.value, facts)) == item


def taken_branch(test: Abstract) -> int | None:
    """Which branch of an `if` is taken, where that is known."""
    if isinstance(test, Known) and isinstance(test.value, bool):
        return 0 if test.value else 1
    return None


class _Walk:
    def __init__(
        self, facts: dict[str, Abstract], assumed: set[str] | None, lists_change: bool
    ) -> None:
        self.facts = facts
        self.assumed = assumed
        self.depth = 0  # of loops
        self.changing: set[Any] = set()  # keys and attributes at which something is stored
        # What was pushed on a stack, by position.
        self.stacks: dict[str, list[Abstract]] = {}
        # The lists that are appended to, as they are in the end.
        self.lists: dict[str, Abstract] = {}
        self.stores: list[Store] = []  # of items that have not become new versions yet
        self.shrunk: set[str] = set()  # the dicts that lose keys
        self.lists_change = lists_change  # lists that containers hold may get longer

    def block(self, block: Block) -> None:
        facts = self.facts
        for statement in block:
            match statement:
                case Assign(target, value):
                    facts[target] = infer(value, facts, target)
                    if self.lists_change:
                        facts[target] = of_any_length(facts[target])
                    if self.changing:
                        facts[target] = self.without_constants(facts[target])
                    if (self.stores or self.shrunk) and self.is_stored(value):
                        facts[target] = OPAQUE
                    if target in self.lists:  # what was appended in an earlier round
                        made = facts[target]
                        if isinstance(made, Tuple):
                            facts[target] = as_list(made, target)
                        facts[target] = join(facts[target], self.lists[target], target)
                case Append(target, value):
                    known = facts[target]
                    if isinstance(known, Tuple):  # it grows: an item is like another
                        known = as_list(known, target)
                    if isinstance(known, List):
                        item = widen(fact(value, facts))
                        if known.item is not None:
                            item = join(known.item, item, target)
                        facts[target] = List(item)
                        if self.lists_change:
                            facts[target] = of_any_length(facts[target])
                        self.lists[target] = facts[target]
                case Push(stack, values):
                    found = [fact(v, facts) for v in values]
                    items_before = self.stacks.get(stack)
                    if items_before is not None and len(items_before) == len(found):
                        pairs = enumerate(zip(items_before, found, strict=True))
                        found = [join(a, b, f"{stack}.{k}") for k, (a, b) in pairs]
                    self.stacks[stack] = found
                case Pop(targets, stack):
                    items = self.stacks.get(stack, [])
                    known_items = len(items) == len(targets)
                    for k, target in enumerate(targets):
                        facts[target] = items[k] if known_items else UNKNOWN
                case If(test, then, orelse, merges):
                    self.block(then)
                    self.block(orelse)
                    decided = taken_branch(fact(test, facts))
                    if decided is None:
                        self.merge(merges)
                    else:
                        for merge in merges:
                            facts[merge.name] = fact(merge.values[decided], facts)
                case For(target, _, body, carries):
                    facts[target] = INT
                    self.loop((body,), carries)
                case While(condition, _, body, carries):
                    self.loop((condition, body), carries)
                case Try(body, handlers, merges):
                    self.block(body)
                    for handler in handlers:
                        if handler.name is not None:
                            facts[handler.name] = OPAQUE
                        self.block(handler.body)
                    self.merge(merges)
                case CustomGrad(target, value, _, bars, body):
                    facts[target] = known = fact(value, facts)
                    parts = getattr(known, "items", ()) if len(bars) > 1 else (known,)
                    for k, bar in enumerate(bars):
                        facts[bar] = parts[k] if k < len(parts) else UNKNOWN
                    self.block(body)
                case Store(target, index, value) if isinstance(facts.get(target), List):
                    before = facts[target]
                    facts[target] = known = stored(
                        before, index, fact(value, facts), target, key_of(index, facts)
                    )
                    of_lists = isinstance(known, List) and isinstance(known.item, List)
                    tells = of_lists or holds_objects(known)
                    if isinstance(index[0], Slice) or (tells and known != before):
                        self.lists[target] = facts[target]
                case Accumulate(target, (index,), value) if (
                    isinstance(grown := facts.get(target), List)
                    and not isinstance(grown, Table)
                    and not isinstance(index, Slice)
                    and isinstance(added := fact(value, facts), Array | Unknown)
                ):  # to a zero
                    item = added if grown.item is None else join(grown.item, added, target)
                    facts[target] = self.lists[target] = List(item, grown.length)
                case Effect() | Store() | Accumulate() | Raise():
                    pass
                case _:
                    assert_never(statement)

    def without_constants(self, known: Abstract) -> Abstract:
        """Of a dict or object: a number that changes is no constant."""
        if not isinstance(known, Dict | Record):
            return known
        pairs = zip(known.keys, known.items, strict=True)
        return with_items(known, [widen(i) if k in self.changing else i for k, i in pairs])

    def is_stored(self, value: Expression) -> bool:
        """Whether a value is read of a container, some item of which is stored: it may be it."""
        match value:
            case Subscript(base, (item,)):
                key: object = fact(item, self.facts) if not isinstance(item, Slice) else None
            case Attribute(base, name):
                key = Known(name)
            case Binary("in" | "not in", _, base):
                key = None
            case Call(Object(called), (base,)) if called in (len, bool, tuple, list, set, sum, any):
                if not isinstance(fact(base, self.facts), Dict):
                    return False
                key = None
            case _:
                return False
        container = fact(base, self.facts)
        if isinstance(base, Name) and base.id in self.shrunk:
            return True
        if isinstance(container, Tuple) and container.cls is not list:
            return False
        if not isinstance(container, Tuple | Dict | Record):
            return False
        for store in self.stores:
            (index, *_) = store.index
            later = isinstance(index, Slice) or (
                isinstance(index, Name) and index.id not in self.facts
            )
            stored = None if later or isinstance(index, Slice) else fact(index, self.facts)
            known = isinstance(key, Known) and isinstance(stored, Known)
            if not known or key == stored:
                return True
        return False

    def merge(self, merges: tuple[Merge, ...]) -> None:
        for merge in merges:
            found = [fact(v, self.facts) for v in merge.values]
            hoped = self.hoped(found, merge.name) if self.depth else None
            self.facts[merge.name] = hoped or join_all(found, merge.name)

    def hoped(self, values: list[Abstract], name: str) -> Abstract | None:
        """The container or object among values of which nothing else is known."""
        known = [v for v in values if v != OPAQUE and not isinstance(v, Table)]
        if self.assumed is None or len(known) != 1 or len(values) != 2:
            return None
        if not isinstance(known[0], Record | Dict | Tuple | List):
            return None
        self.assumed.add(name)
        return known[0]

    def loop(self, blocks: tuple[Block, ...], carries: tuple[Carry, ...]) -> None:
        """A carry is the join of its entry and of what every turn makes of it."""
        facts = self.facts
        self.depth += 1
        for carry in carries:
            facts[carry.name] = named_lengths(fact(carry.init, facts), carry.name)
        for turn in range(_ROUNDS):
            lists = {**self.lists}
            for block in blocks:
                self.block(block)
            changed = lists != self.lists
            for carry in carries:
                old = facts[carry.name]
                new = named_lengths(fact(carry.next, facts), carry.name)
                new = self.hoped([old, new], carry.name) or join(old, new, carry.name)
                if new != old:
                    facts[carry.name] = new if turn < _ROUNDS - 2 else UNKNOWN
                    changed = True
            if not changed:
                break
        self.depth -= 1
