"""`x += e`: of an array a store, of a number another value, of which `x` is the name.

t = iadd(x, e)          t_1 = x + e             t = x + e
                 →      x[...] = t_1     or
                        t = x
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from autodiff_sst.analysis.infer import infer
from autodiff_sst.analysis.kinds import is_list
from autodiff_sst.analysis.ownership import Owners
from autodiff_sst.analysis.values import (
    Abstract,
    Array,
    Dict,
    Known,
    List,
    Opaque,
    Tuple,
    Unknown,
    rank,
)
from autodiff_sst.analysis.viewing import seen_flat
from autodiff_sst.core.names import Names
from autodiff_sst.core.purity import IN_PLACE
from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    Attribute,
    Binary,
    Block,
    Call,
    Effect,
    Function,
    Literal,
    Name,
    Object,
    Store,
    Subscript,
)
from autodiff_sst.core.walk import statements
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.rules.helpers import CHECK_ARRAY, LIST
from autodiff_sst.transform.common import WHOLE


def is_update(statement: Assign | Effect) -> bool:
    value = statement.value
    return (
        isinstance(value, Call)
        and isinstance(value.function, Object)
        and value.function.value in IN_PLACE
    )


class Updates:
    """The augmented assignments of a block, as far as types decide them."""

    def __init__(
        self, function: Function, facts: Mapping[str, Abstract], names: Names, last: bool
    ) -> None:
        body = function.body
        self.facts = facts
        self.names = names
        self.last = last  # nothing that is left will be known
        self.waits = False
        self.owners = Owners(function)
        self.body = body
        self.items: dict[str, Subscript | Attribute] = {}  # what is read of others
        self.back: dict[str, Store] = {}  # where a name is stored
        self.stores = any(isinstance(s, Store) for s in statements(body))
        for statement in statements(body):
            match statement:
                case Assign(target, (Subscript() | Attribute()) as read):
                    self.items[target] = read
                case Store(value=Name(name)):
                    self.back[name] = statement
                case _:
                    pass

    def resolved(self, statement: Assign | Effect) -> Block | None:
        """What it is; None if it stays, as nothing is known yet of what is updated."""
        value = statement.value
        assert isinstance(value, Call)
        assert isinstance(value.function, Object)
        left, right = value.args
        known = infer(left, self.facts, "")
        if isinstance(known, Opaque | Unknown) and not self.last:
            self.waits = True
            return None
        if isinstance(known, Opaque) and self.stores:
            return None  # more is known where what is stored into has become values
        total = Binary(IN_PLACE[value.function.value], left, right)
        if isinstance(known, Dict) and total.operator == "|":
            return self.merged(statement, left, right)
        if is_list(known):
            return self.extended(statement, left, right)
        if not self.rebinds(statement, left, known):
            return self.stored(statement, total, known)
        if isinstance(statement, Effect):
            return ()  # a number that nobody reads
        return (Assign(statement.target, total, statement.origin),)

    def rebinds(self, statement: Assign | Effect, left: Atom, known: Abstract) -> bool:
        """Whether it is `x = x + e`: of numbers, and of arrays that nobody else sees."""
        if rank(known) == 0 and not isinstance(known, Array):
            return True
        if isinstance(known, Known | Tuple):  # strings and tuples are not changed either
            return True
        if isinstance(left, Name) and isinstance(statement, Assign):
            read, store = self.items.get(left.id), self.back.get(statement.target)
            if isinstance(read, Subscript) and store is not None:  # `x[i] += e` of an array
                base = infer(read.value, self.facts, "")
                same = read.value == Name(store.target) and read.index == store.index
                if same and isinstance(base, Array | Unknown):
                    return True
        if not isinstance(left, Name) or not self.owners.is_alone(left.id, statement):
            return False
        # Where it is reshaped too, the sum may lie in memory in another order.
        if rank(known) == 1 or isinstance(statement, Effect):
            return True
        return statement.target not in self.seen_flat

    @cached_property
    def seen_flat(self) -> set[str]:
        return seen_flat(self.body)

    def merged(self, statement: Assign | Effect, left: Atom, right: Atom) -> Block:
        """`d |= e`, of a dict: `d.update(e)`."""
        method, origin = self.names.temporary(), statement.origin
        done: Block = (
            Assign(method, Attribute(left, "update"), origin),
            Effect(Call(Name(method), (right,)), origin),
        )
        if isinstance(statement, Assign):
            done = (*done, Assign(statement.target, left, origin))
        return done

    def extended(self, statement: Assign | Effect, left: Atom, more: Atom) -> Block:
        """`x += e`, of a list: `x[:] = x + list(e)`."""
        given = infer(more, self.facts, "")
        if not isinstance(left, Name) or not isinstance(given, List | Tuple):
            raise self.refuse(statement)  # an array would be added
        new, items = self.names.temporary(), self.names.temporary()
        origin = statement.origin
        done: Block = (
            Assign(items, Call(LIST, (more,)), origin),
            Assign(new, Binary("+", left, Name(items)), origin),
            Store(left.id, WHOLE, Name(new), origin),
        )
        if isinstance(statement, Assign):
            done = (*done, Assign(statement.target, left, origin))
        return done

    def refuse(self, statement: Assign | Effect) -> UnsupportedSyntaxError:
        words = "an augmented assignment changes this in place, which is not supported yet"
        return UnsupportedSyntaxError(words, statement.origin, instead="`x = x + e`.")

    def stored(self, statement: Assign | Effect, total: Binary, known: Abstract) -> Block:
        """`x += e`, of an array: `x[...] = x + e`."""
        left = total.left
        if not isinstance(left, Name) or not isinstance(known, Array | Unknown):
            raise self.refuse(statement)
        new = self.names.temporary()
        origin = statement.origin
        done: Block = (
            Assign(new, total, origin),
            Store(left.id, (Literal(...),), Name(new), origin),
        )
        if isinstance(known, Unknown):
            done = (Effect(Call(CHECK_ARRAY, (left,)), origin), *done)
        if isinstance(statement, Assign):
            done = (*done, Assign(statement.target, left, origin))
        return done
