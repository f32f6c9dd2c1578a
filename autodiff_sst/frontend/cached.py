"""`lru_cache` on functions that are defined in another: without it, they return the same.

What they read must be bound once, what they return must not be changed, and they must do nothing
but return it: else a call that is not made could be told from one that is.
"""

from __future__ import annotations

import functools
from types import FunctionType, ModuleType
from typing import Any

import gast

from autodiff_sst.frontend import nodes
from autodiff_sst.frontend.meanings import Meanings

_CACHES = (functools.lru_cache, functools.cache)
_LOOPS = (gast.For, gast.While)


def without_caches(tree: Any, function: FunctionType) -> Any:
    """The tree, in which inner functions are called each time."""
    inner = [n for n in gast.walk(tree) if isinstance(n, gast.FunctionDef) and n is not tree]
    decorated = [n for n in inner if n.decorator_list]
    if not decorated:
        return tree
    meanings = Meanings(tree, function, {"functools": functools})
    for node in decorated:
        caches = all(_is_cache(d, meanings) for d in node.decorator_list)
        if caches and _only_returns(node, function) and _is_stable(node, tree):
            node.decorator_list = []
    return tree


def _is_cache(decorator: Any, meanings: Meanings) -> bool:
    if isinstance(decorator, gast.Call):
        decorator = decorator.func
    found = meanings.of(decorator)
    return any(found is cache for cache in _CACHES)


def _stores_items(tree: Any) -> bool:
    places = gast.Subscript | gast.Attribute
    return any(isinstance(n, places) and not isinstance(n.ctx, gast.Load) for n in gast.walk(tree))


def _only_returns(node: Any, function: FunctionType) -> bool:
    for inner in gast.walk(node):
        match inner:
            case gast.Expr(value=value) if not isinstance(value, gast.Constant):
                return False
            case gast.Global() | gast.Nonlocal() | gast.Yield() | gast.YieldFrom():
                return False
            case gast.Call(func=gast.Attribute() as method):
                if not _is_of_module(method, function):
                    return False  # a generator of random numbers, say
    return True


def _is_of_module(method: Any, function: FunctionType) -> bool:
    while isinstance(method, gast.Attribute):
        if method.attr == "random":
            return False
        method = method.value
    if not isinstance(method, gast.Name):
        return False
    return isinstance(function.__globals__.get(method.id), ModuleType) and method.id != "random"


def _is_stable(node: Any, tree: Any) -> bool:
    """Whether what is read stays what it is, and what is returned is not changed."""
    if _stores_items(tree):
        return False
    own = {n.id for n in gast.walk(node) if nodes.binds(n)}
    read = {n.id for n in gast.walk(node) if isinstance(n, gast.Name)} - own
    bound = [n.id for n in gast.walk(tree) if nodes.binds(n)]
    again = {
        n.id
        for loop in gast.walk(tree)
        if isinstance(loop, _LOOPS)
        for n in gast.walk(loop)
        if nodes.binds(n)
    }
    if any(bound.count(name) > 1 or name in again for name in read):
        return False
    for statement in gast.walk(tree):
        match statement:
            case gast.AugAssign(target=gast.Name(id=name)) if _may_hold_result(name, tree):
                return False
    return True


def _may_hold_result(name: str, tree: Any) -> bool:
    """Whether a variable may be what a function returned, and not something made of it."""
    return any(
        isinstance(s, gast.Assign)
        and any(isinstance(t, gast.Name) and t.id == name for t in s.targets)
        and isinstance(s.value, gast.Call | gast.Name | gast.IfExp)
        for s in gast.walk(tree)
    )
