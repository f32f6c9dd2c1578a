"""From the core to Python's tree: temporaries folded back, versions under the user's names.

FINAL → ast.FunctionDef      t = np.sin(s)
                             s_1 = t * x          becomes      s = np.sin(s) * x
                             s = s_1 (a carry)
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from autodiff_sst.core.parse import OPERATORS
from autodiff_sst.core.syntax import (
    Accumulate,
    Append,
    Assign,
    Atom,
    Attribute,
    Binary,
    Block,
    Call,
    CustomGrad,
    DictOf,
    Effect,
    Expression,
    For,
    Function,
    If,
    Index,
    ListOf,
    Literal,
    Name,
    NewStack,
    Object,
    Pop,
    Push,
    Raise,
    Slice,
    Statement,
    Store,
    Subscript,
    Try,
    TupleOf,
    Unary,
    Update,
    While,
    assert_never,
)
from autodiff_sst.core.walk import reads, statements
from autodiff_sst.emit.fold import find_folded
from autodiff_sst.emit.names import merge_versions
from autodiff_sst.emit.printer import comment
from autodiff_sst.rules.helpers import ADD_AT

_SYMBOLS: dict[str, Any] = {
    symbol: kind for kind, symbol in OPERATORS.items() if not issubclass(kind, ast.unaryop)
}
_UNARY = {"-": ast.USub, "+": ast.UAdd, "~": ast.Invert, "not": ast.Not}


def to_tree(
    function: Function,
    users: frozenset[str],
    texts: Mapping[Object, str],
    numbers: frozenset[str] = frozenset(),
) -> ast.FunctionDef:
    """The tree of a function; a comment above statements of a backward sweep quotes their line.

    Args:
        users: the names that the user gave.
        texts: how objects are called, where not by their own text.
        numbers: names of numbers, for which `x_bar += e` is `x_bar = x_bar + e`.
    """
    folded = find_folded(function, users, numbers)
    stacks = _stacks_of_numbers(function, numbers)
    nest = _Nest(folded, merge_versions(function, folded, users), texts, numbers - users, stacks)
    body = nest.block(function.body)
    body.append(ast.Return(nest.expression(function.result)))
    parameters = [ast.arg(nest.names.get(p, p), None) for p in function.parameters]
    arguments = ast.arguments([], parameters, None, [], [], None, [])
    return ast.FunctionDef(function.name, arguments, body, [], None)


def _stacks_of_numbers(function: Function, numbers: frozenset[str]) -> frozenset[str]:
    """Stacks onto which nothing but numbers is pushed."""
    pushed: dict[str, list[Atom]] = {}
    for statement in statements(function.body):
        if isinstance(statement, Push):
            pushed.setdefault(statement.stack, []).extend(statement.values)
    named = {Name(n) for n in numbers}
    return frozenset(stack for stack, values in pushed.items() if named.issuperset(values))


class _Nest:
    def __init__(
        self,
        folded: Mapping[str, Expression],
        names: Mapping[str, str],
        texts: Mapping[Object, str],
        numbers: frozenset[str],
        stacks: frozenset[str],  # those of numbers
    ) -> None:
        self.folded = folded
        self.numbers = numbers
        self.stacks = stacks
        self.names = names
        self.texts = texts
        self.quoted: Any = None

    def name(self, name: str) -> str:
        return self.names.get(name, name)

    # Statements

    def block(self, block: Block) -> list[ast.stmt]:
        done: list[ast.stmt] = []
        for statement in block:
            made = self.statement(statement)
            origin = statement.origin
            if made and origin is not None and origin.backward:
                line = (origin.file, origin.line)
                if line != self.quoted and not isinstance(statement, For | While | If):
                    done.append(comment(origin.text.strip()))
                    self.quoted = line
            done += made
        return done

    def inner(self, block: Block, ends: list[ast.stmt]) -> list[ast.stmt]:
        return [*self.block(block), *ends] or [ast.Pass()]

    def statement(self, statement: Statement) -> list[ast.stmt]:
        match statement:
            case Assign(target, value):
                if target in self.folded or self.same(target, value):
                    return []
                match value:
                    case Binary("+" | "-" as op, Name(left), right) if (
                        self.same(target, Name(left)) and target in self.numbers
                    ):
                        number = self.variable(target)
                        return [ast.AugAssign(number, _SYMBOLS[op](), self.expression(right))]
                return self.assign([target], [value])
            case Effect(value):
                return [ast.Expr(self.expression(value))]
            case Store(target, index, value):
                place = ast.Subscript(self.variable(target), self.index(index))
                return [ast.Assign([place], self.expression(value))]
            case Accumulate(target, index, value, True) if index is not None:
                args = [self.variable(target), self.index_value(index), self.expression(value)]
                return [ast.Expr(ast.Call(self.expression(ADD_AT), args, []))]
            case Accumulate(target, None, value):
                return [self.added(self.variable(target), self.expression(value))]
            case Accumulate(target, index, value):
                assert index is not None
                item = ast.Subscript(self.variable(target), self.index(index))
                return [self.added(item, self.expression(value))]
            case Append(target, value):
                append = ast.Attribute(self.variable(target), "append")
                return [ast.Expr(ast.Call(append, [self.expression(value)], []))]
            case Push(stack, values):
                append = ast.Attribute(self.variable(stack), "append")
                items = self.items_saved(stack, [self.expression(v) for v in values])
                return [ast.Expr(ast.Call(append, [item], [])) for item in items]
            case Pop(targets, stack):
                pop = ast.Call(ast.Attribute(self.variable(stack), "pop"), [], [])
                items = self.items_saved(stack, [self.variable(t) for t in targets])
                return [ast.Assign([item], pop) for item in reversed(items)]
            case If(test, then, orelse, merges):
                names = [m.name for m in merges]
                first, second = (
                    [*self.block(b), *self.assign(names, [m.values[k] for m in merges])]
                    for k, b in enumerate((then, orelse))
                )
                if not first:  # only the else does something
                    negated = ast.UnaryOp(ast.Not(), self.expression(test))
                    return [ast.If(negated, second, [])] if second else []
                return [ast.If(self.expression(test), first, second)]
            case For(target, bounds, body, carries, backwards):
                names = [c.name for c in carries]
                before = self.assign(names, [c.init for c in carries])
                ends = self.assign(names, [c.next for c in carries])
                # The bounds are read before the carries start, but an atom reads the same.
                turns = self.call("range", [self.expression(b) for b in bounds])
                if backwards and self.is_read(target, statement):
                    turns = self.call("reversed", [turns])
                inner = self.inner(body, ends)
                return [*before, ast.For(self.variable(target), turns, inner, [])]
            case While(condition, test, body, carries):
                names = [c.name for c in carries]
                before = self.assign(names, [c.init for c in carries])
                ends = self.assign(names, [c.next for c in carries])
                first = self.block(condition)
                if not first:
                    inner = self.inner(body, ends)
                    return [*before, ast.While(self.expression(test), inner, [])]
                stop = ast.If(ast.UnaryOp(ast.Not(), self.expression(test)), [ast.Break()], [])
                inner = [*first, stop, *self.block(body), *ends]
                return [*before, ast.While(ast.Constant(True), inner, [])]
            case Try(body, handlers, merges):
                names = [m.name for m in merges]
                ends = self.assign(names, [m.values[0] for m in merges])
                caught: list[ast.ExceptHandler] = []
                for k, handler in enumerate(handlers, 1):
                    kind = None if handler.kind is None else self.expression(handler.kind)
                    last = self.assign(names, [m.values[k] for m in merges])
                    inner = self.inner(handler.body, last)
                    caught.append(ast.ExceptHandler(kind, handler.name, inner))
                return [ast.Try(self.inner(body, ends), caught, [], [])]
            case CustomGrad():
                raise AssertionError("a custom gradient is left out before (custom.py)")
            case Raise(value):
                return [ast.Raise(None if value is None else self.expression(value), None)]
            case _:
                assert_never(statement)

    def is_read(self, target: str, statement: For) -> bool:
        nexts = frozenset().union(*(reads(c.next) for c in statement.carries))
        return target in reads(statement.body) | nexts

    def assign(self, targets: list[str], values: list[Any]) -> list[ast.stmt]:
        """Assignments all at once; one by one where none reads what another has overwritten."""
        pairs = [(t, v) for t, v in zip(targets, values, strict=True) if not self.same(t, v)]
        overwritten: set[str] = set()
        for target, value in pairs:
            if self.final_reads(value) & overwritten:
                left = ast.Tuple([self.variable(t) for t, _ in pairs], ast.Store())
                right = ast.Tuple([self.expression(v) for _, v in pairs], ast.Load())
                return [ast.Assign([left], right)]
            overwritten.add(self.name(target))
        return [ast.Assign([self.variable(t)], self.expression(v)) for t, v in pairs]

    def same(self, target: str, value: Expression) -> bool:
        """`s = s`, once versions share a name."""
        if not isinstance(value, Name) or value.id in self.folded:
            return False
        return self.name(value.id) == self.name(target)

    def final_reads(self, value: Expression) -> set[str]:
        found: set[str] = set()
        for name in reads(value):
            inner = self.folded.get(name)
            found |= {self.name(name)} if inner is None else self.final_reads(inner)
        return found

    # Expressions

    def variable(self, name: str) -> ast.Name:
        return ast.Name(self.name(name), ast.Load())

    def call(self, function: str, args: list[ast.expr]) -> ast.Call:
        return ast.Call(ast.Name(function, ast.Load()), args, [])

    def added(self, place: Any, value: ast.expr) -> ast.stmt:
        """`place += value`, or `place -= value` of what is negative."""
        match value:
            case ast.UnaryOp(ast.USub(), operand) if not isinstance(operand, ast.Constant):
                return ast.AugAssign(place, ast.Sub(), operand)
        return ast.AugAssign(place, ast.Add(), value)

    def items_saved(self, stack: str, values: list[ast.expr]) -> list[ast.expr]:
        """A few numbers are saved one by one: that is quicker than tuples, which Python's garbage
        collector looks through again and again."""
        one_by_one = stack in self.stacks and len(values) <= 3
        return values if one_by_one else [self.several(values)]

    def several(self, items: list[Any]) -> Any:
        return items[0] if len(items) == 1 else ast.Tuple(items, ast.Load())

    def expressions(self, atoms: tuple[Atom, ...]) -> list[ast.expr]:
        return [self.expression(a) for a in atoms]

    def expression(self, value: Expression) -> ast.expr:
        match value:
            case Name(name):
                inner = self.folded.get(name)
                return self.variable(name) if inner is None else self.expression(inner)
            case Literal(constant):
                return ast.Constant(constant)
            case Object(_, text):
                return ast.parse(self.texts.get(value, text), mode="eval").body
            case Call(function, args, keywords):
                named = [ast.keyword(key, self.expression(a)) for key, a in keywords]
                return ast.Call(self.expression(function), self.expressions(args), named)
            case Binary(operator, left, right):
                kind, a, b = _SYMBOLS[operator], self.expression(left), self.expression(right)
                if issubclass(kind, ast.cmpop):
                    return ast.Compare(a, [kind()], [b])
                return ast.BinOp(a, kind(), b)
            case Unary(operator, operand):
                return ast.UnaryOp(_UNARY[operator](), self.expression(operand))
            case Subscript(base, index):
                return ast.Subscript(self.expression(base), self.index(index), ast.Load())
            case Attribute(base, name):
                return ast.Attribute(self.expression(base), name, ast.Load())
            case TupleOf(items):
                return ast.Tuple(self.expressions(items), ast.Load())
            case ListOf(items):
                return ast.List(self.expressions(items), ast.Load())
            case DictOf(keys, values):
                return ast.Dict([*self.expressions(keys)], self.expressions(values))
            case Update():
                raise AssertionError("an update is a store by now (in_place.py)")
            case NewStack():
                return ast.List([], ast.Load())
            case _:
                assert_never(value)

    def index_value(self, index: Index) -> ast.expr:
        """An index as a value: slices as calls of `slice`."""
        items: list[ast.expr] = []
        for item in index:
            if isinstance(item, Slice):
                bounds = [b or Literal(None) for b in (item.start, item.stop, item.step)]
                items.append(self.call("slice", [self.expression(b) for b in bounds]))
            else:
                items.append(self.expression(item))
        one: ast.expr = self.several(items)
        return one

    def index(self, index: Index) -> ast.expr:
        items: list[ast.expr] = []
        for item in index:
            if isinstance(item, Slice):
                bounds = (item.start, item.stop, item.step)
                items.append(
                    ast.Slice(*(None if b is None else self.expression(b) for b in bounds))
                )
            else:
                items.append(self.expression(item))
        return items[0] if len(items) == 1 else ast.Tuple(items, ast.Load())
