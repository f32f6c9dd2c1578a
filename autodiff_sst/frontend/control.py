"""Branches and loops: from assignment to variables to merges and carries.

    if c:              if c:                  for i in range(n):   s = x
        y = x              y = x                  s = s * i        for i in range(n):
    else:         →    else:                                   →       s_1 = s * i
        y = -x             t = -x                                      s = s_1
                           y = t

`values` holds what each variable is at this point. After a branch, variables that differ are
merged; a loop carries every variable that its body assigns. Where a variable is not bound on some
path it is `UNDEFINED` there: who reads it then is the user's affair, and mostly nobody does.

`return`, `break` and `continue` end a block: what follows an `if` that holds one goes into its
branches. In a loop they set a flag that the loop tests, and the loop becomes a `while`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    UNDEFINED,
    Atom,
    Binary,
    Carry,
    For,
    If,
    Literal,
    Merge,
    Name,
    Statement,
    While,
)
from autodiff_sst.frontend.calls import Static
from autodiff_sst.frontend.contexts import (
    OF_PLACE,
    is_marker,
    leave_all,
    leave_loop,
    opened,
    pass_over,
)
from autodiff_sst.frontend.contexts import (
    in_loop as entered_before,
)
from autodiff_sst.frontend.exits import (
    has_exit,
    is_left,
    returns,
    runs_to_its_end,
    without_else,
)
from autodiff_sst.frontend.expressions import Expressions
from autodiff_sst.frontend.guarded import Guarded
from autodiff_sst.frontend.held_functions import chosen, hold_choices
from autodiff_sst.frontend.iteration import Iteration
from autodiff_sst.frontend.iterators import simplified
from autodiff_sst.frontend.lists import rebound
from autodiff_sst.frontend.matching import as_branches
from autodiff_sst.frontend.recorded import block_like
from autodiff_sst.frontend.source import Source

# No names of the user.
_STOPPED, _BROKEN, _RETURNED, VALUE = "stopped()", "broken()", "returned()", "value()"


class Control(Expressions):
    source: Source
    names: Names
    values: dict[str, Any]
    block: list[Statement]

    def value(self, node: Any) -> Any:
        """An atom, or something static (calls.py)."""
        raise NotImplementedError

    def version(self, variable: str) -> str:
        raise NotImplementedError

    def statement(self, node: Any) -> None:
        raise NotImplementedError

    def assign_to(self, target: Any, atom: Atom) -> None:
        raise NotImplementedError

    # Blocks

    def body(self, nodes: list[Any], in_loop: bool) -> bool:
        """Lowers statements; whether control leaves the block at its end."""
        for k, node in enumerate(nodes):
            match node:
                case gast.Return(value=value):
                    self.values[VALUE] = Literal(None) if value is None else self.value(value)
                    leave_all(self)
                    if in_loop:
                        self.values[_RETURNED] = self.values[_STOPPED] = Literal(True)
                    return True
                case gast.Break() | gast.Continue():
                    leave_loop(self)
                    if isinstance(node, gast.Break):
                        self.values[_STOPPED] = Literal(True)
                    return True
                case gast.If() if has_exit(node):
                    rest = nodes[k + 1 :]
                    test = self.atom(node.test)
                    left = [False, False]

                    def branch(j: int, block: list[Any]) -> Callable[[], None]:
                        def lower() -> None:
                            left[j] = self.body([*block, *rest], in_loop)  # noqa: B023

                        return lower

                    self.branch(test, branch(0, node.body), branch(1, node.orelse), node)
                    return all(left)
                case gast.Try():
                    rest = nodes[k + 1 :] if has_exit(node) else []
                    ended = Guarded(self, node, in_loop, rest).lower()
                    if has_exit(node):
                        return ended
                    if ended:
                        return pass_over(self, nodes[k + 1 :])
                case gast.Raise():
                    self.statement(node)
                    return pass_over(self, nodes[k + 1 :])
                case gast.With():
                    return self.body([*opened(self, node), *nodes[k + 1 :]], in_loop)
                case gast.Match(subject=subject):
                    branches = as_branches(node, self.atom(subject))
                    return self.body([branches, *nodes[k + 1 :]], in_loop)
                case gast.For() | gast.While() if node.orelse:
                    return self.body([*without_else(node, _BROKEN), *nodes[k + 1 :]], in_loop)
                case gast.For() | gast.While() if (loops := simplified(self, node)) is not None:
                    return self.body([*loops, *nodes[k + 1 :]], in_loop)
                case gast.For() | gast.While() if is_left(node) and not runs_to_its_end(node):
                    self.leaving_loop(node)
                    self.values[_BROKEN] = self.values[_STOPPED]
                    if returns(node):
                        return self.after_return_in_loop(nodes[k + 1 :], node, in_loop)
                    # This loop's flag is not that of a loop around it.
                    self.values[_STOPPED] = Literal(False)
                case _ if not is_marker(self, node):
                    self.statement(node)
        return False

    def branch(
        self, test: Atom, then: Callable[[], None], orelse: Callable[[], None], node: Any
    ) -> None:
        """An `if` whose branches are lowered by `then` and `orelse`; merges the variables."""
        before, outer = self.values, self.block
        ends, blocks = [], []
        for lower in (then, orelse):
            self.values, self.block = {**before}, block_like(outer)
            self.shared.around[id(self.block)] = (self.block, outer)
            lower()
            ends.append(self.values)
            blocks.append(tuple(self.block))
        self.values, self.block = before, outer
        merges = []
        for variable in [v for v in {**ends[0], **ends[1]} if v not in OF_PLACE]:
            a, b = (end.get(variable, UNDEFINED) for end in ends)
            if (function := chosen(a, b, test)) is not None:
                self.values[variable] = function
                continue
            if a != b:
                name = self.version(variable)
                merges.append(Merge(name, (a, b)))
                self.values[variable] = Name(name)
            else:
                self.values[variable] = a
        origin = self.source.origin(node)
        self.block.append(If(test, blocks[0], blocks[1], tuple(merges), origin))

    def if_else(self, node: Any) -> None:
        test = self.atom(node.test)
        self.branch(test, lambda: self.all(node.body), lambda: self.all(node.orelse), node)

    def conditional(
        self, test: Atom, then: Callable[[], Atom], orelse: Callable[[], Atom], node: Any
    ) -> Atom:
        """A value that is made in either branch."""
        name = "result()"

        def into(make: Callable[[], Atom]) -> Callable[[], None]:
            def lower() -> None:
                self.values[name] = make()

            return lower

        self.branch(test, into(then), into(orelse), node)
        made: Atom = self.values.pop(name)
        return made

    # Loops

    def loop(self, node: Any, turn: Callable[[], None], extra: list[str]) -> tuple[Any, Any]:
        """Lowers a loop's body with its variables as carries; gives the block and the carries."""
        variables = [*dict.fromkeys([*rebound(self, node), *extra])]
        inits = {v: self.values.get(v, UNDEFINED) for v in variables}
        carried = {v: self.version(v) for v in variables}
        outer, outer_values = self.block, self.values
        self.block = []
        own = entered_before(self)
        self.values = {**outer_values, **own, **{v: Name(n) for v, n in carried.items()}}
        turn()
        hold_choices(self, variables, node)
        nexts, block = self.values, tuple(self.block)
        self.block = outer
        self.values = outer_values
        carries = tuple(
            Carry(carried[v], inits[v], nexts[v])
            for v in variables
            if not isinstance(nexts[v], Static)
        )
        for variable in variables:
            self.values[variable] = Name(carried[variable])
            if isinstance(nexts[variable], Static):
                self.values[variable] = nexts[variable]
        return block, carries

    def for_loop(self, node: Any) -> None:
        """A `for` that runs to its end."""
        iteration = Iteration(self, node.iter)
        target = self.version(iteration.counter_name(node.target))

        def turn() -> None:
            iteration.assign(node.target, Name(target))
            self.turn(node.body)

        block, carries = self.loop(node, turn, [])
        bounds = iteration.bounds
        self.block.append(For(target, bounds, block, carries, False, self.source.origin(node)))

    def while_loop(self, node: Any) -> None:
        """A `while` that ends by its test only."""
        self.general_while(node, lambda: self.atom(node.test), lambda: self.all(node.body), [])

    def general_while(
        self, node: Any, test: Callable[[], Atom], turn: Callable[[], None], extra: list[str]
    ) -> None:
        parts: list[Any] = []

        def whole() -> None:
            atom = test()
            parts.append((tuple(self.block), atom))
            self.block = []
            turn()

        block, carries = self.loop(node, whole, extra)
        ((condition, atom),) = parts
        origin = self.source.origin(node)
        self.block.append(While(condition, atom, block, carries, origin))

    def leaving_loop(self, node: Any) -> None:
        """A loop that `break` or `return` may leave: a `while` that tests a flag."""
        flags = [_STOPPED]
        self.values[_STOPPED] = Literal(False)
        if returns(node):
            self.values[VALUE] = UNDEFINED
            self.values[_RETURNED] = Literal(False)
            flags += [_RETURNED, VALUE]

        def go_on(more: Callable[[], Atom]) -> Atom:
            stopped = self.values[_STOPPED]
            return self.conditional(stopped, lambda: Literal(False), more, node)

        if isinstance(node, gast.While):
            self.general_while(
                node,
                lambda: go_on(lambda: self.atom(node.test)),
                lambda: self.turn(node.body),
                flags,
            )
            return
        iteration = Iteration(self, node.iter)
        count, start, step = iteration.counted()
        done = f"done{len(self.values)}()"  # a loop in this one has another
        self.values[done] = Literal(0)

        def turn() -> None:
            position = self.values[done]
            counter = position
            if step != Literal(1):
                counter = self.emit(Binary("*", position, step), node)
            if start != Literal(0):
                counter = self.emit(Binary("+", start, counter), node)
            iteration.assign(node.target, counter)
            self.values[done] = self.emit(Binary("+", position, Literal(1)), node)
            self.turn(node.body)

        def more() -> Atom:
            return self.emit(Binary("<", self.values[done], count), node)

        self.general_while(node, lambda: go_on(more), turn, [*flags, done])

    def after_return_in_loop(self, rest: list[Any], node: Any, in_loop: bool) -> bool:
        """What follows a loop runs only if the loop did not return."""
        returned = self.values[_RETURNED]
        left = [True, False]

        def leave() -> None:
            if in_loop:
                self.values[_RETURNED] = self.values[_STOPPED] = Literal(True)

        def go_on() -> None:
            self.values.pop(_RETURNED)
            self.values[VALUE] = UNDEFINED if in_loop else Literal(None)
            if in_loop:
                self.values[_STOPPED] = self.values[_RETURNED] = Literal(False)
            left[1] = self.body(rest, in_loop)

        self.branch(returned, leave, go_on, node)
        return all(left)

    def turn(self, nodes: list[Any]) -> None:
        """A turn of a loop that may be left."""
        self.body(nodes, True)

    def all(self, nodes: list[Any]) -> None:
        if self.body(nodes, False):
            raise AssertionError("an exit where none was expected")

    # Expressions

    def boolean(self, node: Any, values: list[Any]) -> Atom:
        """`a and b`, `a or b`: the first that decides."""
        first = self.atom(values[0])
        if len(values) == 1:
            return first

        def rest() -> Atom:
            return self.boolean(node, values[1:])

        is_and = isinstance(node.op, gast.And)
        of_object = hasattr(node, "only_truth") and isinstance(values[0], gast.Name)
        decided = Literal(not is_and) if of_object else first  # a list, say, is no value here
        then, orelse = (rest, lambda: decided) if is_and else (lambda: decided, rest)
        return self.conditional(first, then, orelse, node)

    def comparisons(self, node: Any, left: Atom, ops: list[Any], operators: Any) -> Atom:
        """`a < b < c`: each operand once, and no more than needed."""
        op, *more = ops
        middle = self.atom(node.comparators[-len(ops)])
        first = self.emit(Binary(operators[type(op)], left, middle), node)
        if not more:
            return first

        def rest() -> Atom:
            return self.comparisons(node, middle, more, operators)

        return self.conditional(first, rest, lambda: first, node)
