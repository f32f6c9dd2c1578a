"""Python's tree as text: astunparse, with brackets where precedence asks for them only.

astunparse brackets every operation, and prints `a[1:2, ..., None]` as `a[(1:2, ..., None)]`, which
is no Python. Comments are trees of their own, `Comment`, since Python's tree has none.
"""

from __future__ import annotations

import ast
import io
from typing import Any

import astunparse


class Comment(ast.stmt):
    """A line of comment between statements."""

    _fields = ("text",)
    text: str


def comment(text: str) -> Comment:
    node = Comment()
    node.text = text
    return node


def print_tree(tree: ast.AST) -> str:
    """The text of a module, a statement or an expression; ends with a line end."""
    out = io.StringIO()
    _Printer(tree, out)
    return out.getvalue().strip("\n") + "\n"


_PRECEDENCE: dict[type, int] = {
    **{ast.Or: 1, ast.And: 2, ast.Not: 3, ast.BitOr: 5, ast.BitXor: 6, ast.BitAnd: 7},
    **{ast.LShift: 8, ast.RShift: 8, ast.Add: 9, ast.Sub: 9, ast.Mult: 10, ast.Div: 10},
    **{ast.FloorDiv: 10, ast.Mod: 10, ast.MatMult: 10, ast.USub: 11, ast.UAdd: 11},
    **{ast.Invert: 11, ast.Pow: 12},
}
_COMPARE, _ATOM, _LOWEST = 4, 20, 0


def _precedence(node: Any) -> int:
    match node:
        case ast.BinOp(op=op) | ast.UnaryOp(op=op) | ast.BoolOp(op=op):
            return _PRECEDENCE[type(op)]
        case ast.Compare():
            return _COMPARE
        case ast.Constant(value=int() | float() | complex() as number) if repr(number)[0] == "-":
            return _PRECEDENCE[ast.USub]
        case ast.IfExp() | ast.Lambda() | ast.NamedExpr() | ast.Starred():
            return _LOWEST
        case _:
            return _ATOM


class _Printer(astunparse.Unparser):  # type: ignore[misc]
    def at_least(self, node: Any, level: int) -> None:
        """The node, in brackets if it binds less than `level`."""
        if _precedence(node) < level:
            self.write("(")
            self.dispatch(node)
            self.write(")")
        else:
            self.dispatch(node)

    def _Comment(self, node: Any) -> None:
        self.fill(f"# {node.text}")

    def _BinOp(self, node: Any) -> None:
        level = _precedence(node)
        symbol = self.binop[type(node.op).__name__]
        right_first = isinstance(node.op, ast.Pow)
        self.at_least(node.left, level + right_first)
        self.write(f" {symbol} ")
        if right_first and _precedence(node.right) == _PRECEDENCE[ast.USub]:
            self.dispatch(node.right)  # x ** -y
        else:
            self.at_least(node.right, level + (not right_first))

    def _UnaryOp(self, node: Any) -> None:
        symbol = self.unop[type(node.op).__name__]
        self.write(symbol + (" " if symbol == "not" else ""))
        self.at_least(node.operand, _precedence(node))

    def _Compare(self, node: Any) -> None:
        self.at_least(node.left, _COMPARE + 1)
        for op, right in zip(node.ops, node.comparators, strict=True):
            self.write(f" {self.cmpops[type(op).__name__]} ")
            self.at_least(right, _COMPARE + 1)

    def _BoolOp(self, node: Any) -> None:
        symbol = "and" if isinstance(node.op, ast.And) else "or"
        for k, value in enumerate(node.values):
            self.write(f" {symbol} " if k else "")
            self.at_least(value, _precedence(node) + 1)

    def _IfExp(self, node: Any) -> None:
        self.at_least(node.body, 1)
        self.write(" if ")
        self.at_least(node.test, 1)
        self.write(" else ")
        self.dispatch(node.orelse)

    def _Attribute(self, node: Any) -> None:
        number = isinstance(node.value, ast.Constant) and not isinstance(node.value.value, str)
        self.at_least(node.value, _ATOM + number)
        self.write(f".{node.attr}")

    def _Call(self, node: Any) -> None:
        self.at_least(node.func, _ATOM)
        self.write("(")
        for k, argument in enumerate([*node.args, *node.keywords]):
            self.write(", " if k else "")
            self.dispatch(argument)
        self.write(")")

    def _Subscript(self, node: Any) -> None:
        self.at_least(node.value, _ATOM)
        self.write("[")
        if isinstance(node.slice, ast.Tuple) and node.slice.elts:
            for k, item in enumerate(node.slice.elts):
                self.write(", " if k else "")
                self.dispatch(item)
            self.write("," if len(node.slice.elts) == 1 else "")
        else:
            self.dispatch(node.slice)
        self.write("]")

    def _Slice(self, node: Any) -> None:
        if node.lower:
            self.dispatch(node.lower)
        self.write(":")
        if node.upper:
            self.dispatch(node.upper)
        if node.step:
            self.write(":")
            self.dispatch(node.step)

    def _Tuple(self, node: Any) -> None:
        self.write("(")
        for k, item in enumerate(node.elts):
            self.write(", " if k else "")
            self.dispatch(item)
        self.write(",)" if len(node.elts) == 1 else ")")

    def _Dict(self, node: Any) -> None:
        self.write("{")
        for k, (key, value) in enumerate(zip(node.keys, node.values, strict=True)):
            self.write(", " if k else "")
            self.dispatch(key)
            self.write(": ")
            self.dispatch(value)
        self.write("}")

    def _Assign(self, node: Any) -> None:
        self.fill()
        for target in node.targets:
            self.bare(target)
            self.write(" = ")
        if isinstance(node.targets[0], ast.Tuple):  # `a, b = b, a`, without brackets
            self.bare(node.value)
        else:
            self.dispatch(node.value)

    def bare(self, node: Any) -> None:
        if isinstance(node, ast.Tuple) and len(node.elts) > 1:
            for k, item in enumerate(node.elts):
                self.write(", " if k else "")
                self.dispatch(item)
        else:
            self.dispatch(node)

    def _Return(self, node: Any) -> None:
        self.fill("return")
        if node.value is not None:
            self.write(" ")
            self.bare(node.value)

    def _Constant(self, node: Any) -> None:
        value = node.value
        if value is Ellipsis:
            self.write("...")
        elif isinstance(value, float | complex):
            self.write(repr(value).replace("inf", "1e999"))
        else:
            self.write(repr(value))

    def _FunctionDef(self, node: Any) -> None:
        self.fill(f"def {node.name}(")
        self.dispatch(node.args)
        self.write(")")
        self.enter()
        self.dispatch(node.body)
        self.leave()
