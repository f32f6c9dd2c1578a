"""Nodes that lowering makes itself."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

import gast


def name(identifier: str, context: Any = None) -> Any:
    context = context or gast.Load()
    return gast.Name(id=identifier, ctx=context, annotation=None, type_comment=None)


def assign(target: str, value: Any) -> Any:
    return gast.Assign(targets=[name(target, gast.Store())], value=value, type_comment=None)


def constant(value: Any) -> Any:
    return gast.Constant(value=value, kind=None)


def call(function: str, *args: Any) -> Any:
    return gast.Call(func=name(function), args=[*args], keywords=[])


def are_builtins(names: set[str], function: FunctionType) -> bool:
    """Whether names that a function reads are Python's own."""
    own = {*function.__code__.co_varnames, *function.__code__.co_freevars}
    return not names & {*own, *function.__globals__}


def binds(node: Any) -> bool:
    """Whether a node is a name that is bound there, or an argument."""
    return isinstance(node, gast.Name) and not isinstance(node.ctx, gast.Load)


def parents_of(tree: Any) -> dict[Any, Any]:
    """Of each node below one, that which holds it."""
    return {child: node for node in gast.walk(tree) for child in gast.iter_child_nodes(node)}


def with_statements(tree: Any, change: Callable[[Any], list[Any]]) -> Any:
    """The tree, with what `change` makes of it in the place of each statement."""
    for node in gast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list):
                setattr(node, field, [made for s in block for made in change(s)])
    return tree


def mark_tests(tree: Any) -> None:
    """Tells `and`s and `or`s of which only the truth counts."""
    for node in gast.walk(tree):
        if isinstance(node, gast.If | gast.While | gast.IfExp | gast.Assert):
            _mark(node.test)
        elif isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.Not):
            _mark(node.operand)


def _mark(test: Any) -> None:
    if isinstance(test, gast.BoolOp):
        test.only_truth = True
        for value in test.values:
            _mark(value)


def placed(made: Any, node: Any) -> Any:
    """With the place of a node, where it has none of its own."""
    for child in gast.walk(made):
        if not hasattr(child, "lineno"):
            gast.copy_location(child, node)
    return made
