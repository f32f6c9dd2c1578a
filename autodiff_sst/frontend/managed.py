"""`with` over what `contextlib.contextmanager` makes: its generator, with the block in the place of
`yield`. What follows the `yield` is run by whatever leaves the block.

@contextmanager                      with doubled(x) as d:        d = 2 * x
def doubled(x):                          r = np.sum(d)       →    r = np.sum(d)
    yield 2 * x                                                   print("done")
    print("done")
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from types import FunctionType
from typing import Any

import gast

from autodiff_sst.frontend import nodes
from autodiff_sst.frontend.exits import is_generator, own_nodes
from autodiff_sst.frontend.source import read_source
from autodiff_sst.frontend.yielding import Generator

_HELPER = contextlib.contextmanager(lambda: iter(())).__code__
Guard = Callable[[Any, list[Any], list[Any]], list[Any]]


def generator_of_manager(function: Any) -> FunctionType | None:
    """The generator function that is decorated, if it is one."""
    if getattr(function, "__code__", None) is not _HELPER:
        return None
    generator = getattr(function, "__wrapped__", None)
    return generator if isinstance(generator, FunctionType) else None


def block_of(lowering: Any, node: Any, function: Any, guard: Guard) -> list[Any] | None:
    """The statements in the place of `node`; None if they are not known: the `yield` is in a loop,
    say. `guard` makes the statements of a block that is left by others."""
    item = node.items[0]
    target = item.optional_vars or nodes.name("nothing()", gast.Store())
    loop = gast.For(
        target=target, iter=item.context_expr, body=node.body, orelse=[], type_comment=None
    )
    loop.inlined = getattr(node, "inlined", ())
    managed = _Managed(lowering, nodes.placed(loop, node), function)
    made = managed.around(managed.tree.body, guard)
    return None if made is None else [nodes.placed(s, node) for s in made]


class _Managed(Generator):
    foreign = (gast.FunctionDef,)

    def around(self, body: list[Any], guard: Guard) -> list[Any] | None:
        """The statements, with the block in the place of the one `yield` that they hold."""
        found = [k for k, s in enumerate(body) if is_generator(s)]
        if len(found) != 1 or any(isinstance(n, gast.Return) for s in body for n in own_nodes(s)):
            return None
        (at,) = found
        before, statement, after = body[:at], body[at], body[at + 1 :]
        inner: list[Any] | None
        match statement:
            case gast.Expr(value=gast.Yield(value=value)):
                value = value or nodes.constant(None)
                bound = gast.Assign(targets=[self.node.target], value=value, type_comment=None)
                return [*before, bound, *guard(self.lowering, self.node.body, after)]
            case gast.Try() | gast.With() if not any(
                map(is_generator, [*getattr(statement, "handlers", ()), *_rest(statement)])
            ):
                inner = self.around(statement.body, guard)
            case _:
                inner = None
        if inner is None:
            return None
        statement.body = inner
        return [*before, *guard(self.lowering, [statement], after)]


def _rest(statement: Any) -> list[Any]:
    return [*getattr(statement, "orelse", ()), *getattr(statement, "finalbody", ())]


def is_plain(inlines: Callable[[Any], bool], kind: type) -> bool:
    """Whether a class's methods are Python's, and leave exceptions alone."""
    enter, leave = (getattr(kind, name, None) for name in ("__enter__", "__exit__"))
    if not (isinstance(enter, FunctionType) and isinstance(leave, FunctionType)):
        return False
    if not all(map(inlines, (enter, leave))):
        return False
    code = leave.__code__
    own = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount + 2]
    inside = [*gast.walk(read_source(leave).tree)]
    read = {n.id for n in inside if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Load)}
    results = [n.value for n in inside if isinstance(n, gast.Return)]
    nothing = all(r is None or getattr(r, "value", r) in (None, False) for r in results)
    return nothing and not read & {*own[1:]}
