"""From what a user passes as a function, and its arguments, to a Python function and its values.

A bound method, a `functools.partial`, an object with `__call__`, a function under `lru_cache` or
`numba.njit` are the function that they call, with some arguments given. A function that has a rule
and no source, `np.sin` say, is called by a function of one line.
"""

from __future__ import annotations

import functools
import inspect
import linecache
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

import numpy as np

from autodiff_sst.frontend.source import read_source
from autodiff_sst.markers import CustomGradient
from autodiff_sst.rules.definitions import definition_of
from autodiff_sst.rules.registry import has_rule
from autodiff_sst.runtime.records import is_record

Argnums = int | str | tuple[int | str, ...]
_NONE, _BY_NAME = inspect.Parameter.empty, inspect.Parameter.KEYWORD_ONLY
_MANY, _NAMED = inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD


@dataclass(frozen=True)
class Extra:
    """How many arguments `*args` takes in a call, and which ones `**kwargs` does."""

    positional: int = 0
    named: tuple[str, ...] = ()


class Binding:
    """`function`, and how the arguments of `primal` are given to it."""

    def __init__(self, primal: Callable[..., Any], argnums: Argnums) -> None:
        function, self.first, self.keywords = unwrap(primal)
        self.function = with_source(function)
        self.primal = primal
        self.argnums = argnums
        self.signature = inspect.signature(self.function, follow_wrapped=False)
        self.kinds = [p.kind for p in self.signature.parameters.values()]
        self._by: dict[Extra, tuple[str, ...]] = {}
        if _MANY not in self.kinds and _NAMED not in self.kinds:
            self.by(Extra())
        else:
            check_argnums(argnums)

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[list[Any], Extra]:
        """The values by position, defaults filled in.

        Raises:
            TypeError: that of the primal, if the arguments do not fit.
        """
        try:
            bound = self.signature.bind(*self.first, *args, **{**self.keywords, **kwargs})
        except TypeError:
            self.primal(*args, **kwargs)  # raises what the primal raises, in its own words
            raise
        bound.apply_defaults()
        return self._in_order(bound.arguments)

    def _in_order(self, arguments: Mapping[str, Any]) -> tuple[list[Any], Extra]:
        values: list[Any] = []
        extra = Extra()
        for parameter in self.signature.parameters.values():
            value = arguments[parameter.name]
            if parameter.kind is _MANY:
                extra = Extra(len(value), extra.named)
                values += value
            elif parameter.kind is _NAMED:
                extra = Extra(extra.positional, tuple(value))
                values += value.values()
            else:
                values.append(value)
        return values, extra

    def atoms(
        self, args: tuple[Any, ...], keywords: dict[str, Any], constant: Callable[[Any], Any]
    ) -> tuple[list[Any], Extra]:
        """The atoms of a call in a program by position."""
        first = map(constant, self.first)
        known = {k: constant(v) for k, v in self.keywords.items()}
        bound = self.signature.bind(*first, *args, **{**known, **keywords})
        found: dict[Any, Any] = {_MANY: (), _NAMED: {}}
        for name, parameter in self.signature.parameters.items():
            if name not in bound.arguments:
                default = found.get(parameter.kind)
                bound.arguments[name] = constant(parameter.default) if default is None else default
        return self._in_order(bound.arguments)

    def names(self, extra: Extra) -> list[str]:
        """The names of the values."""
        return expanded(self.signature, extra)

    def by(self, extra: Extra) -> tuple[str, ...]:
        """The names of the values that `argnums` means."""
        found = self._by.get(extra)
        if found is None:
            names = self.names(extra)
            own = names[len(self.first) :]
            function = getattr(self.primal, "__name__", "the function")
            found = resolve_argnums(own, self.argnums, function)
            self._by[extra] = found
        return found


def expanded(signature: inspect.Signature, extra: Extra) -> list[str]:
    names: list[str] = []
    for parameter in signature.parameters.values():
        if parameter.kind is _MANY:
            names += [f"{parameter.name}_{k}" for k in range(extra.positional)]
        elif parameter.kind is _NAMED:
            names += [f"{parameter.name}_{key}" for key in extra.named]
        else:
            names.append(parameter.name)
    return names


def unwrap(primal: Any) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    """The Python function that a callable calls, and the arguments that it gives before others."""
    first: tuple[Any, ...] = ()
    keywords: dict[str, Any] = {}
    while not isinstance(primal, FunctionType):
        if isinstance(primal, MethodType) and not is_known(primal):
            primal, first = primal.__func__, (primal.__self__, *first)
        elif isinstance(primal, functools.partial):
            first = (*primal.args, *first)
            keywords = {**primal.keywords, **keywords}
            primal = primal.func
        elif isinstance(primal, functools._lru_cache_wrapper):
            primal = primal.__wrapped__
        elif hasattr(primal, "py_func"):  # a function that Numba compiles
            primal = primal.py_func
        elif is_record(type(primal)) and isinstance(type(primal).__call__, FunctionType):
            primal, first = type(primal).__call__, (primal, *first)
        else:
            break
    return primal, first, keywords


def with_source(function: Any) -> Any:
    """A function that can be read: itself, or one that calls it, if it has a rule."""
    if isinstance(function, CustomGradient) or is_known(function):
        return calling(function)
    if isinstance(function, FunctionType):
        return function
    try:
        inspect.signature(function)
    except (TypeError, ValueError):
        read_source(function)  # raises SourceUnavailableError
    return function


def is_known(function: Any) -> bool:
    """Whether a function is not read, because there is a rule or a definition for it."""
    if not (isinstance(function, FunctionType | MethodType) and is_users(function)):
        from autodiff_sst.rules.all import RULES  # noqa: F401  # it is loaded

    is_other = isinstance(function, BuiltinFunctionType) and function in _LOWERED
    return is_other or has_rule(function) or definition_of(function) is not None


# Built-in functions that become statements.
_OPERATORS = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "neg", "getitem")
_LOWERED = {max, min, *(getattr(operator, name) for name in _OPERATORS)}


def is_users(function: Any) -> bool:
    return (getattr(function, "__module__", None) or "").partition(".")[0] not in ("numpy", "scipy")


_numbers = count(1)


@functools.lru_cache(maxsize=256)
def calling(function: Any) -> FunctionType:
    """A Python function of one line that calls a function that is not read."""
    namespace: dict[str, Any] = {"function": function}
    given = ", ".join(_passed_on(function, namespace))
    taken = ", ".join(part.partition("=")[0] for part in given.split(", ")) if given else ""
    text = f"def call({given}):\n    return function({taken})\n"
    file = f"<autodiff_sst call {next(_numbers)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    exec(compile(text, file, "exec"), namespace)
    made: FunctionType = namespace["call"]
    made.__name__ = getattr(function, "__name__", "call")
    return made


def _passed_on(function: Any, defaults: dict[str, Any]) -> list[str]:
    """The parameters: those of a function of the user, with their defaults; of another, those that
    must be given, and what else is."""
    is_read = isinstance(function, FunctionType | CustomGradient) and is_users(function)
    try:
        parameters = inspect.signature(function, follow_wrapped=not is_read).parameters.values()
    except (TypeError, ValueError):
        is_ufunc = isinstance(function, np.ufunc)
        return [f"x{k}" for k in range(function.nin)] if is_ufunc else ["*rest", "**named"]
    found: list[str] = []
    more = False
    for parameter in parameters:
        if parameter.kind is _MANY or parameter.kind is _NAMED:
            more = True
        elif parameter.default is _NONE:
            found.append(parameter.name)
        elif is_read and parameter.kind is not _BY_NAME:
            defaults[f"{parameter.name}_"] = parameter.default
            found.append(f"{parameter.name}={parameter.name}_")
        elif not isinstance(function, np.ufunc):
            more = True
    return [*found, "*rest", "**named"] if more else found


def check_argnums(argnums: Argnums) -> tuple[int | str, ...]:
    """The parts of `argnums`, if they are what they must be."""
    parts = argnums if isinstance(argnums, tuple) else (argnums,)
    for one in parts:
        if isinstance(one, bool) or not isinstance(one, int | str):
            raise TypeError(
                f"argnums: an int, a parameter's name, or a tuple of these, not {one!r}"
            )
    if not parts:
        raise ValueError(f"argnums: {argnums!r} must name at least one parameter")
    return parts


def resolve_argnums(names: list[str], argnums: Argnums, function: str) -> tuple[str, ...]:
    """The names of the parameters that `argnums` means.

    Raises:
        TypeError: it is not an int, a name, or a tuple of these.
        ValueError: there is no such parameter, or one is there twice.
    """
    found = []
    for one in check_argnums(argnums):
        if isinstance(one, str) and one not in names:
            raise ValueError(f"argnums: {function} has no parameter {one!r}, only {names}")
        if isinstance(one, int) and not -len(names) <= one < len(names):
            raise ValueError(f"argnums: {function} has {len(names)} parameters, so not {one}")
        found.append(one if isinstance(one, str) else names[one])
    if len({*found}) < len(found):
        raise ValueError(f"argnums: {argnums!r} names a parameter twice")
    return tuple(found)
