"""Refuse what cannot be differentiated, by a table: the first thing that happens to a source.

Source → nothing, or UnsupportedSyntaxError with the place and what to write instead
"""

from __future__ import annotations

from typing import Any

import gast

from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.frontend.exits import has_walrus, own_nodes
from autodiff_sst.frontend.late import Stale
from autodiff_sst.frontend.source import Source

_YIELD = ("`yield` has no derivative", "append the values to a list and return it.")
_ASYNC = ("a coroutine has no derivative", "an ordinary function, called from the coroutine.")
_LATER = "is not supported yet"

# What stands in the source → what is wrong with it, and what to write instead.
REFUSED: dict[type, tuple[str, str]] = {
    gast.AsyncFunctionDef: _ASYNC,
    gast.Await: _ASYNC,
    gast.AsyncFor: _ASYNC,
    gast.AsyncWith: _ASYNC,
    gast.Global: ("`global` has no derivative", "return the value, or pass it as an argument."),
    gast.Nonlocal: (f"`nonlocal` {_LATER}", "return the value instead of writing it."),
    gast.ClassDef: (f"a class inside a function {_LATER}", "define it at the module's top."),
    Stale: (
        f"what is read again, or after a change of what it is made of, {_LATER}",
        "a list of it.",
    ),
    gast.Set: (f"a set {_LATER}", "a tuple."),
}

ALLOWED = (
    *(gast.Import, gast.ImportFrom, gast.alias, gast.Delete, gast.Match, gast.match_case),
    *(gast.Try, gast.ExceptHandler),
    *(gast.pattern,),
    *(gast.Return, gast.Assign, gast.AnnAssign, gast.Expr, gast.Pass, gast.Constant, gast.Name),
    *(gast.BinOp, gast.UnaryOp, gast.Compare, gast.Call, gast.keyword, gast.Attribute),
    *(gast.If, gast.IfExp, gast.For, gast.While, gast.Break, gast.Continue, gast.AugAssign),
    *(gast.With, gast.withitem, gast.Raise, gast.Assert, gast.JoinedStr, gast.FormattedValue),
    *(gast.ListComp, gast.GeneratorExp, gast.DictComp, gast.SetComp, gast.comprehension),
    *(gast.Yield, gast.YieldFrom),  # of generators in it (generators.py)
    *(gast.NamedExpr, gast.BoolOp, gast.FunctionDef, gast.Lambda, gast.arguments, gast.Starred),
    *(gast.Subscript, gast.Slice, gast.Tuple, gast.List, gast.Dict),
    *(gast.operator, gast.unaryop, gast.cmpop, gast.boolop, gast.expr_context),
)


def fence(source: Source, generator: bool = False) -> None:
    """Raises UnsupportedSyntaxError at the first thing that is not supported."""
    tree = source.tree
    if isinstance(tree, gast.AsyncFunctionDef):
        raise refusal(source, tree, *_ASYNC)
    yields = [n for n in own_nodes(tree) if isinstance(n, gast.Yield | gast.YieldFrom)]
    if yields and not generator:
        raise refusal(source, yields[0], *_YIELD)
    body = tree.body if isinstance(tree.body, list) else [tree.body]
    for node in body:
        _check(source, node)


def _check(source: Source, node: Any) -> None:
    if isinstance(node, gast.Set) and all(isinstance(e, gast.Constant) for e in node.elts):
        return
    if type(node) in REFUSED:
        raise refusal(source, node, *REFUSED[type(node)])
    if isinstance(node, gast.Assign | gast.AnnAssign | gast.AugAssign | gast.For | gast.NamedExpr):
        targets = node.targets if isinstance(node, gast.Assign) else [node.target]
        for target in targets:
            _check_target(source, target)
    if isinstance(node, gast.While) and node.orelse and has_walrus(node.test):
        raise refusal(source, node, f"`else` of a `while` with `:=` {_LATER}", "no `:=` there.")
    if not isinstance(node, ALLOWED):
        raise refusal(source, node, f"`{type(node).__name__}` {_LATER}", "plain expressions.")
    notes = (getattr(node, "annotation", None), getattr(node, "returns", None))
    for child in gast.iter_child_nodes(node):
        if not any(child is note for note in notes):
            _check(source, child)


def _check_target(source: Source, target: Any) -> None:
    if isinstance(target, gast.Tuple | gast.List):
        for item in target.elts:
            _check_target(source, item)
    elif isinstance(target, gast.Starred):
        _check_target(source, target.value)


def refusal(source: Source, node: Any, message: str, instead: str) -> UnsupportedSyntaxError:
    return UnsupportedSyntaxError(message, source.origin(node), instead=instead)
