"""Refuse views of dicts that are read after the dict has changed.

v = d.values()
d["a"] = …
sum(v)               `v` shows what `d` holds now; what `values` becomes would not
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autodiff_sst.analysis.sharing import live_after
from autodiff_sst.analysis.values import Abstract, Dict, Table, can_be_active
from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    Attribute,
    Call,
    DictOf,
    Effect,
    Expression,
    For,
    Function,
    If,
    ListOf,
    Name,
    Slice,
    Statement,
    Store,
    Subscript,
    TupleOf,
    While,
)
from autodiff_sst.core.walk import reads, statements
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.frontend.calls import original
from autodiff_sst.frontend.dicts import CHANGES, VIEWS
from autodiff_sst.transform.iterated import gone_through


def check_views(function: Function, facts: Mapping[str, Abstract]) -> None:
    """Raises UnsupportedSyntaxError at a view that is read after its dict has changed."""
    every = [*statements(function.body)]
    made = {s.target: s.value for s in every if isinstance(s, Assign)}
    views = _methods(every, made, VIEWS, facts)
    if not views:
        return
    changes: list[tuple[Statement, str]]
    changes = [(s, str(original(Name(s.target), made).id)) for s in every if isinstance(s, Store)]
    changes += _methods(every, made, CHANGES, facts)
    live = live_after(function)
    sequences = gone_through(made)
    for view, base in views:
        after = [(s, live.get(id(s), frozenset())) for s, other in changes if other == base]
        if not isinstance(view, Assign) or not after:
            continue
        held = _holders({view.target}, every)
        # A loop over the view may store at the key of the turn, and nowhere else.
        looped = {t for t, atom in sequences.items() if atom == Name(view.target)}
        of_turns = _holders(looped, every)
        if any(
            held & read or (looped & read and not _stores_at(change, of_turns))
            for change, read in after
        ):
            raise UnsupportedSyntaxError(
                "a view of a dict that is read after the dict has changed is not supported yet",
                view.origin, instead="the view where it is read, or a list of it.",
            )  # fmt: skip


def _stores_at(change: Statement, keys: set[str]) -> bool:
    return isinstance(change, Store) and _any(change.index, keys)


def _methods(
    every: list[Statement],
    made: Mapping[str, Expression],
    names: tuple[str, ...],
    facts: Mapping[str, Abstract],
) -> list[tuple[Statement, str]]:
    """The calls of methods of active dicts, each with the first name of the dict."""
    found: list[tuple[Statement, str]] = []
    for statement in every:
        match statement:
            case Assign(_, Call(Name(method))) | Effect(Call(Name(method))):
                match made.get(method):
                    case Attribute(Name(base), name) if name in names:
                        known = facts.get(base)
                        if isinstance(known, Dict | Table) and can_be_active(known):
                            found.append((statement, str(original(Name(base), made).id)))
    return found


def _holders(names: set[str], every: list[Statement]) -> set[str]:
    """All names under which something is seen, and what may hold it, or an item of it."""
    kinds = Name | TupleOf | ListOf | DictOf | Subscript | Attribute
    found, before = {*names}, 0
    while len(found) > before:
        before = len(found)
        for statement in every:
            match statement:
                case Assign(target, value) if isinstance(value, kinds) and reads(value) & found:
                    found.add(target)
                case Store(target, _, Name(value)) if value in found:
                    found.add(target)
                case If():
                    found |= {m.name for m in statement.merges if _any(m.values, found)}
                case For() | While():
                    carries = statement.carries
                    found |= {c.name for c in carries if _any((c.init, c.next), found)}
                case _:
                    pass
    return found


def _any(atoms: Sequence[Atom | Slice], names: set[str]) -> bool:
    return any(isinstance(a, Name) and a.id in names for a in atoms)
