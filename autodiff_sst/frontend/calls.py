"""Calls of Python functions: their bodies take the place of the call.

    y = square(x) + 1          t = x * x            def square(v):
                         →     y = t + 1                return v * v

The arguments become the callee's variables, its `return` the value of the call. Functions that are
defined in the function itself, lambdas among them, are values that lowering knows: they may be
passed on, and read the variables around them as these are when the call is made. Calls that cannot
be replaced (recursion, no source, unsupported statements) stay calls; `REASONS` holds why.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FunctionType, MethodType
from typing import Any

import numpy as np

from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    Attribute,
    Call,
    DictOf,
    Expression,
    ListOf,
    Literal,
    Name,
    Object,
    Subscript,
    TupleOf,
)
from autodiff_sst.core.walk import reads
from autodiff_sst.errors import AutodiffError
from autodiff_sst.runtime.records import is_users_class

LIST = Object(list, "list", list)
_READERS = (len, sum, min, max, list, tuple, sorted)  # they keep nothing
# Why a call stayed a call, by function: what to say if it has to be differentiated.
REASONS: dict[Any, AutodiffError] = {}


Value = Any  # an atom, or something Static


class Static:
    """What lowering knows itself; never part of the core."""


@dataclass(frozen=True, eq=False)
class StaticTuple(Static):
    """A tuple with a function in it."""

    items: tuple[Value, ...]


@dataclass(frozen=True, eq=False)
class Partial(Static):
    """A `functools.partial`; or a method of `super()`, with the class of its object."""

    function: Value
    given: Arguments
    receiver: Any = None


@dataclass(frozen=True, eq=False)
class Choice(Static):
    """One function or another, as a branch has chosen."""

    test: Atom
    functions: tuple[Value, Value]


@dataclass(frozen=True, eq=False)
class Rest(Static):
    """The last arguments of a call: the items of a list, as many as there are."""

    items: Atom


@dataclass(frozen=True, eq=False)
class Closure(Static):
    """A function that is defined in the function that is lowered."""

    node: Any
    scope: Any  # the lowering in whose variables it was defined
    defaults: dict[str, Value]


@dataclass
class Arguments:
    positional: list[Value]
    keywords: dict[str, Value]


class BindingError(TypeError):
    """The call does not fit the function: the primal's own error, when it gets there."""


def bind(
    tree: Any, given: Arguments, defaults: dict[str, Value], pack: Callable[[Any], Atom]
) -> dict[str, Value]:
    """The callee's variables from the arguments, as Python binds them."""
    arguments = tree.args
    names = [a.id for a in (*arguments.posonlyargs, *arguments.args)]
    only = [a.id for a in arguments.kwonlyargs]
    *first, last = given.positional or [None]
    if isinstance(last, Rest) and (arguments.vararg is None or len(first) != len(names)):
        raise BindingError("how many arguments there are is not known")
    bound: dict[str, Value] = dict(zip(names, given.positional, strict=False))
    extra = given.positional[len(names) :]
    rest: dict[str, Value] = {}
    for key, value in given.keywords.items():
        if key in (*names, *only) and key not in bound:
            bound[key] = value
        else:
            rest[key] = value
    for name in (*names, *only):
        if name not in bound:
            if name not in defaults:
                raise BindingError(f"missing argument {name!r}")
            bound[name] = defaults[name]
    if isinstance(last, Rest):
        bound[arguments.vararg.id] = pack(
            Call(LIST, (last.items,))
        )  # a list does what a tuple does here
    elif arguments.vararg is not None:
        static = any(isinstance(v, Static) for v in extra)
        items = tuple(extra)
        bound[arguments.vararg.id] = StaticTuple(items) if static else pack(TupleOf(items))
    elif extra:
        raise BindingError("too many arguments")
    if arguments.kwarg is not None:
        keys = tuple(map(Literal, rest))
        bound[arguments.kwarg.id] = pack(DictOf(keys, tuple(rest.values())))
    elif rest:
        raise BindingError(f"unexpected argument {next(iter(rest))!r}")
    return bound


def unwrap_partial(function: Any, given: Arguments) -> tuple[Any, Arguments]:
    """A `functools.partial` and its arguments as the function and all of them."""
    while isinstance(function, Partial):
        before = function.given
        named = {**before.keywords, **given.keywords}
        given = Arguments(before.positional + given.positional, named)
        function = function.function
    if isinstance(function, Object):
        function = function.value
    while isinstance(function, functools.partial):
        first = [constant_atom(a) for a in function.args]
        named = {k: constant_atom(a) for k, a in function.keywords.items()}
        given = Arguments(first + given.positional, {**named, **given.keywords})
        function = function.func
    if isinstance(function, MethodType) and isinstance(function.__self__, type):  # a classmethod
        first = [constant_atom(function.__self__)]
        return function.__func__, Arguments(first + given.positional, given.keywords)
    return function, given


def is_users(called: Any, shared: Any) -> bool:
    """Whether what is called may do anything with an argument."""
    if isinstance(called, Name):
        made = shared.made.get(called.id)
        return not isinstance(made, Attribute) or made.name not in ("join", "extend", "update")
    function = unwrap_partial(called, Arguments([], {}))[0]
    is_python = isinstance(function, FunctionType) and shared.inlines(function)
    return is_python or isinstance(function, Static)


def constant_atom(value: Any) -> Atom:
    if value is None or type(value) in (bool, int, float, str):
        return Literal(value)
    return Object(value, getattr(value, "__name__", "constant"), value)


def defaults_of(function: FunctionType, tree: Any) -> dict[str, Value]:
    arguments = tree.args
    names = [a.id for a in (*arguments.posonlyargs, *arguments.args)]
    values = function.__defaults__ or ()
    found = dict(zip(names[len(names) - len(values) :], map(constant_atom, values), strict=True))
    return {**found, **{k: constant_atom(v) for k, v in (function.__kwdefaults__ or {}).items()}}


def original(atom: Any, made: Mapping[str, Expression]) -> Any:
    """The first of the names of an object."""
    while isinstance(atom, Name) and isinstance(first := made.get(atom.id), Name):
        atom = first
    return atom


def _made_as(atom: Any, made: dict[str, Expression]) -> Expression | None:
    atom = original(atom, made)
    return made.get(atom.id) if isinstance(atom, Name) else None


def is_as_made(name: str, lowering: Any) -> bool:
    """Whether a display still holds what it was made of: no loop is between its place and here, so
    that no later turn comes before, and all that has seen it since only reads it."""
    block, seen = lowering.block, [*lowering.block]
    while not any(isinstance(s, Assign) and s.target == name for s in block):
        if id(block) not in lowering.shared.around:
            return False
        block = lowering.shared.around[id(block)][1]
        seen = [*block, *seen]
    aliases = {name}
    for statement in seen:
        if not reads(statement) & aliases:
            continue
        match statement:
            case Assign(target, Name()):
                aliases.add(target)
            case Assign(_, Subscript()):
                pass
            case Assign(_, Call(Object(called))) if any(called is f for f in _READERS):
                pass
            case _:
                return False  # it may hold it
    return True


def spread(atom: Any, lowering: Any) -> list[Atom] | None:
    """The items of a tuple that lowering has made itself, or of a list that has not changed."""
    made = lowering.shared.made
    value, first = _made_as(atom, made), original(atom, made)
    if isinstance(first, Object) and type(first.value) is tuple:
        return [constant_atom(v) for v in first.value]
    if isinstance(value, ListOf) and is_as_made(first.id, lowering):
        return [*value.items]
    return [*value.items] if isinstance(value, TupleOf) else None


def spread_keywords(atom: Any, lowering: Any) -> dict[str, Atom] | None:
    made = lowering.shared.made
    value, first = _made_as(atom, made), original(atom, made)
    if not isinstance(value, DictOf) or not all(isinstance(k, Literal) for k in value.keys):
        return None
    if not is_as_made(first.id, lowering):
        return None
    keys = [k.value for k in value.keys if isinstance(k, Literal)]
    return dict(zip(keys, value.values, strict=True))


def count_of_parameters(called: Any) -> int | None:
    """How many arguments by position a function takes, if it takes just so many."""
    if isinstance(called, Closure):
        arguments = called.node.args
        exact = not (called.defaults or arguments.vararg or arguments.kwonlyargs)
        return len(arguments.posonlyargs) + len(arguments.args) if exact else None
    function = called.value if isinstance(called, Object) else None
    if isinstance(function, np.ufunc):
        return function.nin
    made = isinstance(function, type) and is_users_class(function)
    if function is None or not (made or isinstance(function, FunctionType)):
        return None
    kinds = [(p.kind, p.default) for p in inspect.signature(function).parameters.values()]
    plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    exact = all(k in plain and d is inspect.Parameter.empty for k, d in kinds)
    return len(kinds) if exact else None


def of_all(called: Any) -> Object | None:
    """What gives of a sequence what a function gives of all its items: `max(x)` of `max(*x)`."""
    function = called.value if isinstance(called, Object) else None
    if function is max or function is min or function is np.ndindex:
        return called  # type: ignore[no-any-return]
    return Object(np.linalg.norm, "np.linalg.norm", np) if function is math.hypot else None
