"""The `__call__` of a derivative: what it was compiled for, as tests in front of calls.

    def f(self, x=MISSING, n=MISSING, *rest):
        if type(x) is float and type(n) is int and not rest:
            self._last = derived_0
            return grad_f_0(x, n)
        return self._missed((x, n), rest, {})

That costs less than looking a signature up: there is one Python call between the user's and the
generated function. Whatever the tests let through has the abstract value that the derivative was
compiled for; all else goes to `_missed`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autodiff_sst.core.names import Names
from autodiff_sst.errors import NonScalarOutputError

MOST = 8  # signatures that are tested for; more are looked up


class _Missing:
    def __repr__(self) -> str:
        return "<missing>"


MISSING = _Missing()


@dataclass(frozen=True)
class Case:
    """A signature by an example of it, and what was compiled for it."""

    values: tuple[Any, ...]  # of the parameters, then what is captured; see `example`
    derived: Any
    function: Callable[..., Any]


def can_be_tested(signature: inspect.Signature, values: Sequence[Any]) -> bool:
    kinds = {p.kind for p in signature.parameters.values()}
    many = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
    return not kinds & many and all(guard_of("x", v) is not None for v in values)


@dataclass(frozen=True)
class Fixed:
    """A number that a function was compiled for."""

    value: Any


def example(value: Any, is_fixed: bool = False) -> Any:
    """A value of the same signature that holds no data: the user's arrays are not kept."""
    if is_fixed and type(value) in (bool, int, str):
        return Fixed(value)
    if not isinstance(value, np.ndarray):
        return value
    return np.empty([1 if n == 1 else 0 for n in value.shape], value.dtype)


def dispatching(
    primal: Callable[..., Any],
    signature: inspect.Signature,
    captured: Sequence[tuple[Callable[..., Any], str]],
    cases: Sequence[Case],
) -> Callable[..., Any]:
    """The function for `__call__`.

    Args:
        captured: functions and the names that they read of their module, or of a closure.
    """
    parameters = signature.parameters.values()
    names = Names(frozenset(signature.parameters))
    own, rest, missing = names.fresh("self"), names.fresh("rest"), names.fresh("MISSING")
    namespace: dict[str, Any] = {missing: MISSING}

    def called(stem: str, value: Any) -> str:
        for name, known in namespace.items():
            if known is value:
                return name
        name = names.fresh(stem)
        namespace[name] = value
        return name

    positional = [p for p in parameters if p.kind is not p.KEYWORD_ONLY]
    by_name = [p for p in parameters if p.kind is p.KEYWORD_ONLY]
    heads = [f"{own}, /" if not positional else own]
    for k, parameter in enumerate(positional):
        heads.append(f"{parameter.name}={missing}")
        last = k + 1 == len(positional)
        if parameter.kind is parameter.POSITIONAL_ONLY and (
            last or positional[k + 1].kind is not parameter.POSITIONAL_ONLY
        ):
            heads.append("/")
    heads += [f"*{rest}", *(f"{p.name}={missing}" for p in by_name)]
    lines = [f"def call({', '.join(heads)}):"]
    for parameter in parameters:
        if parameter.default is not parameter.empty:
            default = called(f"default_{parameter.name}", parameter.default)
            lines.append(f"    if {parameter.name} is {missing}: {parameter.name} = {default}")
    reads = [names.fresh(name) for _, name in captured]
    texts = [
        f"({new} := {_captured(function, name, missing, called)})"
        for new, (function, name) in zip(reads, captured, strict=True)
    ]
    given = [*(p.name for p in parameters), *reads]
    firsts = [*signature.parameters, *texts]
    wrong = called("error", NonScalarOutputError)
    for case in cases:
        tests = [f"not {rest}"]
        for name, text, value in zip(given, firsts, case.values, strict=True):
            test = guard_of(name, value, called, text)
            assert test is not None
            tests.append(test)
        derived, function = called("derived", case.derived), called("generated", case.function)
        lines += [
            f"    if {' and '.join(tests)}:",
            "        try:",
            f"            {own}._last = {derived}",
            f"            return {function}({', '.join(given)})",
            f"        except {wrong} as {(caught := names.fresh('caught'))}:",
            f"            {own}._locate({caught})",
            "            raise",
        ]
    first = ", ".join(p.name for p in positional) + "," * (len(positional) == 1)
    named = ", ".join(f"{p.name!r}: {p.name}" for p in by_name)
    lines.append(f"    return {own}._missed(({first}), {rest}, {{{named}}})")
    exec(compile("\n".join(lines) + "\n", "<autodiff_sst dispatcher>", "exec"), namespace)
    function = namespace["call"]
    function.__name__ = getattr(primal, "__name__", "call")
    function.__qualname__ = function.__name__
    made: Callable[..., Any] = function
    return made


def _captured(
    function: Callable[..., Any], name: str, missing: str, called: Callable[[str, Any], str]
) -> str:
    code: Any = function.__code__
    if name in code.co_freevars:
        cells: Any = function.__closure__
        return f"{called('cell', cells[code.co_freevars.index(name)])}.cell_contents"
    known: Any = function.__globals__
    return f"{called('module', known)}.get({name!r}, {missing})"


def guard_of(
    name: str,
    value: Any,
    called: Callable[[str, Any], str] = lambda stem, value: stem,
    first: str | None = None,
) -> str | None:
    """The test for values like this one; None if there is none that is quick.

    Args:
        called: gives an object a name.
        first: what binds the value to the name, where it is read first.
    """
    first = first or name
    if isinstance(value, Fixed):
        test = guard_of(name, value.value, called, first)
        return None if test is None else f"{test} and {name} == {value.value!r}"
    kind, type_of = type(value), called("type", type)
    if value is None:
        return f"{first} is None"
    if kind in (bool, int, float, complex):
        return f"{type_of}({first}) is {called(kind.__name__, kind)}"
    if issubclass(kind, np.generic) and value.dtype.kind in "biufc":
        return f"{type_of}({first}) is {called('kind', kind)}"
    if kind is not np.ndarray or value.dtype.kind not in "biufc":
        return None
    array, dtype = called("ndarray", np.ndarray), called("dtype", value.dtype)
    test = (
        f"{type_of}({first}) is {array} and {name}.dtype is {dtype} and {name}.ndim == {value.ndim}"
    )
    ones = [n == 1 for n in value.shape]
    if value.ndim == 1:
        return f"{test} and {called('len', len)}({name}) {'==' if ones[0] else '!='} 1"
    if value.ndim > 1 and not any(ones):
        return f"{test} and 1 not in {name}.shape"
    return f"{test} and [n == 1 for n in {name}.shape] == {ones}" if ones else test
