"""From gast to the core: expressions flattened to atoms, names made single-assignment.

    Source → CORE                   y = np.tanh(x @ w) + 1      becomes      t = x @ w
                                                                             t_1 = np.tanh(t)
                                                                             y = t_1 + 1

Globals that are modules, functions or classes are looked up now, and stand as objects. All other
globals, and what the function closes over, are read at every call: they become parameters after the
function's own (`Lowered.captured`). A copy, `y = x`, leaves no statement: both names are the atom.
"""

from __future__ import annotations

import builtins
import operator
from dataclasses import dataclass
from functools import partial
from types import FunctionType, ModuleType
from typing import Any

import gast

from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    Assign,
    Atom,
    Call,
    Effect,
    Expression,
    Function,
    Literal,
    Name,
    Object,
    Statement,
    Subscript,
)
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.frontend.control import VALUE, Control
from autodiff_sst.frontend.expressions import OPERATORS
from autodiff_sst.frontend.source import Source

# `x += e` is decided by type (resolve.py): what changes an array, rebinds a number.
IN_PLACE: dict[type, str] = {
    **{gast.Add: "add", gast.Sub: "sub", gast.Mult: "mul", gast.Div: "truediv"},
    **{gast.Pow: "pow", gast.MatMult: "matmul", gast.FloorDiv: "floordiv", gast.Mod: "mod"},
    **{gast.BitAnd: "and", gast.BitOr: "or", gast.BitXor: "xor"},
    **{gast.LShift: "lshift", gast.RShift: "rshift"},
}


@dataclass(frozen=True)
class Lowered:
    """`function` has the source's parameters, in the order of its signature, then `captured`."""

    function: Function
    captured: tuple[str, ...]


def lower(source: Source) -> Lowered:
    """The core of a source that has passed the fence.

    Raises:
        UnsupportedSyntaxError: a name is read that is bound nowhere before.
        NameError: a global that does not exist.
    """
    return _Lowering(source).function()


def parameters_of(tree: Any) -> tuple[str, ...]:
    arguments = tree.args
    nodes = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return tuple(a.id for a in nodes)


def captured_value(function: FunctionType, name: str) -> Any:
    """What a captured name of a function stands for now."""
    if name in function.__code__.co_freevars:
        cell = (function.__closure__ or ())[function.__code__.co_freevars.index(name)]
        return cell.cell_contents
    return function.__globals__[name]


class _Lowering(Control):
    def __init__(self, source: Source) -> None:
        self.source = source
        code = source.function.__code__
        self.locals = {*code.co_varnames, *code.co_cellvars}
        # No fresh name may shadow a local, nor a global that the text of an object names.
        self.names = Names({*self.locals, *code.co_names, *code.co_freevars})
        self.parameters = parameters_of(source.tree)
        self.captured: list[str] = []
        self.values: dict[str, Atom] = {p: Name(p) for p in self.parameters}
        self.used = {*self.parameters}
        self.block: list[Statement] = []

    def function(self) -> Lowered:
        tree, source = self.source.tree, self.source
        self.values[VALUE] = Literal(None)
        if isinstance(tree, gast.Lambda):
            self.values[VALUE] = self.atom(tree.body)
        else:
            self.body(tree.body, in_loop=False)
        result = self.values[VALUE]
        parameters = (*self.parameters, *self.captured)
        core = Function(source.name, parameters, (*self.block,), result, source.origin(tree))
        return Lowered(core, (*self.captured,))

    # Statements

    def statement(self, node: Any) -> None:
        match node:
            case gast.Assign(targets=targets, value=value):
                self.assign(targets, value)
            case gast.AnnAssign(target=target, value=value):
                if value is not None:
                    self.assign([target], value)
            case gast.AugAssign(target=target, op=op, value=value):
                name = f"i{IN_PLACE[type(op)]}"
                update = Object(getattr(operator, name), f"operator.{name}", operator)
                old = self.name(target.id, target)
                call = Call(update, (old, self.atom(value)))
                self.values[target.id] = self.emit(call, node, target.id)
            case gast.If():
                self.if_else(node)
            case gast.For():
                self.for_loop(node)
            case gast.While():
                self.while_loop(node)
            case gast.Expr(value=gast.Constant()) | gast.Pass():
                pass  # a docstring
            case gast.Expr(value=value):
                self.block.append(Effect(self.expression(value), self.source.origin(value)))
            case _:
                raise AssertionError(f"the fence let {type(node).__name__} pass")

    def assign(self, targets: list[Any], value: Any) -> None:
        first = targets[0].id if isinstance(targets[0], gast.Name) else None
        atom = self.emit(self.expression(value), value, first)
        for target in targets:
            self.assign_to(target, atom)

    def assign_to(self, target: Any, atom: Atom) -> None:
        if isinstance(target, gast.Name):
            if isinstance(atom, Name) and atom in self.values.values():
                # Another name of the same object: passes that ask who shares it must see that.
                alias = self.version(target.id)
                self.block.append(Assign(alias, atom, self.source.origin(target)))
                atom = Name(alias)
            self.values[target.id] = atom
            return
        for k, item in enumerate(target.elts):
            self.assign_to(item, self.emit(Subscript(atom, (Literal(k),)), target))

    def expression(self, node: Any) -> Expression:
        match node:
            case gast.IfExp(test=test, body=body, orelse=orelse):
                atom = self.atom(test)
                then, other = partial(self.atom, body), partial(self.atom, orelse)
                return self.conditional(atom, then, other, node)
            case gast.BoolOp(values=values):
                return self.boolean(node, values)
            case gast.Compare(left=left, ops=ops) if len(ops) > 1:
                return self.comparisons(node, self.atom(left), ops, OPERATORS)
            case gast.NamedExpr(target=target, value=value):
                self.assign([target], value)
                return self.values[target.id]
            case _:
                return super().expression(node)

    def emit(self, value: Expression, node: Any, variable: str | None = None) -> Atom:
        if isinstance(value, Name | Literal | Object):
            return value
        name = self.names.temporary() if variable is None else self.version(variable)
        self.block.append(Assign(name, value, self.source.origin(node)))
        return Name(name)

    def version(self, variable: str) -> str:
        """A name for a new value of the user's variable: the variable itself the first time."""
        variable = variable.removesuffix("()")
        if variable in self.used or variable not in self.locals:
            return self.names.fresh(variable)
        self.used.add(variable)
        return variable

    # Names

    def name(self, name: str, node: Any) -> Atom:
        if name in self.values:
            return self.values[name]
        if name in self.locals:
            words = f"`{name}` may be read before it is assigned"
            raise UnsupportedSyntaxError(
                words, self.source.origin(node), instead=f"assign `{name}` before."
            )
        function = self.source.function
        if name not in function.__code__.co_freevars:
            try:
                value = {**vars(builtins), **function.__globals__}[name]
            except KeyError:
                raise NameError(f"name {name!r} is not defined") from None
            if isinstance(value, ModuleType) or callable(value):
                return Object(value, name, value)
        if name not in self.captured:
            self.captured.append(name)
        return Name(name)
