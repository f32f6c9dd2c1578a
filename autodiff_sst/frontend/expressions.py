"""Flattens gast expressions to core ones: shared by functions (lower.py) and rules' templates."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import gast

from autodiff_sst.core.parse import OPERATORS as core_operators
from autodiff_sst.core.syntax import (
    Atom,
    Attribute,
    Binary,
    Call,
    DictOf,
    Expression,
    Index,
    ListOf,
    Literal,
    Object,
    Slice,
    Subscript,
    TupleOf,
    Unary,
)
from autodiff_sst.runtime.sequences import merged

# The parser's table, for gast's classes of the same names.
OPERATORS: dict[type, str] = {
    getattr(gast, kind.__name__): symbol for kind, symbol in core_operators.items()
}


class Expressions:
    """What is flattened, and how; what a name is, and where an assignment goes, is up to others."""

    shared: Any  # dispatch.py

    def name(self, name: str, node: Any) -> Atom:
        """What a name stands for."""
        raise NotImplementedError

    def emit(self, value: Expression, node: Any) -> Atom:
        """The atom that holds a value; a new assignment unless the value is one."""
        raise NotImplementedError

    def held_function(self, function: Any, node: Any) -> Atom:
        """A function that is defined here, as a value."""
        raise NotImplementedError

    def atom(self, node: Any) -> Atom:
        return self.emit(self.expression(node), node)

    def expression(self, node: Any) -> Expression:
        match node:
            case gast.Constant(value=value):
                return Literal(value)
            case gast.UnaryOp(op=gast.USub(), operand=gast.Constant(value=value)) if isinstance(
                value, int | float | complex
            ) and not isinstance(value, bool):
                return Literal(-value)
            case gast.Name(id=name):
                return self.name(name, node)
            case gast.Attribute(value=value, attr=name):
                return self.attribute(self.atom(value), name)
            case gast.Call(func=function, args=args, keywords=keywords):
                called = self.atom(function)
                positional = tuple(map(self.atom, args))
                return Call(
                    called, positional, tuple((k.arg, self.atom(k.value)) for k in keywords)
                )
            case gast.BinOp(left=left, op=op, right=right):
                a = self.atom(left)
                return Binary(OPERATORS[type(op)], a, self.atom(right))
            case gast.Compare(left=left, ops=[op], comparators=[right]):
                a = self.atom(left)
                return Binary(OPERATORS[type(op)], a, self.atom(right))
            case gast.UnaryOp(op=op, operand=operand):
                return Unary(OPERATORS[type(op)], self.atom(operand))
            case gast.Subscript(value=value, slice=index):
                base = self.atom(value)
                return Subscript(base, self.index(index))
            case gast.Tuple(elts=items) | gast.List(elts=items) if any(
                isinstance(i, gast.Starred) for i in items
            ):
                return self.unpacked(node, items)
            case gast.Tuple(elts=items):
                return TupleOf(tuple(map(self.atom, items)))
            case gast.List(elts=items):
                return ListOf(tuple(map(self.atom, items)))
            case gast.Dict(keys=keys, values=values) if None in keys:
                return self.merged(node)
            case gast.Dict(keys=keys, values=values):
                pairs = [(self.atom(k), self.atom(v)) for k, v in zip(keys, values, strict=True)]
                return DictOf(tuple(k for k, _ in pairs), tuple(v for _, v in pairs))
            case _:
                raise AssertionError(f"the fence let {type(node).__name__} pass")

    def unpacked(self, node: Any, items: list[Any]) -> Expression:
        """`[*a, b]`, as lists that are joined."""
        display: Any = TupleOf if isinstance(node, gast.Tuple) else ListOf
        whole: Atom | None = None
        run: list[Atom] = []

        def join(part: Expression) -> None:
            nonlocal whole
            atom = self.emit(part, node)
            whole = atom if whole is None else self.emit(Binary("+", whole, atom), node)

        made_by = tuple if display is TupleOf else list
        for item in items:
            if isinstance(item, gast.Starred):
                if run:
                    join(display(tuple(run)))
                    run = []
                function = Object(made_by, made_by.__name__, made_by)
                join(Call(function, (self.atom(item.value),)))
            else:
                run.append(self.atom(item))
        if run or whole is None:
            join(display(tuple(run)))
        assert whole is not None
        return whole

    def merged(self, node: Any) -> Expression:
        """`{**a, "k": v}`, as dicts that are merged."""
        parts: list[Atom] = []
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                parts.append(self.atom(value))
            else:
                one = DictOf((self.atom(key),), (self.atom(value),))
                parts.append(self.emit(one, node))
        return Call(Object(merged, "merged"), tuple(parts))

    def index(self, node: Any) -> Index:
        if isinstance(node, gast.Tuple) and len(node.elts) > 1:
            return tuple(self.index_item(item) for item in node.elts)
        return self.parts_of_index(self.index_item(node))

    def made_as(self, atom: Atom | Slice) -> Expression | None:
        """The expression that a variable is, if that is known."""
        return None

    def parts_of_index(self, item: Atom | Slice) -> Index:
        """The index that a variable is: a tuple with parts in it."""
        made = self.made_as(item)
        if not isinstance(made, TupleOf):
            return (item,)
        items = tuple(map(self.part, made.items))
        return items if any(isinstance(i, Slice) for i in items) else (item,)

    def part(self, item: Atom) -> Atom | Slice:
        """`slice(a, b)` as `a:b`."""
        match self.made_as(item):
            case Call(Object(function), args, ()) if function is slice and 1 <= len(args) <= 3:
                bounds = [None if a == Literal(None) else a for a in args]
                bounds = [None, *bounds] if len(args) == 1 else bounds
                return Slice(bounds[0], bounds[1], bounds[2] if len(args) == 3 else None)
        return item

    def index_item(self, node: Any) -> Atom | Slice:
        if not isinstance(node, gast.Slice):
            return self.part(self.atom(node))
        bounds = (node.lower, node.upper, node.step)
        return Slice(*(None if b is None else self.atom(b) for b in bounds))

    def attribute(self, base: Atom, name: str) -> Expression:
        """An attribute; of a module or a class an object too, if it is one that stays."""
        if not isinstance(base, Object) or not isinstance(base.value, ModuleType | type):
            return Attribute(base, name)
        value = getattr(base.value, name)
        if isinstance(value, ModuleType | int | float | str | None) or callable(value):
            return Object(value, f"{base.text}.{name}", base.root)
        return Attribute(base, name)
