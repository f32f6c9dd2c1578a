"""Loops over what a generator function yields: the generator's body, with the loop's in the place
of its `yield`s.

def pairs(x):                        for q in pairs(x):          for i in range(len(x) - 1):
    for i in range(len(x) - 1):          s += q * q         →        q = x[i] * x[i + 1]
        yield x[i] * x[i + 1]                                        s += q * q

That keeps the order in which both run. The generator's variables get names that no program has. A
`break` of the loop, and a `return` of the generator, leave the loops of the generator by a flag.
"""

from __future__ import annotations

import itertools
from typing import Any

import gast

from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.frontend import nodes
from autodiff_sst.frontend.hints import CONSUMERS
from autodiff_sst.frontend.yielding import (
    Generator,
    generator_of,
    known_function,
    loop_over,
    steps_of,
    tree_of,
)
from autodiff_sst.frontend.yielding_methods import hinted, of_object
from autodiff_sst.runtime.iterables import GENERATORS

_LAZY = (itertools.chain, itertools.pairwise, itertools.combinations, itertools.product)


def collected(lowering: Any, node: Any) -> Any:
    """`sum(pairs(x))` as `sum(q for q in pairs(x))`: a call that goes through it at once; and
    `sum(rows, [])` as `[item for row in rows for item in row]`."""
    match node:
        case gast.Call(
            func=gast.Name(id="sum"),
            args=[rows, (gast.List() | gast.Tuple()) as first],
            keywords=[],
        ) if "sum" not in lowering.locals:
            parts = [
                gast.comprehension(
                    target=nodes.name(name, gast.Store()), iter=over, ifs=[], is_async=0
                )
                for name, over in (("row()", rows), ("item()", nodes.name("row()")))
            ]
            made = gast.ListComp(elt=nodes.name("item()"), generators=parts)
            if isinstance(first, gast.Tuple):
                made = nodes.call("tuple", made)
            if first.elts:
                made = gast.BinOp(left=first, op=gast.Add(), right=made)
            return nodes.placed(made, node)
        case gast.Call(func=gast.Name(id=name), args=[gast.Call() as call, *rest]) if (
            any(name == c.__name__ for c in CONSUMERS)
            and name not in lowering.locals
            and (_is_generator(lowering, call) or _is_lazy(lowering, call))
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


def dict_of_pairs(lowering: Any, node: Any) -> Any:
    """`dict((k, v) for …)` as `{k: v for …}`; the same of a list of pairs, `enumerate`, and what a
    generator yields."""
    match node:
        case gast.Call(func=gast.Name(id="dict"), args=[pairs], keywords=[]) if (
            "dict" not in lowering.locals
        ):
            pass
        case _:
            return node
    match pairs:
        case gast.List(elts=items) if all(_is_pair(i) for i in items):
            keys, values = [i.elts[0] for i in items], [i.elts[1] for i in items]
            made = gast.Dict(keys=keys, values=values)
        case gast.GeneratorExp(elt=pair) | gast.ListComp(elt=pair) if _is_pair(pair):
            key, value = pair.elts
            made = gast.DictComp(key=key, value=value, generators=pairs.generators)
        case gast.Call() if _is_enumerate(lowering, pairs) or _is_generator(lowering, pairs):
            key, value = nodes.name("key()"), nodes.name("value()")
            target = gast.Tuple(
                elts=[nodes.name("key()", gast.Store()), nodes.name("value()", gast.Store())],
                ctx=gast.Store(),
            )
            part = gast.comprehension(target=target, iter=pairs, ifs=[], is_async=0)
            made = gast.DictComp(key=key, value=value, generators=[part])
        case _:
            return node
    return nodes.placed(made, node)


def _is_pair(node: Any) -> bool:
    return isinstance(node, gast.Tuple) and len(node.elts) == 2


def _is_enumerate(lowering: Any, call: Any) -> bool:
    is_name = isinstance(call.func, gast.Name) and call.func.id == "enumerate"
    return is_name and "enumerate" not in lowering.locals


def generated(lowering: Any, node: Any) -> list[Any] | None:
    """The statements in place of a `for` over what a generator yields."""
    if not isinstance(node, gast.For):
        return None
    match node.iter:
        case gast.Call(func=gast.Name(id="enumerate"), args=[items, *start]) as call if (
            "enumerate" not in lowering.locals and _goes_through_generator(lowering, items)
        ):
            given = [*start, *(k.value for k in call.keywords)]
            return _numbered(lowering, node, items, given[0] if given else nodes.constant(0))
        case gast.Call(func=gast.Name(id="zip"), args=args) if "zip" not in lowering.locals:
            return _zipped(lowering, node, args)
    if (by_class := of_object(lowering, node)) is not None:
        return by_class
    function = generator_of(lowering, node.iter)
    return None if function is None else Generator(lowering, node, function).inline()


def _goes_through_generator(lowering: Any, call: Any) -> bool:
    match call:
        case gast.Call(func=gast.Name(id="zip"), args=args):
            return any(generator_of(lowering, a) is not None for a in args)
    return _is_generator(lowering, call)


def _is_lazy(lowering: Any, call: Any) -> bool:
    """Whether it is a call of one that a `for` goes through (iterators.py)."""
    function = known_function(lowering, call.func)
    if isinstance(call.func, gast.Name) and call.func.id == "reversed":
        is_own = "reversed" in lowering.locals
        return not is_own and nodes.are_builtins({"reversed"}, lowering.source.function)
    return any(function is f for f in _LAZY)


def _is_generator(lowering: Any, call: Any) -> bool:
    return generator_of(lowering, call) is not None or bool(hinted(lowering, call))


def _numbered(lowering: Any, node: Any, items: Any, start: Any) -> list[Any]:
    """`for i, q in enumerate(pairs(x))`, with a count of its own."""
    count, item = lowering.shared.key("count"), lowering.shared.key("item")
    before = gast.BinOp(left=start, op=gast.Sub(), right=nodes.constant(1))
    after = gast.BinOp(left=nodes.name(count), op=gast.Add(), right=nodes.constant(1))
    value = gast.Tuple(elts=[nodes.name(count), nodes.name(item)], ctx=gast.Load())
    bound = gast.Assign(targets=[node.target], value=value, type_comment=None)
    loop = loop_over(item, items, [nodes.assign(count, after), bound, *node.body])
    loop.orelse = node.orelse
    loop.inlined = getattr(node, "inlined", ())
    return [nodes.placed(s, node) for s in (nodes.assign(count, before), loop)]


def _zipped(lowering: Any, node: Any, args: list[Any]) -> list[Any] | None:
    """`for a, b in zip(pairs(x), y)`: the generator is gone through, the others by index."""
    found = [(k, f) for k, a in enumerate(args) if (f := generator_of(lowering, a)) is not None]
    if not found or len(args) < 2:
        return None
    stepped = _in_step(lowering, node, args, dict(found))
    if stepped is not None:
        return stepped
    ((at, function), *more) = found
    # Python asks what comes first first: of a user's generator it must not ask more.
    if more or node.orelse or (at > 0 and function not in GENERATORS.values()):
        origin, instead = lowering.source.origin(node.iter), "one generator, first of all."
        raise UnsupportedSyntaxError("`zip` of these is not supported", origin, instead=instead)
    key = lowering.shared.key
    keys, counter, length = [key("item") for _ in args], key("k"), key("length")
    before, lengths, parts = [nodes.assign(counter, nodes.constant(0))], [], []
    for k, (item, argument) in enumerate(zip(keys, args, strict=True)):
        if k == at:
            parts.append(nodes.name(item))
            continue
        before.append(nodes.assign(item, nodes.call("list()", argument)))
        lengths.append(nodes.call("len()", nodes.name(item)))
        place = nodes.name(counter)
        parts.append(gast.Subscript(value=nodes.name(item), slice=place, ctx=gast.Load()))
    shortest = nodes.call("min()", *lengths) if len(lengths) > 1 else lengths[0]
    before.append(nodes.assign(length, shortest))
    test = gast.Compare(
        left=nodes.name(counter), ops=[gast.GtE()], comparators=[nodes.name(length)]
    )
    value = gast.Tuple(elts=parts, ctx=gast.Load())
    one_more = gast.BinOp(left=nodes.name(counter), op=gast.Add(), right=nodes.constant(1))
    body = [
        gast.If(test=test, body=[gast.Break()], orelse=[]),
        gast.Assign(targets=[node.target], value=value, type_comment=None),
        nodes.assign(counter, one_more),
        *node.body,
    ]
    loop = loop_over(keys[at], args[at], body)
    loop.inlined = getattr(node, "inlined", ())
    return [nodes.placed(s, node) for s in (*before, loop)]


def _in_step(lowering: Any, node: Any, args: list[Any], found: dict[int, Any]) -> list[Any] | None:
    """`zip` of generators that are loops: one loop, in which each takes its turn; None of others.

    for a, b in zip(rows(x), y):           for k in range(min(len(x), len(y))):
        s += a * b                 →           a, b = 2 * x[k], y[k]
    """
    if any(steps_of(tree_of(f)) is None for f in found.values()):
        return None
    key = lowering.shared.key
    counter, before, lengths, turns, parts = key("k"), [], [], [], []
    for k, argument in enumerate(args):
        items = key("items")
        turn = gast.Subscript(value=nodes.name(items), slice=nodes.name(counter), ctx=gast.Load())
        if k in found:
            loop = loop_over(key("item"), argument, [])
            loop.inlined = getattr(node, "inlined", ())
            steps = steps_of(Generator(lowering, nodes.placed(loop, node), found[k]).tree)
            assert steps is not None
            first, loop, body, value = steps
            bound = gast.Assign(targets=[loop.target], value=turn, type_comment=None)
            before += [*first, nodes.assign(items, nodes.call("list()", loop.iter))]
            turns += [bound, *body]
            parts.append(value)
        else:
            before.append(nodes.assign(items, nodes.call("list()", argument)))
            parts.append(turn)
        lengths.append(nodes.call("len()", nodes.name(items)))
    value = gast.Tuple(elts=parts, ctx=gast.Load())
    turns.append(gast.Assign(targets=[node.target], value=value, type_comment=None))
    over = nodes.call("range", nodes.call("min()", *lengths))
    loop = loop_over(counter, over, [*turns, *node.body])
    loop.orelse = node.orelse
    loop.inlined = getattr(node, "inlined", ())
    return [nodes.placed(s, node) for s in (*before, loop)]
