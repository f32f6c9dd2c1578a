"""Jacobians: a derivative with a direction for each component, widened, as one program.

    def f(W, x):                        def jacobian_f(W, x):
        return np.tanh(W @ x)     →         y = np.tanh(W @ x)
                                            y_bar = one_a_component(y)
                                            x_bar = y_bar * (1 - y * y) @ W
                                            return np.reshape(x_bar, np.shape(y) + np.shape(x))

For a batch, every item has the same directions, all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.facts import find_facts
from autodiff_sst.analysis.values import OPAQUE, Abstract, Array, can_be_active, keys_of, rank
from autodiff_sst.core.build import Builder
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    Attribute,
    Call,
    Function,
    Literal,
    Name,
    Slice,
    Subscript,
    TupleOf,
)
from autodiff_sst.core.walk import all_names, reads, rename
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.rules.helpers import (
    CHECK_BATCH,
    LEN,
    ONE_A_COMPONENT,
    ONE_OF_ITEMS,
    SHAPE,
    numpy_object,
)
from autodiff_sst.transform.forward.program import forward
from autodiff_sst.transform.reverse.cotangents import item_of
from autodiff_sst.transform.reverse.program import Request, rebuilt, reverse
from autodiff_sst.transform.widen import widen

Facts = Mapping[str, Abstract]


@dataclass(frozen=True)
class Wanted:
    """Which Jacobians: by which parameters, in which mode, of single items of a batch or whole."""

    by: tuple[str, ...]
    as_tuple: bool
    mode: str
    batch: bool = False
    in_chunks: bool = False  # takes `start, stop` of the directions; returns rows, x and y


def jacobian_program(function: Function, facts: Facts, wanted: Wanted, name: str) -> Function:
    """The function that returns the Jacobian by a parameter, or the tuple of those by several."""
    work = _Jacobian(function, facts, wanted)
    if wanted.mode == "forward":
        for parameter in wanted.by:
            work.forward(parameter)
    else:
        work.reverse()
    made = work.made[0]
    if wanted.as_tuple:
        made = work.builder.emit(TupleOf(tuple(work.made)))
    parameters = function.parameters
    if wanted.in_chunks:
        parameters = (*parameters, *work.chunk)
        made = work.builder.emit(TupleOf((made, Name(wanted.by[0]), function.result)))
    return Function(name, parameters, work.builder.statements, made, function.origin)


class _Jacobian:
    """The statements so far: the primal and its derivative, once for each parameter."""

    def __init__(self, function: Function, facts: Facts, wanted: Wanted) -> None:
        self.function = function
        self.facts = facts
        self.wanted = wanted
        self.result = fact(function.result, find_facts(function, facts))
        self.names = Names(all_names(function))
        self.builder = Builder(self.names, {}, lambda value, facts, where: OPAQUE)
        self.made: list[Atom] = []
        self.chunk = (self.names.fresh("start"), self.names.fresh("stop"))

    def seeds(self, of: Atom) -> tuple[Atom, Name]:
        """A direction for each component, and their number."""
        function = ONE_OF_ITEMS if self.wanted.batch else ONE_A_COMPONENT
        bounds = map(Name, self.chunk) if self.wanted.in_chunks else ()
        seeds = self.builder.call(function, of, *bounds)
        count = self.builder.call(LEN, seeds)
        assert isinstance(count, Name)
        return seeds, count

    def is_vector(self, known: Abstract) -> bool:
        """Whether the axis of directions is that of a vector, and need not be reshaped."""
        return isinstance(known, Array) and len(known.dims) == 1 and not self.wanted.batch

    def check(self, x: Atom) -> None:
        if self.wanted.batch:
            self.builder.effect(Call(CHECK_BATCH, (x, self.function.result)))

    def rest(self, shape: Atom) -> Atom:
        """The shape of an item of a batch."""
        if not self.wanted.batch:
            return shape
        return self.builder.emit(Subscript(shape, (Slice(Literal(1), None, None),)))

    def forward(self, by: str) -> None:
        """One direction a component of the argument."""
        if keys_of(self.facts[by]) is not None:
            raise UnsupportedSyntaxError(
                "the Jacobian by a container, in forward mode, is not supported yet",
                self.function.origin,
                instead='`mode="reverse"`.',
            )
        builder = self.builder
        along = forward(self.function, self.facts, (by,), "along", with_value=False)
        along, y = self.again(along, self.function.result)
        dot = along.parameters[-1]
        known = find_facts(along, {**self.facts, dot: self.facts[by]})
        self.names.take(all_names(along))
        seeds, count = self.seeds(Name(by))
        wide = widen(along, known, frozenset([dot]), count, self.names)
        builder.append(Assign(dot, seeds), *wide.body)
        x_shape = self.rest(builder.call(SHAPE, Name(by)))

        of_vector = self.is_vector(self.facts[by])

        def collect(value: Atom, tangent: Atom) -> Atom:
            if self.wanted.in_chunks:
                return tangent
            if of_vector and rank(self.result) == 1:
                return builder.emit(Attribute(tangent, "T"))
            moved = builder.call(numpy_object(np.moveaxis), tangent, 0, -1)
            if of_vector:
                return moved
            whole = builder.binary("+", builder.call(SHAPE, value), x_shape)
            return builder.call(numpy_object(np.reshape), moved, whole)

        self.made.append(self.each(self.result, y, wide.result, collect))
        self.check(Name(by))

    def again(self, function: Function, y: Atom) -> tuple[Function, Atom]:
        """The primal once more, under other names; what is the same is shared later."""
        if not self.made:
            return function, y
        own = sorted(all_names(function) - {*self.function.parameters})
        fresh = {name: self.names.fresh(name) for name in own}
        parameters = tuple(fresh.get(p, p) for p in function.parameters)
        renamed = replace(rename(function, fresh), parameters=parameters)
        return renamed, Name(fresh.get(y.id, y.id)) if isinstance(y, Name) else y

    def reverse(self) -> None:
        """One direction a component of the result."""
        function, builder = self.function, self.builder
        if keys_of(self.result) is not None:
            raise UnsupportedSyntaxError(
                "the Jacobian of a container, in reverse mode, is not supported yet",
                function.origin,
                instead='`mode="forward"`.',
            )
        y, by = function.result, self.wanted.by
        request = Request(by, "derived", seed="y_bar", as_tuple=True)
        derived = reverse(function, self.facts, request)
        seed = next((p for p in derived.parameters if p not in function.parameters), "y_bar")
        known = find_facts(derived, {**self.facts, seed: self.result})
        self.names.take(all_names(derived) | {seed})
        with builder.block() as start:
            for name in by:
                self.check(Name(name))
            seeds, count = self.seeds(y)
        wide = widen(derived, known, frozenset([seed]), count, self.names)
        needed = {seed, count.id}
        first = next((k for k, s in enumerate(wide.body) if reads((s,)) & needed), len(wide.body))
        builder.append(*wide.body[:first], *start, Assign(seed, seeds), *wide.body[first:])
        y_shape = builder.call(SHAPE, y)

        def collect(x: Atom, bar: Atom) -> Atom:
            if self.wanted.in_chunks or self.is_vector(self.result):
                return bar
            if self.wanted.batch:
                bar = builder.call(numpy_object(np.swapaxes), bar, 0, 1)
                if rank(self.result) == 2:
                    return bar
            shape = self.rest(builder.call(SHAPE, x))
            return builder.call(numpy_object(np.reshape), bar, builder.binary("+", y_shape, shape))

        for k, name in enumerate(by):
            bar = builder.emit(Subscript(wide.result, (Literal(k),)))
            self.made.append(self.each(self.facts[name], Name(name), bar, collect))

    def each(
        self, known: Abstract, value: Atom, wide: Atom, collect: Callable[[Atom, Atom], Atom]
    ) -> Atom:
        """`collect` for each part of a container."""
        keys = keys_of(known)
        if keys is None:
            return collect(value, wide)
        parts: list[Atom] = []
        items: tuple[Any, ...] = known.items  # type: ignore[union-attr]
        for key, item in zip(keys, items, strict=True):
            if can_be_active(item):
                inner = [item_of(self.builder, known, a, key) for a in (value, wide)]
                parts.append(self.each(item, inner[0], inner[1], collect))
            else:
                parts.append(Literal(None))
        return rebuilt(self.builder, known, parts)
