"""What a `for` goes through, as an index loop: `range`, sequences, `zip`, `enumerate`, `reversed`.

for a, b in zip(u, v):              for k in range(min(len(u), len(v))):
    …                     →             a = u[k]; b = v[k]; …
"""

from __future__ import annotations

from typing import Any

import gast

from autodiff_sst.core.syntax import Atom, Binary, Call, Effect, Literal, Object, Subscript, TupleOf
from autodiff_sst.frontend.yielding_methods import iterated
from autodiff_sst.runtime.sequences import as_sequence, check_strict

AS_SEQUENCE = Object(as_sequence, "as_sequence", as_sequence)
_STRICT = Object(check_strict, "check_strict")
_LEN, _MIN = Object(len, "len", len), Object(min, "min", min)


class Iteration:
    """`bounds` of the range to go through; `assign` binds the target in a turn."""

    def __init__(self, lowering: Any, node: Any) -> None:
        self.lowering = lowering
        self.node = node
        self.range = _call(lowering, node, range)
        if self.range is not None:
            self.bounds = tuple(map(lowering.atom, self.range))
        else:
            self.items = _Items(lowering, node)
            self.bounds = (self.items.length,)

    def counter_name(self, target: Any) -> str:
        """A name for the counter: the target's, if the target counts."""
        if self.range is not None and isinstance(target, gast.Name):
            return str(target.id)
        return "k"

    def assign(self, target: Any, counter: Atom) -> None:
        if self.range is not None:
            self.lowering.assign_to(target, counter)
        else:
            self.items.assign(target, counter)

    def counted(self) -> tuple[Atom, Atom, Atom]:
        """The number of turns, and the start and the step of the range."""
        start = self.bounds[0] if len(self.bounds) > 1 else Literal(0)
        step = self.bounds[2] if len(self.bounds) == 3 else Literal(1)
        turns = self.lowering.emit(Call(Object(range, "range", range), self.bounds), self.node)
        return self.lowering.emit(Call(_LEN, (turns,)), self.node), start, step


class _Items:
    """The items of something that is gone through, by their index."""

    def __init__(self, lowering: Any, node: Any) -> None:
        self.lowering = lowering
        self.node = node
        self.kind = "sequence"
        self.length: Atom
        args: list[Any] = []
        for function in (zip, enumerate, reversed, range):
            found = _call(lowering, node, function)
            if found is not None:
                self.kind, args = function.__name__, found
                break
        self.parts: list[_Items] = []
        match self.kind:
            case "zip":
                self.parts = [_Items(lowering, a) for a in args]
                self.length = self.parts[0].length
                if len(self.parts) > 1:
                    lengths = tuple(p.length for p in self.parts)
                    if any(k.arg == "strict" and k.value.value for k in node.keywords):
                        check = Effect(Call(_STRICT, lengths), lowering.source.origin(node))
                        lowering.block.append(check)
                    self.length = self.call(_MIN, *lengths)
            case "enumerate":
                self.parts = [_Items(lowering, args[0])]
                self.start = lowering.atom(args[1]) if len(args) > 1 else Literal(0)
                self.length = self.parts[0].length
            case "reversed":
                self.parts = [_Items(lowering, args[0])]
                self.length = self.parts[0].length
            case _:
                self.sequence = lowering.atom(node)
                if self.kind == "sequence":
                    if not hasattr(node, "is_decided"):
                        self.sequence = iterated(lowering, self.sequence, node)
                    self.sequence = lowering.emit(Call(AS_SEQUENCE, (self.sequence,)), node)
                self.length = self.call(_LEN, self.sequence)

    def call(self, function: Object, *args: Atom) -> Atom:
        atom: Atom = self.lowering.emit(Call(function, args), self.node)
        return atom

    def binary(self, operator: str, left: Atom, right: Atom) -> Atom:
        atom: Atom = self.lowering.emit(Binary(operator, left, right), self.node)
        return atom

    def counted(self, k: Atom) -> Atom:
        """The number that `enumerate` gives."""
        return k if self.start == Literal(0) else self.binary("+", k, self.start)

    def from_end(self, k: Atom) -> Atom:
        return self.binary("-", self.binary("-", self.length, Literal(1)), k)

    def assign(self, target: Any, k: Atom) -> None:
        match self.kind, target:
            case "zip", gast.Tuple(elts=targets) if len(targets) == len(self.parts):
                for part, one in zip(self.parts, targets, strict=True):
                    part.assign(one, k)
            case "enumerate", gast.Tuple(elts=[number, one]):
                self.lowering.assign_to(number, self.counted(k))
                self.parts[0].assign(one, k)
            case "reversed", _:
                self.parts[0].assign(target, self.from_end(k))
            case _:
                self.lowering.assign_to(target, self.item(k))

    def item(self, k: Atom) -> Atom:
        match self.kind:
            case "zip":
                items = tuple(p.item(k) for p in self.parts)
            case "enumerate":
                items = (self.counted(k), self.parts[0].item(k))
            case "reversed":
                return self.parts[0].item(self.from_end(k))
            case _:
                atom: Atom = self.lowering.emit(Subscript(self.sequence, (k,)), self.node)
                return atom
        made: Atom = self.lowering.emit(TupleOf(items), self.node)
        return made


def _call(lowering: Any, node: Any, function: Any) -> list[Any] | None:
    """The arguments, if the node calls this builtin."""
    match node:
        case gast.Call(func=gast.Name(id=name), args=args, keywords=keywords) if (
            name == function.__name__ and name not in lowering.locals and args
        ):
            if not keywords:
                return list(args)
            (keyword, *_) = keywords
            if name == "enumerate" and keyword.arg == "start":
                return [*args, keyword.value]
            if name == "zip" and isinstance(getattr(keyword.value, "value", None), bool):
                return list(args)  # strict=…
    return None
