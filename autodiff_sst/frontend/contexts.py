"""`with`, and what is left on the way out of a block.

`nullcontext` and `suppress` are other statements. A manager that is written in Python is its
methods, or its generator with the block in the place of `yield` (managed.py); any other one is
entered and left where generated code runs.

    with Scaled(x) as s:               s = Scaled(x).__enter__()
        return s.value * x      →      result = s.value * x
                                       s.__exit__(None, None, None)
                                       return result

What is entered and not yet left is kept as a variable: the statements that leave it. `return` runs
them all, `break` and `continue` those of their loop, `raise` those of the `try` that it is in.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable
from typing import Any

import gast

from autodiff_sst.core.syntax import Call, Literal, Name, Object
from autodiff_sst.frontend import nodes
from autodiff_sst.frontend.calls import Arguments, original
from autodiff_sst.frontend.custom import insert_grad
from autodiff_sst.frontend.managed import block_of, generator_of_manager, is_plain
from autodiff_sst.runtime.contexts import enter_context, leave_context
from autodiff_sst.runtime.records import make_record

_OPEN, _LOOP, _TRIED = OF_PLACE = ("open()", "open loop()", "open try()")


class Entered(ast.AST):
    """A statement: from here to `Left`, who leaves runs `last`."""

    def __init__(self, last: tuple[Any, ...]) -> None:
        super().__init__()
        self.last = last


class Unless(tuple[Any, ...]):
    """What is run by who leaves, unless something failed."""

    __slots__ = ()


class Left(ast.AST):
    """A statement: what `Entered` began ends."""


class LeaveContext(ast.AST):
    """A statement: what was entered at run time is left."""

    def __init__(self, manager: Any) -> None:
        super().__init__()
        self.manager = manager

    _attributes = ("lineno", "col_offset", "end_lineno", "end_col_offset")


def is_marker(lowering: Any, node: Any) -> bool:
    """Runs one of the three statements; whether it is one."""
    match node:
        case Entered(last=last):
            lowering.values[_OPEN] = Literal((*_entered(lowering), last))
        case Left():
            leave_to(lowering, len(_entered(lowering)) - 1)
        case LeaveContext(manager=manager):
            _of_manager(lowering, leave_context, "__exit__", manager, [Literal(None)] * 3, node)
        case _:
            return False
    return True


def _entered(lowering: Any) -> tuple[tuple[Any, ...], ...]:
    known = lowering.values.get(_OPEN)
    return known.value if isinstance(known, Literal) else ()


def leave_to(lowering: Any, depth: int, failed: bool = False) -> None:
    """Leaves what was entered last first, until `depth` are left."""
    opened = _entered(lowering)
    for k in range(len(opened) - 1, depth - 1, -1):
        lowering.values[_OPEN] = Literal(opened[:k])
        if not (failed and isinstance(opened[k], Unless)):
            lowering.body([*opened[k]], False)


def pass_over(lowering: Any, dead: list[Any]) -> bool:
    """What follows a `raise` in its block is not run, nor what `Left` would run; False: the block
    is not left by an exit."""
    for node in dead:
        if isinstance(node, Entered):
            is_marker(lowering, node)
        elif isinstance(node, Left):
            lowering.values[_OPEN] = Literal(_entered(lowering)[:-1])
    return False


def leave_all(lowering: Any) -> None:
    leave_to(lowering, 0)


def leave_loop(lowering: Any) -> None:
    leave_to(lowering, _depth(lowering, _LOOP))


def leave_try(lowering: Any) -> None:
    """Before a `raise`. What was entered at run time is left there, if no `try` is around."""
    if not lowering.shared.guarding and any(
        isinstance(n, LeaveContext) for last in _entered(lowering) for n in last
    ):
        return
    before = _entered(lowering)
    leave_to(lowering, _depth(lowering, _TRIED), failed=True)
    if before:  # as it is in the branches that do not raise
        lowering.values[_OPEN] = Literal(before)


def _depth(lowering: Any, name: str) -> int:
    known = lowering.values.get(name)
    return int(known.value) if isinstance(known, Literal) else 0


def in_loop(lowering: Any) -> dict[str, Any]:
    """The variable that tells a loop's body what was entered outside of it."""
    opened = _entered(lowering)
    return {_LOOP: Literal(len(opened))} if opened else {}


def place_of(lowering: Any) -> dict[str, Any]:
    """What is entered here: the variables that tell it."""
    empty = {_OPEN: Literal(()), _LOOP: Literal(0), _TRIED: Literal(0)}
    return {name: lowering.values.get(name, none) for name, none in empty.items()}


def begin_try(lowering: Any) -> Callable[[], None]:
    """`raise` leaves what is entered from here; what is given back ends that."""
    before = lowering.values.get(_TRIED, Literal(0))
    lowering.values[_TRIED] = Literal(len(_entered(lowering)))

    def end() -> None:
        lowering.values[_TRIED] = before

    return end


# `with`


def opened(lowering: Any, node: Any) -> list[Any]:
    """The statements in the place of a `with`."""
    if insert_grad(lowering, node):
        return []
    item, *others = node.items
    if others:
        inner = gast.With(items=others, body=node.body, type_comment=None)
        outer = gast.With(items=[item], body=[nodes.placed(inner, node)], type_comment=None)
        return opened(lowering, nodes.placed(outer, node))
    target, call = item.optional_vars, item.context_expr
    manager = _manager(lowering, call)
    if manager is contextlib.nullcontext:
        value = call.args[0] if call.args else nodes.constant(None)
        return [*_bound(target, value, node), *node.body]
    if manager is contextlib.suppress:
        kinds = gast.Tuple(elts=call.args, ctx=gast.Load())
        handler = gast.ExceptHandler(type=kinds, name=None, body=[gast.Pass()])
        tried = gast.Try(body=node.body, handlers=[handler], orelse=[], finalbody=[])
        return [nodes.placed(tried, node)]
    generator = generator_of_manager(manager)
    if generator is not None and lowering.shared.inlines(generator):
        made = block_of(lowering, node, generator, _resumed)
        if made is not None:
            return made
    if isinstance(manager, type) and is_plain(lowering.shared.inlines, manager):
        key = lowering.shared.key("manager")
        entered = _method(node, key, "__enter__")
        none = [nodes.constant(None) for _ in range(3)]
        last = nodes.placed(gast.Expr(value=_method(node, key, "__exit__", *none)), node)
        before = [*_bound(nodes.name(key, gast.Store()), call, node)]
        if target is None:
            before.append(nodes.placed(gast.Expr(value=entered), node))
        return [*before, *_bound(target, entered, node), *_guarded(lowering, node.body, [last])]
    atom = lowering.atom(call)
    made = _of_manager(lowering, enter_context, "__enter__", atom, [], node)
    if target is not None:
        lowering.assign_to(target, made)
    return _guarded(lowering, node.body, [nodes.placed(LeaveContext(atom), node)])


def _of_manager(
    lowering: Any, function: Any, name: str, atom: Any, args: list[Any], node: Any
) -> Any:
    """A call of ours with the manager, or the method where its class is known."""

    def run(hint: Any) -> Any:
        return lowering.method(hint, atom, Arguments([*args], {}), node)

    plain = Call(Object(function, function.__name__), (atom,))
    return lowering.emit(lowering.hinted(name, atom, run, lambda: plain, node), node)


def _guarded(lowering: Any, body: list[Any], last: list[Any]) -> list[Any]:
    """`try: body finally: last`; where no `try` is around, what fails fails for the caller."""
    if lowering.shared.guarding:
        tried = gast.Try(body=body, handlers=[], orelse=[], finalbody=last)
        return [nodes.placed(tried, last[0])] if last else body
    return [Entered((*last,)), *body, Left()] if last else body


def _resumed(lowering: Any, body: list[Any], last: list[Any]) -> list[Any]:
    """`body; last`, and `last` where the body is left, but not where it fails: the generator fails
    where its `yield` is."""
    return [Entered(Unless(last)), *body, Left()] if last else body


def _bound(target: Any, value: Any, node: Any) -> list[Any]:
    if target is None:
        return []
    return [nodes.placed(gast.Assign(targets=[target], value=value, type_comment=None), node)]


def _method(node: Any, key: str, name: str, *args: Any) -> Any:
    method = gast.Attribute(value=nodes.name(key), attr=name, ctx=gast.Load())
    gast.copy_location(method, node)
    method.col_offset += 1  # the call has a place of its own, and what is learnt of it
    return gast.Call(func=method, args=[*args], keywords=[])


def _manager(lowering: Any, node: Any) -> Any:
    """What makes the manager, a class or a function, if it is known."""
    if isinstance(node, gast.Call):
        called = lowering.callee(node.func)
        return called.value if isinstance(called, Object) else None
    if not isinstance(node, gast.Name):
        return None
    atom = lowering.values.get(node.id)
    if atom is None and node.id not in lowering.locals:
        atom = lowering.value(node)
    if isinstance(atom, Name):
        first = original(atom, lowering.shared.made)
        made = lowering.shared.made.get(getattr(first, "id", None))
        match made:
            case Call(Object(function), (Object(kind),)) if function is make_record:
                return kind
            case Call(Object(function)):
                return function
        return None
    return type(atom.value) if isinstance(atom, Object) else None
