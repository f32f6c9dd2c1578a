"""What is read later than it is made, of what may change meanwhile: read where it is read.

    vs = d.values(); …; sum(vs)        →     sum(d.values())
    m = map(f, xs); …; sum(m)          →     sum(map(f, xs))
    for k, v in d.items(): d["a"] = …  →     for k in d: v = d[k]; d["a"] = …

What `map` and `filter` give is empty when it is read again; that is refused.
"""

from __future__ import annotations

import copy
from types import FunctionType
from typing import Any

import gast

from autodiff_sst.frontend import dicts, list_changes, nodes
from autodiff_sst.runtime.sequences import LIST_CHANGES

CHANGES = {*dicts.CHANGES, *LIST_CHANGES, *list_changes.LEFT, "sort"}
_SCOPES = (gast.FunctionDef, gast.Lambda)


class Stale(gast.Call):  # type: ignore[misc]
    """A call whose result is read too late, or twice: the fence refuses it."""


def with_late_reads(tree: Any, function: FunctionType) -> Any:
    """The tree, in which what is held is read as Python reads it."""
    tree = nodes.with_statements(tree, _loop_by_keys)
    every = [*gast.walk(tree)]
    changes = any(map(_may_change, every))
    late = _views(every) if changes else {}
    if nodes.are_builtins({"map", "filter"}, function):
        late |= _mapped(tree, every, changes)
    if not late:
        return tree

    def without(statement: Any) -> list[Any]:
        if isinstance(statement, gast.Assign) and any(statement.value is v for v in late.values()):
            return [gast.copy_location(gast.Pass(), statement)]
        return [statement]

    return _Late(late).visit(nodes.with_statements(tree, without))


def _may_change(node: Any) -> bool:
    match node:
        case gast.Subscript(ctx=gast.Store() | gast.Del()) | gast.AugAssign():
            return True
        case gast.Call(func=gast.Attribute(attr=attr)):
            return attr in CHANGES
        case gast.Call(args=args):
            return any(isinstance(a, gast.Name) for a in args)
    return False


def _views(every: list[Any]) -> dict[str, Any]:
    bound = [n.id for n in every if nodes.binds(n)]
    found: dict[str, Any] = {}
    for node in every:
        match node:
            case gast.Assign(
                targets=[gast.Name(id=view)],
                value=gast.Call(
                    func=gast.Attribute(value=gast.Name(id=base), attr=attr), args=[], keywords=[]
                ) as made,
            ) if attr in dicts.VIEWS and bound.count(view) == 1 and bound.count(base) <= 1:
                found[view] = made
    return found


def _mapped(tree: Any, every: list[Any], changes: bool) -> dict[str, Any]:
    """What `map` and `filter` give that may be written where it is read; else it is marked."""
    made = [s for s in every if isinstance(s, gast.Assign) and _is_mapped(s)]
    if not made:
        return {}
    bound = [n.id for n in every if nodes.binds(n)]
    parents = nodes.parents_of(tree)
    found: dict[str, Any] = {}
    for node in made:
        name = node.targets[0].id
        if bound.count(name) != 1:
            continue
        reads = [
            n for n in every if isinstance(n, gast.Name) and n.id == name and not nodes.binds(n)
        ]
        if not reads or (_is_next(node, reads[0], parents) and len(reads) == 1):
            continue
        inner = [n for a in node.value.args for n in gast.walk(a) if isinstance(n, gast.Name)]
        names = {n.id for n in inner} - {n.id for n in inner if nodes.binds(n)}
        is_plain = all(bound.count(n) <= 1 for n in names)
        if len(reads) > 1 or not _is_once(reads[0], node, parents) or (changes and not is_plain):
            call = node.value
            stale = Stale(func=call.func, args=call.args, keywords=call.keywords)
            node.value = gast.copy_location(stale, call)
        elif changes:
            found[name] = node.value
    return found


def _is_mapped(statement: Any) -> bool:
    match statement:
        case gast.Assign(targets=[gast.Name()], value=gast.Call(func=gast.Name(id=called))):
            return called in ("map", "filter")
    return False


def _is_next(made: Any, read: Any, parents: dict[Any, Any]) -> bool:
    """Whether the next statement reads it."""
    block = _block(parents[made], made)
    following = block[block.index(made) + 1 :][:1]
    heads = [s.iter if isinstance(s, gast.For) else s for s in following]
    compound = (gast.If, gast.While, gast.With, gast.Try, gast.FunctionDef)
    return any(read is n for s in heads if not isinstance(s, compound) for n in gast.walk(s))


def _block(parent: Any, statement: Any) -> list[Any]:
    for field in ("body", "orelse", "finalbody"):
        block = getattr(parent, field, None)
        if isinstance(block, list) and any(s is statement for s in block):
            return block
    return [statement]


def _is_once(read: Any, made: Any, parents: dict[Any, Any]) -> bool:
    """Whether it is read once each time that it is made."""
    node = read
    while node in parents:
        parent = parents[node]
        if isinstance(parent, gast.comprehension):
            owner = parents[parent]
            if node is not parent.iter or parent is not owner.generators[0]:
                return False
            node = owner
            continue
        if isinstance(parent, _SCOPES) and parent in parents:
            return False
        if isinstance(parent, gast.For | gast.While):
            is_head = isinstance(parent, gast.For) and node is parent.iter
            if not is_head and not any(made is n for n in gast.walk(parent)):
                return False
        if hasattr(parent, "generators"):
            return False  # what is made for each item
        node = parent
    return True


class _Late(gast.NodeTransformer):  # type: ignore[misc]
    def __init__(self, late: dict[str, Any]) -> None:
        self.late = late

    def visit_Name(self, node: Any) -> Any:
        made = self.late.get(node.id)
        return node if made is None else gast.copy_location(copy.deepcopy(made), node)


def _loop_by_keys(statement: Any) -> list[Any]:
    """A loop over the items or values of a dict that its body changes at other keys."""
    match statement:
        case gast.For(
            target=target,
            iter=gast.Call(
                func=gast.Attribute(value=gast.Name(id=base), attr="items" | "values" as attr),
                args=[],
                keywords=[],
            ),
        ):
            pass
        case _:
            return [statement]
    key = value = None
    if attr == "values":
        value = target
    elif isinstance(target, gast.Tuple) and len(target.elts) == 2:
        key, value = target.elts
    inside = [n for s in statement.body for n in gast.walk(s)]
    rebound = {n.id for n in inside if nodes.binds(n)}
    own = key.id if isinstance(key, gast.Name) and key.id not in rebound else None
    if base in rebound or not any(_stores_elsewhere(n, base, own) for n in inside):
        return [statement]
    if own is None:
        own = f"key({statement.lineno}.{statement.col_offset})"
    item: Any = gast.Subscript(value=nodes.name(base), slice=nodes.name(own), ctx=gast.Load())
    head = []
    if value is None:
        value = target
        item = gast.Tuple(elts=[nodes.name(own), item], ctx=gast.Load())
    elif key is not None and not (isinstance(key, gast.Name) and key.id == own):
        head.append(gast.Assign(targets=[key], value=nodes.name(own), type_comment=None))
    head.append(gast.Assign(targets=[value], value=item, type_comment=None))
    statement.target = nodes.placed(nodes.name(own, gast.Store()), target)
    statement.iter = nodes.placed(nodes.name(base), statement.iter)
    statement.body = [*(nodes.placed(s, statement) for s in head), *statement.body]
    return [statement]


def _stores_elsewhere(node: Any, base: str, key: str | None) -> bool:
    match node:
        case gast.Subscript(value=gast.Name(id=name), slice=place, ctx=gast.Store()):
            return bool(name == base) and not (isinstance(place, gast.Name) and place.id == key)
    return False
