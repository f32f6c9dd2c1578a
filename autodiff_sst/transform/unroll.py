"""Loops over tuples whose items differ in kind, or are containers: a copy of the body for each.

    CORE → CORE             for k in range(2):              w = layers[0]
                                w = layers[k]      becomes  x_1 = w @ x
                                x_1 = w @ x                 w_1 = layers[1]
                                …                           x_2 = w_1 @ x_1

What is known of `layers[k]` is what its items have in common, which may be nothing; of
`layers[0]` all is known.
"""

from __future__ import annotations

from collections.abc import Mapping

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.values import UNKNOWN, Abstract, Array, Dict, Known, Tuple, rank
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    Append,
    Assign,
    Atom,
    Binary,
    Block,
    Call,
    For,
    Function,
    Literal,
    Name,
    Object,
    Statement,
    Store,
    Subscript,
)
from autodiff_sst.core.walk import reads, rename, statements, substitute, writes

_MOST = 64  # copies of a body


def is_unrolled(statement: For, facts: Mapping[str, Abstract]) -> bool:
    """Whether the loop has a known number of turns and takes items of such a tuple."""
    turns = _turns(statement, facts)
    if turns is None:
        return False
    counters = {statement.target}  # and what is reckoned from it
    keys: set[str] = set()
    for inner in statements(statement.body):
        match inner:
            case Assign(target, (Binary() | Name()) as value) if reads(value) & counters:
                counters.add(target)
            case Assign(target, Call() as call) if facts[target] == UNKNOWN:
                if reads(call) & counters and _is_along_axis(call, len(turns), facts):
                    return True
            case Assign(target, Subscript(Name(base), (Name(index),))) if index in counters:
                if isinstance(facts[base], Known):  # a range
                    counters.add(target)
                known = facts[base]
                if isinstance(known, Tuple) and not is_uniform(known):
                    return True
                if isinstance(known, Tuple) and all(isinstance(i, Known) for i in known.items):
                    keys.add(target)
            case Assign(_, Subscript(Name(base), (Name(key),))) | Store(base, (Name(key),)) if (
                key in keys and _is_dict(facts.get(base))
            ):
                return True
    return False


def gathers_views(statement: For, facts: Mapping[str, Abstract], function: Block) -> bool:
    """Whether the loop has a known number of turns and puts parts of arrays in a list, in a
    program that changes arrays in place: only written down it is known which they are."""
    if _turns(statement, facts) is None:
        return False
    parts = {
        s.target
        for s in statements(statement.body)
        if isinstance(s, Assign) and isinstance(s.value, Subscript)
    }
    appended = [s.value for s in statement.body if isinstance(s, Append)]
    views = [a for a in appended if isinstance(a, Name) and a.id in parts]
    changed = [s.target for s in statements(function) if isinstance(s, Store)]
    both = ({a.id for a in views}, {*changed})
    return all(any(isinstance(facts.get(n), Array) for n in names) for names in both)


def is_uniform(known: Tuple) -> bool:
    """Whether all items are numbers: then a list of them serves as well."""
    functions = any(isinstance(i, Known) and callable(i.value) for i in known.items)
    return not functions and all(rank(item) == 0 for item in known.items)


def _is_dict(known: Abstract | None) -> bool:
    return isinstance(known, Dict) or (isinstance(known, Known) and isinstance(known.value, dict))


def _is_along_axis(call: Call, turns: int, facts: Mapping[str, Abstract]) -> bool:
    """Whether it is NumPy's, of an array that has so many axes: the axis decides the rest."""
    function = call.function
    if not isinstance(function, Object):
        return False
    module = getattr(function.value, "__module__", None) or ""
    ranks = [rank(k) or 0 for a in call.args if isinstance(k := fact(a, facts), Array)]
    return module.startswith("numpy") and turns <= max(ranks, default=0)


def _turns(statement: For, facts: Mapping[str, Abstract]) -> range | None:
    bounds = [fact(b, facts) for b in statement.bounds]
    constants = [b.value for b in bounds if isinstance(b, Known) and type(b.value) is int]
    if len(constants) < len(bounds):
        return None
    turns = range(*constants)
    return turns if len(turns) <= _MOST else None


def unroll(statement: For, facts: Mapping[str, Abstract], names: Names) -> Block:
    turns = _turns(statement, facts)
    assert turns is not None
    carried: dict[str, Atom] = {c.name: c.init for c in statement.carries}
    done: list[Statement] = []
    for k in reversed(turns) if statement.backwards else turns:
        fresh = {n: names.fresh(n) for n in sorted(writes(statement.body))}
        body = rename(Function("", (), statement.body, Literal(None)), fresh).body
        known: dict[str, Atom] = {statement.target: Literal(k), **carried}
        done += substitute(body, known)

        def now(atom: Atom) -> Atom:
            if not isinstance(atom, Name):
                return atom
            name = fresh.get(atom.id, atom.id)  # noqa: B023 - called in this turn only
            return known.get(name, Name(name))  # noqa: B023

        carried = {c.name: now(c.next) for c in statement.carries}
    done += [Assign(name, atom, statement.origin) for name, atom in carried.items()]
    return tuple(done)
