"""The names that a function has, gets and captures."""

from __future__ import annotations

from types import CodeType, FunctionType
from typing import Any

from autodiff_sst.core.syntax import DictOf, Expression, Literal, Name, TupleOf


def names_in(code: CodeType) -> set[str]:
    """No fresh name may shadow a local, nor a global that the text of an object names."""
    found = {*code.co_varnames, *code.co_cellvars, *code.co_names, *code.co_freevars}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= names_in(constant)
    return found


def parameters_of(
    tree: Any, positional: int, named: tuple[str, ...]
) -> tuple[tuple[str, ...], dict[str, Expression]]:
    """The parameters of the core, and what `*args` and `**kwargs` are made of."""
    arguments = tree.args
    names = [a.id for a in (*arguments.posonlyargs, *arguments.args)]
    packed: dict[str, Expression] = {}
    if arguments.vararg is not None:
        own = [f"{arguments.vararg.id}_{k}" for k in range(positional)]
        packed[arguments.vararg.id] = TupleOf(tuple(map(Name, own)))
        names += own
    names += [a.id for a in arguments.kwonlyargs]
    if arguments.kwarg is not None:
        own = [f"{arguments.kwarg.id}_{key}" for key in named]
        keys = tuple(map(Literal, named))
        packed[arguments.kwarg.id] = DictOf(keys, tuple(map(Name, own)))
        names += own
    return tuple(names), packed


def captured_place(function: FunctionType, name: str) -> tuple[Any, ...]:
    """Where a captured name of a function is bound."""
    if name in function.__code__.co_freevars:
        cells = function.__closure__ or ()
        return (id(cells[function.__code__.co_freevars.index(name)]),)
    return (id(function.__globals__), name)


def captured_value(function: FunctionType, name: str) -> Any:
    """What a captured name of a function stands for now."""
    if name in function.__code__.co_freevars:
        cell = (function.__closure__ or ())[function.__code__.co_freevars.index(name)]
        return cell.cell_contents
    return function.__globals__[name]
