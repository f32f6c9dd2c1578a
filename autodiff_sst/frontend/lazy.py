"""What `zip` and `enumerate` give, where it is held, as lists; `zip(*rows)`, as columns.

list(zip(u, v))            →     [(a, b) for a, b in zip(u, v)]
sorted(enumerate(x))       →     sorted([(k, v) for k, v in enumerate(x)])
a, b = zip(*pairs)         →     a = [p[0] for p in pairs]
                                 b = [p[1] for p in pairs]
for column in zip(*rows)   →     for column in transposed(rows)

In a `for` they stay what they are: a loop by index (iteration.py).
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

import gast

from autodiff_sst.frontend import nodes

_CONSUMERS = ("list", "tuple", "sorted", "max", "min")
_LAZY = ("zip", "enumerate")


def with_lists(tree: Any, function: FunctionType) -> Any:
    """The tree, in which pairs that are held are in lists."""
    read = {n.id for n in gast.walk(tree) if isinstance(n, gast.Name)}
    if not read & {*_LAZY} or not nodes.are_builtins({*_CONSUMERS, *_LAZY, "map"}, function):
        return tree
    tree = nodes.with_statements(tree, _unpacked)
    return _Lists().visit(tree)


def _transposes(node: Any) -> bool:
    match node:
        case gast.Call(func=gast.Name(id="zip"), args=[gast.Starred()], keywords=[]):
            return True
    return False


def _unpacked(statement: Any) -> list[Any]:
    """`a, b = zip(*pairs)`, and of `map` over it."""
    match statement:
        case gast.Assign(targets=[gast.Tuple(elts=targets)], value=value) if not any(
            isinstance(t, gast.Starred) for t in targets
        ):
            function = None
            match value:
                case gast.Call(func=gast.Name(id="map"), args=[function, value], keywords=[]):
                    pass
            if not _transposes(value):
                return [statement]
            place = f"{statement.lineno}.{statement.col_offset}"
            rows, row = f"rows({place})", f"row({place})"
            made = [nodes.assign(rows, value.args[0].value)]
            for k, target in enumerate(targets):
                item = gast.Subscript(
                    value=nodes.name(row), slice=nodes.constant(k), ctx=gast.Load()
                )
                one = gast.comprehension(
                    target=nodes.name(row, gast.Store()),
                    iter=nodes.name(rows),
                    ifs=[],
                    is_async=0,
                )
                column: Any = gast.ListComp(elt=item, generators=[one])
                if function is not None:
                    column = gast.Call(func=function, args=[column], keywords=[])
                made.append(gast.Assign(targets=[target], value=column, type_comment=None))
            return [nodes.placed(s, statement) for s in made]
    return [statement]


class _Lists(gast.NodeTransformer):  # type: ignore[misc]
    def visit_Call(self, node: Any) -> Any:
        self.generic_visit(node)
        if _transposes(node):
            return nodes.placed(nodes.call("transposed()", node.args[0].value), node)
        match node:
            case gast.Call(func=gast.Name(id=name), args=[lazy]) if name in _CONSUMERS:
                made = listed(lazy)
                if made is None:
                    return node
                if name == "list":
                    return made
                node.args = [made]
        return node

    def visit_List(self, node: Any) -> Any:
        self.generic_visit(node)
        match node:
            case gast.List(elts=[gast.Starred(value=lazy)]):
                return listed(lazy) or node
        return node


def listed(node: Any) -> Any:
    """A comprehension of what is lazy; None of what is not."""
    match node:
        case gast.Call(func=gast.Name(id=name), args=args) if name in _LAZY:
            place = f"({node.lineno}.{node.col_offset})"
            count = 2 if name == "enumerate" else len(args)
            names = [f"item_{k}{place}" for k in range(count)]
            target = gast.Tuple(elts=[nodes.name(n, gast.Store()) for n in names], ctx=gast.Store())
            item = gast.Tuple(elts=[nodes.name(n) for n in names], ctx=gast.Load())
            one = gast.comprehension(target=target, iter=node, ifs=[], is_async=0)
            return nodes.placed(gast.ListComp(elt=item, generators=[one]), node)
        case gast.Call(func=gast.Name(id="transposed()")):
            return node
    return None
