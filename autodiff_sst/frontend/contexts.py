"""`with`: `nullcontext` and `suppress` are other statements; all else is entered and left."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

import gast

from autodiff_sst.core.syntax import Call, Effect, Literal, Object
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.frontend.exits import own_nodes
from autodiff_sst.runtime.contexts import enter_context, leave_context


def _manager(lowering: Any, item: Any) -> Any:
    """The class or function that makes the manager, if it is known."""
    call = item.context_expr
    if not isinstance(call, gast.Call):
        return None
    called = lowering.callee(call.func)
    return called.value if isinstance(called, Object) else None


def is_suppressing(lowering: Any, node: Any) -> bool:
    known = (contextlib.suppress, contextlib.nullcontext)
    return any(_manager(lowering, item) in known for item in node.items)


def without_with(lowering: Any, node: Any) -> list[Any]:
    """The statements that a `with` stands for, its first manager taken away."""
    item, *others = node.items
    manager, call = _manager(lowering, item), item.context_expr
    body = node.body
    if others:
        body = [gast.copy_location(gast.With(items=others, body=body, type_comment=None), node)]
    if manager is contextlib.nullcontext:
        value = call.args[0] if call.args else gast.Constant(value=None, kind=None)
        if item.optional_vars is None:
            return [*body]
        bind = gast.Assign(targets=[item.optional_vars], value=value, type_comment=None)
        return [gast.copy_location(bind, node), *body]
    if manager is contextlib.suppress:
        kinds = gast.Tuple(elts=call.args, ctx=gast.Load())
        done = gast.copy_location(gast.Pass(), node)
        handler = gast.ExceptHandler(type=gast.copy_location(kinds, call), name=None, body=[done])
        handler = gast.copy_location(handler, node)
        guarded = gast.Try(body=body, handlers=[handler], orelse=[], finalbody=[])
        return [gast.copy_location(guarded, node)]
    if others:
        first = gast.With(items=[item], body=body, type_comment=None)
        return [gast.copy_location(first, node)]
    first = gast.With(items=[item], body=body, type_comment=None)
    return [gast.copy_location(first, node)]


# Any other manager is entered and left where generated code runs. `return` leaves all that the
# function has entered on the way to it, of which the lowering keeps count as of a variable.

_OPEN = "open()"


@dataclass
class Leave:
    """The end of a `with`, in a list of statements."""

    node: Any


def is_left_early(node: Any) -> bool:
    """Whether `break` or `continue` leave a `with`."""
    inner = [n for part in node.body for n in own_nodes(part)]
    loops = any(isinstance(n, gast.For | gast.While) for n in inner)
    return not loops and any(isinstance(n, gast.Break | gast.Continue) for n in inner)


def enter(lowering: Any, node: Any) -> None:
    if is_left_early(node):
        raise UnsupportedSyntaxError(
            "a `with` that is left by `break` or `continue` is not supported yet",
            lowering.source.origin(node), instead="the exit after the `with`.",
        )  # fmt: skip
    for item in node.items:
        manager = lowering.atom(item.context_expr)
        made = lowering.emit(Call(Object(enter_context, "enter_context"), (manager,)), node)
        if item.optional_vars is not None:
            lowering.assign_to(item.optional_vars, made)
    lowering.values[_OPEN] = Literal(_count(lowering) + len(node.items))


def leave(lowering: Any, node: Any) -> None:
    lowering.values[_OPEN] = Literal(_count(lowering) - len(node.items))
    _leave(lowering, node, len(node.items))


def leave_all(lowering: Any, node: Any) -> None:
    _leave(lowering, node, _count(lowering))


def _leave(lowering: Any, node: Any, count: int) -> None:
    call = Call(Object(leave_context, "leave_context"), ())
    for _ in range(count):
        lowering.block.append(Effect(call, lowering.source.origin(node)))


def _count(lowering: Any) -> int:
    known = lowering.values.get(_OPEN)
    return int(known.value) if isinstance(known, Literal) else 0
