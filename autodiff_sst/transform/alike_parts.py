"""Items of tuples and lists that come from elsewhere, at an index that is not known.

                                      t_0 = weights[0]
    w = weights[k]              →     t_1 = weights[1]
                                      t = [t_0, t_1]                  its items are alike
                                      w = t[k]

Where no list changes, the list is made where the function begins: of what is given, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.values import Abstract, Array, Known, List, Scalar, Tuple, rank
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    Append,
    Assign,
    Atom,
    Attribute,
    Block,
    Expression,
    Function,
    ListOf,
    Literal,
    Name,
    Slice,
    Statement,
    Store,
    Subscript,
)
from autodiff_sst.core.walk import all_names, rebuild, statements
from autodiff_sst.runtime.sequences import LIST_CHANGES

# Of what is given: the parameter, and how one gets from there.
Path = tuple[str, tuple[Expression, ...]]


def gather_alike(function: Function, facts: Mapping[str, Abstract]) -> Function:
    """The function; itself if there is no such item."""
    gathering = _Gathering(function, facts)
    body = gathering.block(function.body)
    if not gathering.found:
        return function
    return replace(function, body=(*gathering.top, *body))


class _Gathering:
    def __init__(self, function: Function, facts: Mapping[str, Abstract]) -> None:
        self.facts = facts
        self.names = Names(all_names(function))
        every = [*statements(function.body)]
        self.made = {s.target: s.value for s in every if isinstance(s, Assign)}
        self.parameters = {*function.parameters}
        self.is_changed = any(map(self.changes_list, every))
        self.top: list[Statement] = []
        self.known: dict[Path, Atom] = {}
        self.found = False

    def changes_list(self, statement: Statement) -> bool:
        match statement:
            case Assign(_, Attribute(base, name)) if name in LIST_CHANGES:
                return not isinstance(fact(base, self.facts), Array)
            case Store(base):
                return not isinstance(self.facts.get(base), Array)
            case Append():
                return True
        return False

    def block(self, block: Block) -> Block:
        done: list[Statement] = []
        for statement in block:
            match statement:
                case Assign(_, Subscript(base, (item,))) if self.is_meant(base, item):
                    self.found = True
                    done += self.read(statement, base, item)
                case _:
                    done.append(rebuild(statement, lambda atom: atom, self.block))
        return tuple(done)

    def is_meant(self, base: Atom, item: Any) -> bool:
        known = fact(base, self.facts)
        if not isinstance(known, Tuple) or not known.items or isinstance(item, Slice):
            return False
        if isinstance(base, Name) and isinstance(self.made.get(base.id), ListOf):
            return False
        index = fact(item, self.facts)
        return _are_alike(known) and isinstance(index, Scalar) and index.kind == "i"

    def read(self, statement: Assign, base: Atom, item: Any) -> list[Statement]:
        path = None if self.is_changed else self.path(base)
        if path is None:
            made: list[Statement] = []
            own = self.gathered(base, fact(base, self.facts), statement, made)
            return [*made, replace(statement, value=Subscript(own, (item,)))]
        if path not in self.known:
            parameter, steps = path
            atom: Atom = Name(parameter)
            for step in steps:
                atom = self.emit(_at(step, atom), statement, self.top)
            known = fact(base, self.facts)
            self.known[path] = self.gathered(atom, known, statement, self.top)
        return [replace(statement, value=Subscript(self.known[path], (item,)))]

    def gathered(
        self, base: Atom, known: Abstract, statement: Assign, made: list[Statement]
    ) -> Atom:
        assert isinstance(known, Tuple)
        items = [
            self.emit(Subscript(base, (Literal(k),)), statement, made)
            for k in range(len(known.items))
        ]
        return self.emit(ListOf(tuple(items), alike=True), statement, made)

    def emit(self, value: Expression, statement: Assign, made: list[Statement]) -> Name:
        name = self.names.temporary()
        made.append(Assign(name, value, statement.origin))
        return Name(name)

    def path(self, atom: Atom) -> Path | None:
        steps: list[Expression] = []
        while isinstance(atom, Name) and atom.id not in self.parameters:
            match self.made.get(atom.id):
                case Name() as other:
                    atom = other
                case Subscript(base, (Literal(),)) | Attribute(base) as step:
                    steps.insert(0, step)
                    atom = base
                case _:
                    return None
        if not isinstance(atom, Name):
            return None
        return atom.id, tuple(_at(s, Literal(None)) for s in steps)


def _at(step: Expression, base: Atom) -> Expression:
    assert isinstance(step, Subscript | Attribute)
    return replace(step, value=base)


def _are_alike(known: Tuple) -> bool:
    """Whether one item may stand for another: numbers, lists, or arrays of one rank."""
    if isinstance(known.items[0], Array):
        arrays = all(isinstance(item, Array) for item in known.items)
        return arrays and len({rank(item) for item in known.items}) == 1
    kinds = (List,) if isinstance(known.items[0], List) else (Scalar, Known)
    return all(isinstance(item, kinds) and _is_number(item) for item in known.items)


def _is_number(item: Abstract) -> bool:
    return not isinstance(item, Known) or type(item.value) in (int, float, bool, complex)
