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

from autodiff_sst.core.syntax import Call, Object, Raise
from autodiff_sst.frontend.contexts import leave_try
from autodiff_sst.frontend.nodes import assign, placed
from autodiff_sst.frontend.nodes import name as name_of
from autodiff_sst.runtime.sequences import with_cause


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


def raise_error(lowering: Any, node: Any) -> None:
    exception = instance(lowering, node.exc) if lowering.shared.guarding else node.exc
    value = None if exception is None else lowering.atom(exception)
    if node.cause is not None and value is not None:
        both = (value, lowering.atom(node.cause))
        value = lowering.emit(Call(Object(with_cause, "with_cause"), both), node)
    leave_try(lowering)
    made = Raise(value, lowering.source.origin(node))
    if hasattr(node, "is_handled"):
        lowering.shared.tried[id(made)] = made
    lowering.block.append(made)


def _loop(lowering: Any, node: Any) -> list[Any]:
    failed, error = (f"{lowering.names.fresh(n)}()" for n in ("failed", "error"))
    node.body = _block(lowering, node.body, failed, error)
    if not any(isinstance(n, gast.Name) and n.id == failed for n in gast.walk(node)):
        return [node]  # what raises is elsewhere, in its `else` say
    return _raised_after(node, failed, error)


def _raised_after(loop: Any, failed: str, error: str) -> list[Any]:
    """The loop, and what raises the error for which it was left."""
    start = assign(failed, gast.Constant(value=False, kind=None))
    again = gast.If(
        test=name_of(failed), body=[gast.Raise(exc=name_of(error), cause=None)], orelse=[]
    )
    return [placed(start, loop), loop, placed(again, loop)]


def failing_loop(lowering: Any, node: Any, handlers: list[Any]) -> list[Any] | None:
    """Statements in place of a loop in which something may fail that is handled outside of it: it
    is left then. None if nothing may."""
    risky = (gast.Subscript, gast.Call, gast.Div, gast.Mod, gast.FloorDiv, gast.Pow)
    inside = [n for s in node.body for n in gast.walk(s)]
    loops = (gast.Try, gast.ListComp, gast.GeneratorExp)
    if hasattr(node, "is_tried") or any(isinstance(n, loops) for n in inside):
        return None
    if not any(isinstance(n, risky) for n in inside):
        return None
    failed, error, caught = (f"{lowering.names.fresh(n)}()" for n in ("failed", "error", "caught"))
    left = [
        assign(error, name_of(caught)),
        assign(failed, gast.Constant(value=True, kind=None)),
        gast.Break(),
    ]
    kinds = [h.type for h in handlers]
    kind = None if None in kinds else gast.Tuple(
        elts=[k for t in kinds for k in (t.elts if isinstance(t, gast.Tuple) else [t])],
        ctx=gast.Load(),
    )  # fmt: skip
    handler = gast.ExceptHandler(type=kind, name=name_of(caught, gast.Store()), body=left)
    tried = gast.Try(body=node.body, handlers=[handler], orelse=[], finalbody=[])
    loop = copy.copy(node)
    loop.body = [placed(tried, node)]
    loop.is_tried = True
    made = _raised_after(loop, failed, error)
    made[-1].body[0].is_handled = True  # of these kinds it is
    return made


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
