"""Functions that are defined in another and call themselves, as functions of what they read there.

def f(x):                               def horner(k, *, x):
    def horner(k):                          if k == len(x):
        if k == len(x):                         return 0.0
            return 0.0            →         return x[k] + 0.5 * horner(k + 1, x=x)
        return x[k] + 0.5 * horner(k + 1)
    return horner(0)                    def f(x):
                                            return horner(0, x=x)

A call of such a function is then one of any function that calls itself: differentiated when it is
made.
"""

from __future__ import annotations

import ast
import copy
import linecache
import textwrap
from collections.abc import Mapping
from types import FunctionType
from typing import Any

import gast

from autodiff_sst.core.syntax import Object
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.frontend import nodes
from autodiff_sst.frontend.calls import Arguments, Closure, Static
from autodiff_sst.frontend.exits import own_nodes

# The functions that were made, and the names they take: by the nodes they were made of.
_made: dict[Any, tuple[FunctionType, tuple[str, ...]]] = {}


def calls_itself(closure: Closure) -> bool:
    name = getattr(closure.node, "name", None)
    return name is not None and any(
        isinstance(n, gast.Name) and n.id == name and isinstance(n.ctx, gast.Load)
        for n in own_nodes(closure.node)
    )


def lifted(lowering: Any, closure: Closure, given: Arguments, at: Any) -> tuple[Object, Arguments]:
    """The function in the place of a closure, and what it is given."""
    node, scope = closure.node, closure.scope
    if node not in _made:
        _made[node] = _make(lowering, closure)
    function, free = _made[node]
    values = {name: scope.lookup(name, at) for name in free}
    if any(isinstance(v, Static) for v in values.values()):
        raise _refused(scope, node, "that reads other functions defined here")
    called = Object(function, node.name)
    return called, Arguments(given.positional, {**given.keywords, **values})


def _refused(scope: Any, node: Any, what: str) -> UnsupportedSyntaxError:
    words = f"a function that calls itself, {what}, is not supported yet"
    return UnsupportedSyntaxError(words, scope.source.origin(node), instead="a loop.")


def _make(lowering: Any, closure: Closure) -> tuple[FunctionType, tuple[str, ...]]:
    scope = closure.scope
    tree = copy.deepcopy(closure.node)
    name = tree.name
    parents = nodes.parents_of(tree)
    inner = [n for n in own_nodes(tree) if isinstance(n, gast.FunctionDef | gast.Lambda)]
    if len(inner) > 1 or tree.decorator_list:
        raise _refused(scope, closure.node, "with functions in it, or decorated")
    arguments = tree.args
    if arguments.kwarg or not _has_plain_defaults(arguments):
        raise _refused(scope, closure.node, "with `**` or with defaults that are made")
    seen = [n for s in tree.body for n in gast.walk(s) if isinstance(n, gast.Name)]
    free, helpers = _read_by(closure, name)
    tree.body = [*helpers, *tree.body]
    for n in seen:
        if n.id == name:
            call = parents[n]
            if not isinstance(call, gast.Call) or call.func is not n:
                raise _refused(scope, closure.node, "and gives itself to others")
            call.keywords += [gast.keyword(arg=v, value=nodes.name(v)) for v in free]
    arguments.kwonlyargs += [nodes.name(v, gast.Param()) for v in free]
    arguments.kw_defaults += [None] * len(free)
    return _run(tree, scope.source.function.__globals__, _file(scope, closure.node)), tuple(free)


def _read_by(closure: Closure, recursive: str) -> tuple[list[str], list[Any]]:
    """The variables of the function around that a function reads; and the functions defined there
    that it calls, to be defined in it, with what these read."""
    scope = closure.scope
    free: set[str] = set()
    helpers: dict[str, Any] = {}
    new = [closure.node]
    while new:
        for name in _free_names(new.pop()):
            known = scope.lookup(name, closure.node) if is_variable(scope, name) else None
            if known is None or name in {recursive, *free, *helpers}:
                continue
            node = getattr(known, "node", None)
            if isinstance(node, gast.FunctionDef) and known.scope is scope and node.name == name:
                is_plain = not node.decorator_list and _has_plain_defaults(node.args)
                if recursive in _free_names(node) or not is_plain:
                    raise _refused(scope, closure.node, "that reads other functions defined here")
                helpers[name] = copy.deepcopy(node)
                new.append(node)
            else:
                free.add(name)
    return sorted(free), [*helpers.values()]


def _has_plain_defaults(arguments: Any) -> bool:
    defaults = (*arguments.defaults, *filter(None, arguments.kw_defaults))
    return all(isinstance(d, gast.Constant) for d in defaults)


def _free_names(node: Any) -> list[str]:
    """The names that a function reads and does not bind."""
    arguments = node.args
    seen = [n for s in node.body for n in gast.walk(s) if isinstance(n, gast.Name)]
    bound = {n.id for n in seen if not isinstance(n.ctx, gast.Load)}
    bound |= {a.id for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    bound |= {a.id for a in (arguments.vararg, arguments.kwarg) if a is not None}
    return sorted({n.id for n in seen} - bound)


def is_variable(scope: Any, name: str) -> bool:
    """Whether a name is a variable of a function around, and not one of the module."""
    while scope is not None:
        if name in scope.values or name in scope.locals:
            return True
        if scope.enclosing is None:
            return name in scope.source.function.__code__.co_freevars
        scope = scope.enclosing
    return False


def _file(scope: Any, node: Any) -> str:
    origin = scope.source.origin(node)
    return f"<{node.name} in {origin.file}, line {origin.line}, {len(_made)}>"


def _run(tree: Any, names: Mapping[str, Any], file: str) -> FunctionType:
    """The function of a tree, whose source is found under the name of a file."""
    function: FunctionType = made_by(ast.unparse(gast.gast_to_ast(tree)), tree.name, names, file)
    return function


def made_by(text: str, name: str, names: Mapping[str, Any], file: str) -> Any:
    """The function or class of a text, whose source is found under the name of a file."""
    body = textwrap.indent(text, "    ")
    whole = f"def make():\n{body}\n    return {name}\n"
    linecache.cache[file] = (len(whole), None, whole.splitlines(keepends=True), file)
    made: dict[str, Any] = {}
    exec(compile(whole, file, "exec"), dict(names) if not isinstance(names, dict) else names, made)
    return made["make"]()
