"""Versions go back to the user's name wherever their lifetimes do not overlap.

    FINAL, folded → a dict      s_1 = t * x                        s = t * x
                                s = s_1 (a carry)     so that

Lifetimes come from one walk backwards (a loop's body is walked until nothing changes): a name that
is bound while another is live *interferes* with it. Names of one base (`s`, `s_1`, `s_2`; `x_bar`,
`x_bar_1`) that do not interfere share a name, a carry first of all with what renews it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import count
from typing import Any

from autodiff_sst.core.names import is_temporary
from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    Block,
    Carry,
    Expression,
    For,
    Function,
    If,
    Merge,
    Name,
    Pop,
    Push,
    Statement,
    Try,
    While,
)
from autodiff_sst.core.walk import Names, binds, reads, statements

_VERSION = re.compile(r"_\d+$")


def merge_versions(
    function: Function, folded: Mapping[str, Expression], users: frozenset[str]
) -> dict[str, str]:
    """The name that each name gets."""
    lives = _Lives(function, folded)
    final: dict[str, str] = {}
    classes: dict[str, set[str]] = {}  # final name → who bears it

    def base_of(name: str) -> str:
        while name not in users and _VERSION.search(name):
            name = _VERSION.sub("", name)
        return name

    def fits(name: str, bearer: str) -> bool:
        return not any(other in lives.conflicts.get(name, ()) for other in classes[bearer])

    def give(name: str, bearer: str) -> None:
        final[name] = bearer
        classes.setdefault(bearer, set()).add(name)

    for name in function.parameters:
        give(name, name)
    for name in lives.order:
        if name in final or name in folded:
            continue
        base = base_of(name)
        related = [final[r] for r in lives.related.get(name, []) if r in final]
        candidates = [c for c in related if base_of(c) == base]
        if is_temporary(base) and (old := lives.updated.get(name)) in final:
            candidates.append(final[old])  # the array of before, changed in place
        if not is_temporary(base):  # a temporary is not another one, even if that has died
            candidates += [c for c in classes if base_of(c) == base and c not in candidates]
        bearer = next((c for c in candidates if fits(name, c)), None)
        if bearer is None:
            new = (base if k == 0 else f"{base}_{k}" for k in count())
            bearer = next(
                n for n in new if n not in classes and (n in (base, name) or n not in users)
            )
        give(name, bearer)
    return final


class _Lives:
    """Who interferes with whom, who is a copy of whom; names in the order of the text."""

    def __init__(self, function: Function, folded: Mapping[str, Expression]) -> None:
        self.folded = folded
        self.conflicts: dict[str, set[str]] = {}
        self.related: dict[str, list[str]] = {}
        self.updated: dict[str, str] = {}
        # A loop's carries and an `if`'s merges come before what is in it: they get the base first.
        self.order = [n for s in statements(function.body) for n in binds(s)]
        pushed = {s.stack: s.values for s in statements(function.body) if isinstance(s, Push)}
        for statement in statements(function.body):
            if isinstance(statement, Pop):
                values = pushed.get(statement.stack, ())
                for target, value in zip(statement.targets, values, strict=False):
                    self.relate(target, value)
        live = self.block(function.body, self.reads(function.result))
        self.bind([*function.parameters], live)

    def reads(self, node: Any) -> Names:
        """What is read, through the temporaries that are folded."""
        found = reads(node)
        for name in found & self.folded.keys():
            found = (found - {name}) | self.reads(self.folded[name])
        return found

    def bind(self, names: list[str], live: Names) -> Names:
        """What is live before names are bound all at once."""
        for name in names:
            others = (live | {*names}) - {name}
            self.conflicts.setdefault(name, set()).update(others)
            for other in others:
                self.conflicts.setdefault(other, set()).add(name)
        return live - {*names}

    def relate(self, name: str, atom: Atom) -> None:
        if isinstance(atom, Name):
            self.related.setdefault(name, []).append(atom.id)
            self.related.setdefault(atom.id, []).append(name)

    def block(self, block: Block, live: Names) -> Names:
        for statement in reversed(block):
            live = self.statement(statement, live)
        return live

    def statement(self, statement: Statement, live: Names) -> Names:
        match statement:
            case Assign(target, value):
                if target in self.folded:
                    return live
                if isinstance(value, Name):  # what is updated in place
                    self.relate(target, value)
                    self.updated[target] = value.id
                    # One object: what is read of the old name is read before it is changed.
                    before = self.bind([target], live - {value.id}) | self.reads(value)
                    return before | live - {target}
                return self.bind([target], live) | self.reads(value)
            case Pop(targets, stack):
                return self.bind([*targets], live) | {stack}
            case If(test, then, orelse, merges):
                ends = [self.merge(merges, k, live) for k in (0, 1)]
                return self.block(then, ends[0]) | self.block(orelse, ends[1]) | self.reads(test)
            case Try(body, handlers, merges):
                before = self.block(body, self.merge(merges, 0, live))
                for k, handler in enumerate(handlers, 1):
                    inner = self.block(handler.body, self.merge(merges, k, live))
                    before |= inner - {handler.name or ""}
                # A handler starts from anywhere in the body: nothing it reads may be overwritten.
                return before | self.reads(statement)
            case For(target, bounds, body, carries):
                before = self.loop((body,), carries, live, target)
                return before.union(*map(self.reads, bounds))
            case While(condition, test, body, carries):
                return self.loop((condition, body), carries, live, None, test)
            case _:
                return live | self.reads(statement)

    def merge(self, merges: tuple[Merge, ...], branch: int, live: Names) -> Names:
        """What is live at the end of a branch, before it binds the merges."""
        for merge in merges:
            self.relate(merge.name, merge.values[branch])
        values = [self.reads(m.values[branch]) for m in merges]
        return self.bind([m.name for m in merges], live).union(*values)

    def loop(
        self,
        blocks: tuple[Block, ...],
        carries: tuple[Carry, ...],
        after: Names,
        target: str | None,
        test: Atom | None = None,
    ) -> Names:
        names = [c.name for c in carries]
        for carry in carries:
            self.relate(carry.name, carry.next)
            self.relate(carry.name, carry.init)
        nexts: Names = frozenset().union(*(self.reads(c.next) for c in carries))
        head = after
        while True:  # what is live at the head of a turn is live at the end of the turn before
            live = self.bind(names, head | after) | nexts
            live = self.block(blocks[-1], live)
            if test is not None:
                live = self.block(blocks[0], live | self.reads(test) | after)
            if target is not None:
                live = self.bind([target], live)
            if live | after <= head:
                break
            head = head | live | after
        inits: Names = frozenset().union(*(self.reads(c.init) for c in carries))
        return self.bind(names, head) | inits
