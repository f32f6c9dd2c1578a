"""What is taken from a part, and put back changed, replaces the part.

    t = b[i]                             t = b[i]
    b_1 = updated(b[i], 0.0)             u = t / c
    u = t / c                    →       b_1 = updated(b[i], u)
    b_2 = added(b_1[k], s)               b_3 = added(b_1[k], s)
    b_3 = added(b_2[i], u)

That is the reverse of `x[i] /= c`. Nobody reads the array in between; a copy that was made of the
part, as zeros were written there, goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from autodiff_sst.analysis.access import fact, is_plain
from autodiff_sst.analysis.ownership import is_fresh
from autodiff_sst.analysis.values import Abstract, rank
from autodiff_sst.core.syntax import (
    Accumulate,
    Append,
    Assign,
    Atom,
    Block,
    Call,
    Function,
    Literal,
    Name,
    Statement,
    Store,
    Subscript,
    Update,
)
from autodiff_sst.core.walk import binds, blocks, count_reads, reads, rebuild, statements
from autodiff_sst.rules.helpers import COPY


def has_zeros(function: Function) -> bool:
    return any(_is_zero(s) for s in statements(function.body))


def replace_parts(function: Function, facts: Mapping[str, Abstract]) -> Function:
    return replace(function, body=_Parts(function, facts).block(function.body))


def _is_zero(statement: Statement) -> bool:
    match statement:
        case Assign(_, Update(_, _, Literal(0.0), False)):
            return True
    return False


def _adds_to(name: str | None, statement: Statement) -> bool:
    """Whether a buffer gets more of its value in a statement."""
    inner = statements((statement,))
    return any(isinstance(s, Accumulate | Store | Append) and s.target == name for s in inner)


class _Parts:
    def __init__(self, function: Function, facts: Mapping[str, Abstract]) -> None:
        self.facts = facts
        self.count = count_reads(function)

    def block(self, block: Block) -> Block:
        done = [rebuild(s, lambda atom: atom, self.block) if [*blocks(s)] else s for s in block]
        k = 0
        while k < len(done):
            chain = self.chain(done, k)
            if chain is not None:
                done = self.moved(done, k, chain)
            k += 1
        return tuple(done)

    def chain(self, block: list[Statement], end: int) -> list[int] | None:
        """Where an array was updated, from the zeros to what puts something in their place."""
        last = block[end]
        if not isinstance(last, Assign) or not isinstance(last.value, Update):
            return None
        index, base = last.value.index, last.value.base
        if not last.value.add or not is_plain(index, self.facts):
            return None
        places = {s.target: k for k, s in enumerate(block[:end]) if isinstance(s, Assign)}
        found: list[int] = []
        while isinstance(base, Name) and base.id in places and self.count[base.id] == 1:
            place = places[base.id]
            statement = block[place]
            if not isinstance(statement, Assign) or not isinstance(statement.value, Update):
                return None
            found.insert(0, place)
            if _is_zero(statement) and statement.value.index == index:
                return None if self.is_held(block[:end], statement.value.base) else found
            if not statement.value.add:
                return None
            base = statement.value.base
        return None

    def is_held(self, block: list[Statement], base: Atom) -> bool:
        """Whether a view of the array is read more than once: it would see the new values."""
        return any(
            isinstance(s, Assign)
            and isinstance(s.value, Subscript)
            and s.value.value == base
            and self.count[s.target] > 1
            and rank(fact(Name(s.target), self.facts)) != 0
            for s in block
        )

    def moved(self, block: list[Statement], end: int, chain: list[int]) -> list[Statement]:
        last, first = block[end], block[chain[0]]
        assert isinstance(last, Assign)
        assert isinstance(first, Assign)
        assert isinstance(last.value, Update)
        assert isinstance(first.value, Update)
        new = last.value.value
        update = replace(first, value=replace(first.value, value=new))
        name = new.id if isinstance(new, Name) else None
        made = [k for k, s in enumerate(block[:end]) if name in binds(s) or _adds_to(name, s)]
        place = max([chain[0], *made])  # of the update, which comes after its value
        others = chain[1:]
        later = others if others and place > others[0] else []  # they come after it in turn
        done: list[Statement] = []
        for k, statement in enumerate(block[:end]):
            if k in others and k not in later:
                done.append(statement)
            elif k not in chain:
                done.append(self.without_copy(statement, block[: place + 1]))
            if k == place:
                done += [update, *(block[j] for j in later)]
        final = update if not others else block[chain[-1]]
        renamed = [
            replace(s, target=last.target) if s is final and isinstance(s, Assign) else s
            for s in done
        ]
        return [*renamed, *block[end + 1 :]]

    def without_copy(self, statement: Statement, before: list[Statement]) -> Statement:
        """A copy that is read before the part is replaced, for something new, is none."""
        match statement:
            case Assign(target, Call(function, (Name() as part,), ())) if function == COPY:
                readers = [s for s in before if target in reads(s)]
                fresh = all(isinstance(s, Assign) and is_fresh(s.value) for s in readers)
                if readers and fresh and self.count[target] == 1:
                    return replace(statement, value=part)
        return statement
