"""Which statements leave a block early, and which variables a statement binds."""

from __future__ import annotations

import ast
import copy
from typing import Any

import gast


class Appending(ast.AST):
    """A statement that lowering makes itself: a comprehension appends to its list."""

    _fields = ("value",)

    def __init__(self, target: str = "", value: Any = None) -> None:
        super().__init__()
        self.target = target
        self.value = value


_EXITS = (gast.Return, gast.Break, gast.Continue)


def own_nodes(node: Any) -> list[Any]:
    """The nodes of a statement, without those of functions in it."""
    found, new = [], [node]
    while new:
        current = new.pop()
        found.append(current)
        if not isinstance(current, gast.FunctionDef | gast.Lambda) or current is node:
            new += gast.iter_child_nodes(current)
    return found


def has_exit(node: Any) -> bool:
    """Whether a `return`, or a `break` or `continue` of the loop around, is in a statement."""
    if isinstance(node, _EXITS):
        return True
    if isinstance(node, gast.For | gast.While):
        return returns(node) or any(map(has_exit, node.orelse))
    if isinstance(node, gast.FunctionDef | gast.Lambda):
        return False
    return any(has_exit(n) for n in gast.iter_child_nodes(node))


def is_left(node: Any) -> bool:
    return any(has_exit(n) for n in node.body)


def may_break(body: list[Any]) -> bool:
    """Whether a `break` of the loop with this body is in it."""
    new = [*body]
    while new:
        node = new.pop()
        if isinstance(node, gast.Break):
            return True
        if isinstance(node, gast.For | gast.While):
            new += node.orelse
        elif not isinstance(node, gast.FunctionDef | gast.Lambda):
            new += gast.iter_child_nodes(node)
    return False


def without_else(node: Any, broken: str) -> list[Any]:
    """A loop and then its `else`, which runs unless a `break` left the loop: `broken` tells."""
    loop = copy.copy(node)
    loop.orelse = []
    if not may_break(node.body):
        return [loop, *node.orelse]
    test = gast.copy_location(gast.Name(id=broken, ctx=gast.Load()), node)
    branch = gast.If(test=test, body=[], orelse=node.orelse)
    return [loop, gast.copy_location(branch, node)]


def runs_to_its_end(node: Any) -> bool:
    """Whether a `for` is left by `continue` at most: that ends a turn, not the loop."""
    return isinstance(node, gast.For) and not may_break(node.body) and not returns(node)


def returns(node: Any) -> bool:
    return any(isinstance(n, gast.Return) for part in node.body for n in own_nodes(part))


def assigned(node: Any) -> list[str]:
    """The variables that a statement binds, in the order of the text."""
    names = [n for n in gast.walk(node) if isinstance(n, gast.Name)]
    stored = [n for n in names if isinstance(n.ctx, gast.Store | gast.Del)]
    found = [n.id for n in sorted(stored, key=_place)]
    for n in gast.walk(node):  # what patterns name, and functions and imports bind
        bound = getattr(n, "name", None) or getattr(n, "rest", None)
        if isinstance(n, gast.MatchAs | gast.MatchStar | gast.MatchMapping) and bound:
            found.append(bound)
    return [*dict.fromkeys(found)]


def only_extended(node: Any, name: str) -> bool:
    """Whether a statement binds a variable by `+=` only: a list stays the same list."""
    stores = [
        n for n in gast.walk(node)
        if isinstance(n, gast.Name) and n.id == name and isinstance(n.ctx, gast.Store | gast.Del)
    ]  # fmt: skip
    added = [
        n.target for n in gast.walk(node)
        if isinstance(n, gast.AugAssign) and isinstance(n.op, gast.Add)
    ]  # fmt: skip
    return all(any(s is a for a in added) for s in stores)


def bound_names(node: Any) -> set[str]:
    """The names that a function binds itself, parameters too."""
    names = (n for n in own_nodes(node) if isinstance(n, gast.Name))
    return {n.id for n in names if not isinstance(n.ctx, gast.Load)}


def is_generator(node: Any) -> bool:
    return any(isinstance(n, gast.Yield | gast.YieldFrom) for n in own_nodes(node))


def has_walrus(node: Any) -> bool:
    return any(isinstance(n, gast.NamedExpr) for n in gast.walk(node))


def tested_inside(node: Any) -> Any:
    """`while test: body` as `while True: if not test: break; body`."""
    never = gast.copy_location(gast.Constant(value=True, kind=None), node.test)
    negated = gast.copy_location(gast.UnaryOp(op=gast.Not(), operand=node.test), node.test)
    leave = gast.copy_location(gast.Break(), node.test)
    stop = gast.copy_location(gast.If(test=negated, body=[leave], orelse=[]), node.test)
    new = gast.While(test=never, body=[stop, *node.body], orelse=[])
    return gast.copy_location(new, node)


def _place(node: Any) -> tuple[int, int]:
    """Where a name stands; what `except` binds has no place."""
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
