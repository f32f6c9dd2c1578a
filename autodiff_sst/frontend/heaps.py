"""Heaps and what `insort` makes, as sorted lists: `heapq` pops of either what it pops of the other.

heapq.heappush(h, v)           →      h.append(v)
                                      h.sort()
d, u = heapq.heappop(h)        →      d, u = h.pop(0)
heapq.nsmallest(3, x)          →      sorted(x)[:3]
bisect.insort(s, v)            →      s.insert(bisect.bisect(s, v), v)

Only the first item of a heap is where a sorted list has it: a heap that is read in other ways
stays, and is refused.
"""

from __future__ import annotations

import bisect
import copy
import heapq
from types import FunctionType
from typing import Any

import gast

from autodiff_sst.frontend import nodes
from autodiff_sst.frontend.meanings import Meanings

_CHANGES = ("heappush", "heappop", "heapify", "heappushpop", "heapreplace")
_PARTS = ("nlargest", "nsmallest")
_SORTED = ("insort", "insort_left", "insort_right")  # of `bisect`
_MODULES: dict[str, Any] = {"heapq": heapq, "bisect": bisect}
_FUNCTIONS = {
    **{name: getattr(heapq, name) for name in (*_CHANGES, *_PARTS)},
    **{name: getattr(bisect, name) for name in _SORTED},
}


def with_sorted_lists(tree: Any, function: FunctionType) -> Any:
    """The tree, in which no heaps are left but those that are read in other ways."""
    names = _Names(tree, function, _MODULES)
    calls = [
        n for n in gast.walk(tree) if isinstance(n, gast.Call) and names.of_call(n) is not None
    ]
    if not calls:
        return tree
    heaps = {gast.dump(n.args[0]) for n in calls if names.of_call(n) in _CHANGES and n.args}
    kept = {h for h in heaps if not _is_only_a_heap(tree, h, names)}
    heaps -= kept
    heaps |= {gast.dump(n.args[0]) for n in calls if names.of_call(n) in _SORTED and n.args}
    tree = nodes.with_statements(tree, lambda s: _statement(s, names, heaps))
    return _Heaps(names, heaps).visit(tree)


class _Names(Meanings):
    """What functions of `heapq` and `bisect` are called here."""

    def of_call(self, call: Any) -> str | None:
        """The name that they have for what is called; None if it is something else."""
        found = self.of(call.func)
        known = (n for n, function in _FUNCTIONS.items() if function is found)
        return next(known, None) if found is not None else None


def _is_only_a_heap(tree: Any, heap: str, names: _Names) -> bool:
    parents = nodes.parents_of(tree)
    for node in gast.walk(tree):
        if not isinstance(node, gast.Name | gast.Attribute):
            continue
        if isinstance(node.ctx, gast.Store) or gast.dump(node) != heap:
            continue
        match parents[node]:
            case gast.Call(func=gast.Name(id="len")):
                pass
            case gast.Call(args=[first, *_]) as call if first is node and names.of_call(call):
                pass
            case gast.Subscript(slice=gast.Constant(value=0), ctx=gast.Load()):
                pass
            case gast.While() | gast.If() | gast.BoolOp() | gast.UnaryOp(op=gast.Not()):
                pass
            case _:
                return False
    return True


def _method(heap: Any, name: str, *args: Any) -> Any:
    called = gast.Attribute(value=copy.deepcopy(heap), attr=name, ctx=gast.Load())
    return gast.Call(func=called, args=[*args], keywords=[])


def _pushed(heap: Any, value: Any) -> list[Any]:
    calls = (_method(heap, "append", value), _method(heap, "sort"))
    return [gast.Expr(value=call) for call in calls]


def _inserted(items: Any, name: str, value: Any, new: str) -> list[Any]:
    """At the place that `bisect` finds, whether the list is sorted or not."""
    side = "left" if name == "insort_left" else "right"
    place = nodes.call(f"bisect_{side}()", copy.deepcopy(items), nodes.name(new))
    call = _method(items, "insert", place, nodes.name(new))
    return [nodes.assign(new, value), gast.Expr(value=call)]


def _statement(statement: Any, names: _Names, heaps: set[str]) -> list[Any]:
    made = [statement]
    match statement:
        case gast.Expr(value=gast.Call(args=[heap, *rest]) as call) if gast.dump(heap) in heaps:
            match names.of_call(call), rest:
                case "heappush", [value]:
                    made = _pushed(heap, value)
                case ("insort" | "insort_left" | "insort_right") as name, [value] if (
                    not call.keywords
                ):
                    made = _inserted(heap, name, value, f"new({call.lineno}.{call.col_offset})")
                case "heapify", []:
                    made = [gast.Expr(value=_method(heap, "sort"))]
                case ("heappushpop" | "heapreplace") as name, [value]:
                    pop = gast.Expr(value=_method(heap, "pop", nodes.constant(0)))
                    first, last = ([pop], []) if name == "heapreplace" else ([], [pop])
                    made = [*first, *_pushed(heap, value), *last]
        case gast.Assign(value=gast.Call(args=[heap, value]) as call) if gast.dump(heap) in heaps:
            function = names.of_call(call)
            if function in ("heappushpop", "heapreplace"):
                new = f"new({statement.lineno}.{statement.col_offset})"
                statement.value = _method(heap, "pop", nodes.constant(0))
                push = _pushed(heap, nodes.name(new))
                rest = [statement, *push] if function == "heapreplace" else [*push, statement]
                made = [nodes.assign(new, value), *rest]
    return [nodes.placed(s, statement) for s in made]


class _Heaps(gast.NodeTransformer):  # type: ignore[misc]
    def __init__(self, names: _Names, heaps: set[str]) -> None:
        self.names, self.heaps = names, heaps

    def visit_Call(self, node: Any) -> Any:
        self.generic_visit(node)
        match self.names.of_call(node), node.args:
            case "heappop", [heap] if gast.dump(heap) in self.heaps:
                return nodes.placed(_method(heap, "pop", nodes.constant(0)), node)
            case ("nlargest" | "nsmallest") as name, [count, items]:
                ordered = nodes.call("sorted", items)
                ordered.keywords = [*node.keywords]
                if name == "nlargest":
                    ordered.keywords.append(gast.keyword(arg="reverse", value=nodes.constant(True)))
                first = gast.Slice(lower=None, upper=count, step=None)
                made = gast.Subscript(value=ordered, slice=first, ctx=gast.Load())
                return nodes.placed(made, node)
        return node
