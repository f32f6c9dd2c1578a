"""Which of a loop's variables hold different objects in every turn.

    for _ in range(n):          `u` and `v` are two objects before the loop; a turn makes one of the
        v[1:-1] = …             memory of `v`, and swaps them: they are two objects after it too.
        u, v = v, u

`Classes` joins all that a variable may ever share memory with; here it is asked at one moment. Two
carries of a loop are distinct if their entries are, and if a turn that begins with distinct ones
ends with distinct ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from autodiff_sst.analysis.ownership import is_fresh
from autodiff_sst.analysis.values import Abstract, Array
from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    Attribute,
    Block,
    Expression,
    For,
    Function,
    If,
    Literal,
    Name,
    Subscript,
    Update,
    While,
)
from autodiff_sst.core.walk import blocks

UNSURE = "?"  # no name
Pair = frozenset[str]


class Distinct:
    def __init__(self, function: Function, facts: Mapping[str, Abstract]) -> None:
        self.facts = facts
        self.values: dict[str, Expression] = {}
        self.merged: dict[str, tuple[Atom, ...]] = {}
        self.loops: dict[str, int] = {}  # of carries
        self.around: dict[str, frozenset[int]] = {}  # the loops around an assignment
        self.same: set[Pair] = set()  # carries of one loop that may be one object
        self.all: list[For | While] = []
        self.block(function.body, frozenset())
        pairs = [pair for loop in self.all for pair in combinations(loop.carries, 2)]
        while True:
            found = {
                frozenset((a.name, b.name))
                for a, b in pairs
                if not self.differ(a.init, b.init) or not self.differ(a.next, b.next)
            }
            if found <= self.same:
                return
            self.same |= found

    def block(self, block: Block, around: frozenset[int]) -> None:
        for statement in block:
            inner = around
            match statement:
                case Assign(target, value):
                    self.values[target] = value
                    self.around[target] = around
                case If(merges=merges):
                    self.merged |= {m.name: m.values for m in merges}
                case For(carries=carries) | While(carries=carries):
                    self.all.append(statement)
                    inner = around | {len(self.all)}
                    self.loops |= {c.name: len(self.all) for c in carries}
            for body in blocks(statement):
                self.block(body, inner)

    def roots(self, atom: Atom) -> frozenset[str]:
        """The carries and new objects whose memory an atom is, as far as it is known."""
        if not isinstance(atom, Name):
            return frozenset() if isinstance(atom, Literal) else frozenset([UNSURE])
        if atom.id in self.loops:
            return frozenset([atom.id])
        if atom.id in self.merged:
            return frozenset().union(*map(self.roots, self.merged[atom.id]))
        match self.values.get(atom.id):
            case Name() as same:
                return self.roots(same)
            case Update(base) | Subscript(base) | Attribute(base):
                return self.roots(base)
            case None:
                return frozenset([UNSURE])
            case value:  # a new list may hold what is there already
                new = is_fresh(value) and isinstance(self.facts.get(atom.id), Array)
                return frozenset([atom.id if new else UNSURE])

    def is_carried(self, atom: Atom) -> bool:
        """Whether an atom may be what a turn has left to the next."""
        return any(root in self.loops for root in self.roots(atom))

    def differ(self, a: Atom, b: Atom) -> bool:
        """Whether two names that are there at one moment are surely of different objects."""
        first, second = self.roots(a), self.roots(b)
        return all(self._differ(r, s) for r in first for s in second)

    def _differ(self, a: str, b: str) -> bool:
        if UNSURE in (a, b) or a == b:
            return False
        if a in self.loops and b in self.loops:
            return self.loops[a] == self.loops[b] and frozenset((a, b)) not in self.same
        # What is made anew is none that is there already; a carry of a loop around was there.
        if a in self.loops:
            return self.loops[a] in self.around[b]
        return b not in self.loops or self.loops[b] in self.around[a]
