"""`iter` and `next`: a list of what comes, and the place in it.

    it = iter(x)                       it_items = list(x)
                                       it_place = 0
    v = next(it)                →      v = it_items[it_place]
                                       it_place += 1
    for w in it: ...                   for w in it_items[it_place:]: ...
                                       it_place = len(it_items)

Only where it makes no difference: the loop goes to its end, nothing is stored in `x`, and nobody
asks for `StopIteration`.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

import gast

from autodiff_sst.frontend import nodes
from autodiff_sst.frontend.exits import own_nodes

_SCOPES = (gast.FunctionDef, gast.Lambda, gast.ListComp, gast.SetComp, gast.GeneratorExp)


def with_places(tree: Any, function: FunctionType) -> Any:
    """The tree, in which iterators that are held are lists."""
    read = {n.id for n in gast.walk(tree) if isinstance(n, gast.Name)}
    if "iter" not in read or "StopIteration" in read:
        return tree
    if not nodes.are_builtins({"iter", "next", "list"}, function):
        return tree
    tree = nodes.with_statements(_First().visit(tree), _asked_before)
    for held in _iterators(tree):
        rewriting = _Places(held)
        nodes.with_statements(tree, rewriting.statement)
    return tree


def _is_iter(node: Any) -> bool:
    match node:
        case gast.Call(func=gast.Name(id="iter"), args=[made], keywords=[]):
            return isinstance(made, gast.Name | gast.List | gast.Tuple | gast.ListComp)
    return False


def _is_next(node: Any, held: str) -> bool:
    match node:
        case gast.Call(func=gast.Name(id="next"), args=[gast.Name(id=name)], keywords=[]):
            return bool(name == held)
    return False


def _asked_before(node: Any) -> list[Any]:
    """`y = next(it) * 2` as two statements."""
    if not isinstance(node, gast.Assign | gast.AugAssign | gast.Return | gast.Expr):
        return [node]
    whole = node.value
    asked = [n for n in gast.walk(whole) if isinstance(n, gast.Call) and _is_any_next(n)]
    if not asked or asked == [whole] or not _always_runs(whole):
        return [node]
    before: list[Any] = []
    asking = _Asking(before)
    node.value = asking.visit(whole)
    return [*before, node]


def _is_any_next(call: Any) -> bool:
    return any(isinstance(a, gast.Name) and _is_next(call, a.id) for a in call.args)


def _always_runs(whole: Any) -> bool:
    """Whether all of an expression is evaluated, and nothing but `next` may change anything."""
    may_skip = (gast.IfExp, gast.BoolOp, gast.NamedExpr, *_SCOPES)
    calls = [n for n in gast.walk(whole) if isinstance(n, gast.Call)]
    return all(map(_is_any_next, calls)) and not any(
        isinstance(n, may_skip) for n in gast.walk(whole)
    )


class _Asking(gast.NodeTransformer):  # type: ignore[misc]
    def __init__(self, before: list[Any]) -> None:
        self.before = before

    def visit_Call(self, node: Any) -> Any:
        name = f"asked{len(self.before)}()"
        self.before.append(nodes.placed(nodes.assign(name, node), node))
        return nodes.placed(nodes.name(name), node)


class _First(gast.NodeTransformer):  # type: ignore[misc]
    """`next(iter(x))` is the first of `x`."""

    def visit_Call(self, node: Any) -> Any:
        self.generic_visit(node)
        match node:
            case gast.Call(func=gast.Name(id="next"), args=[made], keywords=[]) if _is_iter(made):
                items = nodes.call("list()", made.args[0])
                first = gast.Subscript(value=items, slice=nodes.constant(0), ctx=gast.Load())
                return nodes.placed(first, node)
        return node


def _iterators(tree: Any) -> list[str]:
    """The variables that are iterators of lists or arrays, and used as such alone."""
    every = [*gast.walk(tree)]
    seen = [n.id for n in every if isinstance(n, gast.Name)]
    changed = {
        n.value.id
        for n in every
        if isinstance(n, gast.Subscript | gast.Attribute) and isinstance(n.value, gast.Name)
        if not isinstance(n.ctx, gast.Load) or isinstance(n, gast.Attribute)
    } | {n.target.id for n in every if isinstance(n, gast.AugAssign) and nodes.binds(n.target)}
    inner = {
        n.id
        for scope in every
        if isinstance(scope, _SCOPES) and scope is not tree
        for n in gast.walk(scope)
        if isinstance(n, gast.Name)
    }
    found = []
    for node in every:
        match node:
            case gast.Assign(targets=[gast.Name(id=held)], value=made) if _is_iter(made):
                uses = 1 + sum(_is_use(n, held) for n in every)
                alone = seen.count(held) == uses and held not in inner
                if alone and getattr(made.args[0], "id", None) not in changed:
                    found.append(held)
    return found


def _is_use(node: Any, held: str) -> bool:
    match node:
        case gast.Assign(value=value) | gast.Expr(value=value):
            return _is_next(value, held)
        case gast.For(iter=gast.Name(id=name), orelse=[]) if name == held:
            inside = [n for s in node.body for n in own_nodes(s)]
            return not any(isinstance(n, gast.Break | gast.Return) for n in inside) and not any(
                isinstance(n, gast.Name) and n.id == held for s in node.body for n in gast.walk(s)
            )
    return False


class _Places:
    def __init__(self, held: str) -> None:
        self.held = held
        self.items, self.place = f"{held}_items()", f"{held}_place()"

    def statement(self, node: Any) -> list[Any]:
        items, place = nodes.name(self.items), nodes.name(self.place)
        match node:
            case gast.Assign(targets=[gast.Name(id=name)], value=made) if (
                name == self.held and _is_iter(made)
            ):
                start = nodes.assign(self.place, nodes.constant(0))
                new = [nodes.assign(self.items, nodes.call("list()", made.args[0])), start]
            case gast.Assign(value=value) | gast.Expr(value=value) if _is_next(value, self.held):
                node.value = gast.Subscript(value=items, slice=place, ctx=gast.Load())
                one = gast.BinOp(left=place, op=gast.Add(), right=nodes.constant(1))
                new = [node, nodes.assign(self.place, one)]
            case gast.For(iter=gast.Name(id=name)) if name == self.held:
                rest = gast.Slice(lower=place, upper=None, step=None)
                node.iter = gast.Subscript(value=items, slice=rest, ctx=gast.Load())
                new = [node, nodes.assign(self.place, nodes.call("len()", items))]
            case _:
                return [node]
        return [nodes.placed(s, node) for s in new]
