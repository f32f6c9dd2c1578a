"""Loops over a list that they change, as what Python makes of them.

for v in queue:                    k = 0
    queue.append(v * x)            while k < len(queue):
                           →           v = queue[k]
                                       k = k + 1
                                       queue.append(v * x)
"""

from __future__ import annotations

from typing import Any

import gast

from autodiff_sst.frontend import nodes
from autodiff_sst.frontend.exits import own_nodes
from autodiff_sst.runtime.sequences import LIST_CHANGES


def with_queues(tree: Any) -> Any:
    """The tree, in which such loops count themselves."""
    return nodes.with_statements(tree, lambda statement: _counted(statement, tree))


def _counted(loop: Any, tree: Any) -> list[Any]:
    match loop:
        case gast.For(target=target, iter=gast.Name(id=name)) if _is_changed(
            loop, name
        ) and _is_list(tree, name):
            place = f"k({loop.lineno}.{loop.col_offset})"
            item = gast.Subscript(value=nodes.name(name), slice=nodes.name(place), ctx=gast.Load())
            more = gast.BinOp(left=nodes.name(place), op=gast.Add(), right=nodes.constant(1))
            taken = [
                gast.Assign(targets=[target], value=item, type_comment=None),
                nodes.assign(place, more),
            ]
            test = gast.Compare(
                left=nodes.name(place), ops=[gast.Lt()],
                comparators=[nodes.call("len", nodes.name(name))],
            )  # fmt: skip
            made = gast.While(test=test, body=[*taken, *loop.body], orelse=loop.orelse)
            start = nodes.assign(place, nodes.constant(0))
            return [nodes.placed(start, loop), nodes.placed(made, loop)]
    return [loop]


def _is_changed(loop: Any, name: str) -> bool:
    """Whether the body changes the list, and the variable stays the same list's."""
    inside = [n for s in loop.body for n in own_nodes(s)]
    rebound = any(
        isinstance(n, gast.Name) and n.id == name and not isinstance(n.ctx, gast.Load)
        for n in [*inside, *gast.walk(loop.target)]
    )
    changed = any(
        isinstance(n, gast.Call)
        and isinstance(n.func, gast.Attribute)
        and isinstance(n.func.value, gast.Name)
        and n.func.value.id == name
        and n.func.attr in LIST_CHANGES
        for n in inside
    )
    return changed and not rebound


def _is_list(tree: Any, name: str) -> bool:
    """Whether all that the variable is assigned are lists that are made there."""
    own = own_nodes(tree)
    stores = [n for n in own if isinstance(n, gast.Name) and n.id == name]
    stores = [n for n in stores if not isinstance(n.ctx, gast.Load)]
    lists = [
        n
        for n in own
        if isinstance(n, gast.Assign)
        and len(n.targets) == 1
        and n.targets[0] in stores
        and isinstance(n.value, gast.List | gast.ListComp)
    ]
    return len(lists) == len(stores) > 0
