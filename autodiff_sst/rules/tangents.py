"""Expands the tangent template of a rule, without what is zero.

d[y] = b * (d[x] + d[c])        where only `x` has a tangent      t_dot = b * x_dot
d[y] = np.hstack([d[x], d[c]])                                    t_dot = np.hstack([x_dot, zeros])

A template is linear in the tangents together. So a sum loses its terms that are zero, and anything
else is zero if all tangents in it are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gast

from autodiff_sst.core.build import Builder
from autodiff_sst.core.syntax import Atom, Call, Expression, Literal
from autodiff_sst.rules.helpers import ZEROS_LIKE
from autodiff_sst.rules.registry import Rule
from autodiff_sst.rules.template import Expansion, Knowledge


def expand_tangent(
    rule: Rule,
    builder: Builder,
    knowledge: Knowledge,
    result: Atom,
    arguments: Mapping[str, Atom],
    tangents: Mapping[str, Atom],
) -> Atom | None:
    """The tangent of the result; None if it is zero. `tangents` holds those that are not zero."""
    expansion = _Tangent(rule, builder, knowledge, result, arguments, Literal(None), {})
    expansion.tangents = tangents
    expansion.carriers, expansion.zeros = {}, {}
    expansion.block(expansion.source.tree.body)
    return expansion.total


class _Tangent(Expansion):
    tangents: Mapping[str, Atom]
    carriers: dict[str, bool]  # names bound to what is made of tangents: whether it is zero
    zeros: dict[str, Any]  # of those that are, what they are made of
    total: Atom | None = None

    def differential(self, key: str, value: Any) -> None:
        if key != self.result_name:
            raise self.bad(f"`d[{key}]` is not the tangent of the result")
        kept = self.without_zeros(value)
        if kept is not None:
            made = self.emit(self.expression(kept), kept)
            more = self.total is not None
            self.total = self.builder.binary("+", self.total, made) if more else made

    def bind(self, name: str, value: Any) -> None:
        if not self.parts(value):
            self.carriers.pop(name, None)
            return super().bind(name, value)
        kept = self.without_zeros(value)
        self.carriers[name] = kept is None
        if kept is None:
            self.zeros[name] = value
        else:
            super().bind(name, kept)

    def expression(self, node: Any) -> Expression:
        match node:
            case gast.Subscript(value=gast.Name(id="d"), slice=gast.Name(id=key)):
                if key in self.tangents:
                    return self.tangents[key]
                return Call(ZEROS_LIKE, (self.values[key],))  # beside others that are not zero
        return super().expression(node)

    def name(self, name: str, node: Any) -> Atom:
        if name not in self.values and name in self.zeros:  # beside others, too
            super().bind(name, self.zeros[name])
        return super().name(name, node)

    def without_zeros(self, node: Any) -> Any:
        """An expression without the terms that are zero; None if it is zero."""
        match node:
            case gast.IfExp(test=test, body=body, orelse=orelse):
                return self.without_zeros(body if self.decide(test) else orelse)
            case gast.BinOp(left=left, op=gast.Add() | gast.Sub() as op, right=right):
                first, second = self.without_zeros(left), self.without_zeros(right)
                if first is None and second is not None and isinstance(op, gast.Sub):
                    return gast.copy_location(gast.UnaryOp(op=gast.USub(), operand=second), node)
                if first is None or second is None:
                    return second if first is None else first
                return gast.copy_location(gast.BinOp(left=first, op=op, right=second), node)
            case gast.BinOp(left=left, op=op, right=right):
                kept = [self.without_zeros(side) for side in (left, right)]
                if None in kept:
                    return None
                return gast.copy_location(gast.BinOp(left=kept[0], op=op, right=kept[1]), node)
            case gast.Call(func=func, args=args, keywords=keywords):
                whole = gast.Call(func=func, args=[*map(self.shorter, args)], keywords=keywords)
                return None if self.is_zero(node) else gast.copy_location(whole, node)
            case gast.List(elts=items) | gast.Tuple(elts=items):
                new = type(node)(elts=[*map(self.shorter, items)], ctx=gast.Load())
                return None if self.is_zero(node) else gast.copy_location(new, node)
            case _:
                return None if self.is_zero(node) else node

    def shorter(self, node: Any) -> Any:
        """An expression without the terms that are zero; all of it, if it is."""
        kept = self.without_zeros(node) if self.parts(node) else node
        return node if kept is None else kept

    def is_zero(self, node: Any) -> bool:
        """Whether an expression is made of tangents, all of them zero."""
        parts = self.parts(node)
        return bool(parts) and all(parts)

    def parts(self, node: Any) -> list[bool]:
        """The tangents that are read, and what is made of them: whether each is zero."""
        match node:
            case gast.Subscript(value=gast.Name(id="d"), slice=gast.Name(id=key)):
                return [key not in self.tangents]
            case gast.Name(id=name) if name in self.carriers:
                return [self.carriers[name]]
        return [p for child in gast.iter_child_nodes(node) for p in self.parts(child)]
