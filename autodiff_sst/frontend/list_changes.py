"""What a change of a list makes of the variable that holds it: the other half of list_values.py."""

from __future__ import annotations

from typing import Any

import gast

from autodiff_sst.frontend import nodes

LEFT = ("appendleft", "popleft", "extendleft", "rotate")  # of deques only
_COUNTS: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(("append", "extend", "remove", "appendleft", "extendleft", "del", "+="), (1,)),
    **dict.fromkeys(("clear", "reverse", "popleft", "sort"), (0,)),
    **{"pop": (0, 1), "rotate": (0, 1), "insert": (2,)},
}


def kind_of(change: Any) -> str | None:
    """The method of a change, if this knows how to write it."""
    match change:
        case gast.AugAssign():
            return "+="
        case gast.Subscript(slice=gast.Slice(lower=first, upper=last, step=None)):
            bounds = [_constant(first) or 0, _constant(last)]
            known = first is None or _constant(first) is not None
            in_order = isinstance(bounds[1], int) and 0 <= bounds[0] <= bounds[1]
            return "slice" if known and in_order else None
        case gast.Subscript():
            return "del"
        case gast.Call(func=gast.Attribute(attr=attr), args=args, keywords=keywords):
            starred = any(isinstance(a, gast.Starred) for a in args)
            if starred or len(args) not in _COUNTS[attr] or (keywords and attr != "sort"):
                return None
            if attr == "rotate" and args and _constant(args[0]) not in (1, -1):
                return None
            return str(attr)
    return None


def _constant(node: Any) -> Any:
    match node:
        case gast.Constant(value=int() as value):
            return value
        case gast.UnaryOp(op=gast.USub(), operand=gast.Constant(value=int() as value)):
            return -value
    return None


class Change:
    """The assignments that a change stands for, in order; `result` is the variable of its value."""

    def __init__(self, variable: Any, change: Any, result: str | None, value: Any = None) -> None:
        self.name: str = variable.name
        self.assignments: list[tuple[str, Any]] = []
        self.result: str | None = None
        self.count = id(change)
        self.longest = variable.longest
        kind = kind_of(change)
        assert kind is not None
        keywords: list[Any] = []
        match change:
            case gast.AugAssign(value=value):
                args = [value]
            case gast.Subscript(slice=gast.Slice()):
                args = [value]
            case gast.Subscript(slice=index):
                args = [index]
            case _:
                args, keywords = change.args, change.keywords
        args = [*map(self.before, args)]
        match kind:
            case "append":
                self.rebind(self.plus(self.now(), _display(args[0])))
            case "appendleft":
                self.rebind(self.plus(_display(args[0]), self.now()), left=True)
            case "extend" | "+=":
                self.rebind(self.plus(self.now(), nodes.call("list()", args[0])))
            case "extendleft":
                turned = _part(nodes.call("list()", args[0]), step=_minus(1))
                self.rebind(self.plus(turned, self.now()), left=True)
            case "insert":
                k = self.kept(args[0])
                rest = self.now() if _constant(k) == 0 else _part(self.now(), k, None)
                rest = self.plus(_display(args[1]), rest)
                first = _part(self.now(), None, k)
                self.rebind(rest if _constant(k) == 0 else self.plus(first, rest))
            case "slice":
                part = change.slice
                rest = self.plus(nodes.call("list()", args[0]), _part(self.now(), part.upper, None))
                self.rebind(
                    self.plus(_part(self.now(), None, part.lower or nodes.constant(0)), rest)
                )
            case "pop" | "popleft" | "del" | "remove":
                index = args[0] if args else _minus(1) if kind == "pop" else nodes.constant(0)
                if kind == "remove":
                    found = gast.Attribute(value=self.now(), attr="index", ctx=gast.Load())
                    index = gast.Call(func=found, args=args, keywords=[])
                self.take(index, result)
            case "clear":
                self.rebind(gast.List(elts=[], ctx=gast.Load()))
            case "reverse":
                self.rebind(_part(self.now(), step=_minus(1)))
            case "sort":
                ordered = nodes.call("sorted()", self.now())
                ordered.keywords = keywords
                self.rebind(ordered)
            case "rotate":
                k = nodes.constant(1) if args and _constant(args[0]) == -1 else _minus(1)
                self.rebind(self.plus(_part(self.now(), k, None), _part(self.now(), None, k)))

    def now(self) -> Any:
        return nodes.name(self.name)

    def plus(self, left: Any, right: Any) -> Any:
        return gast.BinOp(left=left, op=gast.Add(), right=right)

    def key(self, name: str) -> str:
        """A variable that no program can name."""
        return f"{name}({self.count}.{len(self.assignments)})"

    def kept(self, value: Any) -> Any:
        """A value that is read twice."""
        if isinstance(value, gast.Constant | gast.Name) or _constant(value) is not None:
            return value
        name = self.key("kept")
        self.assignments.append((name, value))
        return nodes.name(name)

    def before(self, value: Any) -> Any:
        """An argument, which is made before the list is read: it may change the list itself."""
        changes = (gast.Call, gast.NamedExpr)
        return self.kept(value) if any(isinstance(n, changes) for n in gast.walk(value)) else value

    def rebind(self, value: Any, left: bool = False) -> None:
        self.assignments.append((self.name, value))
        limit = self.longest
        if limit is None or getattr(limit, "value", 0) is None:
            return
        if left:
            kept = _part(self.now(), None, limit)
        else:
            less = gast.BinOp(left=nodes.call("len()", self.now()), op=gast.Sub(), right=limit)
            kept = _part(self.now(), nodes.call("max()", less, nodes.constant(0)), None)
        self.assignments.append((self.name, kept))

    def take(self, index: Any, result: str | None) -> None:
        """The item at an index, and the list without it."""
        k = _constant(index)
        if k is None:
            index = self.kept(nodes.call("position()", self.now(), index))
        self.result = result or self.key("item")
        item = gast.Subscript(value=self.now(), slice=index, ctx=gast.Load())
        self.assignments.append((self.result, item))
        after = gast.BinOp(left=index, op=gast.Add(), right=nodes.constant(1))
        if k is not None:
            after = _minus(-k - 1) if k < -1 else nodes.constant(k + 1)
        first, last = _part(self.now(), None, index), _part(self.now(), after, None)
        whole = first if k == -1 else last if k == 0 else self.plus(first, last)
        self.assignments.append((self.name, whole))

    def statements(self) -> list[Any]:
        return [nodes.assign(name, value) for name, value in self.assignments]

    def expression(self) -> Any:
        """The value, after the assignments."""
        parts: list[Any] = [
            gast.NamedExpr(target=nodes.name(name, gast.Store()), value=value)
            for name, value in self.assignments
        ]
        value = nodes.name(self.result) if self.result else nodes.constant(None)
        whole = gast.Tuple(elts=[*parts, value], ctx=gast.Load())
        return gast.Subscript(value=whole, slice=nodes.constant(len(parts)), ctx=gast.Load())


def _minus(value: int) -> Any:
    return gast.UnaryOp(op=gast.USub(), operand=nodes.constant(value))


def _display(item: Any) -> Any:
    return gast.List(elts=[item], ctx=gast.Load())


def _part(value: Any, lower: Any = None, upper: Any = None, step: Any = None) -> Any:
    part = gast.Slice(lower=lower, upper=upper, step=step)
    return gast.Subscript(value=value, slice=part, ctx=gast.Load())


def none_times(node: Any) -> Any:
    """`n` of `[None] * n`."""
    match node:
        case gast.BinOp(left=gast.List(elts=[gast.Constant(value=None)]), op=gast.Mult(), right=n):
            return n
        case gast.BinOp(left=n, op=gast.Mult(), right=gast.List(elts=[gast.Constant(value=None)])):
            return n
        case gast.ListComp(
            elt=gast.Constant(value=None),
            generators=[gast.comprehension(iter=gast.Call(func=gast.Name(id="range"), args=[n]))],
        ):
            return n
    return None


def made_of_none(nodes_: list[Any]) -> set[str]:
    return {
        n.targets[0].id
        for n in nodes_
        if isinstance(n, gast.Assign)
        and len(n.targets) == 1
        and isinstance(n.targets[0], gast.Name)
        and none_times(n.value) is not None
    }
