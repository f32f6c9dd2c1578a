"""Compute once what is computed twice, across both sweeps.

    CORE → CORE             y = np.exp(x)                    y = np.exp(x)
                            t = np.exp(x)      becomes       w = y * y
                            w = y * t

An expression that was computed before, where its value is seen, is read from there: names are bound
once, so equal expressions have equal values. In a loop that holds for one turn, and so what was
found in its body is forgotten after it.

Leaves  what must be an object of its own: lists, buffers, copies; and what is in other branches.
"""

from __future__ import annotations

from dataclasses import replace

from autodiff_sst.analysis.effects import has_effect, is_shareable
from autodiff_sst.core.syntax import (
    Accumulate,
    Append,
    Assign,
    Atom,
    Block,
    Expression,
    Function,
    Literal,
    Name,
    Object,
    Pop,
    Push,
    Statement,
    Store,
)
from autodiff_sst.core.walk import map_atoms, reads, rebuild, statements


def share_common_subexpressions(function: Function) -> Function:
    every = [*statements(function.body)]
    appended = {s.target for s in every if isinstance(s, Append)}
    changed = {s.target for s in every if isinstance(s, Accumulate | Append | Store)}
    changed |= {s.stack for s in every if isinstance(s, Push | Pop)}
    sharing = _Sharing(frozenset(appended), frozenset(changed))
    body = sharing.block(function.body)
    return replace(function, body=body, result=sharing.atom(function.result))


class _Sharing:
    def __init__(self, growing: frozenset[str], changed: frozenset[str]) -> None:
        self.changed = changed  # buffers that begin alike do not stay so
        self.growing = growing  # lists: what is read of them is not what it was
        self.names: dict[str, Name] = {}
        self.known: dict[Expression, Name] = {}

    def atom(self, atom: Atom) -> Atom:
        return self.names.get(atom.id, atom) if isinstance(atom, Name) else atom

    def name(self, name: str) -> str:
        return self.names.get(name, Name(name)).id

    def inner(self, block: Block) -> Block:
        outer = self.known
        self.known = {**outer}
        done = self.block(block)
        self.known = outer
        return done

    def block(self, block: Block) -> Block:
        done: list[Statement] = []
        for statement in block:
            if isinstance(statement, Assign):
                value = map_atoms(statement.value, self.atom)
                statement = replace(statement, value=value)
                shareable = is_shareable(value) and not reads(value) & self.growing
                shareable = shareable and statement.target not in self.changed
                if shareable and not isinstance(value, Name | Literal | Object):
                    if value in self.known:
                        self.names[statement.target] = self.known[value]
                        continue
                    self.known[value] = Name(statement.target)
            changes = has_effect(statement)
            if changes:  # what was read before may be something else after it, and in it
                self.known = {}
            if not isinstance(statement, Assign):
                statement = rebuild(statement, self.atom, self.inner, self.name)
            done.append(statement)
        return tuple(done)
