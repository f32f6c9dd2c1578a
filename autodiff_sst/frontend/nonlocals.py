"""Functions that are defined in another and change its variables, as functions that return them.

    def add(v):                        def add(v, *, total):
        nonlocal total                     total += v * v
        total += v * v         →           return (None, total)

    add(x[0])                          (t := add(x[0], total=total), total := t[1], t[0])[2]

That holds for a function that is only called, and where the variables are. Others are refused.
"""

from __future__ import annotations

from typing import Any

import gast

from autodiff_sst.frontend import nodes
from autodiff_sst.frontend.exits import bound_names, is_generator, own_nodes

_COMPREHENSIONS = (gast.ListComp, gast.GeneratorExp, gast.SetComp, gast.DictComp)
_FUNCTIONS = (gast.FunctionDef, gast.Lambda)


def with_returned_variables(tree: Any) -> Any:
    """The tree, in which such functions return what they change."""
    if not any(isinstance(n, gast.Nonlocal) for n in gast.walk(tree)):
        return tree
    for outer in [n for n in gast.walk(tree) if isinstance(n, gast.FunctionDef)]:
        for inner in [n for n in own_nodes(outer) if isinstance(n, gast.FunctionDef)]:
            declared = [n for n in own_nodes(inner) if isinstance(n, gast.Nonlocal)]
            if inner is not outer and declared and _is_only_called(outer, inner):
                names = [*dict.fromkeys(name for n in declared for name in n.names)]
                if _are_variables(outer, names):
                    _rewrite(outer, inner, names)
    return tree


def _is_only_called(outer: Any, inner: Any) -> bool:
    parents = nodes.parents_of(outer)
    if inner.decorator_list or is_generator(inner) or inner.args.kwarg:
        return False
    if any(isinstance(n, _FUNCTIONS) and n is not inner for n in own_nodes(inner)):
        return False
    for node in gast.walk(outer):
        if not isinstance(node, gast.Name) or node.id != inner.name:
            continue
        call = parents[node]
        if not isinstance(call, gast.Call) or call.func is not node:
            return False
        around = call
        while around is not outer:
            around = parents[around]
            # An error that is caught leaves what was changed before it.
            if isinstance(around, (*_COMPREHENSIONS, gast.Try, gast.With)) or (
                isinstance(around, _FUNCTIONS) and around is not outer
            ):
                return False
    return True


def _are_variables(outer: Any, names: list[str]) -> bool:
    own = own_nodes(outer)
    declared = {name for n in own if isinstance(n, gast.Nonlocal) for name in n.names}
    return all(name in bound_names(outer) - declared for name in names)


def _rewrite(outer: Any, inner: Any, names: list[str]) -> None:
    calls = [
        n
        for n in own_nodes(outer)
        if isinstance(n, gast.Call) and isinstance(n.func, gast.Name) and n.func.id == inner.name
    ]
    _Returning(inner, names).generic_visit(inner)
    inner.body.append(nodes.placed(_returned(None, names), inner.body[-1]))
    inner.args.kwonlyargs += [nodes.name(n, gast.Param()) for n in names]
    inner.args.kw_defaults += [None] * len(names)
    replaced = {}
    for k, call in enumerate(calls):
        key = f"returned({inner.name}.{k})"
        given = [gast.keyword(arg=n, value=nodes.name(n)) for n in names]
        called = gast.Call(func=call.func, args=call.args, keywords=[*call.keywords, *given])
        parts = [gast.NamedExpr(target=nodes.name(key, gast.Store()), value=called)]
        for place, name in enumerate(names, 1):
            target = nodes.name(name, gast.Store())
            parts.append(gast.NamedExpr(target=target, value=_item(nodes.name(key), place)))
        whole = gast.Tuple(elts=[*parts, _item(nodes.name(key), 0)], ctx=gast.Load())
        replaced[call] = nodes.placed(_item(whole, len(parts)), call)
    _Replacing(replaced).visit(outer)


def _item(value: Any, k: int) -> Any:
    return gast.Subscript(value=value, slice=nodes.constant(k), ctx=gast.Load())


def _returned(value: Any, names: list[str]) -> Any:
    first = nodes.constant(None) if value is None else value
    items = [first, *(nodes.name(n) for n in names)]
    return gast.Return(value=gast.Tuple(elts=items, ctx=gast.Load()))


class _Returning(gast.NodeTransformer):  # type: ignore[misc]
    def __init__(self, inner: Any, names: list[str]) -> None:
        self.inner, self.names = inner, names

    def visit_Return(self, node: Any) -> Any:
        return nodes.placed(_returned(node.value, self.names), node)

    def visit_Nonlocal(self, node: Any) -> Any:
        return gast.copy_location(gast.Pass(), node)


class _Replacing(gast.NodeTransformer):  # type: ignore[misc]
    def __init__(self, replaced: dict[Any, Any]) -> None:
        self.replaced = replaced

    def visit(self, node: Any) -> Any:
        new = self.replaced.pop(node, None)
        return self.generic_visit(node if new is None else new)
