"""Calls that write into an argument, as stores: `out=`, `np.copyto`, `np.add.at`, `fill`, `sort`.

np.sin(x, out=y)          t = np.sin(x)
                   →      y[...] = t
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.values import Abstract, Array, Tuple, Unknown
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    Block,
    Call,
    Effect,
    Expression,
    Index,
    Literal,
    Name,
    Object,
    Store,
    Subscript,
    Update,
)
from autodiff_sst.rules.helpers import numpy_object

_WHOLE: Index = (Literal(...),)


def written_in_place(
    statement: Assign | Effect,
    facts: Mapping[str, Abstract],
    names: Names,
    attributes: Mapping[str, tuple[Atom, str]],
) -> Block | None:
    """The statements that a call does the same as; None if it writes into nothing that is known."""
    writes = _Writes(statement, facts, names)
    match statement.value:
        case Call(Object(function), args, keywords):
            return writes.call(function, args, dict(keywords))
        case Call(Name(name), args, keywords) if name in attributes:
            base, method = attributes[name]
            return writes.method(base, method, args, dict(keywords))
        case _:
            return None


def is_added(target: str, value: Expression | None) -> bool:
    """Whether a value is the array itself, with what `np.add.at` adds."""
    return isinstance(value, Update) and value.base == Name(target) and value.add


class _Writes:
    def __init__(
        self, statement: Assign | Effect, facts: Mapping[str, Abstract], names: Names
    ) -> None:
        self.statement = statement
        self.facts = facts
        self.names = names
        self.origin = statement.origin

    def is_array(self, atom: Atom | None) -> bool:
        known = fact(atom, self.facts) if isinstance(atom, Name) else None
        return isinstance(known, Array | Unknown)

    def stored(self, target: Atom, index: Index, value: Expression) -> Block:
        assert isinstance(target, Name)
        new = self.names.temporary()
        done: Block = (
            Assign(new, value, self.origin),
            Store(target.id, index, Name(new), self.origin),
        )
        return self.returning(done, target)

    def returning(self, done: Block, value: Atom) -> Block:
        if isinstance(self.statement, Assign):
            return (*done, Assign(self.statement.target, value, self.origin))
        return done

    def call(
        self, function: Any, args: tuple[Atom, ...], keywords: dict[str, Atom]
    ) -> Block | None:
        called = Object(function, getattr(function, "__name__", "call"), function)
        if vars(np).get(called.text) is function:
            called = numpy_object(function)
        out = keywords.get("out")
        if isinstance(function, np.ufunc) and len(args) > function.nin and function.nout == 1:
            out, args = args[function.nin], args[: function.nin]
        if self.is_array(out):
            assert out is not None
            rest = tuple((k, a) for k, a in keywords.items() if k not in ("out", "where"))
            if "where" in keywords:
                plain = self.names.temporary()
                first = Assign(plain, Call(called, args, rest), self.origin)
                where = (keywords["where"], Name(plain), out)
                return (first, *self.stored(out, _WHOLE, Call(numpy_object(np.where), where)))
            return self.stored(out, _WHOLE, Call(called, args, rest))
        if function is np.copyto and len(args) == 2 and self.is_array(args[0]):
            if "where" in keywords:
                masked = Call(numpy_object(np.where), (keywords["where"], args[1], args[0]))
                return self.stored(args[0], _WHOLE, masked)
            return self.stored(args[0], _WHOLE, args[1])
        if function is np.putmask and len(args) == 3 and self.is_array(args[0]):
            old = (args[1], args[2], args[0])
            return self.stored(args[0], _WHOLE, Call(numpy_object(np.where), old))
        if (
            function is np.fill_diagonal
            and len(args) == 2
            and not keywords
            and self.is_array(args[0])
        ):
            count = self.names.temporary()
            length = Assign(count, Call(Object(len, "len", len), args[:1]), self.origin)
            order = self.names.temporary()
            ramp = Assign(order, Call(numpy_object(np.arange), (Name(count),)), self.origin)
            return (length, ramp, *self.stored(args[0], (Name(order), Name(order)), args[1]))
        return None

    def at(self, ufunc: Any, args: tuple[Atom, ...]) -> Block | None:
        target, index = args[0], args[1]
        known = fact(index, self.facts)
        assert isinstance(target, Name)
        items: tuple[Atom, ...] = (index,)
        before: list[Assign] = []
        if isinstance(known, Tuple) and known.cls is None:
            items = tuple(Name(self.names.temporary()) for _ in known.items)
            before = [
                Assign(a.id, Subscript(index, (Literal(k),)), self.origin)
                for k, a in enumerate(items)
                if isinstance(a, Name)
            ]
        if ufunc is np.add:
            return (*before, *self.stored(target, _WHOLE, Update(target, items, args[2], True)))
        if ufunc is np.subtract:
            minus = self.names.temporary()
            negated = Assign(minus, Call(numpy_object(np.negative), (args[2],)), self.origin)
            added = Update(target, items, Name(minus), True)
            return (*before, negated, *self.stored(target, _WHOLE, added))
        return None

    def method(
        self, base: Atom, method: str, args: tuple[Atom, ...], keywords: dict[str, Atom]
    ) -> Block | None:
        if isinstance(base, Object) and isinstance(base.value, np.ufunc):
            return self.at(base.value, args) if method == "at" and self.is_array(args[0]) else None
        if not self.is_array(base):
            return None
        if method == "fill" and len(args) == 1:
            return self.none(self.stored(base, _WHOLE, args[0]))
        return None

    def none(self, block: Block) -> Block:
        """Methods that return None."""
        if isinstance(self.statement, Assign):
            return (*block[:-1], Assign(self.statement.target, Literal(None), self.origin))
        return block
