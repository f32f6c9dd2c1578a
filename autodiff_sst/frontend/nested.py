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

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from autodiff_sst.core.syntax import Atom, Call, Function, Literal, Name, Object
from autodiff_sst.core.walk import reads, writes
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.frontend.calls import (
    Arguments,
    Closure,
    Static,
    StaticTuple,
    constant_atom,
    spread,
)


@dataclass(frozen=True)
class Outer:
    """An array of the shape of the function's result, or of `by` for a Hessian, then of `by`."""

    by: int
    of_gradient: bool


# What a derivative gives: as an argument at a position, a tuple of such; None: not known.
Likeness: TypeAlias = "int | Outer | tuple[Likeness, ...] | None"

CAPTURED = "captured "  # begins the names of arguments that stand for what a function reads


@dataclass(frozen=True)
class Step:
    """A transform: of which kind, by which parameters, with which options."""

    kind: str
    argnums: Any = 0
    has_aux: bool = False
    mode: str = "auto"

    @property
    def as_tuple(self) -> bool:
        return isinstance(self.argnums, tuple)


@dataclass(frozen=True, eq=False)
class Transformed(Static):
    """Transforms, one after the other, of what is known only in the function that is lowered."""

    primal: Any
    steps: tuple[Step, ...]
    primals: tuple[Atom, ...] = ()  # of a pullback: where it is taken


class Inner:
    """A derivative of a core function by some of its parameters; called like the function.

    `by` has the names that each step is by. A step at the end may take tangents or a cotangent:
    further arguments. No dataclass, for a program's values may be those.
    """

    __name__ = "derivative"
    __match_args__ = ("function",)

    def __init__(
        self, function: Function, steps: tuple[Step, ...], by: tuple[tuple[str, ...], ...]
    ) -> None:
        self.function, self.steps, self.by = function, steps, by

    def likeness(self) -> Likeness:
        last = self.steps[-1]
        kind = None if last.has_aux else last.kind
        if kind == "jacobian" and len(self.steps) > 1:
            kind = "hessian" if [s.kind for s in self.steps[:-1]] == ["grad"] else None
        return likeness_of(kind, self.function.parameters, self.by[-1], last.as_tuple)


def likeness_of(
    kind: str | None, names: Sequence[str], by: tuple[str, ...], as_tuple: bool
) -> Likeness:
    """What a derivative of a kind is like: gradients have the shapes of what they are by."""
    places = tuple(map(names.index, by))
    match kind:
        case "grad" | "hvp" | "pullback":
            return places if as_tuple else places[0]
        case "value_and_grad":
            return (None, places if as_tuple else places[0])
        case "hessian" | "jacobian" if not as_tuple:
            return Outer(places[0], kind == "hessian")
    return None


def is_transform(called: Any) -> bool:
    return isinstance(called, Object) and hasattr(called.value, "makes_derivative")


def transform(lowering: Any, called: Object, given: Arguments, node: Any) -> Any:
    """A derivative that is made in the function: an object, or a transform of a closure."""
    kind = called.value.__name__
    if kind in ("vjp", "jvp"):
        return _product(lowering, kind, called.text, given, node)
    values = [_constant(v, lowering) for v in given.positional]
    named = {k: _constant(v, lowering) for k, v in given.keywords.items()}
    if not values or values[0] is not _MISSING:
        if _MISSING in (*values, *named.values()):
            raise _known_late(lowering, called.text, node)
        return constant_atom(called.value(*values, **named))
    if _MISSING in (*values[1:], *named.values()):
        raise _known_late(lowering, called.text, node)
    options = dict(zip(called.value.options, values[1:], strict=False)) | named
    options.pop("chunk", None)
    options.pop("backend", None)
    first = given.positional[0]
    before = first.steps if isinstance(first, Transformed) else ()
    primal = first.primal if isinstance(first, Transformed) else first
    return Transformed(primal, (*before, Step(kind, **options)))


def _product(lowering: Any, kind: str, text: str, given: Arguments, node: Any) -> Any:
    """`jvp(f, primals, tangents)`, and `vjp(f, *primals)`: the value and a pullback."""
    if given.keywords or not given.positional:
        raise _known_late(lowering, text, node)
    primal, *rest = given.positional
    if kind == "vjp":
        by = tuple(range(len(rest)))
        value = lowering.emit(lowering.call_value(primal, Arguments(rest, {}), node), node)
        return StaticTuple((value, Transformed(primal, (Step("pullback", by),), tuple(rest))))
    parts = [spread(atom, lowering) for atom in rest]
    if len(parts) != 2 or None in parts or len(parts[0] or ()) != len(parts[1] or ()):
        raise _known_late(lowering, text, node)
    primals, tangents = (part or [] for part in parts)
    made = Transformed(primal, (Step("jvp", tuple(range(len(primals)))),))
    return call_transformed(lowering, made, Arguments(primals, {}), node, tuple(tangents))


def _known_late(lowering: Any, text: str, node: Any) -> UnsupportedSyntaxError:
    return UnsupportedSyntaxError(
        f"`{text}` of what is known only when it runs is not supported",
        lowering.source.origin(node),
        instead="a function that is defined by its name.",
    )


_MISSING = object()


def _constant(value: Any, lowering: Any) -> Any:
    if isinstance(value, Literal | Object):
        return value.value
    items = None if isinstance(value, Static) else spread(value, lowering)
    values = [item.value for item in items or () if isinstance(item, Literal)]
    return tuple(values) if items and len(values) == len(items) else _MISSING  # `argnums=(0, 1)`


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


def call_transformed(
    lowering: Any,
    called: Transformed,
    given: Arguments,
    node: Any,
    further: tuple[Atom, ...] = (),
) -> Call:
    """A call of transforms of a function: of its core, and all that it reads.

    Args:
        further: tangents or a cotangent, that the last transform takes.
    """
    kind = called.steps[-1].kind
    if kind == "hvp":
        *positional, vector = given.positional
        given, further = Arguments(positional, given.keywords), (vector,)
    if kind == "pullback":
        given, further = Arguments([*called.primals], {}), tuple(given.positional)
    names, atoms = _arguments(lowering, called.primal, given, node)
    fresh = {n: lowering.names.fresh(n) for n in names if n in atoms}
    outer, lowering.block = lowering.block, []
    try:
        made = _called(lowering, called.primal, {n: Name(new) for n, new in fresh.items()}, node)
        result: Atom = lowering.emit(made, node)
        body = tuple(lowering.block)
    finally:
        lowering.block = outer
    free = sorted((reads(body) | reads(result)) - writes(body) - {*fresh.values()})
    parameters = (*fresh.values(), *free)
    closure = called.primal if isinstance(called.primal, Closure) else None
    name = getattr(closure.node, "name", "function") if closure else "function"
    origin = lowering.source.origin(closure.node if closure else node)
    function = Function(name, parameters, body, result, origin)
    by = tuple(_by(step, names, fresh) for step in called.steps)
    inner = Inner(function, called.steps, by)
    given_atoms = [lowering.emit(atoms[n], node) for n in fresh]
    return Call(Object(inner, "derivative"), (*given_atoms, *map(Name, free), *further))


def _arguments(
    lowering: Any, primal: Any, given: Arguments, node: Any
) -> tuple[list[str], dict[str, Any]]:
    """The parameters of a function by name, and the atoms for them."""
    if not isinstance(primal, Closure):
        if given.keywords:
            words = "a derivative of a method with keyword arguments is not supported here"
            raise UnsupportedSyntaxError(words, lowering.source.origin(node))
        names = [f"x{k}" for k in range(len(given.positional))]
        return names, dict(zip(names, given.positional, strict=True))
    nodes = primal.node.args
    names = [a.id for a in (*nodes.posonlyargs, *nodes.args, *nodes.kwonlyargs)]
    if nodes.vararg or nodes.kwarg:
        words = "a derivative of a function with `*args` that is defined here is not supported"
        raise UnsupportedSyntaxError(words, lowering.source.origin(node))
    first = dict(zip(names, given.positional, strict=False))
    return names, {**primal.defaults, **first, **given.keywords}


def _called(lowering: Any, primal: Any, own: dict[str, Name], node: Any) -> Any:
    if isinstance(primal, Closure):
        return lowering.inline_closure(primal, Arguments([], own), node)
    return lowering.call_value(primal, Arguments([*own.values()], {}), node)


def _by(step: Step, names: list[str], fresh: dict[str, str]) -> tuple[str, ...]:
    parts = step.argnums if isinstance(step.argnums, tuple) else (step.argnums,)
    return tuple(fresh[p if isinstance(p, str) else names[p]] for p in parts)
