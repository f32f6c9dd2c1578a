"""Builtins and methods of containers that hold active values, as what they do.

    y = max(a, b)             t = b > a                        items = d.items()        t = d["a"]
                       →      if t: y = b                                          →    u = ("a", t)
                              else: y = a                                               items = (u,)

On values that carry no derivative they stay what they are.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.infer import infer
from autodiff_sst.analysis.values import (
    Abstract,
    Array,
    Dict,
    Known,
    List,
    Record,
    Scalar,
    Tuple,
    Unknown,
    can_be_active,
    rank,
)
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    Append,
    Assign,
    Atom,
    Attribute,
    Binary,
    Block,
    Call,
    Carry,
    DictOf,
    Effect,
    Expression,
    For,
    If,
    Index,
    ListOf,
    Literal,
    Merge,
    Name,
    Object,
    Statement,
    Subscript,
    TupleOf,
)
from autodiff_sst.rules.helpers import CHECK_UNSHARED, LEN, LIST, numpy_object
from autodiff_sst.runtime.methods import METHODS_OF_UFUNCS
from autodiff_sst.runtime.records import plain_fields
from autodiff_sst.runtime.sequences import (
    as_sequence,
    count_of,
    in_order,
    merged,
    order_of,
    position_of,
    sorted_by,
)
from autodiff_sst.transform.copying import copied, holds_arrays, is_copy


class Expansion:
    """What one statement becomes; `attributes` says of what object a name is which attribute."""

    def __init__(
        self,
        statement: Assign,
        facts: Mapping[str, Abstract],
        names: Names,
        attributes: Mapping[str, tuple[Atom, str]],
    ) -> None:
        self.statement = statement
        self.facts = facts
        self.names = names
        self.attributes = attributes
        self.done: list[Statement] = []

    def fact(self, atom: Atom) -> Abstract:
        return fact(atom, self.facts)

    def emit(self, value: Expression) -> Name:
        name = self.names.temporary()
        self.done.append(Assign(name, value, self.statement.origin))
        return Name(name)

    def end(self, value: Expression) -> Block:
        """The statements, the last of which gives the target its value."""
        return (*self.done, dataclasses.replace(self.statement, value=value))

    def expand(self) -> Block | None:
        """The block that does what the statement does; None if it stays."""
        match self.statement.value:
            case Call(Object(function), args, ()) if function in (max, min) and args:
                return self.extremum(function is max, args)
            case Call(Object(function), (xs, *rest), keywords) if function is sorted:
                reverse = dict(keywords).get("reverse", Literal(False))
                others = {k for k, _ in keywords} - {"reverse"}
                return None if rest or others else self.sorted(xs, xs, reverse)
            case Call(Object(function), (xs, keys, reverse)) if function is sorted_by:
                return self.sorted(xs, keys, reverse)
            case Call(Object(function), (base,), ()) if function in (
                dataclasses.asdict,
                dataclasses.astuple,
            ) and isinstance(self.fact(base), Record):
                return self.parts(function, base)
            case Call(Object(function), (xs,), ()) if function is tuple:
                known = self.fact(xs)  # a list does what a tuple does
                items = isinstance(known, Array | Unknown | List) and can_be_active(known)
                return self.end(Call(LIST, (xs,))) if items else None
            case Call(Object(function), (xs,)) if function is as_sequence:
                known = self.fact(xs)
                return self.end(self.keys(known)) if isinstance(known, Dict) else None
            case Call(Object(function), (), keywords) if function is dict and keywords:
                return self.end(DictOf(tuple(Literal(k) for k, _ in keywords),
                                       tuple(a for _, a in keywords)))  # fmt: skip
            case Call(Object(function), (base,), keywords) if function is dict and isinstance(
                self.fact(base), Dict
            ):
                return self.merged((base,), dict(keywords))
            case Binary("|", left, right) if all(
                isinstance(self.fact(a), Dict) for a in (left, right)
            ):
                return self.merged((left, right))
            case Call(Object(function), dicts) if function is merged:
                return self.merged(dicts)
            case Call(Object(function), (base,), ()) if is_copy(function):
                known = self.fact(base)
                if isinstance(known, Unknown):
                    return self.end(Call(numpy_object(np.copy), (base,)))
                deep = function is copy.deepcopy
                if deep and holds_arrays(known) > 1:
                    check = Call(CHECK_UNSHARED, (base,))
                    self.done.append(Effect(check, self.statement.origin))
                made = copied(base, known, deep, self.emit)
                return None if made is None else self.end(made)
            case Call(Object(function), (base,), keywords) if function is dataclasses.replace:
                return self.replaced(base, dict(keywords))
            case Call(Name(name), args, keywords) if name in self.attributes:
                base, method = self.attributes[name]
                return self.method(base, self.fact(base), method, args, dict(keywords))
        return None

    # Numbers in order

    def is_number(self, atom: Atom) -> bool:
        """Or what has to be one: Python compares it."""
        known = self.fact(atom)
        if isinstance(known, Unknown):
            return True
        return rank(known) == 0 and not isinstance(known, Array)

    def extremum(self, is_max: bool, args: tuple[Atom, ...]) -> Block | None:
        if not any(can_be_active(self.fact(a)) for a in args):
            return None
        if len(args) > 1:
            return self.of_numbers(is_max, args) if all(map(self.is_number, args)) else None
        known = self.fact(args[0])
        if isinstance(known, Tuple):
            atoms = [self.emit(Subscript(args[0], (Literal(k),))) for k in range(len(known.items))]
            numbers = all(rank(i) == 0 for i in known.items) and atoms
            return self.of_numbers(is_max, tuple(atoms)) if numbers else None
        if isinstance(known, List) or rank(known) == 1:
            return self.along(is_max, args[0])
        return None

    def better(self, is_max: bool, new: Atom, best: Atom) -> Expression:
        return Binary(">" if is_max else "<", new, best)  # the first of equals stays

    def of_numbers(self, is_max: bool, args: tuple[Atom, ...]) -> Block:
        best = args[0]
        for new in args[1:]:
            test = self.emit(self.better(is_max, new, best))
            merge = Merge(self.names.temporary(), (new, best))
            self.done.append(If(test, (), (), (merge,), self.statement.origin))
            best = Name(merge.name)
        return self.end(best)

    def along(self, is_max: bool, xs: Atom) -> Block:
        origin = self.statement.origin
        length, first = self.emit(Call(LEN, (xs,))), self.emit(Subscript(xs, (Literal(0),)))
        counter, best = self.names.fresh("k"), self.names.fresh("best")
        outer, self.done = self.done, []
        item = self.emit(Subscript(xs, (Name(counter),)))
        test = self.emit(self.better(is_max, item, Name(best)))
        merge = Merge(self.names.temporary(), (item, Name(best)))
        body = (*self.done, If(test, (), (), (merge,), origin))
        self.done = outer
        carry = Carry(best, first, Name(merge.name))
        self.done.append(For(counter, (Literal(1), length), body, (carry,), False, origin))
        return self.end(Name(best))

    def sorted(self, xs: Atom, keys: Atom, reverse: Atom) -> Block | None:
        known = self.fact(xs)
        if not can_be_active(known) and can_be_active(self.fact(keys)):
            order = self.emit(Call(Object(order_of, "order_of"), (keys, reverse)))
            return self.end(Call(Object(in_order, "in_order"), (xs, order)))
        if isinstance(known, Tuple) and all(
            rank(i) == 0 or isinstance(i, Tuple) for i in known.items
        ):  # of tuples, columns.py makes lists of numbers
            items = [self.emit(Subscript(xs, (Literal(k),))) for k in range(len(known.items))]
            whole = self.emit(ListOf(tuple(items)))
            xs, keys = whole, whole if keys == xs else keys
        elif not isinstance(known, List) and rank(known) != 1:
            return None
        if not can_be_active(known):
            return None
        origin = self.statement.origin
        order = self.emit(Call(Object(order_of, "order_of"), (keys, reverse)))
        result = self.emit(ListOf(()))
        length, counter = self.emit(Call(LEN, (order,))), self.names.fresh("k")
        outer, self.done = self.done, []
        position = self.emit(Subscript(order, (Name(counter),)))
        item = self.emit(Subscript(xs, (position,)))
        body = (*self.done, Append(result.id, item, origin))
        self.done = outer
        self.done.append(For(counter, (length,), body, (), False, origin))
        return self.end(result)

    # Dicts and objects

    def of_ufunc(
        self, ufunc: Any, method: str, args: tuple[Atom, ...], keywords: dict[str, Atom]
    ) -> Block | None:
        """`np.add.reduce(x)` as `np.sum(x, axis=0)`, and the like."""
        if method == "outer" and len(args) == 2 and not keywords:
            left, right = (rank(self.fact(a)) for a in args)
            if left is None or right is None:
                return None
            whole: Index = (Literal(...), *[Literal(None)] * right)
            spread = self.emit(Subscript(args[0], whole)) if right else args[0]
            return self.end(Call(numpy_object(ufunc), (spread, args[1])))
        function = METHODS_OF_UFUNCS.get((ufunc, method))
        if function is None or not args:
            return None
        named = {"axis": args[1] if len(args) > 1 else Literal(0), **keywords}
        return self.end(Call(numpy_object(function), args[:1], tuple(named.items())))

    def parts(self, function: Any, base: Atom) -> Block | None:
        """A dataclass as a dict or tuple of what it holds, which is copied."""
        cls = getattr(self.fact(base), "cls", None)
        if cls is None or not dataclasses.is_dataclass(cls):
            return None
        names, items = [f.name for f in dataclasses.fields(cls)], []
        for name in names:
            item = self.emit(Attribute(base, name))
            known = infer(Attribute(base, name), self.facts, "")
            if isinstance(known, Record):
                called = Object(function, f"dataclasses.{function.__name__}", dataclasses)
                item = self.emit(Call(called, (item,)))
            elif isinstance(known, Array | Scalar | Known):
                item = self.emit(cast(Expression, copied(item, known, True, self.emit)))
            else:
                return None
            items.append(item)
        if function is dataclasses.astuple:
            return self.end(TupleOf(tuple(items)))
        return self.end(DictOf(tuple(map(Literal, names)), tuple(items)))

    def keys(self, known: Dict) -> Expression:
        return TupleOf(tuple(map(Literal, known.keys)))

    def merged(self, dicts: tuple[Atom, ...], more: Mapping[str, Atom] = {}) -> Block | None:
        found: dict[Any, Atom] = {}
        for atom in dicts:
            known = self.fact(atom)
            if not isinstance(known, Dict):
                return None
            found |= {k: self.emit(Subscript(atom, (Literal(k),))) for k in known.keys}
        found |= more
        return self.end(DictOf(tuple(map(Literal, found)), tuple(found.values())))

    def replaced(self, base: Atom, changes: dict[str, Atom]) -> Block | None:
        known = self.fact(base)
        fields = plain_fields(known.cls) if isinstance(known, Record) else None
        if fields is None or not isinstance(known, Record) or {*changes} - {*fields}:
            return None
        named = tuple(
            (f, changes[f] if f in changes else self.emit(Attribute(base, f))) for f in fields
        )
        return self.end(Call(Object(known.cls, known.cls.__name__, known.cls), (), named))

    def method(
        self,
        base: Atom,
        known: Abstract,
        method: str,
        args: tuple[Atom, ...],
        keywords: dict[str, Atom],
    ) -> Block | None:
        if isinstance(base, Object) and isinstance(base.value, np.ufunc):
            return self.of_ufunc(base.value, method, args, keywords)
        match known, method, args:
            case Dict(keys), "items" | "values" | "keys" | "copy", ():
                if method == "copy":
                    return self.merged((base,))
                items = {k: self.emit(Subscript(base, (Literal(k),))) for k in keys}
                if method == "items":
                    pairs = [TupleOf((Literal(k), item)) for k, item in items.items()]
                    return self.end(TupleOf(tuple(map(self.emit, pairs))))
                return self.end(
                    self.keys(known) if method == "keys" else TupleOf(tuple(items.values()))
                )
            case Dict(keys), "get", (key, *default):
                found = self.fact(key)
                if isinstance(found, Known):
                    if found.value in keys:
                        return self.end(Subscript(base, (Literal(found.value),)))
                    return self.end(default[0] if default else Literal(None))
            case Tuple(_, cls), "_replace", () if cls is not None and cls is not list:
                given = tuple(
                    keywords[f] if f in keywords else self.emit(Attribute(base, f))
                    for f in cls._fields
                )
                return self.end(Call(Object(cls, cls.__name__, cls), given))
            case Tuple(_, cls), "_asdict", () if cls is not None and cls is not list:
                read = tuple(self.emit(Attribute(base, f)) for f in cls._fields)
                return self.end(DictOf(tuple(map(Literal, cls._fields)), read))
            case ((Tuple() | List()), "count" | "index", (item,)):
                function: Callable[..., Any] = count_of if method == "count" else position_of
                return self.end(Call(Object(function, function.__name__), (base, item)))
            case Tuple(items, cls), "copy", () if cls is list:
                taken = [self.emit(Subscript(base, (Literal(k),))) for k in range(len(items))]
                return self.end(ListOf(tuple(taken)))
            case Known(str() as text), _, _:
                values = [self.fact(a) for a in args]
                if not keywords and all(isinstance(v, Known) for v in values):
                    constants = [v.value for v in values if isinstance(v, Known)]
                    try:
                        made = getattr(text, method)(*constants)
                    except Exception:  # as it will when it runs, if it comes so far
                        return None
                    if isinstance(made, bool | int | str):
                        return self.end(Literal(made))
        return None
