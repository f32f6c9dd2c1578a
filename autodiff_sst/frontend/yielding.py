"""A generator's body in the place of the loop over it: the other half of generators.py."""

from __future__ import annotations

import builtins
import copy
from types import BuiltinFunctionType, FunctionType
from typing import Any

import gast

from autodiff_sst.core.syntax import Object
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.frontend import nodes
from autodiff_sst.frontend.calls import Closure, bind, defaults_of
from autodiff_sst.frontend.exits import bound_names, has_exit, is_generator, may_break, own_nodes
from autodiff_sst.frontend.fence import fence
from autodiff_sst.frontend.lazy import listed
from autodiff_sst.frontend.source import read_source
from autodiff_sst.runtime.iterables import GENERATORS

_MOST_COPIES = 4  # of the loop's body


def generator_of(lowering: Any, call: Any) -> Any:
    """The generator function, or the closure, that a call calls; None if it is something else."""
    match call:
        case gast.Call(func=gast.Name(id=name)) if isinstance(lowering.values.get(name), Closure):
            closure = lowering.values[name]
            return closure if is_generator(closure.node) else None
        case gast.Call(func=gast.Name() | gast.Attribute()):
            base = call.func
            while isinstance(base, gast.Attribute):
                base = base.value
            if not isinstance(base, gast.Name):
                return None
            if base.id in lowering.locals and base.id not in lowering.values:
                return None
            found = lowering.values.get(base.id)
            if found is not None and not isinstance(found, Object):
                return None
            function = getattr(lowering.value(call.func), "value", None)
            if isinstance(function, type | BuiltinFunctionType):
                return GENERATORS.get(function)
            is_one = is_generator_function(function)
            return function if is_one and lowering.shared.inlines(function) else None
    return None


def known_function(lowering: Any, function: Any) -> Any:
    """The function that a name, or an attribute of a module, stands for."""
    match function:
        case gast.Name(id=name) if name in lowering.locals:
            return None
        case gast.Name() | gast.Attribute(value=gast.Name()):
            names = lowering.source.function.__globals__
            base = function if isinstance(function, gast.Name) else function.value
            if base.id in lowering.locals or base.id not in names:
                return None
            found = lowering.value(function)
            return found.value if isinstance(found, Object) else None
    return None


def is_generator_function(function: Any) -> bool:
    return isinstance(function, FunctionType) and bool(function.__code__.co_flags & 0x20)


class Generator:
    foreign: tuple[type, ...] = (gast.FunctionDef, gast.Try, gast.With)  # it has none in it

    def __init__(self, lowering: Any, node: Any, function: Any) -> None:
        self.lowering = lowering
        self.node = node
        self.call = node.iter
        code = function.node if isinstance(function, Closure) else function.__code__
        if code in getattr(node, "inlined", ()):
            raise self.refused("a generator that goes through itself")
        self.key = lowering.shared.key
        if isinstance(function, Closure):
            self.source, tree = function.scope.source, function.node
        else:
            self.source = read_source(function).called_from(lowering.source, self.call)
            fence(self.source, generator=True)
            tree = self.source.tree
        self.tree = copy.deepcopy(tree)
        if self.source.file != lowering.source.file:
            for part in gast.walk(self.tree):
                if hasattr(part, "lineno"):
                    gast.copy_location(part, self.call)
        self.own = bound_names(tree)
        self.rename(self.bound(function))
        for part in gast.walk(self.tree):
            part.inlined = (*getattr(node, "inlined", ()), code)
        self.left = self.key("left")
        self.broken = self.key("broken")
        self.copies = 0
        self.leaves = False

    def refused(self, what: str) -> UnsupportedSyntaxError:
        origin = self.lowering.source.origin(self.call)
        instead = "append the values to a list and return it."
        return UnsupportedSyntaxError(f"{what} is not supported", origin, instead=instead)

    def bound(self, function: Any) -> dict[str, str]:
        """Binds the parameters, and what is read of other places, to new variables."""
        lowering = self.lowering
        call, inner_calls = self.without_generators(function)
        given = lowering.arguments(call, None)[1]
        if isinstance(function, Closure):
            defaults, scope = function.defaults, function.scope
        else:
            defaults = defaults_of(function, self.tree)
            scope = type(lowering)(self.source, self.tree, lowering.shared, set(), {}, None)
            scope.block = lowering.block
        bound = bind(self.tree, given, defaults, lambda e: lowering.emit(e, self.call))
        new = {name: self.key(name) for name in bound}
        for name, value in bound.items():
            lowering.values[new[name]] = value
        names = [a.id for a in (*self.tree.args.posonlyargs, *self.tree.args.args)]
        self.given = {new[names[k]]: inner_call for k, inner_call in inner_calls.items()}
        seen = {n.id for n in gast.walk(self.tree) if isinstance(n, gast.Name)}
        for name in sorted(seen - {*bound}):  # the same names on every run
            if scope is not lowering and self.is_outside(function, name):
                new[name] = self.key(name)
                lowering.values[new[name]] = scope.lookup(name, self.call)
        return new

    def without_generators(self, function: Any) -> tuple[Any, dict[int, Any]]:
        """The call, and apart of it the arguments that are generators themselves."""
        call = copy.copy(self.call)
        args = enumerate(call.args)
        found = {k: a for k, a in args if generator_of(self.lowering, a) is not None}
        call.args = [nodes.constant(0) if k in found else a for k, a in enumerate(call.args)]
        if function in GENERATORS.values():  # they go once through what they are given
            call.args = [listed(a) or a for a in call.args]
        return call, found

    def is_outside(self, function: Any, name: str) -> bool:
        """Whether the generator reads a name that means another thing here, or may do so."""
        if name in self.own:
            return False
        if isinstance(function, Closure):
            return not hasattr(builtins, name)
        names = function.__globals__
        same = names is self.lowering.source.function.__globals__
        return name in function.__code__.co_freevars or (
            name in names and not (same and name not in self.lowering.locals)
        )

    def rename(self, new: dict[str, str]) -> None:
        for part in gast.walk(self.tree):
            if isinstance(part, self.foreign) and part is not self.tree:
                raise self.refused("a generator with a function, `try` or `with` in it")
            if isinstance(part, gast.Import | gast.ImportFrom | gast.Match):
                raise self.refused("a generator with an `import` or a `match` in it")
            if isinstance(part, gast.Name):
                if part.id in self.own and part.id not in new:
                    new[part.id] = self.key(part.id)
                part.id = new.get(part.id, part.id)
        for name, call in self.given.items():
            inside = [n for s in self.tree.body for n in gast.walk(s)]
            reads = [n for n in inside if isinstance(n, gast.Name) and n.id == name]
            loops = [n for n in gast.walk(self.tree) if isinstance(n, gast.For)]
            through = [n for n in loops if any(n.iter is r for r in reads)]
            if len(reads) != 1 or len(through) != 1:
                raise self.refused("a generator that is given to this one")
            through[0].iter = call

    def inline(self) -> list[Any]:
        """The statements."""
        before = []
        body = self.block(self.tree.body, False)
        if self.leaves:
            before.append(nodes.assign(self.left, nodes.constant(False)))
            body = [_once(body)]
        after = self.node.orelse
        if after and may_break(self.node.body):
            before.append(nodes.assign(self.broken, nodes.constant(False)))
            unbroken = gast.UnaryOp(op=gast.Not(), operand=nodes.name(self.broken))
            after = [gast.If(test=unbroken, body=after, orelse=[])]
        return [nodes.placed(s, self.node) for s in (*before, *body, *after)]

    def block(self, statements: list[Any], in_loop: bool) -> list[Any]:
        made = []
        for s in statements:
            match s:
                case gast.Expr(value=gast.Yield(value=value)):
                    made += self.turn(value or nodes.constant(None))
                case gast.Expr(value=gast.YieldFrom(value=value)):
                    item = self.key("item")
                    turn = gast.Expr(value=gast.Yield(value=nodes.name(item)))
                    loop = loop_over(item, value, [turn])
                    loop.inlined = s.inlined
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
        return [nodes.assign(self.left, nodes.constant(True)), gast.Break()]

    def turn(self, value: Any) -> list[Any]:
        """A turn of the loop: the target is bound, the body runs."""
        self.copies += 1
        if self.copies > _MOST_COPIES:
            raise self.refused(f"a generator with more than {_MOST_COPIES} `yield`s")
        target, body = copy.deepcopy(self.node.target), copy.deepcopy(self.node.body)
        made = [gast.Assign(targets=[target], value=value, type_comment=None)]
        if not any(map(_ends_turn, body)):
            return [*made, *body]
        if not may_break(body):
            return [*made, _once(body)]
        made.append(_once(_flagged(body, self.left, self.broken)))
        self.leaves = True
        test = nodes.name(self.left)
        return [*made, gast.If(test=test, body=[gast.Break()], orelse=[])]


def steps_of(tree: Any) -> tuple[list[Any], Any, list[Any], Any] | None:
    """Of a generator that is a loop with a `yield` at its end, so that others may be gone through
    with it: what comes before the loop, the loop, what a turn does, what it yields."""
    *before, loop = tree.body
    match loop:
        case gast.For(body=[*body, gast.Expr(value=gast.Yield(value=value))], orelse=[]) if all(
            map(_only_binds, (*before, *body))
        ):
            return before, loop, body, value or nodes.constant(None)
    return None


def tree_of(function: Any) -> Any:
    """The tree of a generator function, or of a closure."""
    return function.node if isinstance(function, Closure) else read_source(function).tree


def _only_binds(statement: Any) -> bool:
    """Whether it is a docstring, or binds names to what it computes: once more does no harm."""
    match statement:
        case gast.Expr(value=gast.Constant()):
            return True
        case gast.Assign(targets=targets):
            names = [n for t in targets for n in (t.elts if isinstance(t, gast.Tuple) else [t])]
            inner = own_nodes(statement)
            yields = any(isinstance(n, gast.Yield | gast.YieldFrom) for n in inner)
            return all(isinstance(n, gast.Name) for n in names) and not yields
    return False


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
            made += [nodes.assign(flag, nodes.constant(True)) for flag in flags]
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


def loop_over(target: str, over: Any, body: list[Any]) -> Any:
    place = nodes.name(target, gast.Store())
    return gast.For(target=place, iter=over, body=body, orelse=[], type_comment=None)


def _once(body: list[Any]) -> Any:
    """A loop of one turn, which `break` and `continue` leave."""
    over = nodes.call("range", nodes.constant(1))
    return loop_over("once()", over, body)
