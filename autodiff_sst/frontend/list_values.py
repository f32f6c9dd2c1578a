"""Lists and deques that are changed by more than `append`, as variables that get new lists.

    while len(stack) > 1:              while len(stack) > 1:
        a = stack.pop()          →         a = (stack[-1], stack := stack[:-1])[0]
        stack.append(a * x)                stack = stack + [a * x]

That holds for a variable whose lists nobody else holds: each is made in the function, and is only
read by items and parts, gone through, and given to functions that keep nothing of it. Where the
items are written down (lists.py), and where a list only grows, it stays a list.
"""

from __future__ import annotations

import builtins
import collections
import copy
import importlib
from types import FunctionType, ModuleType
from typing import Any

import gast

from autodiff_sst.frontend import nodes
from autodiff_sst.frontend.exits import own_nodes
from autodiff_sst.frontend.list_changes import LEFT, Change, kind_of, made_of_none, none_times

_GROWING = ("append", "extend")
_CHANGING = (
    *("pop", "insert", "remove", "clear", "reverse", "sort"),
    *("appendleft", "popleft", "extendleft", "rotate"),
)
_READING = ("index", "count", "copy")
_KEEP_NOTHING = (
    *("len", "sum", "max", "min", "sorted", "list", "tuple", "enumerate", "zip", "reversed"),
    *("any", "all", "set", "frozenset", "range", "bisect_left()", "bisect_right()"),
)
_LAZY = ("enumerate", "zip", "reversed")
_MODULES = ("numpy", "math", "scipy", "itertools")
_BLOCKS = (gast.For, gast.While, gast.If, gast.With, gast.Try, gast.Match, gast.IfExp, gast.BoolOp)
_LOOPS = (gast.For, gast.While)


def with_list_values(tree: Any, function: FunctionType) -> Any:
    """The tree, in which such variables get new lists."""
    for part in [n for n in gast.walk(tree) if isinstance(n, gast.FunctionDef)]:
        own = own_nodes(part)
        changed = {
            n.func.value.id
            for n in own
            if isinstance(n, gast.Call)
            and isinstance(n.func, gast.Attribute)
            and isinstance(n.func.value, gast.Name)
            and n.func.attr in (*_CHANGING, *_GROWING)
        }
        deleted = {n.value.id for n in own if _is_deleted(n) and isinstance(n.value, gast.Name)}
        for name in sorted(made_of_none(own)):
            _Variable(part, function, name).begin_without_items()
        for name in sorted(changed | deleted):
            variable = _Variable(part, function, name)
            if variable.is_eligible() and variable.needs_values():
                variable.rewrite()
    return tree


def _is_deleted(node: Any) -> bool:
    return isinstance(node, gast.Subscript) and isinstance(node.ctx, gast.Del)


class _Variable:
    def __init__(self, tree: Any, function: FunctionType, name: str) -> None:
        self.tree, self.function, self.name = tree, function, name
        self.own = own_nodes(tree)
        self.parents = {child: n for n in self.own for child in gast.iter_child_nodes(n)}
        self.seen = [n for n in self.own if isinstance(n, gast.Name) and n.id == name]
        self.makers: list[Any] = []
        self.changes: list[Any] = []  # calls of methods, subscripts that are deleted, `+=`
        self.is_deque = False
        self.longest: Any = None  # the length that a deque keeps to
        self.asked: list[Any] = []  # where it is read

    def is_eligible(self) -> bool:
        arguments = self.tree.args
        given = [*arguments.args, *arguments.posonlyargs, *arguments.kwonlyargs]
        if any(a.id == self.name for a in given) or self.is_read_inside():
            return False
        return all(map(self.is_fine, self.seen)) and self.are_deques_alike()

    def begin_without_items(self) -> None:
        """`[None] * n`, of which nobody asks what is there, as a list that gets its items."""
        tests = (gast.If, gast.While, gast.BoolOp, gast.IfExp, gast.Assert, gast.UnaryOp)
        asked = any(
            isinstance(n, gast.Compare)
            and any(getattr(c, "value", 0) is None for c in (n.left, *n.comparators))
            for n in self.own
        )
        if asked or self.is_read_inside():
            return
        stores = [n for n in self.seen if not isinstance(n.ctx, gast.Load)]
        for node in self.seen:
            parent = self.parents[node]
            above = self.parents.get(parent)
            match parent:
                case gast.Assign() if [node] == stores and isinstance(node.ctx, gast.Store):
                    pass
                case gast.Subscript(value=value) if value is node:
                    if isinstance(above, tests) and getattr(above, "test", parent) is parent:
                        return
                case gast.Call(args=args) if any(a is node for a in args):
                    if not self.keeps_nothing(parent, above):
                        return
                case _:
                    return
        (store,) = stores
        maker = self.parents[store].value
        count = none_times(maker)
        self.put(maker, [nodes.call("nones()", count)])

    def is_read_inside(self) -> bool:
        """Whether a function that is defined in this one knows the variable."""
        inner = [n for n in self.own if isinstance(n, gast.FunctionDef | gast.Lambda)]
        names = (m for n in inner if n is not self.tree for m in gast.walk(n))
        return any(isinstance(m, gast.Name) and m.id == self.name for m in names)

    def is_fine(self, node: Any) -> bool:
        parent = self.parents[node]
        above: Any = self.parents.get(parent)
        match parent:
            case gast.Assign(targets=[target], value=value) if target is node:
                self.makers.append(value)
                return self.makes_list(value)
            case gast.AugAssign(target=target, op=gast.Add()) if target is node:
                self.changes.append(parent)
                return True
            case gast.Attribute(attr="maxlen"):
                self.asked.append(parent)
                return self.deque_made()
            case gast.Attribute(attr=attr) if isinstance(above, gast.Call) and above.func is parent:
                if attr in (*_GROWING, *_CHANGING):
                    self.changes.append(above)
                    return self.is_own_statement(above) and kind_of(above) is not None
                return attr in _READING
            case gast.Subscript(value=value, ctx=ctx) if value is node:
                if isinstance(ctx, gast.Del):
                    self.changes.append(parent)
                    return len(above.targets) == 1 and not isinstance(parent.slice, gast.Slice)
                if isinstance(ctx, gast.Store) and isinstance(parent.slice, gast.Slice):
                    self.changes.append(parent)
                    return isinstance(above, gast.Assign) and kind_of(parent) is not None
                return True
            case gast.Call(args=args) if any(a is node for a in args):
                return self.keeps_nothing(parent, above)
            case gast.For(iter=iterated) if iterated is node:
                return not self.is_changed_in(parent)
            case gast.comprehension() | gast.UnaryOp(op=gast.Not()) | gast.Compare() | gast.BinOp():
                return True
            case gast.BoolOp():
                return isinstance(above, gast.If | gast.While | gast.UnaryOp)
            case gast.If(test=test) | gast.While(test=test) | gast.IfExp(test=test):
                return test is node
            case gast.Return():
                return not self.deque_made()
            case gast.Starred():
                return isinstance(above, gast.List | gast.Tuple)
        return False

    def is_own_statement(self, call: Any) -> bool:
        """Whether a change is no part of a comprehension: that has variables of its own."""
        node = call
        while not isinstance(node, gast.stmt):
            if isinstance(node, gast.ListComp | gast.GeneratorExp | gast.SetComp | gast.DictComp):
                return False
            node = self.parents[node]
        return True

    def is_changed_in(self, loop: Any) -> bool:
        inside = own_nodes(loop)
        calls = [n for n in inside if isinstance(n, gast.Call | gast.AugAssign | gast.Delete)]
        return any(
            n.id == self.name and n is not loop.iter
            for c in calls
            for n in gast.walk(c)
            if isinstance(n, gast.Name)
        )

    def keeps_nothing(self, call: Any, above: Any) -> bool:
        """Whether a function that gets the list keeps nothing of it."""
        match call.func:
            case gast.Name(id=name) if name in _KEEP_NOTHING and self.means(name) is None:
                return name not in _LAZY or self.is_gone_through(call, above)
            case gast.Attribute(value=gast.Name(id=name)):
                module = self.means(name)
                is_known = isinstance(module, ModuleType) and module.__name__ in _MODULES
                return is_known and (module.__name__ == "numpy" or not self.deque_made())
        return False

    def is_gone_through(self, call: Any, above: Any) -> bool:
        """Whether `enumerate(items)` and the like see no change of the list."""
        match above:
            case gast.For(iter=iterated) if iterated is call:
                return not self.is_changed_in(above)
            case gast.Call(func=gast.Name(id=name)) if (
                name in _KEEP_NOTHING and self.means(name) is None
            ):
                return name not in _LAZY or self.is_gone_through(above, self.parents.get(above))
        return isinstance(above, gast.comprehension)

    def means(self, name: str) -> Any:
        """What a global or imported name stands for; None if it is a builtin."""
        for node in self.own:
            if isinstance(node, gast.ImportFrom) and node.level == 0 and node.module:
                for alias in node.names:
                    if (alias.asname or alias.name) == name:
                        return getattr(importlib.import_module(node.module), alias.name, self)
        if name in self.function.__code__.co_varnames or any(
            isinstance(n, gast.Name) and n.id == name and not isinstance(n.ctx, gast.Load)
            for n in self.own
        ):
            return self  # a variable
        return self.function.__globals__.get(name, None if hasattr(builtins, name) else self)

    def is_deque_call(self, node: Any) -> bool:
        match node:
            case gast.Call(func=gast.Name(id=name)):
                return self.means(name) is collections.deque
            case gast.Call(func=gast.Attribute(value=gast.Name(id=name), attr="deque")):
                return self.means(name) is collections
        return False

    def deque_made(self) -> bool:
        stores = [self.parents[n] for n in self.seen if isinstance(n.ctx, gast.Store)]
        return any(self.is_deque_call(getattr(s, "value", None)) for s in stores)

    def makes_list(self, node: Any) -> bool:
        match node:
            case gast.List() | gast.ListComp():
                return True
            case gast.Call(func=gast.Name(id="list" | "sorted" as name)):
                return self.means(name) is None
            case gast.BinOp(left=left, op=gast.Add(), right=right):
                return self.makes_list(left) or self.makes_list(right)
            case gast.BinOp(left=left, op=gast.Mult(), right=right):
                return self.makes_list(left) or self.makes_list(right)
            case gast.Subscript(value=gast.Name(id=name), slice=gast.Slice()):
                return name == self.name or any(
                    isinstance(s, gast.Assign)
                    and any(isinstance(t, gast.Name) and t.id == name for t in s.targets)
                    and self.makes_list(s.value)
                    for s in self.own
                    if getattr(s, "value", None) is not node
                )
        return self.is_deque_call(node)

    def are_deques_alike(self) -> bool:
        """Whether all are lists; or there is one deque, of a length that does not change."""
        self.is_deque = self.deque_made()
        if not self.is_deque:
            return all(kind_of(c) not in LEFT for c in self.changes)
        if len(self.makers) != 1 or len(self.makers[0].args) > 1:
            return False
        for keyword in self.makers[0].keywords:
            if keyword.arg != "maxlen" or not isinstance(keyword.value, gast.Constant | gast.Name):
                return False
            self.longest = keyword.value
        if isinstance(self.longest, gast.Name):
            stores = [n for n in self.own if isinstance(n, gast.Name) and n.id == self.longest.id]
            return not any(isinstance(n.ctx, gast.Store) for n in stores)
        return self.longest is None or isinstance(self.longest.value, int | None)

    def needs_values(self) -> bool:
        """Whether what `lists.py` knows of lists that are written down is too little."""
        hard = [c for c in self.changes if kind_of(c) not in _GROWING]
        if not hard:
            return self.is_deque
        displays = [m for m in self.makers if isinstance(m, gast.List)]
        easy = ("pop", "insert", "reverse", "clear", "del")
        return (
            self.is_deque
            or len(self.makers) != 1
            or len(displays) != 1
            or any(kind_of(c) not in easy for c in hard)
            or any(map(self.blocks_around, self.changes))
        )

    def blocks_around(self, node: Any, kinds: Any = _BLOCKS) -> list[Any]:
        found = []
        while node is not self.tree:
            node = self.parents[node]
            if isinstance(node, kinds):
                found.append(node)
        return found

    def rewrite(self) -> None:
        hard = [c for c in self.changes if self.is_deque or kind_of(c) not in _GROWING]
        for change in self.changes:
            again = {*self.blocks_around(change, _LOOPS)}
            if change not in hard and not any(
                _place(h) < _place(change) or again & {*self.blocks_around(h, _LOOPS)} for h in hard
            ):
                continue  # nothing was taken out before: the list grows
            self.replace(change)
        for node in self.asked:
            self.put(node, [copy.copy(self.longest) or nodes.constant(None)])
        for maker in self.makers:
            if self.is_deque_call(maker):
                first = _list(maker.args)
                if self.longest is not None and maker.args:
                    start = gast.UnaryOp(op=gast.USub(), operand=self.longest)
                    part = gast.Slice(lower=start, upper=None, step=None)
                    first = gast.Subscript(value=first, slice=part, ctx=gast.Load())
                self.put(maker, [first])

    def replace(self, change: Any) -> None:
        """Puts assignments in the place of a change."""
        parent = self.parents.get(change)
        match change, parent:
            case gast.AugAssign(), _:
                self.put(change, Change(self, change, None).statements())
            case _, gast.Expr() | gast.Delete():
                self.put(parent, Change(self, change, None).statements())
            case gast.Subscript(), gast.Assign(value=value):
                self.put(parent, Change(self, change, None, value).statements())
            case _, gast.Assign(targets=[gast.Name(id=target)]) if target != self.name:
                made = Change(self, change, target)
                if made.result is None:
                    self.put(change, [made.expression()])
                else:
                    self.put(parent, made.statements())
            case _:
                self.put(change, [Change(self, change, None).expression()])

    def put(self, old: Any, new: list[Any]) -> None:
        """Puts nodes in the place of another."""
        for made in new:
            nodes.placed(made, old)
            self.parents[made] = self.parents[old]
            self.parents |= nodes.parents_of(made)
        for field, value in gast.iter_fields(self.parents[old]):
            if value is old:
                setattr(self.parents[old], field, new[0])
            elif isinstance(value, list):
                parts = [[*new] if v is old else [v] for v in value]
                setattr(self.parents[old], field, [v for part in parts for v in part])


def _place(node: Any) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _list(args: list[Any]) -> Any:
    if not args:
        return gast.List(elts=[], ctx=gast.Load())
    if isinstance(args[0], gast.List | gast.ListComp):
        return args[0]
    return nodes.call("list()", args[0])
