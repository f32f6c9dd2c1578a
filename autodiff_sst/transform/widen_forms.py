"""The widened forms of functions, by kind: along an axis, of shape, products, solves.

A form gives the expression for operands with an axis of directions in front, or None where there is
none: then the function is called once a direction.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff_sst.analysis.knowledge import constant_of
from autodiff_sst.analysis.values import Abstract, List, keys_of
from autodiff_sst.core.syntax import (
    Atom,
    Attribute,
    Binary,
    Call,
    Expression,
    ListOf,
    Literal,
    Name,
    Object,
    Subscript,
    TupleOf,
)
from autodiff_sst.rules.helpers import COPY, FULL_LIKE, WIDENED, ZEROS_LIKE, numpy_object
from autodiff_sst.transform.widen import WHOLE, NotWidenedError, Widening

Keywords = dict[str, Atom]
Form = Callable[[Widening, str, tuple[Atom, ...], Keywords], "Expression | None"]
_MISSING = object()
FORMS: dict[Any, Form] = {}


def form(*functions: Any) -> Callable[[Form], Form]:
    def decorate(made: Form) -> Form:
        FORMS.update(dict.fromkeys(functions, made))
        return made

    return decorate


def _argument(args: tuple[Atom, ...], keywords: Keywords, k: int, name: str) -> Any:
    return args[k] if len(args) > k else keywords.get(name, Literal(None))


def _constant(w: Widening, atom: Atom) -> Any:
    return constant_of(w.fact(atom), _MISSING)


def _axes(w: Widening, atom: Atom, rank: int | None) -> Any:
    """Axes behind that of directions; all of them for None."""
    axis = _constant(w, atom)
    if axis is _MISSING or (axis is None and rank is None):
        return _MISSING
    if axis is None:
        return tuple(range(1, (rank or 0) + 1))
    if isinstance(axis, tuple):
        return tuple(a + 1 if a >= 0 else a for a in axis)
    return axis + 1 if axis >= 0 else axis


def _literal(w: Widening, value: Any) -> Atom:
    if isinstance(value, tuple):
        return w.emit(TupleOf(tuple(_literal(w, v) for v in value)))
    return Literal(value)


@form(np.sum)
def _sum(w: Widening, target: str, args: tuple[Atom, ...], keywords: Keywords) -> Expression | None:
    axes = _axes(w, _argument(args, keywords, 1, "axis"), w.rank(args[0]))
    if axes is _MISSING or {*keywords} - {"axis", "keepdims"} or len(args) > 2:
        return None
    if axes == ():
        return args[0]
    named: list[tuple[str, Atom]] = [("axis", _literal(w, axes))]
    if "keepdims" in keywords:
        named.append(("keepdims", keywords["keepdims"]))
    return Call(numpy_object(np.sum), args[:1], tuple(named))


@form(np.reshape)
def _shape(
    w: Widening, target: str, args: tuple[Atom, ...], keywords: Keywords
) -> Expression | None:
    x, shape = args[0], _argument(args, keywords, 1, "shape")
    known = _constant(w, shape)
    front = w.emit(TupleOf((w.count,)))
    if isinstance(known, int) or isinstance(getattr(w.fact(shape), "kind", None), str):
        whole = w.emit(TupleOf((w.count, shape)))
    else:
        whole = w.emit(Binary("+", front, shape))
    is_reshape = w.rank(x) is None or w.rank(Name(target)) is None
    return None if is_reshape else Call(numpy_object(np.reshape), (x, whole))


@form(np.broadcast_to)
def _broadcast(
    w: Widening, target: str, args: tuple[Atom, ...], keywords: Keywords
) -> Expression | None:
    own = w.rank(Name(target))
    if own is None or w.rank(args[0]) is None:
        return None
    whole = w.emit(Binary("+", w.emit(TupleOf((w.count,))), args[1]))
    return Call(numpy_object(np.broadcast_to), (w.lifted(args[0], own), whole))


@form(np.ravel)
def _ravel(w: Widening, target: str, args: tuple[Atom, ...], keywords: Keywords) -> Expression:
    whole = w.emit(TupleOf((w.count, Literal(-1))))
    return Call(numpy_object(np.reshape), (args[0], whole))


@form(np.transpose)
def _transpose(
    w: Widening, target: str, args: tuple[Atom, ...], keywords: Keywords
) -> Expression | None:
    rank, axes = w.rank(args[0]), _constant(w, _argument(args, keywords, 1, "axes"))
    if rank is None or axes is _MISSING:
        return None
    order = range(rank)[::-1] if axes is None else [a % rank for a in axes]
    if [*order] == [*range(rank)]:
        return args[0]
    return Call(numpy_object(np.transpose), (args[0], _literal(w, (0, *(a + 1 for a in order)))))


@form(np.swapaxes)
def _swap(
    w: Widening, target: str, args: tuple[Atom, ...], keywords: Keywords
) -> Expression | None:
    parts = [_constant(w, a) for a in args[1:]]
    if len(parts) != 2 or not all(isinstance(p, int) for p in parts):
        return None
    moved = tuple(Literal(p + 1 if p >= 0 else p) for p in parts)
    both = {p >= 0 for p in parts}
    swap = len(both) == 1 or w.rank(args[0]) is not None
    return Call(numpy_object(np.swapaxes), (args[0], *moved)) if swap else None


@form(np.moveaxis)
def _move(
    w: Widening, target: str, args: tuple[Atom, ...], keywords: Keywords
) -> Expression | None:
    made = _swap(w, target, args, keywords)
    return Call(numpy_object(np.moveaxis), made.args) if isinstance(made, Call) else None


@form(np.expand_dims)
def _expand(
    w: Widening, target: str, args: tuple[Atom, ...], keywords: Keywords
) -> Expression | None:
    axes = _axes(w, _argument(args, keywords, 1, "axis"), None)
    return (
        None
        if axes is _MISSING
        else Call(numpy_object(np.expand_dims), (args[0], _literal(w, axes)))
    )


def _along(function: Any, position: int) -> Form:
    """A function along one axis, the last of a vector if none is given."""

    def made(
        w: Widening, target: str, args: tuple[Atom, ...], keywords: Keywords
    ) -> Expression | None:
        axis = _constant(w, _argument(args, keywords, position, "axis"))
        rank = w.rank(args[0])
        if axis is _MISSING or not (isinstance(axis, int) or (axis is None and rank == 1)):
            return None
        if any(w.is_wide(a) for a in args[1:]):
            return None
        moved = -1 if axis is None else axis + 1 if axis >= 0 else axis
        return Call(numpy_object(function), args[:position], (("axis", Literal(moved)),))

    return made


for _function, _position in (
    *((np.cumsum, 1), (np.roll, 2), (np.take, 2), (np.repeat, 2), (np.cumprod, 1), (np.delete, 2)),
):
    FORMS[_function] = _along(_function, _position)


@form(np.flip)
def _flip(
    w: Widening, target: str, args: tuple[Atom, ...], keywords: Keywords
) -> Expression | None:
    axes = _axes(w, _argument(args, keywords, 1, "axis"), w.rank(args[0]))
    if axes is _MISSING:
        return None
    return Call(numpy_object(np.flip), (args[0], _literal(w, axes)))


@form(np.concatenate, np.stack)
def _join(
    w: Widening, target: str, args: tuple[Atom, ...], keywords: Keywords
) -> Expression | None:
    axis = _constant(w, _argument(args, keywords, 1, "axis"))
    axis = 0 if axis is None else axis
    function = w.function_of(target)
    if not isinstance(axis, int) or keys_of(w.fact(args[0])) is None:
        raise NotWidenedError("a list that is joined")
    moved = axis + 1 if axis >= 0 else axis
    return Call(numpy_object(function), args[:1], (("axis", Literal(moved)),))


@form(np.copy, float, np.float64, np.float32, np.asarray, np.array, np.ascontiguousarray)
def _copy(
    w: Widening, target: str, args: tuple[Atom, ...], keywords: Keywords
) -> Expression | None:
    known = w.fact(args[0])
    display = isinstance(args[0], Name) and isinstance(w.made.get(args[0].id), ListOf)
    if keys_of(known) is not None or (display and isinstance(known, List) and known.length):
        return _stacked(w, args[0])
    if isinstance(known, List):
        raise NotWidenedError("a list of numbers as an array")
    return Call(COPY, args[:1])


def _stacked(w: Widening, atom: Atom) -> Call:
    """The array of a list, or of lists in a list, with the directions in front."""
    made = w.made.get(atom.id) if isinstance(atom, Name) else None
    items = made.items if isinstance(made, ListOf | TupleOf) else ()
    nested = [isinstance(w.fact(i), List) or keys_of(w.fact(i)) is not None for i in items]
    if any(nested):
        if not all(nested) or not all(map(w.is_wide, items)):
            raise NotWidenedError("lists of unlike items as an array")
        atom = w.emit(ListOf(tuple(w.emit(_stacked(w, i)) for i in items)))
    elif keys_of(w.fact(atom)) is not None and not items and _holds_containers(w.fact(atom)):
        raise NotWidenedError("a container of containers as an array")
    return Call(numpy_object(np.stack), (atom,), (("axis", Literal(1)),))


def _holds_containers(known: Abstract) -> bool:
    items = getattr(known, "items", ())
    return any(isinstance(i, List) or keys_of(i) is not None for i in items)


@form(np.zeros_like)
def _zeros(w: Widening, target: str, args: tuple[Atom, ...], keywords: Keywords) -> Expression:
    if w.is_wide(args[0]):
        return Call(ZEROS_LIKE, args)
    return Call(WIDENED, (w.emit(Call(ZEROS_LIKE, args)), w.count))


@form(np.full_like)
def _full(
    w: Widening, target: str, args: tuple[Atom, ...], keywords: Keywords
) -> Expression | None:
    own = w.rank(Name(target))
    if own is None or w.is_wide(args[0]):
        return None
    value = w.lifted(args[1], own)
    zeros = w.emit(Call(FULL_LIKE, (args[0], Literal(0.0))))
    return Binary("+", zeros, value)


@form(np.matmul, np.dot)
def _product(
    w: Widening, target: str, args: tuple[Atom, ...], keywords: Keywords
) -> Expression | None:
    a, b = args
    left, right = w.rank(a), w.rank(b)
    if left is None or right is None or (w.is_wide(a) and w.is_wide(b)):
        return None
    if left == 0 or right == 0:
        return None
    if max(left, right) > 2:
        same = left == right and left > 2  # stacks of matrices of as many axes
        return Binary("@", a, b) if same else None
    if w.is_wide(a):
        return Binary("@", a, b)
    if right == 1:
        if left == 1:
            return Binary("@", b, a)
        return Binary("@", b, w.emit(Attribute(a, "T")))
    return Binary("@", a, b)


@form(np.outer)
def _outer(
    w: Widening, target: str, args: tuple[Atom, ...], keywords: Keywords
) -> Expression | None:
    a, b = args
    if w.rank(a) != 1 or w.rank(b) != 1 or (w.is_wide(a) and w.is_wide(b)):
        return None
    none = Literal(None)
    if w.is_wide(a):
        return Binary("*", w.emit(Subscript(a, (WHOLE, WHOLE, none))), b)
    column = w.emit(Subscript(a, (WHOLE, none)))
    return Binary("*", column, w.emit(Subscript(b, (WHOLE, none, WHOLE))))


@form(np.einsum)
def _einsum(
    w: Widening, target: str, args: tuple[Atom, ...], keywords: Keywords
) -> Expression | None:
    text = _constant(w, args[0])
    if not isinstance(text, str) or "..." in text or "->" not in text:
        return None
    letter = next(c for c in "zyxwvutsrqponm" if c not in text)
    terms, _, right = text.replace(" ", "").partition("->")
    new = [
        letter + term if w.is_wide(a) else term
        for term, a in zip(terms.split(","), args[1:], strict=True)
    ]
    return Call(numpy_object(np.einsum), (Literal(f"{','.join(new)}->{letter}{right}"), *args[1:]))


@form(np.linalg.solve)
def _solve(
    w: Widening, target: str, args: tuple[Atom, ...], keywords: Keywords
) -> Expression | None:
    a, b = args
    if w.is_wide(a) or w.rank(a) != 2:
        return None
    solve = Object(np.linalg.solve, "np.linalg.solve", np)
    if w.rank(b) == 1:
        columns = w.emit(Attribute(b, "T"))
        return Attribute(w.emit(Call(solve, (a, columns))), "T")
    return Call(solve, (a, b)) if w.rank(b) == 2 else None


@form(sum)
def _builtin_sum(
    w: Widening, target: str, args: tuple[Atom, ...], keywords: Keywords
) -> Expression | None:
    if isinstance(w.fact(args[0]), List) or keys_of(w.fact(args[0])) is not None:
        return Call(Object(sum, "sum", sum), args)
    if w.rank(args[0]) == 1 and len(args) == 1:
        return Call(numpy_object(np.sum), args, (("axis", Literal(1)),))
    return None
