"""Drop what nobody reads and what has no effect.

    CORE → CORE             s = np.sum(x)
                            y = np.tanh(x)      becomes      y = np.tanh(x)
                            return y                         return y

Optimistic, over both sweeps at once: nothing is needed until the result, an effect, or something
needed reads it; an item of a stack is needed if what it is popped into is. So pushes that feed only
themselves go, and so do carries.

Keeps   every effect: stores, calls that are not known to be pure.
Leaves  copies (copies.py) and repeated work (common_subexpressions.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from autodiff_sst.analysis.effects import is_pure_expression
from autodiff_sst.core.syntax import (
    Accumulate,
    Append,
    Assign,
    Block,
    Carry,
    CustomGrad,
    Effect,
    For,
    Function,
    If,
    Merge,
    Pop,
    Push,
    Raise,
    Statement,
    Store,
    Try,
    While,
    assert_never,
)
from autodiff_sst.core.walk import Names, reads


def remove_dead_code(function: Function) -> Function:
    needs = _Needs()
    needs.block(function.body, frozenset())
    needs.mark(reads(function.result))
    needs.close()
    return replace(function, body=_sweep(function.body, needs))


@dataclass
class _Needs:
    """What each name needs to be there; and what is needed in the end."""

    of: dict[str, set[str]] = field(default_factory=dict)
    needed: set[str] = field(default_factory=set)
    new: list[str] = field(default_factory=list)
    pushed: set[str] = field(default_factory=set)  # stacks

    def mark(self, names: Names) -> None:
        self.new += names - self.needed
        self.needed |= names

    def close(self) -> None:
        while self.new:
            self.mark(frozenset(self.of.get(self.new.pop(), ())))

    def add(self, name: str, needs: Names) -> None:
        self.of.setdefault(name, set()).update(needs)

    def block(self, block: Block, around: Names) -> None:
        """`around`: what the statements around the block need, to get to it as often as they do."""
        for statement in block:
            match statement:
                case Assign(target, value):
                    self.add(target, reads(value) | around)
                    if not is_pure_expression(value):
                        self.mark(reads(value) | around)
                case Effect() | Store() | Raise():
                    self.mark(reads(statement) | around)
                case Accumulate(target):
                    self.add(target, reads(statement) | around)
                case Append(target):
                    self.add(target, reads(statement) | around)
                case Push(stack, values):
                    self.add(stack, around)
                    self.pushed.add(stack)
                    for k, pushed in enumerate(values):
                        self.add(_item(stack, k), reads(pushed) | {stack})
                case Pop(targets, stack):
                    self.add(stack, around)
                    for k, target in enumerate(targets):
                        self.add(target, frozenset([_item(stack, k), stack]))
                case If(test, then, orelse, merges):
                    inner = around | reads(test)
                    self.block(then, inner)
                    self.block(orelse, inner)
                    self.merges(merges, inner)
                case For(target, bounds, body, carries):
                    inner = around.union(*map(reads, bounds))
                    self.add(target, inner)
                    self.block(body, inner | {target})
                    self.carries(carries, inner)
                case While(condition, test, body, carries):
                    inner = around | reads(test)
                    self.block(condition, inner)
                    self.block(body, inner)
                    self.carries(carries, inner)
                case Try(body, handlers, merges):
                    # Whether the body raises may decide what follows: all of it is kept.
                    self.mark(reads(statement) | around)
                    self.block(body, around)
                    for handler in handlers:
                        self.block(handler.body, around)
                    self.merges(merges, around)
                case CustomGrad(target, body=body):
                    self.add(target, reads(statement) | around)
                    self.block(body, frozenset([target]))
                case _:
                    assert_never(statement)

    def merges(self, merges: tuple[Merge, ...], around: Names) -> None:
        for merge in merges:
            self.add(merge.name, around.union(*map(reads, merge.values)))

    def carries(self, carries: tuple[Carry, ...], around: Names) -> None:
        for carry in carries:
            self.add(carry.name, around | reads(carry.init) | reads(carry.next))


def _item(stack: str, position: int) -> str:
    return f"{stack}[{position}]"


def _sweep(block: Block, needs: _Needs) -> Block:
    return tuple(kept for s in block if (kept := _statement(s, needs)) is not None)


def _statement(statement: Statement, needs: _Needs) -> Statement | None:
    """The statement with what is needed of it."""
    needed = needs.needed
    match statement:
        case Assign(target, value):
            if target in needed:
                return statement
            return None if is_pure_expression(value) else Effect(value, statement.origin)
        case Accumulate(target) | Append(target):
            return statement if target in needed else None
        case Push(stack, values):
            kept = tuple(v for k, v in enumerate(values) if _item(stack, k) in needed)
            return replace(statement, values=kept) if kept else None
        case Pop(targets, stack) if stack not in needs.pushed:
            # The cotangents of a list: one is taken off for each item, read or not.
            return statement if stack in needed else None
        case Pop(targets, stack):
            names = tuple(t for k, t in enumerate(targets) if _item(stack, k) in needed)
            return replace(statement, targets=names) if names else None
        case If(_, then, orelse, merges):
            then, orelse = _sweep(then, needs), _sweep(orelse, needs)
            merges = tuple(m for m in merges if m.name in needed)
            if not (then or orelse or merges):
                return None
            return replace(statement, then=then, orelse=orelse, merges=merges)
        case For(_, _, body, carries):
            body = _sweep(body, needs)
            carries = tuple(c for c in carries if c.name in needed)
            return replace(statement, body=body, carries=carries) if body or carries else None
        case While(condition, _, body, carries):
            carries = tuple(c for c in carries if c.name in needed)
            body = _sweep(body, needs)
            condition = _sweep(condition, needs)
            if not (body or carries or any(isinstance(s, Effect) for s in condition)):
                return None
            return replace(statement, condition=condition, body=body, carries=carries)
        case Try(body, handlers, merges):
            handlers = tuple(replace(h, body=_sweep(h.body, needs)) for h in handlers)
            merges = tuple(m for m in merges if m.name in needed)
            return replace(statement, body=_sweep(body, needs), handlers=handlers, merges=merges)
        case CustomGrad(target):
            return statement if target in needed else None
        case Effect() | Store() | Raise():
            return statement
        case _:
            assert_never(statement)
