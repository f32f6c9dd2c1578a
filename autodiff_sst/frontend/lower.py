"""From gast to the core: expressions flattened to atoms, names made single-assignment.

    Source → CORE                   y = np.tanh(x @ w) + 1      becomes      t = x @ w
                                                                             t_1 = np.tanh(t)
                                                                             y = t_1 + 1

Globals that are modules, functions or classes are looked up now, and stand as objects. All other
globals, and what the function closes over, are read at every call: they become parameters after the
function's own (`Lowered.captured`). A copy, `y = x`, stays a statement: `resolve` asks who shares
an object.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import FunctionType, ModuleType
from typing import Any, cast

import gast

from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    UNDEFINED,
    Assign,
    Atom,
    Call,
    Effect,
    Expression,
    Function,
    Literal,
    Name,
    Object,
    Slice,
    Subscript,
)
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.frontend.attributes import attribute
from autodiff_sst.frontend.calls import LIST, Static, StaticTuple
from autodiff_sst.frontend.control import VALUE
from autodiff_sst.frontend.dicts import HIDDEN
from autodiff_sst.frontend.dispatch import Shared
from autodiff_sst.frontend.exits import Appending
from autodiff_sst.frontend.expressions import OPERATORS
from autodiff_sst.frontend.held_functions import held
from autodiff_sst.frontend.higher import joined
from autodiff_sst.frontend.hints import Hints
from autodiff_sst.frontend.lists import delete
from autodiff_sst.frontend.matching import Matching, matches
from autodiff_sst.frontend.parameters import captured_place, captured_value, names_in, parameters_of
from autodiff_sst.frontend.raising import raise_error
from autodiff_sst.frontend.source import Source
from autodiff_sst.frontend.sugar import Sugar
from autodiff_sst.frontend.yielding_methods import gone_through, iterated
from autodiff_sst.runtime.records import is_function

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
    # A callee and a variable that it reads; None is the function itself, which must not be held.
    captured: tuple[tuple[FunctionType | None, str], ...]


def lower(
    source: Source,
    inlines: Callable[[Any], bool] = lambda function: False,
    hints: Hints | None = None,
    positional: int = 0,
    named: tuple[str, ...] = (),
) -> Lowered:
    """The core of a source that has passed the fence.

    Args:
        inlines: whether the body of a function takes the place of its calls.
        hints: which functions are called where only types tell (hints.py).
        positional: how many arguments `*args` takes; each is a parameter of the core.
        named: which arguments `**kwargs` takes; likewise.

    Raises:
        UnsupportedSyntaxError: a name is read that is bound nowhere before.
        NameError: a global that does not exist.
    """
    code = source.function.__code__
    shared = Shared(Names(names_in(code)), inlines, root=code, hints=hints or {})
    local = {*code.co_varnames, *code.co_cellvars}
    parameters, packed = parameters_of(source.tree, positional, named)
    values: dict[str, Any] = {p: Name(p) for p in parameters}
    lowering = _Lowering(source, source.tree, shared, local, values, None)
    lowering.used = {*parameters}
    for name, display in packed.items():
        values[name] = lowering.emit(display, source.tree, name)
    result = lowering.run()
    if isinstance(result, Static):
        raise UnsupportedSyntaxError(
            "a function as the result has no derivative", source.origin(source.tree)
        )
    own = source.function
    captured = [(None if f is own else f, name) for f, name in shared.captured]
    whole = (*parameters, *shared.captured.values())
    core = Function(source.name, whole, (*lowering.block,), result, source.origin(source.tree))
    return Lowered(core, (*captured,))


class _Lowering(Sugar):
    def run(self) -> Any:
        """Lowers the body; what it returns, an atom or a closure."""
        self.values[VALUE] = Literal(None)
        if isinstance(self.tree, gast.Lambda):
            self.values[VALUE] = self.value(self.tree.body)
        else:
            self.body(self.tree.body, in_loop=False)
        return self.values[VALUE]

    # Statements

    def statement(self, node: Any) -> None:
        match node:
            case gast.Assign(targets=targets, value=value):
                self.assign(targets, value)
            case gast.AnnAssign(target=target, value=value):
                if value is not None:
                    self.assign([target], value)
            case gast.AugAssign(target=gast.Subscript() | gast.Attribute() as place, op=op):
                self.update_item(place, f"i{IN_PLACE[type(op)]}", node)
            case gast.AugAssign(target=gast.Name(id=name), op=gast.Add(), value=value) if (
                made_as := self.list_made_here(name)
            ) is not None:
                self.extend(made_as, value, node)
            case gast.AugAssign(target=target, op=op, value=value):
                name = f"i{IN_PLACE[type(op)]}"
                update = Object(getattr(operator, name), f"operator.{name}", operator)
                old = self.name(target.id, target)
                call = self.augmented(Call(update, (old, self.atom(value))), node)
                self.values[target.id] = self.emit(call, node, target.id)
            case gast.If():
                self.if_else(node)
            case gast.For():
                self.for_loop(node)
            case gast.While():
                self.while_loop(node)
            case gast.Raise():
                raise_error(self, node)
                if not self.shared.guarding:
                    self.values[VALUE] = UNDEFINED  # there is none
            case gast.Assert(test=test, msg=message):
                self.assertion(node, test, message)
            case gast.FunctionDef(name=name):
                self.values[name] = self.decorated(node)
            case gast.Delete(targets=names):
                delete(self, names, node)
            case gast.Import() | gast.ImportFrom():
                self.imported(node)
            case gast.Expr(value=gast.Constant()) | gast.Pass():
                pass  # a docstring
            case gast.Expr(
                value=gast.Call(
                    func=gast.Attribute(value=gast.Name(id=name), attr="append"),
                    args=[item],
                    keywords=[],
                )
            ) if (made_as := self.list_made_here(name)) is not None:
                self.append(made_as, item)
            case gast.Expr(
                value=gast.Call(
                    func=gast.Attribute(value=gast.Name(id=name), attr="extend"),
                    args=[items],
                    keywords=[],
                )
            ) if (made_as := self.list_made_here(name)) is not None:
                self.extend(made_as, items, node)
            case Appending(target=name, value=item):
                self.append(name, item)
            case gast.Expr(value=value):
                made = self.evaluate(value)
                if not isinstance(made, Static | Name | Literal | Object):
                    self.block.append(Effect(made, self.source.origin(value)))
            case _:
                raise AssertionError(f"the fence let {type(node).__name__} pass")

    def assign(self, targets: list[Any], value: Any) -> None:
        first = targets[0].id if isinstance(targets[0], gast.Name) else None
        if isinstance(value, gast.ListComp):
            made: Any = self.comprehension(value, first)
        else:
            made = self.evaluate(value)
        atom = made if isinstance(made, Static) else self.emit(made, value, first)
        for target in targets:
            self.assign_to(target, atom)

    def assign_to(self, target: Any, atom: Any) -> None:
        if isinstance(target, gast.Name):
            if isinstance(atom, Name) and atom in self.values.values():
                # Another name of the same object: passes that ask who shares it must see that.
                atom = self.alias(self.version(target.id), atom, target)
            self.values[target.id] = atom
            return
        if isinstance(atom, StaticTuple):
            for one, value in zip(target.elts, atom.items, strict=True):
                self.assign_to(one, value)
            return
        if isinstance(target, gast.Subscript | gast.Attribute):
            base, index = self.place(target)
            self.store(base, index, atom, target)
            return
        atom = iterated(self, atom, target)
        starred = [k for k, t in enumerate(target.elts) if isinstance(t, gast.Starred)]
        after = len(target.elts) - 1 - starred[0] if starred else 0
        for k, item in enumerate(target.elts):
            if starred and k == starred[0]:
                stop = None if after == 0 else Literal(-after)
                part = self.emit(Subscript(atom, (Slice(Literal(k), stop, None),)), target)
                self.assign_to(item.value, self.emit(Call(LIST, (part,)), target))
                continue
            at = k if not starred or k < starred[0] else k - len(target.elts)
            self.assign_to(item, self.emit(Subscript(atom, (Literal(at),)), target))

    # Expressions

    def expression(self, node: Any) -> Expression:
        match node:
            case gast.Subscript(value=gast.Attribute(attr="r_" | "c_")) if (
                whole := joined(self, node)
            ) is not None:
                return cast(Expression, whole)
            case gast.Set(elts=items):  # of constants: the fence has seen to that
                return Object(frozenset(item.value for item in items), "constant")
            case gast.Call() | gast.Lambda():
                made = self.call(node) if isinstance(node, gast.Call) else None
                made = self.closure(node) if made is None else made
                return self.held_function(made, node) if isinstance(made, Static) else made
            case gast.ListComp() | gast.GeneratorExp():
                return self.comprehension(node)
            case gast.DictComp() | gast.SetComp():
                return self.of_lists(node)
            case Matching():
                return matches(self, node)
            case gast.JoinedStr():
                return self.formatted(node)
            case gast.IfExp():
                made = self.if_expression(node)
                return self.held_function(made, node) if isinstance(made, Static) else made
            case gast.BoolOp(values=values):
                return self.boolean(node, values)
            case gast.Compare(left=left, ops=ops) if len(ops) > 1:
                return self.comparisons(node, self.atom(left), ops, OPERATORS)
            case gast.Subscript(value=value, slice=index) if self.shared.hints:
                return self.item(self.atom(value), self.index(index), node)
            case gast.UnaryOp(op=gast.USub(), operand=_) if self.shared.hints:
                return self.special("neg", super().expression(node), node)
            case gast.BinOp(left=left, op=op, right=right):
                a = self.atom(left)
                return self.operator(OPERATORS[type(op)], a, self.atom(right), node)
            case gast.Compare(left=left, ops=[op], comparators=[right]):
                a = self.atom(left)
                return self.operator(OPERATORS[type(op)], a, self.atom(right), node)
            case gast.Attribute():
                made = attribute(self, node)
                return self.held_function(made, node) if isinstance(made, Static) else made
            case gast.NamedExpr(target=target, value=value):
                self.assign([target], value)
                return self.name(target.id, target)
            case _:
                return super().expression(node)

    def if_expression(self, node: Any) -> Any:
        atom = self.atom(node.test)
        then, other = partial(self.value, node.body), partial(self.value, node.orelse)
        return self.conditional(atom, then, other, node)

    def emit(self, value: Expression, node: Any, variable: str | None = None) -> Atom:
        if isinstance(value, Name | Literal | Object):
            return value
        value = gone_through(self, value, node) if self.shared.hints else value
        name = self.names.temporary() if variable is None else self.version(variable)
        self.block.append(Assign(name, value, self.source.origin(node)))
        self.shared.made[name] = value
        return Name(name)

    def version(self, variable: str) -> str:
        """A name for a new value of the user's variable: the variable itself the first time."""
        variable = variable.partition("(")[0]
        variable = "range_" if variable == "range" else variable  # loops are printed with it
        is_own = variable in self.locals and not self.shared.running  # not of a callee
        if variable in self.used or not is_own:
            return self.names.fresh(variable)
        self.used.add(variable)
        return variable

    # Names

    def name(self, name: str, node: Any) -> Atom:
        found = self.lookup(name, node)
        return self.held_function(found, node) if isinstance(found, Static) else found

    def held_function(self, function: Static, node: Any) -> Atom:
        """A function that is defined here, as a value."""
        atom = held(self, function, node)
        if atom is None:
            words = "a function as a value is not supported here"
            raise UnsupportedSyntaxError(words, self.source.origin(node), instead="a call of it.")
        return atom

    def lookup(self, name: str, node: Any) -> Any:
        if name in self.values:
            return self.values[name]
        if name in HIDDEN:
            return HIDDEN[name]
        if name in self.locals:
            words = f"`{name}` may be read before it is assigned"
            raise UnsupportedSyntaxError(
                words, self.source.origin(node), instead=f"assign `{name}` before."
            )
        if self.enclosing is not None:
            return self.enclosing.lookup(name, node)
        function = self.source.function
        if name in function.__code__.co_freevars:
            value = captured_value(function, name)
        else:
            found = [names for names in (function.__globals__, vars(builtins)) if name in names]
            if not found:
                raise NameError(f"name {name!r} is not defined")
            value = found[0][name]
        if isinstance(value, ModuleType) or is_function(value):
            return Object(value, name, value)
        return self.captured_atom(function, name)

    def captured_atom(self, function: FunctionType, name: str) -> Name:
        """What a function reads of its module or closure: a parameter."""
        place = captured_place(function, name)
        for (other, known), parameter in self.shared.captured.items():
            if captured_place(other, known) == place:
                return Name(parameter)  # two functions read the same variable
        own = not self.shared.running and function.__code__ is self.shared.root
        parameter = name if own else self.names.fresh(name)
        self.shared.captured[function, name] = parameter
        return Name(parameter)
