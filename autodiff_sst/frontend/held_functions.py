"""Functions that are defined in a function and held: by a list, a dict, an object, or a caller.

    fs = [lambda t: t * t, partial(pow, x)]

A function that reads no variables around it is one like those of a module. Others become objects
that hold what they read, and whose `__call__` is the function; calls of them are then found as
those of users' objects are. Python reads the variables when such a function is called, an object
has them from the start: so each must be bound once, and not in a loop.
"""

from __future__ import annotations

import ast
import copy
import textwrap
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, cast

import gast

from autodiff_sst.core.syntax import UNDEFINED, Atom, If, Literal, Merge, Name, Object, TupleOf
from autodiff_sst.errors import AutodiffError, UnsupportedSyntaxError
from autodiff_sst.frontend.calls import (
    Arguments,
    Choice,
    Closure,
    Partial,
    Static,
    StaticTuple,
    Value,
    constant_atom,
    unwrap_partial,
)
from autodiff_sst.frontend.lifting import is_variable, made_by
from autodiff_sst.frontend.making import new_instance
from autodiff_sst.runtime.records import is_function, is_record
from autodiff_sst.runtime.solvers import is_solver, solved

_LOOPS = (gast.For, gast.While, gast.ListComp, gast.GeneratorExp, gast.SetComp, gast.DictComp)

# What was made, by its place and its text: a second lowering finds the same.
_made: dict[Any, Any] = {}


SOLVERS_RUN = solved.__module__  # its functions call what they are given at once


def held(lowering: Any, value: Static, node: Any, at_once: bool = False) -> Atom | None:
    """The function as a value; None if it cannot be one. It is called `at_once`, or later too."""
    match value:
        case Closure():
            return _closure(lowering, value, node, at_once)
        case Partial(receiver=None):
            return _partial(lowering, value, node)
        case StaticTuple(items):
            atoms = tuple(_atom(lowering, i, node) for i in items)
            if None not in atoms:
                return cast(Atom, lowering.emit(TupleOf(cast("tuple[Atom, ...]", atoms)), node))
        case Choice():
            try:
                made = choose(lowering, value, partial(_held, lowering, node), node)
            except _NoValueError:
                return None
            return _merged(lowering, made, node) if isinstance(made, Choice) else made
    return None


def _merged(lowering: Any, choice: Choice, node: Any) -> Atom:
    """One function or another, both of which are constants, as a value."""
    name = lowering.names.temporary()
    merges = (Merge(name, choice.functions),)
    lowering.block.append(If(choice.test, (), (), merges, lowering.source.origin(node)))
    return Name(name)


def chosen(a: Value, b: Value, test: Atom) -> Value:
    """One function or another, as the branch of a test has it; None if neither is a function."""
    functions = [v for v in (a, b) if _is_function(v)]
    if a == b or not functions:
        return None
    if UNDEFINED in (a, b):
        return functions[0] if isinstance(functions[0], Static) else None
    return Choice(test, (a, b))


def _is_function(value: Value) -> bool:
    return isinstance(value, Static) or (isinstance(value, Object) and is_function(value.value))


def choose(lowering: Any, choice: Choice, make: Callable[[Any], Any], node: Any) -> Any:
    """What is made of one function or the other."""
    first, second = (partial(lambda f: lowering.emit(make(f), node), f) for f in choice.functions)
    return lowering.conditional(choice.test, first, second, node)


def hold_choices(lowering: Any, variables: list[str], node: Any) -> None:
    """At the end of a turn of a loop, whose tests the next turn does not know."""
    for name in variables:
        if isinstance(choice := lowering.values[name], Choice):
            lowering.values[name] = lowering.held_function(choice, node)


class _NoValueError(Exception):
    """A function that cannot be held."""


def _held(lowering: Any, node: Any, value: Value) -> Atom:
    atom = _atom(lowering, value, node)
    if atom is None:
        raise _NoValueError
    return atom


def held_arguments(lowering: Any, called: Value, given: Arguments, node: Any) -> Arguments:
    """The arguments of what stays a call: functions that are defined here as values.

    What has no Python source may call them whenever it likes: they must not read variables then.
    """
    value = called.value if isinstance(called, Object) else None
    is_users = isinstance(value, type) and (is_record(value) or hasattr(value, "_fields"))
    ours = getattr(value, "__module__", "") == SOLVERS_RUN or is_solver(value)
    foreign = isinstance(called, Object) and not is_users and not ours
    whole: dict[Any, Any] = {**dict(enumerate(given.positional)), **given.keywords}
    for key, value in whole.items():
        if isinstance(value, Static):
            whole[key] = held(lowering, value, node, ours)
            if whole[key] is None or (foreign and not isinstance(whole[key], Object)):
                raise UnsupportedSyntaxError(
                    "a function defined here cannot be passed to what has no Python source",
                    lowering.source.origin(node),
                    instead="a loop.",
                )
    positional = [whole.pop(k) for k in range(len(given.positional))]
    return Arguments(positional, whole)


def _closure(lowering: Any, closure: Closure, node: Any, at_once: bool = False) -> Atom | None:
    scope, tree = closure.scope, copy.deepcopy(closure.node)
    arguments = tree.args
    body = tree.body if isinstance(tree.body, list) else [gast.Return(value=tree.body)]
    inside = [n for s in body for n in gast.walk(s)]
    if getattr(tree, "decorator_list", ()) or any(
        isinstance(n, gast.Yield | gast.YieldFrom | gast.Nonlocal | gast.Global) for n in inside
    ):
        return None
    names = [n for n in inside if isinstance(n, gast.Name)]
    own = [n for n in gast.walk(arguments) if isinstance(n, gast.Name)]
    bound = {n.id for n in (*names, *own) if not isinstance(n.ctx, gast.Load)}
    bound |= {n.name for n in inside if isinstance(n, gast.FunctionDef)}
    free = sorted({n.id for n in names if is_variable(scope, n.id)} - bound)
    if "self" in bound | {*free} or not (at_once or all(_stays(scope, n) for n in free)):
        return None
    try:
        values = {name: scope.lookup(name, node) for name in free}
    except AutodiffError:  # it is assigned later
        return None
    lines = [f"{name} = self.{name}" for name in free]
    for name in _with_made_defaults(arguments):
        values[f"default_{name}"] = closure.defaults[name]
        lines.append(f"{name} = self.default_{name} if {name} is ... else {name}")
    values = {n: _atom(lowering, v, node) for n, v in values.items()}
    if None in values.values():
        return None
    name = getattr(tree, "name", "function")
    head = ast.unparse(gast.gast_to_ast(arguments))
    lines += [ast.unparse(gast.gast_to_ast(s)) for s in body]
    if not values:
        text = _block(f"def {name}({head}):", lines)
        return constant_atom(_made_of(scope, closure.node, text, name))
    text = _block(f"class {name}:", [_block(f"def __call__(self, {head}):", lines)])
    return _filled(lowering, _made_of(scope, closure.node, text, name), values, node)


def _with_made_defaults(arguments: Any) -> list[str]:
    """The parameters whose defaults are no constants; they become `...`."""
    names = [a.id for a in (*arguments.posonlyargs, *arguments.args)]
    names = names[len(names) - len(arguments.defaults) :] + [a.id for a in arguments.kwonlyargs]
    found = []
    for name, default in zip(names, [*arguments.defaults, *arguments.kw_defaults], strict=True):
        if default is not None and not isinstance(default, gast.Constant):
            found.append(name)
    rest = gast.Constant(value=..., kind=None)
    for owner in (arguments.defaults, arguments.kw_defaults):
        owner[:] = [d if d is None or isinstance(d, gast.Constant) else rest for d in owner]
    return found


def _stays(scope: Any, name: str) -> bool:
    """Whether a variable is bound once: what it is, it is when the function is called."""
    while name not in scope.values and name not in scope.locals and scope.enclosing is not None:
        scope = scope.enclosing
    if name not in scope.values and name not in scope.locals:
        return True  # of a function around all, which has run
    bound = [n for n in gast.walk(scope.tree) if name in _bound_by(n)]
    loops = [n for n in gast.walk(scope.tree) if isinstance(n, _LOOPS)]
    inside = {id(m) for n in loops for m in gast.walk(n)}
    return len(bound) == 1 and id(bound[0]) not in inside


def _bound_by(node: Any) -> tuple[str, ...]:
    match node:
        case gast.Name(id=name, ctx=gast.Store() | gast.Param() | gast.Del()):
            return (name,)
        case gast.FunctionDef(name=name) | gast.ExceptHandler(name=gast.Name(id=name)):
            return (name,)
        case gast.Nonlocal(names=names):
            return (*names, *names)
    return ()


def _partial(lowering: Any, value: Partial, node: Any) -> Atom | None:
    function, given = unwrap_partial(value, Arguments([], {}))
    positional = {f"given_{k}": v for k, v in enumerate(given.positional)}
    values = {**positional, **given.keywords}
    first = [*(f"self.{n}" for n in positional), "*args"]
    text = ", ".join([*first, *(f"{n}=self.{n}" for n in given.keywords), "**kwargs"])
    names = {}
    if isinstance(function, Static):
        values["function"] = function
        call = f"return self.function({text})"
    else:
        names["function"] = function
        call = f"return function({text})"
    values = {n: _atom(lowering, v, node) for n, v in values.items()}
    if None in values.values() or not callable(names.get("function", len)):
        return None
    whole = _block("class partial:", [_block("def __call__(self, *args, **kwargs):", [call])])
    return _filled(lowering, _made_of(lowering, node, whole, "partial", names), values, node)


def _atom(lowering: Any, value: Value, node: Any) -> Atom | None:
    return held(lowering, value, node) if isinstance(value, Static) else value


def _block(head: str, lines: list[str]) -> str:
    return "\n".join([head, *(textwrap.indent(line, "    ") for line in lines)])


def _made_of(
    scope: Any, node: Any, text: str, name: str, names: Mapping[str, Any] | None = None
) -> Any:
    origin = scope.source.origin(node)
    own = tuple((n, id(v)) for n, v in (names or {}).items())
    key = (origin.file, origin.line, origin.column, text, own)
    if key not in _made:
        file = f"<{name} in {origin.file}, line {origin.line}, held {len(_made)}>"
        namespace = scope.source.function.__globals__
        if names is not None:
            namespace = {"__name__": namespace.get("__name__", "__main__"), **names}
        _made[key] = made_by(text, name, namespace, file)
    return _made[key]


def _filled(lowering: Any, cls: Any, values: Mapping[str, Any], node: Any) -> Atom:
    made = new_instance(lowering, cls, Arguments([], {}), node)
    for name, value in values.items():
        lowering.store(made, (Literal(name),), value, node)
    return made
