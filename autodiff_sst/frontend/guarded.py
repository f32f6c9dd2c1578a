"""`try` as branches: what may fail is tried first, and what follows runs if it does not.

    try:                            error = error_of(ValueError, math.log, x)
        y = math.log(x)             if error is None:
    except ValueError:       →          t = math.log(x)
        y = 0.0                         y = t
                                    else:
                                        y = 0.0

So the transforms see branches, and no more. Tried are calls, divisions, powers, products of
matrices and subscripts, which only read; what fails elsewhere, as in a loop, fails for the caller.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import gast

from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    Binary,
    Call,
    For,
    Function,
    If,
    Literal,
    Name,
    Object,
    Raise,
    Statement,
    TupleOf,
    While,
)
from autodiff_sst.core.walk import rename, statements, writes
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.frontend import nodes as make
from autodiff_sst.frontend.calls import constant_atom
from autodiff_sst.frontend.contexts import Entered, Left, begin_try, leave_try, place_of
from autodiff_sst.frontend.exits import has_exit
from autodiff_sst.frontend.raising import failing_loop, raising_loop
from autodiff_sst.frontend.recorded import Recorded, renamed, variables_at
from autodiff_sst.frontend.trying import may_fail, trial
from autodiff_sst.runtime.contexts import error_of

End = Callable[[dict[str, str]], None]  # it is given what names are called now
_ERROR_OF = Object(error_of, "error_of")
_ISINSTANCE = Object(isinstance, "isinstance", isinstance)
_RAISING = {"builtins", "numpy", "scipy"}


class Guarded:
    """A `try`, lowered by `lowering`; `after` lowers what follows it where control goes on."""

    def __init__(self, lowering: Any, node: Any, in_loop: bool, rest: list[Any]) -> None:
        self.lowering = lowering
        self.node = node
        self.in_loop = in_loop
        self.rest = rest
        self.place_before = place_of(lowering)
        if any(map(has_exit, node.finalbody)):
            raise self.refuse("what leaves a `finally`", node)
        if node.finalbody:
            lowering.body([Entered((*node.finalbody,))], in_loop)
            self.rest = [Left(), *rest]
            if lowering.shared.guarding and not any(h.type is None for h in node.handlers):
                again = gast.ExceptHandler(
                    type=None, name=None, body=[gast.Raise(exc=None, cause=None)]
                )
                node = copy.copy(node)
                self.node = node
                node.handlers = [*node.handlers, make.placed(again, node)]
        self.kinds: list[list[Atom]] = []  # of each handler
        for handler in node.handlers:
            match handler.type:
                case None:
                    self.kinds.append([constant_atom(BaseException)])
                case gast.Tuple(elts=kinds):
                    self.kinds.append([*map(lowering.atom, kinds)])
                case kind:
                    self.kinds.append([lowering.atom(kind)])
        self.ends: list[bool] = []

    def refuse(self, what: str, node: Any) -> UnsupportedSyntaxError:
        origin = self.lowering.source.origin(node)
        words = f"{what} is not supported yet"
        return UnsupportedSyntaxError(words, origin, instead="a test before what may fail.")

    def lower(self) -> bool:
        """Whether control leaves the block in every case."""
        self.outside = begin_try(self.lowering)
        self.body(self.node.body)
        self.lowering.values |= self.place_before
        return all(self.ends)

    def end(self, nodes: list[Any]) -> None:
        self.outside()
        self.ends.append(self.lowering.body([*nodes, *self.rest], self.in_loop))

    def are_users(self) -> bool:
        """Whether only exceptions of users' classes are handled: NumPy raises none of them."""
        kinds = [k.value if isinstance(k, Object) else None for ks in self.kinds for k in ks]
        return all(
            isinstance(k, type) and k.__module__.partition(".")[0] not in _RAISING for k in kinds
        )

    def catches_all(self) -> bool:
        return any(k == constant_atom(BaseException) for kinds in self.kinds for k in kinds)

    def all_kinds(self, node: Any) -> Atom:
        kinds = tuple(kind for kinds in self.kinds for kind in kinds)
        atom: Atom = self.lowering.emit(TupleOf(kinds), node)
        return atom

    # The body, statement by statement

    def body(self, nodes: list[Any]) -> None:
        lowering = self.lowering
        if not nodes:
            self.end(self.node.orelse)
            return
        node, *rest = nodes
        if isinstance(node, gast.Return | gast.Break | gast.Continue):
            if isinstance(node, gast.Return) and node.value is not None:
                self.one(lambda: self.keep(node.value), lambda: self.returned(node), node)
            else:
                self.ends.append(lowering.body([node], self.in_loop))
        elif isinstance(node, gast.If):
            self.one(lambda: self.keep(node.test), lambda: self.chosen(node, rest), node)
        elif (loops := self.loops(node)) is not None:
            self.body([*loops, *rest])
        elif has_exit(node):
            raise self.refuse("what leaves a `try` from inside a statement", node)
        else:
            self.one(lambda: lowering.body([node], self.in_loop), lambda: self.body(rest), node)

    def loops(self, node: Any) -> list[Any] | None:
        if not isinstance(node, gast.For | gast.While):
            return None
        loops = raising_loop(self.lowering, node)
        if self.are_users():
            return loops
        before, loop, after = ([loops[0]], loops[1], loops[2:]) if loops else ([], node, [])
        tried = failing_loop(self.lowering, loop, self.node.handlers)
        return loops if tried is None else [*before, *tried, *after]

    def keep(self, value: Any) -> None:
        self.lowering.values["kept()"] = self.lowering.value(value)

    def returned(self, node: Any) -> None:
        value = gast.copy_location(gast.Name(id="kept()", ctx=gast.Load()), node)
        self.ends.append(self.lowering.body([gast.Return(value=value)], self.in_loop))

    def chosen(self, node: Any, rest: list[Any]) -> None:
        test = self.lowering.values.pop("kept()")
        self.lowering.branch(
            test, lambda: self.body([*node.body, *rest]), lambda: self.body([*node.orelse, *rest]),
            node,
        )  # fmt: skip

    def one(self, lower: Callable[[], Any], go_on: Callable[[], None], node: Any) -> None:
        """What `lower` makes, tried; then what follows."""
        lowering = self.lowering
        before, outer = {**lowering.values}, lowering.block
        made = lowering.block = Recorded(lowering)
        lowering.shared.guarding += 1
        lower()
        lowering.shared.guarding -= 1
        after = {**lowering.values}
        lowering.values, lowering.block = before, outer

        def end(names: dict[str, str]) -> None:
            lowering.values = {
                v: Name(names[a.id]) if isinstance(a, Name) and a.id in names else a
                for v, a in after.items()
            }
            go_on()

        self.place([*made], end, node)

    def place(self, made: list[Statement], end: End, node: Any) -> None:
        """The statements; a branch where one may fail."""
        lowering = self.lowering
        for k, statement in enumerate(made):
            rest = made[k + 1 :]
            if isinstance(statement, Raise):
                self.find_variables(statement)
                self.raised(statement, node)
                return
            if isinstance(statement, If) and may_fail(statement):
                self.branch(statement, rest, end, node)
                return
            if isinstance(statement, For | While) and any(
                isinstance(s, Raise) for s in statements((statement,))
            ):
                raise self.refuse("a `raise` in a loop, inside a `try`,", node)
            is_known = self.are_users() or id(statement) in lowering.shared.tried
            tried = None if is_known else trial(statement)
            if tried is None:
                lowering.block.append(statement)
                continue
            kinds = self.all_kinds(node)
            error = lowering.emit(Call(_ERROR_OF, (kinds, *tried)), node)
            test = lowering.emit(Binary("is", error, Literal(None)), node)

            def go_on(statement: Statement = statement, rest: list[Statement] = rest) -> None:
                lowering.block.append(statement)
                if self.catches_all():
                    lowering.shared.tried[id(statement)] = statement
                self.place(rest, end, node)

            def failed(statement: Statement = statement) -> None:
                self.find_variables(statement)
                self.handled(error)  # noqa: B023

            lowering.branch(test, go_on, failed, node)
            return
        end({})

    def find_variables(self, statement: Statement) -> None:
        """The variables are what they are where a statement fails."""
        found = variables_at(self.lowering, statement)
        if found is not None:
            self.lowering.values = {**found, **place_of(self.lowering)}

    def branch(self, statement: If, rest: list[Statement], end: End, node: Any) -> None:
        def side(k: int) -> Callable[[], None]:
            def lower() -> None:
                merged: list[Statement] = [
                    Assign(m.name, m.values[k], statement.origin) for m in statement.merges
                ]
                tail = (*merged, *rest)
                names: dict[str, str] = {}
                if k == 1:  # both sides bind what follows, under names of their own
                    names = {n: self.lowering.names.fresh(n) for n in sorted(writes(tail))}
                    copy_ = rename(Function("tail", (), tail, Literal(None)), names).body
                    for old, new in zip(statements(tail), statements(copy_), strict=True):
                        renamed(self.lowering.shared.seen, old, new, names)
                    tail = copy_
                    self.lowering.shared.made |= {
                        s.target: s.value for s in statements(tail) if isinstance(s, Assign)
                    }

                block = (statement.then, statement.orelse)[k]

                def end_there(more: dict[str, str]) -> None:
                    end({**more, **{old: more.get(new, new) for old, new in names.items()}})

                self.place([*block, *tail], end_there, node)

            return lower

        self.lowering.branch(statement.test, side(0), side(1), node)

    # What failed

    def raised(self, statement: Raise, node: Any) -> None:
        lowering = self.lowering
        if statement.value is None:
            lowering.block.append(statement)
            self.ends.append(True)
            return
        if self.catches_all() or id(statement) in lowering.shared.tried:
            self.handled(statement.value)
            return

        def passed() -> None:
            self.outside()
            leave_try(lowering)
            lowering.block.append(statement)
            self.ends.append(True)

        if not self.kinds:
            passed()
            return
        kinds = self.all_kinds(node)
        caught = lowering.emit(Call(_ISINSTANCE, (statement.value, kinds)), node)
        value = statement.value
        lowering.branch(caught, lambda: self.handled(value), passed, node)

    def handled(self, error: Atom) -> None:
        """The first handler that fits."""
        self.choose(error, [*zip(self.node.handlers, self.kinds, strict=True)])

    def choose(self, error: Atom, handlers: list[tuple[Any, list[Atom]]]) -> None:
        (handler, kinds), *others = handlers
        lowering = self.lowering

        def handle() -> None:
            if handler.name is not None:
                lowering.values[_name(handler)] = error
            self.end([_raising(n, error, lowering) for n in handler.body])

        if not others:
            handle()
            return
        kind = lowering.emit(TupleOf(tuple(kinds)), handler)
        test = lowering.emit(Call(_ISINSTANCE, (error, kind)), handler)
        lowering.branch(test, handle, lambda: self.choose(error, others), handler)


def _name(handler: Any) -> str:
    return handler.name if isinstance(handler.name, str) else handler.name.id


def _raising(node: Any, error: Atom, lowering: Any) -> Any:
    """A bare `raise`, in a handler, raises what it handles."""
    if isinstance(node, gast.Raise) and node.exc is None:
        lowering.values["error()"] = error
        name = gast.copy_location(gast.Name(id="error()", ctx=gast.Load()), node)
        return gast.copy_location(gast.Raise(exc=name, cause=None), node)
    return node
