"""Comprehensions of dicts and sets, as lists.

    d = {k: x[k] ** 2 for k in range(3)}         d_keys = []
    return d[1] + sum(d.values())       →        d_values = []
                                                 for k in range(3):
                                                     d_keys.append(k)
                                                     d_values.append(x[k] ** 2)
                                                 return d_values[place_of(d_keys, 1)] + …

That holds for a variable that is only read: by keys, by `items`, `values`, `keys`, `in` and `len`,
and gone through. Elsewhere the two lists are made a dict, which is known if its keys are.
"""

from __future__ import annotations

import bisect
import copy
from typing import Any

import gast

from autodiff_sst.core.syntax import Call, Object
from autodiff_sst.frontend.nodes import assign, call, placed
from autodiff_sst.frontend.nodes import name as name_of
from autodiff_sst.runtime.higher import transposed
from autodiff_sst.runtime.sequences import dict_of, last_places, nones, place_of, position

_FUNCTIONS: tuple[Any, ...] = (
    *(dict_of, last_places, nones, place_of, position, transposed),
    *(len, list, max, min, sorted, type, bisect.bisect_left, bisect.bisect_right),
)
# What the rewritten program calls, under names that no program has.
HIDDEN = {f"{f.__name__}()": Object(f, f.__name__) for f in _FUNCTIONS}
VIEWS = ("items", "keys", "values")
CHANGES = ("update", "setdefault", "pop", "popitem", "clear")


def without_dict_comprehensions(tree: Any) -> Any:
    """The tree of a function, in which variables are two lists instead of a dict."""
    if not any(isinstance(n, gast.DictComp) for n in gast.walk(tree)):
        return tree
    names = _only_read(tree)
    return _Rewriting(names).visit(tree) if names else tree


def lists_of(node: Any, name: str, is_distinct: bool | None = None) -> list[Any]:
    """Statements that make the lists of the keys and of the values of a comprehension."""
    keys, values = _keys(name), _values(name)
    generators, key, value = _own_names(node, name)
    # In lists of their own until they are whole: the comprehension may read what it replaces.
    new_keys, new_values = f"{name}_new_keys()", f"{name}_new_values()"
    inside: list[Any] = [_append(new_keys, key), _append(new_values, value)]
    for generator in reversed(generators):
        for test in reversed(generator.ifs):
            inside = [gast.If(test=test, body=inside, orelse=[])]
        loop = gast.For(
            target=generator.target, iter=generator.iter, body=inside, orelse=[], type_comment=None
        )
        inside = [loop]
    empty = [assign(n, gast.List(elts=[], ctx=gast.Load())) for n in (new_keys, new_values)]
    whole = [assign(keys, name_of(new_keys)), assign(values, name_of(new_values))]
    made = [*empty, *inside, *whole]
    if not (_are_distinct(node) if is_distinct is None else is_distinct):
        # A key that comes again keeps its first place, and has the last value.
        order, p = f"{name}_order()", f"{name}_place()"
        made.append(assign(order, call("last_places()", name_of(keys))))
        for n in (values, keys):
            made.append(assign(n, _taken(n, p, order)))
    return [placed(statement, node) for statement in made]


def dict_from(name: str, values: dict[str, Any]) -> Call:
    """The dict of the two lists."""
    return Call(HIDDEN["dict_of()"], (values[_keys(name)], values[_values(name)]))


def _only_read(tree: Any) -> frozenset[str]:
    """The variables that are always comprehensions of dicts, and are only read as such."""
    fine: dict[str, int] = {}
    made: dict[str, int] = {}
    seen: dict[str, int] = {}
    for node in gast.walk(tree):
        match node:
            case gast.Assign(targets=[gast.Name(id=name)], value=gast.DictComp()):
                made[name] = made.get(name, 0) + 1
            case gast.Name(id=name):
                seen[name] = seen.get(name, 0) + 1
        read = _read(node)
        if read is not None:
            fine[read] = fine.get(read, 0) + 1
    return frozenset(n for n in made if seen[n] == made[n] + fine.get(n, 0))


def _read(node: Any) -> str | None:
    """The variable that a node reads as a dict is read."""
    match node:
        case gast.Call(
            func=gast.Attribute(value=gast.Name(id=name), attr=attr), args=[], keywords=[]
        ) if attr in VIEWS:
            return str(name)
        case gast.Call(func=gast.Name(id="len"), args=[gast.Name(id=name)], keywords=[]):
            return str(name)
        case gast.Subscript(value=gast.Name(id=name), ctx=gast.Load()):
            return str(name)
        case gast.Compare(ops=[gast.In() | gast.NotIn()], comparators=[gast.Name(id=name)]):
            return str(name)
        case gast.For(iter=gast.Name(id=name)) | gast.comprehension(iter=gast.Name(id=name)):
            return str(name)
    return None


class _Rewriting(gast.NodeTransformer):  # type: ignore[misc]
    def __init__(self, names: frozenset[str]) -> None:
        self.names = names

    def visit(self, node: Any) -> Any:
        name = _read(node)
        if isinstance(node, gast.Assign) and isinstance(node.value, gast.DictComp):
            (target, *_) = node.targets
            if isinstance(target, gast.Name) and target.id in self.names:
                distinct = _are_distinct(node.value)
                return lists_of(self.generic_visit(node.value), target.id, distinct)
        if name is None or name not in self.names:
            return self.generic_visit(node)
        keys, values = name_of(_keys(name)), name_of(_values(name))
        match node:
            case gast.Call(func=gast.Attribute(attr=attr)):
                pair = call("zip", keys, values)
                return placed({"items": pair, "keys": keys, "values": values}[attr], node)
            case gast.Call():
                node.args = [keys]
            case gast.Subscript(slice=key):
                node.value = values
                node.slice = call("place_of()", keys, self.visit(key))
            case gast.Compare():
                node.left = self.visit(node.left)
                node.comparators = [keys]
            case gast.For() | gast.comprehension():
                node.iter = keys
                self.generic_visit(node)
        if not isinstance(node, gast.comprehension):
            placed(node, node)
        return node


def _are_distinct(node: Any) -> bool:
    """Whether no key comes twice: it counts, or is the key of a dict."""
    match node.generators, node.key:
        case [gast.comprehension(target=target, iter=iterated)], gast.Name(id=key):
            first = target.elts[0] if isinstance(target, gast.Tuple) else target
            if not isinstance(first, gast.Name) or first.id != key:
                return False
            match iterated:
                case gast.Call(func=gast.Name(id="range")):
                    return first is target
                case gast.Call(func=gast.Name(id="enumerate")):
                    return first is not target
                case gast.Call(func=gast.Attribute(attr="items"), args=[]):
                    return first is not target
                case gast.Call(func=gast.Attribute(attr="keys"), args=[]):
                    return first is target
    return False


def _own_names(node: Any, name: str) -> tuple[list[Any], Any, Any]:
    """The generators, the key and the value, with the variables that are the comprehension's."""
    targets = {
        n.id
        for g in node.generators
        for n in gast.walk(g.target)
        if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Store)
    }
    new = {t: f"{t}_{name}()" for t in targets}

    def renamed(part: Any) -> Any:
        part = copy.deepcopy(part)
        for n in gast.walk(part):
            if isinstance(n, gast.Name) and n.id in new:
                n.id = new[n.id]
        return part

    first, *rest = node.generators
    opened = gast.comprehension(
        target=renamed(first.target), iter=first.iter, ifs=[*map(renamed, first.ifs)], is_async=0
    )
    return [opened, *map(renamed, rest)], renamed(node.key), renamed(node.value)


def _keys(name: str) -> str:
    return f"{name}_keys()"


def _values(name: str) -> str:
    return f"{name}_values()"


def _append(name: str, value: Any) -> Any:
    method = gast.Attribute(value=name_of(name), attr="append", ctx=gast.Load())
    return gast.Expr(value=gast.Call(func=method, args=[value], keywords=[]))


def _taken(name: str, place: str, order: str) -> Any:
    """`[name[place] for place in order]`."""
    item = gast.Subscript(value=name_of(name), slice=name_of(place), ctx=gast.Load())
    through = gast.comprehension(
        target=name_of(place, gast.Store()), iter=name_of(order), ifs=[], is_async=0
    )
    return gast.ListComp(elt=item, generators=[through])
