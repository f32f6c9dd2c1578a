"""Loops that raise inside a `try`: they are left, and what follows them raises.

for v in xs:                 failed = False
    if v > 1.0:              for v in xs:
        raise Found(v)   →       if v > 1.0:
                                     error = Found(v)
                                     failed = True
                                     break
                             if failed:
                                 raise error
"""

from __future__ import annotations

import copy
from typing import Any

import gast

from autodiff_sst.core.syntax import Object
from autodiff_sst.frontend.nodes import assign, placed
from autodiff_sst.frontend.nodes import name as name_of


class _Stays(Exception):
    """The loop raises in a way that is not understood."""


def raising_loop(lowering: Any, node: Any) -> list[Any] | None:
    """Statements in place of a loop that raises; None if it stays."""
    if not any(isinstance(n, gast.Raise) for n in gast.walk(node)):
        return None
    try:
        made = _loop(lowering, copy.deepcopy(node))
    except _Stays:
        return None
    return made if len(made) > 1 else None


def instance(lowering: Any, value: Any) -> Any:
    """What `raise value` raises: of a class, an instance."""
    match value:
        case gast.Name() | gast.Attribute(value=gast.Name()):
            name = value if isinstance(value, gast.Name) else value.value
            if name.id in {*lowering.values, *lowering.locals} or not name.id.isidentifier():
                return value
            atom = lowering.atom(value)
            if isinstance(atom, Object) and isinstance(atom.value, type):
                return gast.copy_location(gast.Call(func=value, args=[], keywords=[]), value)
    return value


def _loop(lowering: Any, node: Any) -> list[Any]:
    failed, error = (f"{lowering.names.fresh(n)}()" for n in ("failed", "error"))
    node.body = _block(lowering, node.body, failed, error)
    if not any(isinstance(n, gast.Name) and n.id == failed for n in gast.walk(node)):
        return [node]  # what raises is elsewhere, in its `else` say
    start = assign(failed, gast.Constant(value=False, kind=None))
    again = gast.If(
        test=name_of(failed), body=[gast.Raise(exc=name_of(error), cause=None)], orelse=[]
    )
    return [placed(start, node), node, placed(again, node)]


def _block(lowering: Any, nodes: list[Any], failed: str, error: str) -> list[Any]:
    """The statements of a turn: what raises ends the loop."""
    made: list[Any] = []
    for node in nodes:
        match node:
            case gast.Raise(exc=None) | gast.Raise(cause=gast.AST()):
                raise _Stays
            case gast.Raise(exc=value):
                done = [
                    assign(error, instance(lowering, value)),
                    assign(failed, gast.Constant(value=True, kind=None)),
                    gast.Break(),
                ]
                made += [placed(s, node) for s in done]
            case gast.For() | gast.While():
                inner = _loop(lowering, node)
                made += inner[:2]
                made += _block(lowering, inner[2:], failed, error)
            case gast.FunctionDef():
                made.append(node)
            case gast.If() | gast.With():
                node.body = _block(lowering, node.body, failed, error)
                if isinstance(node, gast.If):
                    node.orelse = _block(lowering, node.orelse, failed, error)
                made.append(node)
            case _:
                if any(isinstance(n, gast.Raise) for n in gast.walk(node)):
                    raise _Stays
                made.append(node)
    return made
