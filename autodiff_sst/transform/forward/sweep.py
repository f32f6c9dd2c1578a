"""The state of a forward sweep, and the tangent of each statement.

The tangent of a value has its structure, shapes and dtypes: that of a list is a list, to which is
appended what is appended to the list; that of a stack is a stack. Branches and loops stay as they
are; their merges and carries have twins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from autodiff_sst.analysis.activity import find_active, may_be_active
from autodiff_sst.analysis.infer import infer
from autodiff_sst.analysis.knowledge import FactsKnown
from autodiff_sst.analysis.values import (
    NOTHING,
    Abstract,
    Array,
    List,
    Opaque,
    Table,
    Unknown,
    can_be_active,
    keys_of,
    rank,
)
from autodiff_sst.core.build import Builder
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    Accumulate,
    Append,
    Assign,
    Atom,
    Block,
    Carry,
    CustomGrad,
    Effect,
    For,
    Function,
    If,
    ListOf,
    Literal,
    Merge,
    Name,
    NewStack,
    Pop,
    Push,
    Raise,
    Statement,
    While,
)
from autodiff_sst.core.walk import all_names, statements
from autodiff_sst.errors import AutodiffError, UnsupportedSyntaxError
from autodiff_sst.rules.helpers import LEN, ZEROS_LIKE, ZEROS_OF_ITEMS, ZEROS_OF_TABLE
from autodiff_sst.transform.reverse.cotangents import item_of
from autodiff_sst.transform.reverse.effects import check_effect
from autodiff_sst.transform.reverse.program import rebuilt
from autodiff_sst.transform.reverse.regions import maybe_undefined


class Forward:
    def __init__(
        self, function: Function, facts: Mapping[str, Abstract], by: tuple[str, ...]
    ) -> None:
        self.active, self.varied = find_active(function, facts, frozenset(by))
        self.builder = Builder(Names(all_names(function)), {**facts}, infer)
        self.builder.maybe_undefined = maybe_undefined(function.body)
        self.tangents: dict[str, Atom] = {}
        self.function = function
        self.by = " and ".join(f"`{name}`" for name in by)
        self.made = {s.target: s.value for s in statements(function.body) if isinstance(s, Assign)}
        self.knowledge = FactsKnown(self.builder.facts, self.made)
        self.stacks = self.active_positions()

    def active_positions(self) -> dict[str, list[int]]:
        """Of each stack, the positions of its items at which something active is popped."""
        found: dict[str, set[int]] = {}
        for statement in statements(self.function.body):
            if isinstance(statement, Pop):
                own = {k for k, t in enumerate(statement.targets) if t in self.active}
                found.setdefault(statement.stack, set()).update(own)
        return {stack: sorted(own) for stack, own in found.items() if own}

    # Tangents

    def tangent(self, atom: Atom) -> Atom | None:
        return self.tangents.get(atom.id) if isinstance(atom, Name) else None

    def tangent_or_zero(self, atom: Atom) -> Atom:
        return self.tangent(atom) or self.zero(atom)

    def zero(self, atom: Atom) -> Atom:
        """A zero in the structure and the shape of a value."""
        builder = self.builder
        known = builder.fact(atom)
        keys = keys_of(known)
        if keys is not None:
            parts = [
                self.zero(item_of(builder, known, atom, k))
                if can_be_active(item)
                else no_tangent(item)
                for k, item in zip(keys, known.items, strict=True)
            ]
            return rebuilt(builder, known, parts)
        if isinstance(known, Table) and not isinstance(known.item, List):
            return builder.call(ZEROS_OF_TABLE, atom)
        if isinstance(known, List) and isinstance(known.item, List | Array | Unknown):
            zeros = builder.call(ZEROS_OF_ITEMS, atom)
            assert isinstance(zeros, Name)
            builder.facts[zeros.id] = known
            return zeros
        if isinstance(known, List) and known.length is not None and known.length < 4:
            return builder.emit(ListOf((Literal(0.0),) * known.length))
        if isinstance(known, List):
            one = builder.emit(ListOf((Literal(0.0),)))
            return builder.binary("*", one, builder.call(LEN, atom))
        if known == NOTHING or (isinstance(atom, Name) and atom.id in builder.maybe_undefined):
            return Literal(0.0)
        if not may_be_active(known):
            return Literal(0.0)
        if isinstance(known, Opaque):
            words = "the tangent of something of unknown type is not supported yet"
            raise UnsupportedSyntaxError(words, builder.origin, instead="numbers and arrays.")
        if rank(known) == 0 and not isinstance(known, Array):
            return Literal(0.0)
        return builder.call(ZEROS_LIKE, atom)

    def set_tangent(self, name: str, value: Atom) -> None:
        """Gives a name its tangent, under the name of one if it was made just now."""
        last = self.builder.pop_temporary(value)
        if last is not None:
            dot = self.builder.names.tangent(name)
            del self.builder.facts[last.target]
            self.builder.append(replace(last, target=dot))
            self.builder.facts[dot] = self.builder.facts[name]  # of one shape with the value
            value = Name(dot)
        self.tangents[name] = value

    def twin(self, name: str) -> str:
        """A name for a tangent that a statement binds."""
        dot = self.builder.names.tangent(name)
        self.builder.facts[dot] = self.builder.facts[name]
        self.tangents[name] = Name(dot)
        return dot

    # Statements

    def block(self, block: Block) -> Block:
        with self.builder.block() as made:
            for statement in block:
                self.builder.origin = statement.origin
                self.statement(statement)
        return tuple(made)

    def statement(self, statement: Statement) -> None:
        from autodiff_sst.transform.forward.assign import tangent_of_assign

        append = self.builder.append
        if isinstance(statement, Assign | Effect):
            check_effect(self, statement)
        match statement:
            case Assign(target, NewStack()):
                append(statement)
                if target in self.stacks:
                    append(Assign(self.new_stack(target), NewStack(), statement.origin))
            case Assign(target) if target in self.active:
                tangent_of_assign(self, statement)
            case Accumulate(target, index, value, repeats):
                append(statement)
                buffer, dot = self.tangents.get(target), self.tangent(value)
                if isinstance(buffer, Name) and dot is not None:
                    append(Accumulate(buffer.id, index, dot, repeats, statement.origin))
            case Append(target, value):
                append(statement)
                growing = self.tangents.get(target)
                if isinstance(growing, Name):
                    append(Append(growing.id, self.tangent_or_zero(value), statement.origin))
            case Push(stack, values):
                append(statement)
                if stack in self.stacks:
                    dots = tuple(self.tangent_or_zero(values[k]) for k in self.stacks[stack])
                    append(Push(self.twin_of(stack), dots, statement.origin))
            case Pop(targets, stack):
                append(statement)
                if stack in self.stacks:
                    names = tuple(self.twin(targets[k]) for k in self.stacks[stack])
                    append(Pop(names, self.twin_of(stack), statement.origin))
            case If():
                self.branch(statement)
            case For() | While():
                self.loop(statement)
            case CustomGrad():
                self.custom(statement)
            case Assign() | Effect() | Raise():
                append(statement)
            case _:
                kind = type(statement).__name__
                raise AutodiffError(f"no tangent of {kind}", statement.origin)

    def new_stack(self, stack: str) -> str:
        dot = self.builder.names.tangent(stack)
        self.builder.facts[dot] = self.builder.facts[stack]
        self.tangents[stack] = Name(dot)
        return dot

    def twin_of(self, stack: str) -> str:
        twin = self.tangents[stack]
        assert isinstance(twin, Name)
        return twin.id

    def branch(self, statement: If) -> None:
        merged = [m for m in statement.merges if m.name in self.active]
        blocks: list[Block] = []
        ends: list[list[Atom]] = []
        for k, branch in enumerate((statement.then, statement.orelse)):
            block = self.block(branch)
            with self.builder.block() as end:
                ends.append([self.tangent_or_zero(m.values[k]) for m in merged])
            blocks.append((*block, *end))
        twins = tuple(
            Merge(self.twin(m.name), (a, b)) for m, a, b in zip(merged, *ends, strict=True)
        )
        merges = (*statement.merges, *twins)
        self.builder.append(replace(statement, then=blocks[0], orelse=blocks[1], merges=merges))

    def loop(self, statement: For | While) -> None:
        carried = [c for c in statement.carries if c.name in self.active]
        inits = [self.tangent_or_zero(c.init) for c in carried]
        names = [self.twin(c.name) for c in carried]
        condition = self.block(statement.condition) if isinstance(statement, While) else ()
        body = self.block(statement.body)
        with self.builder.block() as end:
            nexts = [self.tangent_or_zero(c.next) for c in carried]
        twins = map(Carry, names, inits, nexts)
        carries, body = (*statement.carries, *twins), (*body, *end)
        if isinstance(statement, While):
            new: Statement = replace(statement, condition=condition, body=body, carries=carries)
        else:
            new = replace(statement, body=body, carries=carries)
        self.builder.append(new)

    def custom(self, statement: CustomGrad) -> None:
        self.builder.append(statement)
        if statement.target not in self.active:
            return
        if not statement.inserted:
            raise UnsupportedSyntaxError(
                "a custom gradient says nothing of tangents: it has no forward derivative",
                statement.origin,
                instead="reverse mode, or a rule: `@ad.tangent`.",
            )
        self.tangents[statement.target] = self.tangent_or_zero(statement.value)


def no_tangent(known: Abstract) -> Literal:
    """For what can have none: 0 for a number, which may be taken for an active one where an index
    chooses; None for all else."""
    return Literal(None if rank(known) is None else 0.0)
