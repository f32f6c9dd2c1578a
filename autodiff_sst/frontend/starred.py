"""Calls with `*` of a sequence of which only the run tells how long it is.

x.reshape(*y.shape, 1)     →     t = tuple(y.shape) + (1,)
                                 x.reshape(t)
np.random.rand(*y.shape)   →     spread_call(np.random.rand, y.shape)
"""

from __future__ import annotations

from typing import Any

import gast

from autodiff_sst.core.syntax import (
    Atom,
    Attribute,
    Binary,
    Call,
    Expression,
    Literal,
    Name,
    Object,
    Subscript,
    TupleOf,
)
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.frontend.calls import REASONS, Arguments, Rest, Static, spread_keywords
from autodiff_sst.runtime.sequences import has_keys, spread_call

_WORDS = "`*` of what is not a tuple made here is not supported yet"
REASONS[spread_call] = UnsupportedSyntaxError(_WORDS)  # of what is differentiated

_TAKE_A_TUPLE = ("reshape", "transpose")
_TUPLE, _LEN = Object(tuple, "tuple", tuple), Object(len, "len", len)


def _joined(lowering: Any, parts: list[Atom], node: Any) -> Atom:
    whole = parts[0]
    for part in parts[1:]:
        whole = lowering.emit(Binary("+", whole, part), node)
    return whole


def _takes_a_tuple(lowering: Any, called: Any) -> bool:
    made = lowering.shared.made.get(called.id) if isinstance(called, Name) else None
    return isinstance(made, Attribute) and made.name in _TAKE_A_TUPLE


def has_rest(given: Arguments) -> bool:
    """Whether it is not known how many arguments there are, or what they are called."""
    return any(isinstance(v, Rest) for v in (*given.positional, *given.keywords.values()))


def by_hints(lowering: Any, called: Any, given: Arguments, node: Any) -> Any:
    """A call by how many arguments there are, or by the keywords that there are, as rounds before
    have told; None if they have not."""
    origin = lowering.source.origin(node)
    rest = given.positional[-1] if given.positional else None
    named = given.keywords.get("**")
    counts: Any = [h.lists[0] for h in lowering.shared.hints.get((origin, "*"), ())]
    keys: Any = [h.lists for h in lowering.shared.hints.get((origin, "**"), ())]
    options = [
        (count, names)
        for count in (counts if isinstance(rest, Rest) else [None])
        for names in (keys if named is not None else [None])
    ]
    if not options:
        return None

    def known(count: int | None, names: tuple[str, ...] | None) -> Any:
        positional, keywords = [*given.positional], {**given.keywords}
        if isinstance(rest, Rest) and count is not None:
            positional.pop()
            items = range(count - len(positional))
            positional += [lowering.emit(Subscript(rest.items, (Literal(k),)), node) for k in items]
        if names is not None:
            table = keywords.pop("**").items
            keywords |= {k: lowering.emit(Subscript(table, (Literal(k),)), node) for k in names}
        made = lowering.call_value(called, Arguments(positional, keywords), node)
        return made if isinstance(made, Static) else lowering.emit(made, node)

    def choose(options: list[Any]) -> Any:
        if not options:
            return lowering.emit(with_rest(lowering, called, given, node), node)
        (count, names), *others = options
        tests: list[Expression] = []
        if isinstance(rest, Rest) and count is not None:
            length = lowering.emit(Call(_LEN, (rest.items,)), node)
            tests.append(Binary("==", length, Literal(count - len(given.positional) + 1)))
        if named is not None and names is not None:
            listed = lowering.emit(TupleOf(tuple(map(Literal, names))), node)
            tests.append(Call(Object(has_keys, "has_keys"), (named.items, listed)))
        made = lowering.emit(tests[0], node)
        if len(tests) == 2:
            made = lowering.emit(Binary("and", made, lowering.emit(tests[1], node)), node)
        return lowering.conditional(made, lambda: known(count, names), lambda: choose(others), node)

    return choose(options)


def all_arguments(lowering: Any, before: list[Any], node: Any, at: int) -> list[Any]:
    """The arguments by position, as one tuple: those before, and the others from `at` on."""
    if any(isinstance(v, Static) for v in before):
        raise refused(lowering, node.args[at])
    parts: list[Atom] = [lowering.emit(TupleOf(tuple(before)), node)] if before else []
    for argument in node.args[at:]:
        if isinstance(argument, gast.Starred):
            atom = lowering.atom(argument.value)
            parts.append(lowering.emit(Call(_TUPLE, (atom,)), node))
        else:
            parts.append(lowering.emit(TupleOf((lowering.atom(argument),)), node))
    return [Rest(_joined(lowering, parts, node))]


def named_arguments(lowering: Any, value: Any) -> dict[str, Any]:
    """What `**` of a dict gives."""
    atom = lowering.atom(value)
    named = spread_keywords(atom, lowering)
    return {"**": Rest(atom)} if named is None else named


def with_rest(lowering: Any, called: Any, given: Arguments, node: Any) -> Expression:
    """The call, given one tuple."""
    keywords = {**given.keywords}
    named = keywords.pop("**", None)
    *first, rest = given.positional or [None]
    if not isinstance(rest, Rest):
        first = [*given.positional]
        rest = Rest(lowering.emit(TupleOf(()), node))
    if any(isinstance(v, Static) for v in (*first, *keywords.values())):
        raise refused(lowering, node)
    whole = rest.items
    if first:
        more = lowering.emit(Call(_TUPLE, (whole,)), node)
        whole = _joined(lowering, [lowering.emit(TupleOf(tuple(first)), node), more], node)
    if _takes_a_tuple(lowering, called) and named is None:
        return Call(called, (whole,), tuple(keywords.items()))
    if isinstance(called, Object | Name):
        spread = Object(spread_call, "spread_call")
        given_to = (called, whole) if named is None else (called, whole, named.items)
        return Call(spread, given_to, tuple(keywords.items()))
    raise refused(lowering, node)


def refused(lowering: Any, node: Any) -> UnsupportedSyntaxError:
    return UnsupportedSyntaxError(_WORDS, lowering.source.origin(node))
