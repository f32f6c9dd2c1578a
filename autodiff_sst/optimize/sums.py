"""A list of numbers that is only summed need not be there.

    CORE, facts → CORE      items = []                       total = 0
                            for k in range(n):               for k in range(n):
                                append(items, t)     becomes     total_1 = total + t
                            s = sum(items)                       total = total_1
                                                             s = total

So is `sum(f(v) for v in x)` lowered, and `sum` of a comprehension. A list of arrays stays: its sum
begins with a number. From Python 3.12 on `sum` makes up for rounding, which this does not: the last
digits may differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.values import Abstract, Array, Unknown, rank
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    Append,
    Assign,
    Atom,
    Binary,
    Block,
    Call,
    Carry,
    For,
    Function,
    If,
    ListOf,
    Literal,
    Merge,
    Name,
    Object,
    Statement,
)
from autodiff_sst.core.walk import all_names, blocks, own_reads, reads, rebuild, statements


def has_lists(function: Function) -> bool:
    return any(isinstance(s, Append) for s in statements(function.body))


def sum_without_lists(function: Function, facts: Mapping[str, Abstract]) -> Function:
    for name in _summed(function, facts):
        function = _Sum(function, name).run()
    return function


def _summed(function: Function, facts: Mapping[str, Abstract]) -> list[str]:
    """The lists of numbers that nothing but appends and one `sum` touches."""
    made: set[str] = set()
    sums: dict[str, int] = {}
    others: set[str] = {*reads(function.result)}
    inside = {id(s): k for k, b in enumerate(_all_blocks(function.body)) for s in b}
    in_for = _where(function.body, True)
    place: dict[str, int] = {}
    for statement in statements(function.body):
        match statement:
            case Assign(target, ListOf(())):
                made.add(target)
                place[target] = inside[id(statement)]
            case Assign(_, Call(Object(called), (Name(items),))) if called is sum:
                sums[items] = sums.get(items, 0) + 1
                if place.get(items) != inside[id(statement)]:
                    others.add(items)
            case Append(target, value):
                others |= reads(value)
                if not in_for.get(id(statement), True):
                    others.add(target)
                known = fact(value, facts)
                if isinstance(known, Array) or not (isinstance(known, Unknown) or rank(known) == 0):
                    others.add(target)
            case _:
                others |= own_reads(statement)
    return [name for name in made if sums.get(name) == 1 and name not in others]


def _all_blocks(block: Block) -> list[Block]:
    return [block, *(b for s in statements(block) for b in blocks(s))]


def _where(block: Block, fits: bool) -> dict[int, bool]:
    """Of statements, whether there is nothing but branches and `for` loops around them."""
    found: dict[int, bool] = {}
    for statement in block:
        found[id(statement)] = fits
        inner = fits and isinstance(statement, If | For)
        for body in blocks(statement):
            found |= _where(body, inner)
    return found


class _Sum:
    def __init__(self, function: Function, items: str) -> None:
        self.function = function
        self.items = items
        self.names = Names(all_names(function))
        self.total: Atom = Literal(0)

    def run(self) -> Function:
        return replace(self.function, body=self.block(self.function.body))

    def block(self, block: Block) -> Block:
        return tuple(made for s in block if (made := self.statement(s)) is not None)

    def statement(self, statement: Statement) -> Statement | None:
        match statement:
            case Assign(target, ListOf(())) if target == self.items:
                self.total = Literal(0)
                return None
            case Assign(target, Call(_, (Name(items),))) if items == self.items:
                return replace(statement, value=self.total)
            case Append(target, value) if target == self.items:
                name = self.names.fresh("total")
                added = Assign(name, Binary("+", self.total, value), statement.origin)
                self.total = Name(name)
                return added
            case If(then=then, orelse=orelse) if self.grows(statement):
                before, name = self.total, self.names.fresh("total")
                ends: list[Atom] = []
                made: list[Block] = []
                for branch in (then, orelse):
                    self.total = before
                    made.append(self.block(branch))
                    ends.append(self.total)
                self.total = Name(name)
                merges = (*statement.merges, Merge(name, (ends[0], ends[1])))
                return replace(statement, then=made[0], orelse=made[1], merges=merges)
            case For(body=body, carries=carries) if self.grows(statement):
                before, name = self.total, self.names.fresh("total")
                self.total = Name(name)
                inner = self.block(body)
                carry = Carry(name, before, self.total)
                self.total = Name(name)
                return replace(statement, body=inner, carries=(*carries, carry))
            case _:
                return rebuild(statement, lambda atom: atom, self.block)

    def grows(self, statement: Statement) -> bool:
        return any(
            isinstance(s, Append) and s.target == self.items for s in statements((statement,))
        ) and not any(
            isinstance(s, Assign) and s.target == self.items for s in statements((statement,))
        )
