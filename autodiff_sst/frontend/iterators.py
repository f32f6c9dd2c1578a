"""Loops over what `itertools` and `np.ndindex` make, as nested loops.

for a, b in combinations(x, 2):     s = x
    …                          →    for i in range(len(s)):
                                        for j in range(i + 1, len(s)):
                                            a, b = s[i], s[j]
                                            …

A loop that a `break` may leave, or with an `else`, stays as it is.
"""

from __future__ import annotations

import itertools
from typing import Any

import gast
import numpy as np

from autodiff_sst.frontend import nodes
from autodiff_sst.frontend.calls import original
from autodiff_sst.frontend.exits import has_walrus, may_break, tested_inside
from autodiff_sst.frontend.generators import generated
from autodiff_sst.frontend.raising import raising_loop
from autodiff_sst.frontend.yielding import known_function


def simplified(lowering: Any, node: Any) -> list[Any] | None:
    """Statements in place of a loop; None if it stays."""
    if lowering.shared.guarding and (loops := raising_loop(lowering, node)) is not None:
        return loops
    if (statements := generated(lowering, node)) is not None:
        return statements
    if isinstance(node, gast.While):
        # What the test binds is bound by its last run too: the test moves inside.
        return [tested_inside(node)] if has_walrus(node.test) else None
    if not isinstance(node.iter, gast.Call) or node.orelse or may_break(node.body):
        return None
    own = {*lowering.locals, *lowering.source.function.__globals__}
    if any(isinstance(a, gast.Starred) for a in node.iter.args) or own & {"range", "len", "list"}:
        return None
    called = known_function(lowering, node.iter.func)
    for functions, rewrite in _FORMS:
        if any(called is f for f in functions):
            made = rewrite(Loops(lowering, node), *node.iter.args, **_constants(node.iter))
            return None if made is None else [gast.copy_location(s, node) for s in made]
    return None


def _constants(call: Any) -> dict[str, Any]:
    return {k.arg: getattr(k.value, "value", None) for k in call.keywords if k.arg}


class Loops:
    """Makes statements at the place of a loop, or of what is lowered as one."""

    def __init__(self, lowering: Any, node: Any) -> None:
        self.lowering = lowering
        self.node = node
        self.place = getattr(node, "iter", node)

    def at(self, made: Any) -> Any:
        return gast.copy_location(made, self.place)

    def name(self, name: str, context: Any = None) -> Any:
        return self.at(nodes.name(name, context))

    def fresh(self) -> str:
        """A variable that no program can name."""
        return f"{self.lowering.names.fresh('k')}()"

    def assign(self, name: str, value: Any) -> Any:
        return nodes.placed(nodes.assign(name, value), self.place)

    def call(self, function: str, *args: Any) -> Any:
        return self.at(gast.Call(func=self.name(function), args=[*args], keywords=[]))

    def pool(self, sequence: Any, before: list[Any]) -> Any:
        """The items as they are before the loops: a variable, or a `range` of such."""
        match sequence:
            case gast.Call(func=gast.Name(id="range"), args=args, keywords=[]):
                bounds = [a if isinstance(a, gast.Constant) else self.kept(a, before) for a in args]
                return self.call("range", *bounds)
        if self.may_change(sequence):
            sequence = self.call("list", sequence)
        return self.kept(sequence, before)

    def may_change(self, sequence: Any) -> bool:
        """Whether the loop may change what a sequence holds: it writes to an item of something, or
        changes a variable that is the sequence, or is part of it, in place."""

        def first(name: str) -> Any:
            return original(self.lowering.values.get(name), self.lowering.shared.made)

        names = {n.id for n in gast.walk(sequence) if isinstance(n, gast.Name)}
        held = [first(n) for n in names if n in self.lowering.values]
        for node in (n for part in self.node.body for n in gast.walk(part)):
            match node:
                case gast.Subscript(ctx=gast.Store()) | gast.Attribute(ctx=gast.Store()):
                    return True
                case gast.Expr(value=gast.Call()):
                    return True
                case gast.AugAssign(target=gast.Name(id=name)) if first(name) in held:
                    return True
        return False

    def kept(self, value: Any, before: list[Any]) -> Any:
        name = self.fresh()
        before.append(self.assign(name, value))
        return self.name(name)

    def number(self, value: int) -> Any:
        return self.at(gast.Constant(value=value, kind=None))

    def add(self, left: Any, number: int) -> Any:
        return self.at(gast.BinOp(left=left, op=gast.Add(), right=self.number(number)))

    def item(self, sequence: str, index: Any) -> Any:
        made = gast.Subscript(value=self.name(sequence), slice=index, ctx=gast.Load())
        return self.at(made)

    def bound(self, items: list[Any]) -> list[Any]:
        """The body, with the target bound to a tuple before."""
        value = self.at(gast.Tuple(elts=items, ctx=gast.Load()))
        first = gast.Assign(targets=[self.node.target], value=value, type_comment=None)
        return [gast.copy_location(first, self.node.target), *self.node.body]

    def loop(self, target: str, over: Any, body: list[Any]) -> Any:
        made = gast.For(
            target=self.name(target, gast.Store()), iter=over, body=body, orelse=[],
            type_comment=None,
        )  # fmt: skip
        return gast.copy_location(made, self.node)


def _product(loops: Loops, *args: Any, repeat: Any = 1) -> list[Any] | None:
    if not isinstance(repeat, int) or not 1 <= len(args) * repeat <= 6:
        return None
    before: list[Any] = []
    sequences = [loops.pool(a, before) for a in args]
    names = [loops.fresh() for _ in range(len(args) * repeat)]
    body = loops.bound([loops.name(n) for n in names])
    for sequence, name in reversed([*zip(sequences * repeat, names, strict=True)]):
        body = [loops.loop(name, sequence, body)]
    return [*before, *body]


def _ndindex(loops: Loops, *args: Any) -> list[Any] | None:
    (first, *more) = args or (None,)
    if isinstance(first, gast.Tuple) and not more:
        args = tuple(first.elts)
    elif not more and not isinstance(first, gast.Constant):
        return None  # a shape
    return _product(loops, *(loops.call("range", a) for a in args))


def _combinations(loops: Loops, sequence: Any, r: Any, step: int = 1) -> list[Any] | None:
    count = getattr(r, "value", None)
    if not isinstance(count, int) or not 1 <= count <= 6:
        return None
    before: list[Any] = []
    items = loops.pool(sequence, before)
    names = [loops.fresh() for _ in range(count)]
    if isinstance(items, gast.Call) and len(items.args) == 1:  # the numbers are the places
        length = items.args[0]
        body = loops.bound([loops.name(n) for n in names])
    else:
        if isinstance(items, gast.Call):
            before.append(loops.assign(whole := loops.fresh(), items))
            items = loops.name(whole)
        before.append(loops.assign(count_ := loops.fresh(), loops.call("len", items)))
        length = loops.name(count_)
        body = loops.bound([loops.item(items.id, loops.name(n)) for n in names])
    for k in range(count - 1, -1, -1):
        bounds = [length]
        if k:
            start = loops.name(names[k - 1])
            bounds.insert(0, loops.add(start, step) if step else start)
        body = [loops.loop(names[k], loops.call("range", *bounds), body)]
    return [*before, *body]


def _with_replacement(loops: Loops, sequence: Any, r: Any) -> list[Any] | None:
    return _combinations(loops, sequence, r, 0)


def _pairwise(loops: Loops, sequence: Any) -> list[Any]:
    items, name = loops.fresh(), loops.fresh()
    k = loops.name(name)
    body = loops.bound([loops.item(items, k), loops.item(items, loops.add(k, 1))])
    turns = loops.add(loops.call("len", loops.name(items)), -1)
    return [loops.assign(items, sequence), loops.loop(name, loops.call("range", turns), body)]


def _chain(loops: Loops, *args: Any) -> list[Any]:
    node = loops.node
    before: list[Any] = []  # all are made before the first is gone through
    sequences = [loops.kept(a, before) for a in args]
    return before + [
        gast.For(target=node.target, iter=s, body=node.body, orelse=[], type_comment=None)
        for s in sequences
    ]


_FORMS: list[tuple[tuple[Any, ...], Any]] = [
    ((itertools.product,), _product),
    ((itertools.combinations,), _combinations),
    ((itertools.combinations_with_replacement,), _with_replacement),
    ((itertools.pairwise,), _pairwise),
    ((itertools.chain,), _chain),
    ((np.ndindex,), _ndindex),
]
