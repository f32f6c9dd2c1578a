"""Methods of lists that are written down in the same block: the list is another display after it.

    queue = [2, 0, x]            queue = [2, 0, x]
    k = queue.pop()       →      k = x
    queue.insert(0, y)           queue_1 = [y, 2, 0]

All variables that refer to the list are rebound. In a branch, a loop or a callee, or where anything
else may hold the list, that would not do: there the method stays a call, which is refused. `+=` and
`extend` of a list that is made here append, wherever they stand.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import gast

from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    ListOf,
    Literal,
    Name,
)
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.frontend import nodes
from autodiff_sst.frontend.calls import is_as_made, original
from autodiff_sst.frontend.exits import assigned, only_extended


def list_method(lowering: Any, node: Any) -> Atom | None:
    """The value of a method call, if it is one of a list that is known here."""
    match node:
        case gast.Call(
            func=gast.Attribute(value=gast.Name(id=name), attr=method), args=args, keywords=[]
        ) if method in _METHODS:
            known = _known(lowering, name)
            if known is None:
                return None
            items = [*known[1]]
            made = _METHODS[method](lowering, items, args)
            if made is None:
                return None
            _rebind(lowering, known[0], items, node)
            return made
    return None


def delete(lowering: Any, targets: list[Any], node: Any) -> None:
    """`del x, y[0]`."""
    for target in targets:
        if isinstance(target, gast.Name):
            lowering.name(target.id, target)  # unbound: an error
            lowering.values.pop(target.id, None)
        elif isinstance(target, gast.Subscript) and isinstance(target.slice, gast.Slice):
            part = copy.copy(target)
            part.ctx = gast.Store()
            nothing = gast.List(elts=[], ctx=gast.Load())
            made = gast.Assign(targets=[part], value=nothing, type_comment=None)
            lowering.statement(nodes.placed(made, node))
        elif delete_item(lowering, target, node):
            pass
        elif isinstance(target, gast.Subscript):
            pop = gast.Attribute(value=target.value, attr="pop", ctx=gast.Load())  # of a dict, say
            call = gast.Call(func=pop, args=[target.slice], keywords=[])
            lowering.statement(nodes.placed(gast.Expr(value=call), node))
        else:
            words, origin = "`del` of this item is not supported", lowering.source.origin(target)
            raise UnsupportedSyntaxError(words, origin, instead="a new list.")


def delete_item(lowering: Any, target: Any, node: Any) -> bool:
    """`del x[k]`, of a list that is known here and a `k` that is."""
    match target:
        case gast.Subscript(value=gast.Name(id=name), slice=place):
            known, k = _known(lowering, name), _index(lowering, place)
            if known is not None and k is not None and -len(known[1]) <= k < len(known[1]):
                items = [*known[1]]
                del items[k]
                _rebind(lowering, known[0], items, node)
                return True
    return False


def rebound(lowering: Any, node: Any) -> list[str]:
    """The variables that a loop binds anew; a list that it extends by `+=` stays the same list."""

    def is_list(name: str) -> bool:
        atom = original(lowering.values.get(name), lowering.shared.made)
        made = lowering.shared.made.get(atom.id) if isinstance(atom, Name) else None
        return isinstance(made, ListOf)

    return [n for n in assigned(node) if not (is_list(n) and only_extended(node, n))]


def _known(lowering: Any, name: str) -> tuple[Name, list[Atom]] | None:
    """The list that a variable refers to, and its items."""
    shared = lowering.shared
    atom = original(lowering.values.get(name), shared.made)
    display = shared.made.get(atom.id) if isinstance(atom, Name) else None
    if shared.running or not isinstance(display, ListOf):
        return None
    here = any(isinstance(s, Assign) and s.target == atom.id for s in lowering.block)
    return (atom, [*display.items]) if here and is_as_made(atom.id, lowering) else None


def _rebind(lowering: Any, old: Name, items: list[Atom], node: Any) -> None:
    named = [
        variable
        for variable, value in lowering.values.items()
        if original(value, lowering.shared.made) == old
    ]
    new = lowering.emit(ListOf(tuple(items)), node, named[0])
    for variable in named:
        lowering.values[variable] = new


def _index(lowering: Any, node: Any) -> int | None:
    atom = lowering.atom(node)
    if isinstance(atom, Name):
        value = lowering.shared.made.get(atom.id)
        atom = value if isinstance(value, Literal) else atom
    match atom:
        case Literal(value) if type(value) is int:
            return value
    match node:
        case gast.UnaryOp(op=gast.USub(), operand=gast.Constant(value=int() as value)):
            return -value
    return None


def _pop(lowering: Any, items: list[Atom], args: list[Any]) -> Atom | None:
    k = _index(lowering, args[0]) if args else -1
    if k is None or len(args) > 1 or not -len(items) <= k < len(items):
        return None
    return items.pop(k)


def _insert(lowering: Any, items: list[Atom], args: list[Any]) -> Atom | None:
    k = _index(lowering, args[0]) if len(args) == 2 else None
    if k is None:
        return None
    items.insert(k, lowering.atom(args[1]))
    return Literal(None)


def _reverse(lowering: Any, items: list[Atom], args: list[Any]) -> Atom | None:
    items.reverse()
    return None if args else Literal(None)


def _clear(lowering: Any, items: list[Atom], args: list[Any]) -> Atom | None:
    items.clear()
    return None if args else Literal(None)


_METHODS: dict[str, Callable[[Any, list[Atom], list[Any]], Atom | None]] = {
    "pop": _pop,
    "insert": _insert,
    "reverse": _reverse,
    "clear": _clear,
}
