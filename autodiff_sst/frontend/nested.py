"""Transforms that a function calls: `ad.grad(g)(x)`, where `g` may read the variables around it.

    k = x * y                              def f(v, k):
    g = lambda v: v * v * k      →             t = v * v
    s = ad.grad(g)(x)                          return t * k
                                           s = ⟨the gradient of f by v⟩(x, k)

What `g` reads of its surroundings becomes a parameter. Once the types are known, `resolve` puts the
generated derivative in the place of the call: what is differentiated then is a program without
derivatives in it, and nothing can be confused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from autodiff_sst.core.syntax import Atom, Call, Function, Literal, Name, Object
from autodiff_sst.core.walk import reads, writes
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.frontend.calls import Arguments, Closure, Static, constant_atom

CAPTURED = "captured "  # begins the names of arguments that stand for what a function reads


@dataclass(frozen=True, eq=False)
class Transformed(Static):
    """A transform of a function that is defined in the function that is lowered."""

    kind: str
    closure: Closure
    argnums: Any
    has_aux: bool


@dataclass(frozen=True, eq=False)
class Inner:
    """The derivative of a core function by some of its parameters; called like the function."""

    function: Function
    kind: str
    by: tuple[str, ...]
    as_tuple: bool
    has_aux: bool
    __name__: str = "derivative"


def is_transform(called: Any) -> bool:
    return isinstance(called, Object) and hasattr(called.value, "makes_derivative")


def transform(lowering: Any, called: Object, given: Arguments, node: Any) -> Any:
    """A derivative that is made in the function: an object, or a transform of a closure."""
    values = [_constant(v) for v in given.positional]
    named = {k: _constant(v) for k, v in given.keywords.items()}
    first = given.positional[0] if given.positional else None
    if isinstance(first, Closure):
        rest = values[1:] + [None] * 2
        argnums = named.get("argnums", rest[0] if len(values) > 1 else 0)
        has_aux = named.get("has_aux", bool(rest[1]))
        if called.value.__name__ in ("grad", "value_and_grad") and _MISSING not in values[1:]:
            return Transformed(called.value.__name__, first, argnums, has_aux)
    if _MISSING in (*values, *named.values()):
        words = f"`{called.text}` of what is known only when it runs is not supported"
        raise UnsupportedSyntaxError(
            words, lowering.source.origin(node), instead="a function that is defined by its name."
        )
    return constant_atom(called.value(*values, **named))


_MISSING = object()


def _constant(value: Any) -> Any:
    return value.value if isinstance(value, Literal | Object) else _MISSING


def is_derivative(function: Any) -> bool:
    return hasattr(function, "core_of_call") and not isinstance(function, type)


def with_captured(
    lowering: Any, called: Atom, given: Arguments, keywords: tuple[tuple[str, Atom], ...]
) -> Call:
    """A call; one of a derivative is given what its function reads of its surroundings, too."""
    call = Call(called, tuple(given.positional), keywords)
    derivative = called.value if isinstance(called, Object) else None
    if derivative is None or not is_derivative(derivative):
        return call
    atoms = [lowering.captured_atom(function, name) for function, name in derivative.captured()]
    named = tuple((f"{CAPTURED}{k}", atom) for k, atom in enumerate(atoms))
    return Call(called, call.args, (*keywords, *named))


def call_transformed(lowering: Any, called: Transformed, given: Arguments, node: Any) -> Call:
    """A call of a transform of a closure: of a core function and all that it reads."""
    closure = called.closure
    nodes = closure.node.args
    names = [a.id for a in (*nodes.posonlyargs, *nodes.args, *nodes.kwonlyargs)]
    if nodes.vararg or nodes.kwarg:
        words = "a derivative of a function with `*args` that is defined here is not supported"
        raise UnsupportedSyntaxError(words, lowering.source.origin(node))
    atoms: dict[str, Any] = {**closure.defaults, **dict(zip(names, given.positional, strict=False))}
    atoms |= given.keywords
    fresh = {n: lowering.names.fresh(n) for n in names if n in atoms}
    own = Arguments([], {n: Name(new) for n, new in fresh.items()})
    outer, lowering.block = lowering.block, []
    try:
        result: Atom = lowering.emit(lowering.inline_closure(closure, own, node), node)
        body = tuple(lowering.block)
    finally:
        lowering.block = outer
    free = sorted((reads(body) | reads(result)) - writes(body) - {*fresh.values()})
    parameters = (*fresh.values(), *free)
    name = getattr(closure.node, "name", "function")
    function = Function(name, parameters, body, result, lowering.source.origin(closure.node))
    parts = called.argnums if isinstance(called.argnums, tuple) else (called.argnums,)
    by = tuple(fresh[p if isinstance(p, str) else names[p]] for p in parts)
    as_tuple = isinstance(called.argnums, tuple)
    inner = Inner(function, called.kind, by, as_tuple, called.has_aux)
    given_atoms = [lowering.emit(atoms[n], node) for n in fresh]
    return Call(Object(inner, "derivative"), (*given_atoms, *map(Name, free)))
