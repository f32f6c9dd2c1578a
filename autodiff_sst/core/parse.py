"""Core programs from text, the inverse of `text.py`: what tests of passes are written in.

A name bound outside a loop and again at the end of its body is a carry, and one bound at the end of
each branch a merge: both are sound, since nothing else is bound twice.
"""

from __future__ import annotations

import ast
import builtins
import textwrap
from collections.abc import Mapping
from typing import Any, cast

from autodiff_sst.core.syntax import (
    Accumulate,
    Append,
    Assign,
    Atom,
    Attribute,
    Binary,
    Block,
    Call,
    Carry,
    CustomGrad,
    DictOf,
    Effect,
    Expression,
    For,
    Function,
    Handler,
    If,
    Index,
    ListOf,
    Literal,
    Merge,
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
)

OPERATORS: dict[type, str] = {
    **{ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%"},
    **{ast.Pow: "**", ast.MatMult: "@", ast.LShift: "<<", ast.RShift: ">>", ast.BitAnd: "&"},
    **{ast.BitOr: "|", ast.BitXor: "^", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="},
    **{ast.Eq: "==", ast.NotEq: "!=", ast.Is: "is", ast.IsNot: "is not", ast.In: "in"},
    **{ast.NotIn: "not in", ast.USub: "-", ast.UAdd: "+", ast.Invert: "~", ast.Not: "not"},
}


def parse(text: str, namespace: Mapping[str, Any]) -> Function:
    """The function of a text; free names are looked up in `namespace`, then in builtins.

    Raises:
        SyntaxError: the text is not core; says which line.
    """
    (tree,) = ast.parse(textwrap.dedent(text)).body
    assert isinstance(tree, ast.FunctionDef)
    parameters = tuple(a.arg for a in tree.args.args)
    parser = _Parser({*parameters}, {**vars(builtins), **namespace})
    *body, end = tree.body
    if not isinstance(end, ast.Return) or end.value is None:
        raise SyntaxError(f"line {end.lineno}: a core function ends with `return a`")
    block = parser.block(body)
    return Function(tree.name, parameters, block, parser.atom(end.value))


class _Parser:
    def __init__(self, bound: set[str], namespace: Mapping[str, Any]) -> None:
        self.bound = bound
        self.namespace = namespace

    def bad(self, node: ast.AST) -> SyntaxError:
        return SyntaxError(f"line {getattr(node, 'lineno', '?')}: not core: {ast.unparse(node)}")

    # Statements

    def block(self, nodes: list[ast.stmt]) -> Block:
        done: list[Statement] = []
        for node in nodes:
            if not isinstance(node, ast.Pass):
                self.statement(node, done)
        return tuple(done)

    def statement(self, node: ast.stmt, done: list[Statement]) -> None:
        match node:
            case ast.Assign(targets=[target], value=value):
                done.append(self.assign(target, value))
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=value):
                done.append(Accumulate(name, None, self.atom(value)))
            case ast.AugAssign(target=ast.Subscript(ast.Name(name), index), op=ast.Add()):
                done.append(Accumulate(name, self.index(index), self.atom(node.value)))
            case ast.Expr(ast.Call(ast.Name("push"), [ast.Name(stack), *values])):
                done.append(Push(stack, tuple(map(self.atom, values))))
            case ast.Expr(ast.Call(ast.Name("append"), [ast.Name(name), a])):
                done.append(Append(name, self.atom(a)))
            case ast.Expr(ast.Call(ast.Name("add_at"), [ast.Subscript(ast.Name(name), index), a])):
                done.append(Accumulate(name, self.index(index), self.atom(a), True))
            case ast.Expr(value):
                done.append(Effect(self.expression(value)))
            case ast.If(test, then, orelse):
                atom = self.atom(test)
                (then, *others), merges = self.split_merges([then, orelse])
                done.append(If(atom, self.block(then), self.block(others[0]), self.merge(merges)))
            case ast.For(ast.Name(target), turns, body):
                done.append(self.for_loop(target, turns, body, done))
            case ast.While(ast.Constant(True), _, body):
                done.append(self.while_loop(node, done))
            case ast.Try(body, handlers):
                parts, merges = self.split_merges([body, *(h.body for h in handlers)])
                inner = self.block(parts[0])
                caught = []
                for handler, part in zip(handlers, parts[1:], strict=True):
                    kind = None if handler.type is None else self.atom(handler.type)
                    self.bound |= {handler.name} - {None}  # type: ignore[arg-type]
                    caught.append(Handler(kind, handler.name, self.block(part)))
                done.append(Try(inner, tuple(caught), self.merge(merges)))
            case ast.With(
                [ast.withitem(ast.Call(_, [ast.Name(target), *given]), ast.Tuple(bars))],
                [*body, ast.Assign(_, ast.Tuple(results))],
            ):
                atoms = tuple(map(self.atom, given))
                names = tuple(cast(ast.Name, bar).id for bar in bars)
                self.bound |= {target, *names}
                block = self.block(body)
                made = tuple(map(self.atom, results))
                done.append(CustomGrad(target, atoms[0], atoms[1:], names, block, made))
            case ast.Raise(value):
                done.append(Raise(None if value is None else self.atom(value)))
            case _:
                raise self.bad(node)

    def assign(self, target: ast.expr, value: ast.expr) -> Statement:
        match target, value:
            case _, ast.Call(ast.Name("pop"), [ast.Name(stack)]):
                targets = target.elts if isinstance(target, ast.Tuple) else [target]
                names = tuple(cast(ast.Name, t).id for t in targets)
                self.bound |= {*names}
                return Pop(names, stack)
            case ast.Name(name), _:
                result = Assign(name, self.expression(value))
                self.bound.add(name)
                return result
            case ast.Subscript(ast.Name(name), index), _:
                return Store(name, self.index(index), self.atom(value))
            case _:
                raise self.bad(target)

    def split_assigns(
        self, nodes: list[ast.stmt], names: set[str]
    ) -> tuple[list[ast.stmt], list[tuple[str, ast.expr]]]:
        """The nodes without the assignments to `names` that end them, and these."""
        found: list[tuple[str, ast.expr]] = []
        while nodes:
            match nodes[-1]:
                case ast.Assign([ast.Name(name)], value) if name in names:
                    found.insert(0, (name, value))
                case ast.Assign([ast.Tuple(targets)], ast.Tuple(values)):
                    pairs = zip(targets, values, strict=True)
                    found = [(cast(ast.Name, t).id, v) for t, v in pairs] + found
                case _:
                    break
            nodes = nodes[:-1]
        return nodes, found

    def split_merges(
        self, branches: list[list[ast.stmt]]
    ) -> tuple[list[list[ast.stmt]], list[dict[str, ast.expr]]]:
        def assigned(nodes: list[ast.stmt]) -> set[str]:
            return {t.id for n in nodes if isinstance(n, ast.Assign) for t in n.targets
                    if isinstance(t, ast.Name)}  # fmt: skip

        names = set.intersection(*map(assigned, branches))
        split = [self.split_assigns(b, names) for b in branches]
        return [nodes for nodes, _ in split], [dict(found) for _, found in split]

    def merge(self, branches: list[dict[str, ast.expr]]) -> tuple[Merge, ...]:
        merges = tuple(Merge(n, tuple(self.atom(b[n]) for b in branches)) for n in branches[0])
        self.bound |= {m.name for m in merges}
        return merges

    def for_loop(
        self, target: str, turns: ast.expr, body: list[ast.stmt], done: list[Statement]
    ) -> For:
        backwards = False
        match turns:
            case ast.Call(ast.Name("reversed"), [inner]):
                turns, backwards = inner, True
        match turns:
            case ast.Call(ast.Name("range"), args):
                bounds = tuple(map(self.atom, args))
            case _:
                raise self.bad(turns)
        body, nexts = self.split_assigns(body, {*self.bound})
        self.bound.add(target)
        block = self.block(body)
        return For(target, bounds, block, self.carries(nexts, done), backwards)

    def while_loop(self, node: ast.While, done: list[Statement]) -> While:
        for k, inner in enumerate(node.body):
            match inner:
                case ast.If(ast.UnaryOp(ast.Not(), test), [ast.Break()]):
                    body, nexts = self.split_assigns(node.body[k + 1 :], {*self.bound})
                    condition = self.block(node.body[:k])
                    atom = self.atom(test)
                    return While(condition, atom, self.block(body), self.carries(nexts, done))
        raise self.bad(node)

    def carries(
        self, nexts: list[tuple[str, ast.expr]], done: list[Statement]
    ) -> tuple[Carry, ...]:
        """The carries; their first assignments are taken from the statements before the loop."""
        values = dict(nexts)
        found: list[Carry] = []
        while done:
            match done[-1]:
                case Assign(name, init) if name in values and isinstance(
                    init, Name | Literal | Object
                ):
                    found.insert(0, Carry(name, init, self.atom(values.pop(name))))
                    done.pop()
                case _:
                    break
        if values:
            raise SyntaxError(f"no assignment before the loop: {', '.join(values)}")
        return tuple(found)

    # Expressions

    def atom(self, node: ast.expr) -> Atom:
        value = self.expression(node)
        if isinstance(value, Name | Literal | Object):
            return value
        raise self.bad(node)

    def expression(self, node: ast.expr) -> Expression:
        match node:
            case ast.Constant(value):
                return Literal(value)
            case ast.UnaryOp(ast.USub(), ast.Constant(int() | float() | complex() as value)):
                return Literal(-value)
            case ast.Name(name) if name in self.bound:
                return Name(name)
            case ast.Call(ast.Name("updated" | "added" as kind), [ast.Subscript(base, index), new]):
                place = self.index(index)
                return Update(self.atom(base), place, self.atom(new), kind == "added")
            case ast.Call(ast.Name("stack"), []):
                return NewStack()
            case ast.Name() | ast.Attribute() if self.root(node) not in self.bound:
                text = ast.unparse(node)
                try:
                    root = self.namespace[text.partition(".")[0]]
                    return Object(eval(text, dict(self.namespace)), text, root)
                except (KeyError, AttributeError):
                    raise self.bad(node) from None
            case ast.Attribute(value, name):
                return Attribute(self.atom(value), name)
            case ast.Call(function, args, keywords):
                named = tuple((cast(str, k.arg), self.atom(k.value)) for k in keywords)
                return Call(self.atom(function), tuple(map(self.atom, args)), named)
            case ast.BinOp(left, op, right) | ast.Compare(left, [op], [right]):
                return Binary(OPERATORS[type(op)], self.atom(left), self.atom(right))
            case ast.UnaryOp(op, operand):
                return Unary(OPERATORS[type(op)], self.atom(operand))
            case ast.Subscript(value, index):
                return Subscript(self.atom(value), self.index(index))
            case ast.Tuple(items):
                return TupleOf(tuple(map(self.atom, items)))
            case ast.List(items):
                return ListOf(tuple(map(self.atom, items)))
            case ast.Dict(keys, values):
                keys_there = [k for k in keys if k is not None]
                return DictOf(tuple(map(self.atom, keys_there)), tuple(map(self.atom, values)))
            case _:
                raise self.bad(node)

    def root(self, node: ast.expr) -> str | None:
        while isinstance(node, ast.Attribute):
            node = node.value
        return node.id if isinstance(node, ast.Name) else None

    def index(self, node: ast.expr) -> Index:
        items = node.elts if isinstance(node, ast.Tuple) else [node]
        return tuple(self.slice(i) if isinstance(i, ast.Slice) else self.atom(i) for i in items)

    def slice(self, node: ast.Slice) -> Slice:
        return Slice(*(None if p is None else self.atom(p)
                       for p in (node.lower, node.upper, node.step)))  # fmt: skip
