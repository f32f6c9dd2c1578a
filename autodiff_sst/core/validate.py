"""Is this a core program? Run after every pass, in every test; silent if it is.

What is checked is what `syntax.py` promises: atoms where atoms are due; every name bound once, and
before it is read, where it is seen; stacks pushed and popped as stacks; buffers zero, then
accumulated into, then read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from autodiff_sst.core.syntax import (
    Accumulate,
    Append,
    Assign,
    Binary,
    Block,
    Call,
    Carry,
    CustomGrad,
    Effect,
    Expression,
    For,
    Function,
    If,
    ListOf,
    Literal,
    Merge,
    Name,
    NewStack,
    Object,
    Pop,
    Push,
    Raise,
    Slice,
    Statement,
    Store,
    Try,
    While,
    assert_never,
)
from autodiff_sst.core.text import show_block
from autodiff_sst.core.walk import atoms, rebuild, statements, writes

_LITERALS = (int, float, complex, str, bytes, bool, type(None), type(Ellipsis))


class InvalidCoreError(AssertionError):
    """A program that is not core: a pass is wrong, never the user."""


def validate(function: Function, after: str = "the input") -> None:
    """Raises `InvalidCoreError`, which names the statement and the pass, if it is not core."""
    checker = _Checker(after)
    scope = _Scope()
    checker.bind(scope, function.parameters)
    checker.block(function.body, scope)
    checker.statement = None
    checker.read(scope, function.result)


@dataclass
class _Scope:
    """What is seen at a point; `branches` holds what the branches of earlier `if`s bound."""

    seen: set[str] = field(default_factory=set)
    branches: dict[tuple[Any, int], _Scope] = field(default_factory=dict)

    def inner(self, *others: _Scope | None) -> _Scope:
        new = _Scope({*self.seen}, {**self.branches})
        for other in others:
            if other is not None:
                new.seen |= other.seen
                new.branches.update(other.branches)
        return new


class _Checker:
    def __init__(self, after: str) -> None:
        self.after = after
        self.statement: Statement | None = None
        self.bound: set[str] = set()
        self.stacks: set[str] = set()
        self.buffers: set[str] = set()  # assigned, and so perhaps a buffer
        self.was_read: set[str] = set()
        self.lists: set[str] = set()
        self.values: dict[str, Any] = {}  # what a name is: a test may be made or saved twice
        self.pushed: dict[str, list[tuple[Any, ...]]] = {}

    def value(self, atom: Any) -> Any:
        return self.values.get(atom.id, atom) if isinstance(atom, Name) else atom

    def fail(self, reason: str) -> InvalidCoreError:
        try:
            where = "the result" if self.statement is None else show_block((self.statement,))[0]
        except (AssertionError, IndexError):  # what is not core cannot be shown
            where = f"{type(self.statement).__name__} ..."
        return InvalidCoreError(f"after {self.after}: `{where}`: {reason}")

    # Names

    def bind(self, scope: _Scope, names: Iterable[str]) -> None:
        for name in names:
            if name in self.bound:
                raise self.fail(f"`{name}` is bound twice")
            if not name.isidentifier():
                raise self.fail(f"`{name}` is no name")
            self.bound.add(name)
            scope.seen.add(name)

    def read(self, scope: _Scope, atom: Any) -> None:
        match atom:
            case Name(name):
                self.see(scope, name)
                self.was_read.add(name)
            case Literal(value):
                if type(value) not in _LITERALS or value != value:
                    raise self.fail(f"{value!r} is no literal")
            case Object():
                pass
            case _:
                raise self.fail(f"an atom was due, not {type(atom).__name__}")

    def see(self, scope: _Scope, name: str) -> None:
        if name not in scope.seen:
            why = "is not seen here" if name in self.bound else "is not bound before"
            raise self.fail(f"`{name}` {why}")

    def expression(self, scope: _Scope, value: Expression) -> None:
        try:
            parts = atoms(value)
        except AssertionError:
            raise self.fail(f"{type(value).__name__} is no expression") from None
        match value:
            case Call(Object(text="np.zeros_like"), (Name(name),)):  # of its shape alone
                return self.see(scope, name)
        for atom in parts:
            self.read(scope, atom)

    # Statements

    def block(self, block: Block, scope: _Scope) -> None:
        for statement in block:
            self.statement = statement
            self.check(statement, scope)

    def check(self, statement: Statement, scope: _Scope) -> None:
        match statement:
            case Assign(target, value):
                self.expression(scope, value)
                if isinstance(value, Binary):
                    known = (value.operator, self.value(value.left), self.value(value.right))
                    self.values[target] = known
                if isinstance(value, NewStack) or _copies_a_list(value):
                    self.stacks.add(target)
                else:
                    self.buffers.add(target)
                if isinstance(value, ListOf):
                    self.lists.add(target)
                match value:  # the cotangents of a list are popped as it was appended to
                    case Binary("*", Name(name)) if name in self.lists:
                        self.lists.add(target)
                        self.stacks.add(target)
                    case Call(Object(text="zeros_by_row")):
                        self.stacks.add(target)
                self.bind(scope, [target])
            case Effect(value):
                self.expression(scope, value)
            case Store(target, index, value):
                self.reads(scope, (*index, value))
                self.see(scope, target)
            case Accumulate(target, index, value):
                self.reads(scope, (*(index or ()), value))
                self.see(scope, target)
                if target not in self.buffers:
                    raise self.fail(f"`{target}` is no buffer")
                if target in self.was_read:
                    raise self.fail(f"`{target}` was read before")
            case Append(target, value):
                self.read(scope, value)
                self.see(scope, target)
                if target not in self.lists:
                    raise self.fail(f"`{target}` is no list that is made here")
            case Push(stack, values):
                self.reads(scope, values)
                self.stack(scope, stack)
                self.pushed.setdefault(stack, []).append((*map(self.value, values),))
            case Pop(targets, stack):
                self.stack(scope, stack)
                self.bind(scope, targets)
                pushed = self.pushed.get(stack, [])
                if len(pushed) == 1:
                    self.values |= zip(targets, pushed[0], strict=False)
                elif not pushed:  # the forward half of a pair did it
                    self.values |= dict.fromkeys(targets, _UNKNOWN)
            case If():
                self.if_else(statement, scope)
            case For(target, bounds, body, carries):
                self.reads(scope, bounds)
                if not 1 <= len(bounds) <= 3:
                    raise self.fail("a range has one to three bounds")
                turn = self.enter_loop(statement, scope, carries)
                self.bind(turn, [target])
                self.block(body, turn)
                self.leave_loop(statement, turn, scope, carries)
            case While(condition, test, body, carries):
                turn = self.enter_loop(statement, scope, carries)
                self.block(condition, turn)
                self.statement = statement
                self.read(turn, test)
                self.block(body, turn)
                self.leave_loop(statement, turn, scope, carries)
            case Try(body, handlers, merges):
                ends = [scope.inner()]
                self.block(body, ends[0])
                for handler in handlers:
                    self.statement = statement
                    inner = scope.inner()
                    if handler.kind is not None:
                        self.read(scope, handler.kind)
                    if handler.name is not None:
                        self.bind(inner, [handler.name])
                    self.block(handler.body, inner)
                    ends.append(inner)
                self.merge(statement, merges, ends, scope)
            case CustomGrad(target, value, arguments, bars, body, results):
                self.reads(scope, (value, *arguments))
                inner = scope.inner()
                self.bind(inner, bars)
                self.block(body, inner)
                self.statement = statement
                self.reads(inner, results)
                if len(results) != len(arguments):
                    raise self.fail("a cotangent for each argument was due")
                self.bind(scope, [target])
            case Raise(value):
                self.reads(scope, () if value is None else (value,))
            case _:
                assert_never(statement)

    def reads(self, scope: _Scope, parts: Iterable[Any]) -> None:
        for part in parts:
            if isinstance(part, Slice):
                bounds = (part.start, part.stop, part.step)
                self.reads(scope, [b for b in bounds if b is not None])
            else:
                self.read(scope, part)

    def stack(self, scope: _Scope, stack: str) -> None:
        self.see(scope, stack)
        if stack not in self.stacks:
            raise self.fail(f"`{stack}` is no stack")

    def if_else(self, statement: If, scope: _Scope) -> None:
        self.read(scope, statement.test)
        ends = []
        for k, branch in enumerate((statement.then, statement.orelse)):
            key = (self.value(statement.test), k) if isinstance(statement.test, Name) else None
            same = [s for known, s in scope.branches.items() if key and _may_be_same(key, known)]
            inner = scope.inner(*same)
            self.block(branch, inner)
            ends.append(inner)
            if key:
                scope.branches[key] = _Scope(inner.seen - scope.seen, inner.branches)
        self.merge(statement, statement.merges, ends, scope)

    def merge(
        self,
        statement: Statement,
        merges: tuple[Merge, ...],
        ends: list[_Scope],
        scope: _Scope,
    ) -> None:
        self.statement = statement
        for merge in merges:
            if len(merge.values) != len(ends):
                raise self.fail(f"`{merge.name}` needs {len(ends)} values")
            for value, end in zip(merge.values, ends, strict=True):
                self.read(end, value)
        self.bind(scope, [m.name for m in merges])

    def enter_loop(
        self, statement: For | While, scope: _Scope, carries: tuple[Carry, ...]
    ) -> _Scope:
        self.reads(scope, [c.init for c in carries])
        body = statement.body
        accumulated = {s.target for s in statements(body) if isinstance(s, Accumulate)}
        for name in sorted((accumulated - writes(body)) & _contents_read(body)):
            raise self.fail(f"`{name}` is read and accumulated into in one loop")
        turn = scope.inner()
        self.bind(turn, [c.name for c in carries])
        return turn

    def leave_loop(
        self, statement: For | While, turn: _Scope, scope: _Scope, carries: tuple[Carry, ...]
    ) -> None:
        self.statement = statement
        self.reads(turn, [c.next for c in carries])
        scope.seen |= {c.name for c in carries}


_UNKNOWN = Literal("a value that was saved elsewhere")


def _may_be_same(key: tuple[Any, int], other: tuple[Any, int]) -> bool:
    return key == other or (key[1] == other[1] and _UNKNOWN in (key[0], other[0]))


def _copies_a_list(value: Expression) -> bool:
    """`list(saved)`: a pullback that may run again pops from a copy."""
    match value:
        case Call(Object(function), (Name(),)):
            return function is list
    return False


def _contents_read(block: Block) -> set[str]:
    """The names that a block reads as atoms: all that it reads but stacks and targets."""
    found: set[str] = set()

    def atom(a: Any) -> Any:
        if isinstance(a, Name):
            found.add(a.id)
        return a

    def inner(b: Block) -> Block:
        return tuple(rebuild(s, atom, inner) for s in b)

    inner(block)
    return found
