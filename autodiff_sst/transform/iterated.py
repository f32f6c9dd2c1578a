"""Loops over a list that changes while they go through it are refused: how many turns they have,
and which item is the next, is decided where they begin.

    for v in d["a"]:
        d["a"].append(v * x)        is refused
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autodiff_sst.core.syntax import (
    Append,
    Assign,
    Atom,
    Attribute,
    Call,
    DictOf,
    Effect,
    Expression,
    For,
    Function,
    Literal,
    Name,
    Object,
    Statement,
    Store,
    Subscript,
    TupleOf,
    While,
)
from autodiff_sst.core.walk import reads, statements, writes
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.runtime.sequences import LIST_CHANGES, as_sequence
from autodiff_sst.transform.sites import items_of

_CHANGING = (*LIST_CHANGES, "sort")
_ANY = object()  # a key that is not known

Path = tuple[str, tuple[Any, ...]]  # a name, and keys


def check_iterated(function: Function) -> None:
    """Raises:
    UnsupportedSyntaxError: a loop changes the list that it goes through.
    """
    made = {s.target: s.value for s in statements(function.body) if isinstance(s, Assign)}
    sequences = gone_through(made)
    if not sequences:
        return
    for loop in statements(function.body):
        if isinstance(loop, For | While):
            for name in sorted((reads((loop,)) & {*sequences}) - writes(loop.body)):
                place = _place(sequences[name], made)
                for statement in statements(loop.body):
                    changed = _changed(statement, made)
                    if changed is not None and _may_be_same(place, _place(changed, made)):
                        raise UnsupportedSyntaxError(
                            "a list that is changed while a loop goes through it is not supported",
                            statement.origin,
                            instead="a loop over a copy of it.",
                        )


def gone_through(made: Mapping[str, Expression]) -> dict[str, Atom]:
    """Of what loops go through, by its name, what it is made of."""
    return {
        n: value.args[0]
        for n, value in made.items()
        if isinstance(value, Call)
        and isinstance(value.function, Object)
        and value.function.value is as_sequence
    }


def _changed(statement: Statement, made: dict[str, Any]) -> Atom | None:
    """The list that a statement makes longer or shorter."""
    match statement:
        case Append(target):
            return Name(target)
        case Store(target, (index, *_)) if not isinstance(index, Name | Literal):
            return Name(target)
        case Assign(_, Call(Name(method))) | Effect(Call(Name(method))):
            match made.get(method):
                case Attribute(base, name) if name in _CHANGING:
                    return base
    return None


def _place(atom: Atom, made: dict[str, Any]) -> Path:
    keys: tuple[Any, ...] = ()
    while isinstance(atom, Name):
        match made.get(atom.id):
            case Name() as same:
                atom = same
            case Call(Object(called), (base,)) if called is as_sequence:
                atom = base
            case Subscript(base, (key, *_)):
                atom, keys = base, (key.value if isinstance(key, Literal) else _ANY, *keys)
            case Attribute(base, key):
                atom, keys = base, (key, *keys)
            case _:
                break
        while isinstance(atom, Name) and keys:  # what a display holds
            display = made.get(atom.id)
            held = items_of(display) if isinstance(display, DictOf | TupleOf) else None
            if held is None or keys[0] not in held:
                break
            atom, keys = held[keys[0]], keys[1:]
    return (atom.id if isinstance(atom, Name) else "", keys)


def _may_be_same(a: Path, b: Path) -> bool:
    same = a[0] == b[0] and len(a[1]) == len(b[1])
    return same and all(
        m is _ANY or n is _ANY or m == n for m, n in zip(a[1], b[1], strict=True)
    )  # fmt: skip
