"""Loops over what a method yields, `__iter__` too: of which class the object is, only types tell.

                                       self = mesh
for p in mesh.edges():     →           if type(self) is Mesh:
    s += p                                 for p in Mesh.edges(self):
                                               s += p
                                       else:
                                           for p in self.edges(): …

A hint says which class that may be (hints.py); the loop over `Mesh.edges` is then as any over what
a generator yields (generators.py).
"""

from __future__ import annotations

import copy
from typing import Any

import gast

from autodiff_sst.core.syntax import Call, Name, Object
from autodiff_sst.frontend import nodes
from autodiff_sst.frontend.calls import Arguments
from autodiff_sst.frontend.hints import CONSUMERS, Hint
from autodiff_sst.frontend.yielding import is_generator_function


def of_object(lowering: Any, node: Any) -> list[Any] | None:
    """The statements in place of a loop over what a method yields; None of another loop."""
    found = hinted(lowering, node.iter)
    if not found:
        return None
    key = lowering.shared.key
    subject = key("self")
    match node.iter:
        case gast.Call(func=gast.Attribute(value=value, attr=method), args=args, keywords=named):
            member = gast.Attribute(value=nodes.name(subject), attr=method, ctx=gast.Load())
            other = gast.Call(func=member, args=args, keywords=named)
        case value:
            args, named, other = [], [], nodes.name(subject)
    made = [_loop_like(node, other)]
    for hint in found:
        kind, function = key("class"), key("method")
        lowering.values[kind] = Object(hint.cls, hint.cls.__name__)
        lowering.values[function] = Object(hint.function, hint.function.__name__)
        is_one = gast.Compare(
            left=nodes.call("type()", nodes.name(subject)),
            ops=[gast.Is()],
            comparators=[nodes.name(kind)],
        )
        call = nodes.call(function, nodes.name(subject), *args)
        call.keywords = named
        made = [gast.If(test=is_one, body=[_loop_like(node, call)], orelse=made)]
    return [nodes.placed(s, node.iter) for s in (nodes.assign(subject, value), *made)]


def gone_through(lowering: Any, value: Any, node: Any) -> Any:
    """A call that goes through what it is given, by the method of the object."""
    match value:
        case Call(Object(function), (Name() as first, *rest)) if (
            any(function is f for f in CONSUMERS)
            and (lowering.source.origin(node), "iter") in lowering.shared.hints
        ):
            items = iterated(lowering, first, node)
            return Call(value.function, (items, *rest), value.keywords)
    return value


def iterated(lowering: Any, value: Any, node: Any) -> Any:
    """What is gone through, which a method of an object may give."""

    def run(hint: Hint) -> Any:
        if is_generator_function(hint.function):
            return items_of(lowering, hint.function, value, node)
        return lowering.method(hint, value, Arguments([], {}), node)

    return lowering.hinted("iter", value, run, lambda: value, node)


def items_of(lowering: Any, function: Any, value: Any, node: Any) -> Any:
    """The list of what a method of an object yields."""
    key = lowering.shared.key
    method, subject, item = key("method"), key("self"), key("item")
    lowering.values[method] = Object(function, function.__name__)
    lowering.values[subject] = value
    part = gast.comprehension(
        target=nodes.name(item, gast.Store()),
        iter=nodes.call(method, nodes.name(subject)),
        ifs=[],
        is_async=0,
    )
    part.iter.is_decided = True
    made = gast.ListComp(elt=nodes.name(item), generators=[part])
    return lowering.value(nodes.placed(made, node))


def hinted(lowering: Any, items: Any) -> list[Any]:
    """The generators that a loop may go through, by what is known of classes."""
    if hasattr(items, "is_decided"):
        return []
    key = "iter"
    if isinstance(items, gast.Call) and isinstance(items.func, gast.Attribute):
        key = items.func.attr
    hints = lowering.shared.hints.get((lowering.source.origin(items), key), ())
    return [h for h in hints if h.binds_self and is_generator_function(h.function)]


def _loop_like(node: Any, items: Any) -> Any:
    loop = copy.deepcopy(node)
    loop.iter = items
    loop.iter.is_decided = True
    return loop
