"""Loops over what a generator function yields: the generator's body, with the loop's in the place
of its `yield`s.

def pairs(x):                        for q in pairs(x):          for i in range(len(x) - 1):
    for i in range(len(x) - 1):          s += q * q         →        q = x[i] * x[i + 1]
        yield x[i] * x[i + 1]                                        s += q * q

That keeps the order in which both run. The generator's variables get names that no program has. A
`break` of the loop, and a `return` of the generator, leave the loops of the generator by a flag.
"""

from __future__ import annotations

import builtins
import copy
from types import FunctionType
from typing import Any

import gast

from autodiff_sst.core.syntax import Object
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.frontend import nodes
from autodiff_sst.frontend.calls import Closure, bind, defaults_of
from autodiff_sst.frontend.exits import has_exit, is_generator, may_break, own_nodes
from autodiff_sst.frontend.fence import fence
from autodiff_sst.frontend.source import read_source

_CONSUMERS = (sum, list, tuple, max, min, sorted, any, all, set, frozenset)
_MOST_COPIES = 4  # of the loop's body


def generator_of(lowering: Any, call: Any) -> Any:
    """The generator function, or the closure, that a call calls; None if it is something else."""
    match call:
        case gast.Call(func=gast.Name(id=name)) if isinstance(lowering.values.get(name), Closure):
            closure = lowering.values[name]
            return closure if is_generator(closure.node) else None
        case gast.Call(func=gast.Name() | gast.Attribute(value=gast.Name())):
            base = call.func if isinstance(call.func, gast.Name) else call.func.value
            if base.id in lowering.locals and base.id not in lowering.values:
                return None
            found = lowering.values.get(base.id)
            if found is not None and not isinstance(found, Object):
                return None
            function = getattr(lowering.value(call.func), "value", None)
            is_one = isinstance(function, FunctionType) and function.__code__.co_flags & 0x20
            return function if is_one and lowering.shared.inlines(function) else None
    return None


def collected(lowering: Any, node: Any) -> Any:
    """`sum(pairs(x))` as `sum(q for q in pairs(x))`: a call that goes through it at once."""
    match node:
        case gast.Call(func=gast.Name(id=name), args=[gast.Call() as call, *rest]) if (
            any(name == c.__name__ for c in _CONSUMERS)
            and name not in lowering.locals
            and generator_of(lowering, call) is not None
        ):
            item = nodes.name("item()")
            part = gast.comprehension(
                target=nodes.name("item()", gast.Store()), iter=call, ifs=[], is_async=0
            )
            made = nodes.placed(gast.GeneratorExp(elt=item, generators=[part]), call)
            args = [made, *rest]
            new = gast.Call(func=node.func, args=args, keywords=node.keywords)
            return gast.copy_location(new, node)
    return node


def generated(lowering: Any, node: Any) -> list[Any] | None:
    """The statements in place of a `for` over what a generator yields."""
    if not isinstance(node, gast.For):
        return None
    call, first = node.iter, None
    match call:
        case gast.Call(func=gast.Name(id="enumerate"), args=[gast.Call() as inner, *start]) if (
            "enumerate" not in lowering.locals
        ):
            given = [*start, *(k.value for k in call.keywords)]
            call, first = inner, given[0] if given else nodes.placed(_number(0), node)
    function = generator_of(lowering, call)
    return None if function is None else _Generator(lowering, node, call, function).inline(first)


class _Generator:
    def __init__(self, lowering: Any, node: Any, call: Any, function: Any) -> None:
        self.lowering = lowering
        self.node = node
        self.call = call
        code = function.node if isinstance(function, Closure) else function.__code__
        if code in getattr(node, "generators", ()):
            raise self.refused("a generator that goes through itself")
        tree, own = self.source_of(function)
        self.tree = copy.deepcopy(tree)
        file = getattr(getattr(function, "__code__", None), "co_filename", lowering.source.file)
        if file != lowering.source.file:
            for part in gast.walk(self.tree):
                if hasattr(part, "lineno"):
                    gast.copy_location(part, call)
        new = self.bound(function)
        self.rename(own, new)
        for part in gast.walk(self.tree):
            part.generators = (*getattr(node, "generators", ()), code)
        self.body = node.body
        self.left = self.key("left")
        self.broken = self.key("broken")
        self.copies = 0
        self.leaves = False

    def refused(self, what: str) -> UnsupportedSyntaxError:
        origin = self.lowering.source.origin(self.call)
        instead = "append the values to a list and return it."
        return UnsupportedSyntaxError(f"{what} is not supported", origin, instead=instead)

    def key(self, name: str) -> str:
        """A variable that no program can name."""
        self.lowering.shared.keys += 1
        return f"{name}({self.lowering.shared.keys})"

    def source_of(self, function: Any) -> tuple[Any, set[str]]:
        """The tree, and the names of its own variables."""
        if isinstance(function, FunctionType):
            source = read_source(function)
            fence(source, generator=True)
            return source.tree, {*function.__code__.co_varnames, *function.__code__.co_cellvars}
        names = [n for n in own_nodes(function.node) if isinstance(n, gast.Name)]
        return function.node, {n.id for n in names if not isinstance(n.ctx, gast.Load)}

    def bound(self, function: Any) -> dict[str, str]:
        """Binds the parameters, and what is read of other places, to new variables."""
        lowering, given = self.lowering, self.lowering.arguments(self.call, None)[1]
        inner = type(lowering)
        if isinstance(function, FunctionType):
            defaults = defaults_of(function, self.tree)
            source = read_source(function).called_from(lowering.source, self.call)
            scope = inner(source, source.tree, lowering.shared, set(), {}, None)
            scope.block = lowering.block
        else:
            defaults, scope = function.defaults, function.scope
        bound = bind(self.tree, given, defaults, lambda e: lowering.emit(e, self.call))
        new = {name: self.key(name) for name in bound}
        for name, value in bound.items():
            lowering.values[new[name]] = value
        for name in {n.id for n in gast.walk(self.tree) if isinstance(n, gast.Name)} - {*bound}:
            if scope is not lowering and self.is_outside(function, name):
                new[name] = self.key(name)
                lowering.values[new[name]] = scope.lookup(name, self.call)
        return new

    def is_outside(self, function: Any, name: str) -> bool:
        """Whether the generator reads a name that means another thing here, or may do so."""
        if isinstance(function, Closure):
            own = {n.id for n in own_nodes(function.node) if isinstance(n, gast.Name)
                   and not isinstance(n.ctx, gast.Load)}  # fmt: skip
            return name not in own and not hasattr(builtins, name)
        code, names = function.__code__, function.__globals__
        if name in (*code.co_varnames, *code.co_cellvars):
            return False
        same = names is self.lowering.source.function.__globals__
        return name in code.co_freevars or (
            name in names and not (same and name not in self.lowering.locals)
        )

    def rename(self, own: set[str], new: dict[str, str]) -> None:
        for part in gast.walk(self.tree):
            if isinstance(part, gast.FunctionDef | gast.Try | gast.With) and part is not self.tree:
                raise self.refused("a generator with a function, `try` or `with` in it")
            if isinstance(part, gast.Import | gast.ImportFrom | gast.Match):
                raise self.refused("a generator with an `import` or a `match` in it")
            if isinstance(part, gast.Name):
                if part.id in own and part.id not in new:
                    new[part.id] = self.key(part.id)
                part.id = new.get(part.id, part.id)

    def inline(self, first: Any) -> list[Any]:
        """The statements; the numbers of an `enumerate` begin with `first`."""
        before = []
        self.counter = None
        if first is not None:
            self.counter = self.key("number")
            one = nodes.placed(_number(1), self.node)
            begin = gast.BinOp(left=first, op=gast.Sub(), right=one)
            before.append(nodes.assign(self.counter, begin))
        body = self.block(self.tree.body, False)
        if self.leaves:
            before.append(nodes.assign(self.left, _constant(False)))
            body = [_once(body)]
        after = self.node.orelse
        if after and may_break(self.node.body):
            before.append(nodes.assign(self.broken, _constant(False)))
            unbroken = gast.UnaryOp(op=gast.Not(), operand=nodes.name(self.broken))
            after = [gast.If(test=unbroken, body=after, orelse=[])]
        return [nodes.placed(s, self.node) for s in (*before, *body, *after)]

    def block(self, statements: list[Any], in_loop: bool) -> list[Any]:
        made = []
        for s in statements:
            match s:
                case gast.Expr(value=gast.Yield(value=value)):
                    made += self.turn(value or _constant(None))
                case gast.Expr(value=gast.YieldFrom(value=value)):
                    item = self.key("item")
                    turn = gast.Expr(value=gast.Yield(value=nodes.name(item)))
                    loop = _loop(item, value, [turn])
                    loop.generators = s.generators
                    made += self.block([nodes.placed(loop, s)], in_loop)
                case gast.Return():
                    made += self.leave()
                case gast.For() | gast.While() if _concerns(s):
                    leaves, self.leaves = self.leaves, False
                    s.body = self.block(s.body, True)
                    s.orelse = self.block(s.orelse, in_loop)
                    made.append(s)
                    if self.leaves:
                        left = nodes.name(self.left)
                        made.append(gast.If(test=left, body=[gast.Break()], orelse=[]))
                    self.leaves |= leaves
                case gast.If() if _concerns(s):
                    s.body = self.block(s.body, in_loop)
                    s.orelse = self.block(s.orelse, in_loop)
                    made.append(s)
                case _ if _concerns(s):
                    raise self.refused("a `yield` whose value is used")
                case _:
                    made.append(s)
        return made

    def leave(self) -> list[Any]:
        self.leaves = True
        return [nodes.assign(self.left, _constant(True)), gast.Break()]

    def turn(self, value: Any) -> list[Any]:
        """A turn of the loop: the target is bound, the body runs."""
        self.copies += 1
        if self.copies > _MOST_COPIES:
            raise self.refused(f"a generator with more than {_MOST_COPIES} `yield`s")
        target, body = copy.deepcopy(self.node.target), copy.deepcopy(self.body)
        made = []
        if self.counter is not None:
            number = nodes.name(self.counter)
            made.append(nodes.assign(
                self.counter, gast.BinOp(left=number, op=gast.Add(), right=_number(1))
            ))  # fmt: skip
            value = gast.Tuple(elts=[nodes.name(self.counter), value], ctx=gast.Load())
        made.append(gast.Assign(targets=[target], value=value, type_comment=None))
        if not any(map(_ends_turn, body)):
            return [*made, *body]
        if not may_break(body):
            return [*made, _once(body)]
        made.append(_once(_flagged(body, self.left, self.broken)))
        self.leaves = True
        test = nodes.name(self.left)
        return [*made, gast.If(test=test, body=[gast.Break()], orelse=[])]


def _ends_turn(node: Any) -> bool:
    """Whether a `break` or a `continue` of the loop around is in a statement."""
    if isinstance(node, gast.Break | gast.Continue):
        return True
    if isinstance(node, gast.For | gast.While | gast.FunctionDef | gast.Lambda):
        return any(map(_ends_turn, getattr(node, "orelse", [])))
    return has_exit(node) and any(map(_ends_turn, gast.iter_child_nodes(node)))


def _flagged(body: list[Any], *flags: str) -> list[Any]:
    """With the flags set before each `break`."""
    made = []
    for s in body:
        if isinstance(s, gast.Break):
            made += [nodes.assign(flag, _constant(True)) for flag in flags]
        for part in ("body", "orelse", "finalbody"):
            is_loop = isinstance(s, gast.For | gast.While) and part == "body"
            if isinstance(getattr(s, part, None), list) and not is_loop:
                setattr(s, part, _flagged(getattr(s, part), *flags))
        for other in (*getattr(s, "handlers", ()), *getattr(s, "cases", ())):
            other.body = _flagged(other.body, *flags)
        made.append(s)
    return made


def _concerns(node: Any) -> bool:
    """Whether a statement of the generator yields, or ends it."""
    kinds = gast.Yield | gast.YieldFrom | gast.Return
    return any(isinstance(n, kinds) for n in own_nodes(node))


def _number(value: int) -> Any:
    return gast.Constant(value=value, kind=None)


_constant: Any = _number


def _loop(target: str, over: Any, body: list[Any]) -> Any:
    place = nodes.name(target, gast.Store())
    return gast.For(target=place, iter=over, body=body, orelse=[], type_comment=None)


def _once(body: list[Any]) -> Any:
    """A loop of one turn, which `break` and `continue` leave."""
    over = gast.Call(func=nodes.name("range"), args=[_number(1)], keywords=[])
    return _loop("once()", over, body)
