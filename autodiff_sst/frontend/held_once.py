"""Iterators that a variable holds, and that are gone through once: made where they are.

    pairs = zip(x, v + w)                       t = v + w
    s = sum(a * b for a, b in pairs)     →      s = sum(a * b for a, b in zip(x, t))

Where no loop makes one use many; generator expressions, where the next statement goes through them.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

import gast

from autodiff_sst.frontend import nodes

_MADE = ("zip", "enumerate", "reversed")
_CONSUMERS = ("sum", "list", "tuple", "max", "min", "sorted", "any", "all", "dict", "set")
_LOOPS = (gast.For, gast.While, gast.FunctionDef, gast.Lambda)
_COMPREHENSIONS = (gast.ListComp, gast.SetComp, gast.GeneratorExp, gast.DictComp)


def where_used(tree: Any, function: FunctionType) -> Any:
    """The tree, in which such iterators are made where they are gone through."""
    found = [n for n in gast.walk(tree) if isinstance(n, gast.Assign) and _held(n) is not None]
    if not found or not nodes.are_builtins({*_MADE, *_CONSUMERS, "range"}, function):
        return tree
    parents = nodes.parents_of(tree)
    names = [n for n in gast.walk(tree) if isinstance(n, gast.Name)]
    moved: dict[Any, list[Any]] = {}
    for statement in found:
        held = _held(statement)
        uses = [n for n in names if n.id == held and n is not statement.targets[0]]
        if len(uses) != 1 or not _goes_through(uses[0], parents):
            continue
        if _around(uses[0], parents) != _around(statement, parents):
            continue
        value = statement.value
        if isinstance(value, gast.GeneratorExp):
            if _follows(statement, uses[0], parents):
                made = gast.ListComp(elt=value.elt, generators=value.generators)
                statement.value = nodes.placed(made, value)
        else:
            moved[statement] = _kept(value, str(held))
            _put(uses[0], value, parents[uses[0]])
    return nodes.with_statements(tree, lambda s: moved.get(s, [s])) if moved else tree


def _kept(call: Any, held: str) -> list[Any]:
    """The statements that keep what a call is given; the call then reads that."""
    before = []
    for k, argument in enumerate(call.args):
        if isinstance(argument, gast.Constant) or _is_range(argument):
            continue
        name = f"{held}_{k}()"
        before.append(nodes.placed(nodes.assign(name, argument), call))
        call.args[k] = nodes.placed(nodes.name(name), call)
    return before


def _is_range(node: Any) -> bool:
    match node:
        case gast.Call(func=gast.Name(id="range"), args=bounds):
            return all(isinstance(b, gast.Constant) for b in bounds)
    return False


def _put(use: Any, value: Any, parent: Any) -> None:
    if isinstance(parent, gast.Call):
        parent.args[0] = value
    else:
        parent.iter = value


def _held(statement: Any) -> str | None:
    """The variable that an iterator is assigned to."""
    match statement:
        case gast.Assign(targets=[gast.Name(id=held)], value=gast.GeneratorExp()):
            return str(held)
        case gast.Assign(
            targets=[gast.Name(id=held)], value=gast.Call(func=gast.Name(id=name))
        ) if name in _MADE:
            return str(held)
    return None


def _goes_through(use: Any, parents: Any) -> bool:
    """Whether a loop, a comprehension or a function goes through it at once."""
    match parents[use]:
        case gast.For(iter=iterated, orelse=[]):
            return iterated is use
        case gast.comprehension(iter=iterated) as part:
            return iterated is use and parents[part].generators[0] is part
        case gast.Call(func=gast.Name(id=name), args=[first, *_]):
            return first is use and name in _CONSUMERS
    return False


def _around(node: Any, parents: Any) -> list[Any]:
    """The loops and functions around; not the comprehension that goes through it first."""
    found = []
    inner = node
    while inner in parents:
        outer = parents[inner]
        is_own_loop = isinstance(outer, gast.For) and outer.iter is inner
        if isinstance(outer, _LOOPS) and not is_own_loop:
            found.append(outer)
        if isinstance(outer, _COMPREHENSIONS):
            first = outer.generators[0]
            if not (inner is first and node is first.iter):
                found.append(outer)
        inner = outer
    return found


def _follows(statement: Any, use: Any, parents: Any) -> bool:
    """Whether the statement after one goes through what it makes."""
    block = next(
        b
        for field in ("body", "orelse", "finalbody")
        if isinstance(b := getattr(parents[statement], field, None), list) and statement in b
    )
    place = block.index(statement) + 1
    inner = use
    while inner in parents and inner not in block:
        inner = parents[inner]
    return place < len(block) and block[place] is inner
