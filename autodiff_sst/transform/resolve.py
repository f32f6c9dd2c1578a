"""What is decided by type: the methods of arrays become the functions that they are.

    CORE, abstract values of the parameters → CORE      t = x.sum             y = np.sum(x, axis=0)
                                                        y = t(axis=0)

So one rule serves operator, function and method. Repeated until nothing changes, since the type of
what a method returns may decide the next.

Leaves  methods of objects of which nothing is known; their names, to dead_code.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from autodiff_sst.analysis.facts import find_facts
from autodiff_sst.analysis.values import Abstract, Array, Scalar, Unknown
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    Attribute,
    Block,
    Call,
    Function,
    Name,
    Object,
    Statement,
    TupleOf,
)
from autodiff_sst.core.walk import all_names, rebuild
from autodiff_sst.rules.registry import METHODS, SPREAD


def resolve(function: Function, parameters: Mapping[str, Abstract]) -> Function:
    while True:
        resolving = _Resolving(find_facts(function, parameters), Names(all_names(function)))
        body = resolving.block(function.body)
        if not resolving.changed:
            return function
        function = replace(function, body=body)


class _Resolving:
    def __init__(self, facts: Mapping[str, Abstract], names: Names) -> None:
        self.facts = facts
        self.names = names
        self.methods: dict[str, tuple[Atom, str]] = {}
        self.changed = False

    def block(self, block: Block) -> Block:
        return tuple(made for statement in block for made in self.statement(statement))

    def statement(self, statement: Statement) -> Block:
        match statement:
            case Assign(target, Attribute(Name(base) as atom, name)) if name in METHODS:
                if self.is_array(self.facts[base]):
                    self.methods[target] = (atom, name)
                return (statement,)
            case Assign(_, Call(Name(method), args, keywords)) if method in self.methods:
                self.changed = True
                base_atom, name = self.methods[method]
                before: Block = ()
                if name in SPREAD and len(args) > 1:  # x.reshape(2, 3)
                    shape = self.names.temporary()
                    before = (Assign(shape, TupleOf(args), statement.origin),)
                    args = (Name(shape),)
                function = METHODS[name]
                called = Object(function, f"np.{function.__name__}", np)
                call = Call(called, (base_atom, *args), keywords)
                return (*before, replace(statement, value=call))
            case _:
                return (rebuild(statement, lambda atom: atom, self.block),)

    def is_array(self, fact: Abstract) -> bool:
        numpy_scalar = isinstance(fact, Scalar) and fact.dtype is not None
        return isinstance(fact, Array | Unknown) or numpy_scalar
