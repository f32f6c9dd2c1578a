"""Which calls turn out to be of Python functions, once the kinds of the arguments are known."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any, TypeGuard

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.facts import taken_branch
from autodiff_sst.analysis.kinds import class_of, held_by
from autodiff_sst.analysis.values import (
    OPAQUE,
    Abstract,
    Dict,
    Known,
    Record,
    Tuple,
    can_be_active,
    rank,
)
from autodiff_sst.core.purity import IN_PLACE
from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    Attribute,
    Binary,
    Block,
    Call,
    Effect,
    Expression,
    Function,
    If,
    Literal,
    Name,
    Object,
    Store,
    Subscript,
    Unary,
)
from autodiff_sst.core.walk import blocks, statements
from autodiff_sst.frontend.hints import CONSUMERS, METHODS, Hint, Hints, Site, is_given_up
from autodiff_sst.frontend.managed import is_plain
from autodiff_sst.frontend.nested import Inner
from autodiff_sst.markers import CustomGradient
from autodiff_sst.rules.definitions import definition_of
from autodiff_sst.rules.registry import adjoint_of
from autodiff_sst.rules.template import serves
from autodiff_sst.runtime.contexts import enter_context, leave_context
from autodiff_sst.runtime.higher import added_up
from autodiff_sst.runtime.sequences import as_sequence, spread_call
from autodiff_sst.transform.of_lists import lists_given

_OF_MANAGERS: dict[Any, str] = {enter_context: "__enter__", leave_context: "__exit__"}
_ONE_OPERAND: dict[Any, str] = {len: "len", abs: "abs"}


def is_augmented(function: Any) -> bool:
    return isinstance(function, BuiltinFunctionType) and function in IN_PLACE


def is_object(known: Abstract) -> TypeGuard[Record | Tuple]:
    """Whether methods of a class may be called: of an object, or a NamedTuple."""
    return isinstance(known, Record) or (
        isinstance(known, Tuple) and known.cls is not None and known.cls is not list
    )


def may_vary(known: Abstract) -> bool:
    return can_be_active(known) and not isinstance(known, Known)


def wanted_hints(
    function: Function, facts: Mapping[str, Abstract], inlines: Callable[[Any], bool]
) -> Hints:
    """The hints that the program lacks."""
    finder = _Finder(function, facts, inlines)
    finder.block(function.body)
    return {site: tuple(found) for site, found in finder.found.items()}


class _Finder:
    def __init__(
        self, function: Function, facts: Mapping[str, Abstract], inlines: Callable[[Any], bool]
    ) -> None:
        self.facts = facts
        self.inlines = inlines
        self.found: dict[Site, list[Hint]] = {}
        self.made: dict[str, Expression] = {
            s.target: s.value for s in statements(function.body) if isinstance(s, Assign)
        }
        # What an earlier hint has found at a place, and could not put in the place of the call.
        self.tested = {
            (s.origin, v.right)
            for s in statements(function.body)
            if isinstance(s, Assign) and isinstance(v := s.value, Binary) and v.operator == "is"
        }

    def block(self, block: Block) -> None:
        for statement in block:
            if isinstance(statement, If):
                test = fact(statement.test, self.facts)
                if isinstance(test, Record) and statement.origin is not None:
                    own = self.member(test, "__bool__", "bool")
                    for key, hint in own or self.member(test, "__len__", "bool"):
                        self.found.setdefault((statement.origin, key), []).append(hint)
                taken = taken_branch(test)
                if taken is not None:  # the other branch goes
                    self.block((statement.then, statement.orelse)[taken])
                    continue
            if isinstance(statement, Assign | Effect | Store) and statement.origin is not None:
                own = (
                    self.stores(statement)
                    if isinstance(statement, Store)
                    else self.hints(statement.value)
                )
                for key, hint in own:
                    if is_given_up((statement.origin, key), hint.function):
                        continue
                    found = self.found.setdefault((statement.origin, key), [])
                    if hint not in found:
                        found.append(hint)
            for inner in blocks(statement):
                self.block(inner)

    def stores(self, statement: Store) -> list[tuple[str, Hint]]:
        known = self.facts[statement.target]
        first = statement.index[0]
        is_attribute = isinstance(first, Literal) and isinstance(first.value, str)
        return [] if is_attribute else self.member(known, "__setitem__", "[]=")

    def hints(self, value: Expression) -> list[tuple[str, Hint]]:
        match value:
            case Call(Object(function), (manager,)) if function in _OF_MANAGERS:
                kind, name = class_of(fact(manager, self.facts)), _OF_MANAGERS[function]
                is_known = kind is not None and is_plain(self.inlines, kind)
                return self.member(fact(manager, self.facts), name, name) if is_known else []
            case Call(Object(function), (_, whole, *named)) if function is spread_call:
                known, *tables = (fact(a, self.facts) for a in (whole, *named))
                found = []
                if isinstance(known, Tuple):
                    found.append(("*", Hint(spread_call, lists=(len(known.items),))))
                if tables and isinstance(tables[0], Dict):
                    found.append(("**", Hint(spread_call, lists=tuple(tables[0].keys))))
                return found
            case Call(Object(function), args, keywords) if (
                definition := definition_of(function)
            ) is not None:
                given = [fact(a, self.facts) for a in (*args, *(a for _, a in keywords))]
                if any(map(may_vary, given)) and not self.has_rule(function, value):
                    lists = {*lists_given(value, self.facts)}
                    places: list[tuple[int | str, Atom]] = [*enumerate(args), *keywords]
                    of_lists = tuple(k for k, a in places if a in lists)
                    return [("()", Hint(function, None, False, definition, of_lists))]
            case Call(Object(Inner(inner))):  # a method that is differentiated
                calls = [s.value for s in inner.body if isinstance(s, Assign)]
                called_in = [c.function for c in calls if isinstance(c, Call)]
                names = [f for f in called_in if isinstance(f, Name) and f.id in self.facts]
                return [found for f in names for found in self.hints(Call(f, ()))]
            case Call(Name(name) as atom):
                called, made = fact(atom, self.facts), self.made.get(name)
                if isinstance(called, Known):
                    function = called.value
                    kinds = FunctionType | MethodType | CustomGradient
                    definition = definition_of(function)
                    given = [fact(a, self.facts) for a in value.args]
                    if definition is not None and any(map(may_vary, given)):
                        return [("()", Hint(function, None, False, definition))]
                    if isinstance(function, kinds) and self.inlines(function):
                        key = made.name if isinstance(made, Attribute) else "()"
                        return [(key, Hint(function))]
                if is_object(called):
                    return self.member(called, "__call__", "()")
                if isinstance(made, Subscript) and called == OPAQUE:
                    return self.of_one(fact(made.value, self.facts))
                if isinstance(made, Attribute):
                    return self.member(fact(made.value, self.facts), made.name, made.name)
            case Attribute(base, name):
                known = fact(base, self.facts)
                if is_object(known) and name not in getattr(known, "keys", ()):
                    member = inspect.getattr_static(known.cls, name, None)
                    if isinstance(member, property) and isinstance(member.fget, FunctionType):
                        return [(name, Hint(member.fget, known.cls))]
            case Subscript(base):
                known = fact(base, self.facts)  # an item, or one that a tuple of names gets
                own = self.member(known, "__getitem__", "[]")
                return [*own, *self.member(known, "__iter__", "iter")]
            case Unary("-", operand):
                return self.member(fact(operand, self.facts), "__neg__", "neg")
            case Call(Object(function), (atom,), ()) if any(f is function for f in _ONE_OPERAND):
                name = _ONE_OPERAND[function]
                return self.member(fact(atom, self.facts), f"__{name}__", name)
            case Call(Object(function), (atom, *_)) if any(
                function is f for f in (as_sequence, *CONSUMERS)
            ):
                known = fact(atom, self.facts)
                if function is sum and any(map(self.is_added, held_by(known))):
                    return [("()", Hint(sum, None, False, added_up))]
                return self.member(known, "__iter__", "iter")
            case Call(Object(function), (left, _), ()) if is_augmented(function):
                known, name = fact(left, self.facts), function.__name__
                return self.member(known, f"__{name}__", "+=") or self.member(
                    known, f"__{name[1:]}__", "+="
                )
            case Binary(op, left, right) if op in METHODS:
                first = self.member(fact(left, self.facts), f"__{METHODS[op]}__", op)
                return first or self.member(
                    fact(right, self.facts), f"__r{METHODS[op]}__", f"r{op}"
                )
        return []

    def is_added(self, item: Abstract) -> bool:
        """Whether `+` of it is a method."""
        return any(self.member(item, name, "+") for name in ("__add__", "__radd__"))

    def of_one(self, container: Abstract) -> list[tuple[str, Hint]]:
        """The functions that a container holds, of which one is called."""
        known = getattr(container, "value", None)
        if isinstance(known, dict):
            items: Any = [*map(Known, known.values())]
        elif isinstance(known, list | tuple):
            items = [*map(Known, known)]
        else:
            items = getattr(container, "items", ())
        found: list[tuple[str, Hint]] = []
        for item in items:
            function = item.value if isinstance(item, Known) else None
            if is_object(item):
                more = self.member(item, "__call__", "()")
            else:
                more = [("()", Hint(function, None, False))] if callable(function) else []
            if not more:
                return []
            found += [pair for pair in more if pair not in found]
        return [*found[:-1], *((key, replace(h, is_last=True)) for key, h in found[-1:])]

    def has_rule(self, function: Any, value: Call) -> bool:
        """Whether a rule serves these ranks, and knows these arguments."""
        ranks = tuple(rank(fact(a, self.facts)) for a in value.args)
        return serves(adjoint_of(function, ranks), value.args, value.keywords)

    def member(self, known: Abstract, name: str, key: str) -> list[tuple[str, Hint]]:
        """The method that an attribute of an object is."""
        if not is_object(known) or name in (known.keys if isinstance(known, Record) else ()):
            return []
        if isinstance(known, Tuple) and name in ("_replace", "_asdict"):
            return []  # a NamedTuple's own
        member = inspect.getattr_static(known.cls, name, None)
        binds = not isinstance(member, staticmethod)
        if isinstance(member, staticmethod | classmethod):
            function = getattr(known.cls, name) if not binds else member.__func__
        else:
            function = member
        if not isinstance(function, FunctionType):
            return []
        if isinstance(member, classmethod):
            return [(key, Hint(getattr(known.cls, name), known.cls, False))]
        return [(key, Hint(function, known.cls, binds))]
