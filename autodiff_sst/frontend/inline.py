"""Lowers calls: the part of `lower.py` that puts a callee's body in the place of its call."""

from __future__ import annotations

import functools
from types import FunctionType
from typing import Any

import gast
import numpy as np

from autodiff_sst.core.syntax import (
    Assign,
    Call,
    DictOf,
    Effect,
    Expression,
    Literal,
    Name,
    Object,
    Subscript,
    TupleOf,
)
from autodiff_sst.errors import AutodiffError, UnsupportedSyntaxError
from autodiff_sst.frontend.calls import (
    REASONS,
    Arguments,
    BindingError,
    Choice,
    Closure,
    Partial,
    Rest,
    Static,
    StaticTuple,
    bind,
    constant_atom,
    count_of_parameters,
    defaults_of,
    is_users,
    of_all,
    spread,
    unwrap_partial,
)
from autodiff_sst.frontend.custom import inline_custom
from autodiff_sst.frontend.dispatch import Dispatch, Shared
from autodiff_sst.frontend.exits import is_generator, own_nodes
from autodiff_sst.frontend.factories import keywords_of
from autodiff_sst.frontend.fence import fence
from autodiff_sst.frontend.held_functions import choose, held_arguments
from autodiff_sst.frontend.higher import higher_call, operator_of, piecewise
from autodiff_sst.frontend.hints import give_up
from autodiff_sst.frontend.iteration import AS_SEQUENCE
from autodiff_sst.frontend.keywords import finished
from autodiff_sst.frontend.lifting import calls_itself, lifted
from autodiff_sst.frontend.making import construct, initializes_exception, set_args
from autodiff_sst.frontend.nested import (
    Transformed,
    call_transformed,
    is_transform,
    transform,
    with_captured,
)
from autodiff_sst.frontend.source import Source, read_source
from autodiff_sst.frontend.starred import (
    all_arguments,
    by_hints,
    has_rest,
    named_arguments,
    refused,
    with_rest,
)
from autodiff_sst.markers import CustomGradient
from autodiff_sst.runtime.sequences import check_count


class Inlining(Dispatch):
    def __init__(
        self,
        source: Source,
        tree: Any,
        shared: Shared,
        local: set[str],
        values: dict[str, Any],
        enclosing: Inlining | None,
    ) -> None:
        self.source = source
        self.tree = tree
        self.shared = shared
        self.names = shared.names
        self.locals = local
        self.values = values
        self.enclosing = enclosing
        self.used: set[str] = set()
        self.block = []
        self.receiver: Any = None  # the class of `self`, of a method

    def run(self) -> Any:
        raise NotImplementedError

    def if_expression(self, node: Any) -> Any:
        raise NotImplementedError

    def lookup(self, name: str, node: Any) -> Any:
        """What a name stands for: an atom, or a closure."""
        raise NotImplementedError

    def closure(self, node: Any) -> Closure:
        arguments = node.args
        names = [a.id for a in (*arguments.posonlyargs, *arguments.args)]
        values = [self.value(d) for d in arguments.defaults]
        defaults = dict(zip(names[len(names) - len(values) :], values, strict=True))
        for name, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            if default is not None:
                defaults[name.id] = self.value(default)
        return Closure(node, self, defaults)

    def evaluate(self, node: Any) -> Any:
        """An expression, or something static."""
        match node:
            case gast.Tuple(elts=items) if not any(isinstance(i, gast.Starred) for i in items):
                values = tuple(map(self.value, items))
                static = any(isinstance(v, Static) for v in values)
                return StaticTuple(values) if static else TupleOf(values)
            case gast.Subscript(
                value=gast.Tuple(elts=items), slice=gast.Constant(value=int() as k)
            ):
                return [*map(self.value, items)][k]
            case gast.Subscript(value=base, slice=gast.Constant(value=int() as k)):
                value = self.value(base)
                if isinstance(value, StaticTuple):
                    return value.items[k]
                return self.item(value, (Literal(k),), node)
            case gast.IfExp():
                return self.if_expression(node)
            case gast.Lambda():
                return self.closure(node)
            case gast.GeneratorExp():  # it runs when it is gone through, and once
                raise self.held(node)
            case gast.Name(id=name):
                return self.lookup(name, node)
            case gast.Call():
                return self.call(node)
            case _:
                return self.expression(node)

    def held(self, node: Any) -> UnsupportedSyntaxError:
        words = "a generator that is not gone through at once is not supported"
        return UnsupportedSyntaxError(
            words, self.source.origin(node), instead="a list, or a `for`."
        )

    def value(self, node: Any) -> Any:
        """An atom, or something static."""
        made = self.evaluate(node)
        return made if isinstance(made, Static) else self.emit(made, node)

    def call(self, node: Any) -> Any:
        called = self.callee(node.func)
        if isinstance(called, Object) and called.value is np.piecewise:
            made = piecewise(self, node)
            if made is not None:
                return made
        called, given = self.arguments(node, called)
        if has_rest(given):
            made = by_hints(self, called, given, node)
            if made is not None:
                return made
        if isinstance(called, Object) and called.value is functools.partial:
            function, *first = given.positional
            return Partial(function, Arguments(first, given.keywords))
        return self.call_value(called, given, node)

    def call_value(self, called: Any, given: Arguments, node: Any) -> Any:
        """A call of an atom, or of something static."""
        if is_transform(called):
            return transform(self, called, given, node)
        if isinstance(called, Transformed):
            return call_transformed(self, called, given, node)
        if isinstance(called, Partial | Object):
            made = higher_call(self, called, given, node)
            if made is not None:
                return made
            receiver = getattr(called, "receiver", None)
            function, given = unwrap_partial(called, given)
            if isinstance(function, Closure | Name):
                called = function
            elif not isinstance(called, Object) or function is not called.value:
                called = constant_atom(function)
            if isinstance(getattr(function, "py_func", None), FunctionType):
                function = function.py_func  # `differentiable`, or compiled by Numba
                called = constant_atom(function)
            if isinstance(function, FunctionType) and self.shared.inlines(function):
                made = self.inline_function(function, given, node, receiver)
                if made is not None:
                    return made
            if isinstance(function, type) and isinstance(called, Object):
                made = construct(self, function, given, node)
                if made is not None:
                    return made
            definition, arrays = self.defined(function, given, node)
            if definition is not None:
                made = self.inline_function(definition, arrays, node)
                if made is not None:
                    return finished(self, made, function, definition, given, node)
                give_up((self.source.origin(node), "()"), function)
            if isinstance(function, CustomGradient):
                made = inline_custom(self, function, given, node)
                if made is not None:
                    return made
        if isinstance(called, Closure):
            return self.inline_closure(called, given, node)
        if isinstance(called, Choice):
            return choose(self, called, lambda f: self.call_value(f, given, node), node)
        if isinstance(called, Name):
            return self.call_name(called, given, node)
        return self.plain_call(called, given, node)

    def plain_call(self, called: Any, given: Arguments, node: Any) -> Expression:
        if has_rest(given):
            return with_rest(self, called, given, node)
        given = held_arguments(self, called, given, node)
        if initializes_exception(called):
            return set_args(self, given.positional[0], given.positional[1:], node)
        symbol = operator_of(called, given)
        if symbol is not None:
            left, right = given.positional
            return self.operator(symbol, left, right, node)
        if isinstance(called, Object) and called.value is dict and not given.positional:
            return DictOf(tuple(map(Literal, given.keywords)), tuple(given.keywords.values()))
        made = with_captured(self, called, given, keywords_of(self, called, given, node))
        is_iter = self.source.function.__name__ == "__iter__"  # it is gone through at once
        if isinstance(called, Object) and called.value is iter and is_iter and len(made.args) == 1:
            return Call(AS_SEQUENCE, tuple(given.positional))
        if isinstance(called, Object) and called.value in (len, abs):
            return self.special(called.value.__name__, made, node)
        return made

    def arguments(self, node: Any, called: Any) -> tuple[Any, Arguments]:
        """What a call gives, and to what: `max(*x)` is `max(x)`."""
        given = Arguments([], {})
        for k, argument in enumerate(node.args):
            if isinstance(argument, gast.Starred):
                atom = self.atom(argument.value)
                items = spread(atom, self)
                if items is None and len(node.args) == 1 and not node.keywords:
                    whole = of_all(called)
                    if whole is not None:
                        return whole, Arguments([atom], {})
                if items is None and argument is node.args[-1] and not node.keywords:
                    items = self.as_many(atom, called, len(given.positional), argument)
                if items is None and argument is node.args[-1]:
                    given.positional.append(Rest(atom))
                    continue
                if items is None:
                    given.positional = all_arguments(self, given.positional, node, k)
                    break
                given.positional += items
            elif isinstance(argument, gast.GeneratorExp) and not is_users(called, self.shared):
                given.positional.append(self.atom(argument))
            else:
                given.positional.append(self.value(argument))
        for keyword in node.keywords:
            if keyword.arg is None:
                given.keywords |= named_arguments(self, keyword.value)
            else:
                given.keywords[keyword.arg] = self.value(keyword.value)
        return called, given

    def as_many(self, atom: Any, called: Any, before: int, node: Any) -> list[Any] | None:
        """The items of a sequence, as many as the function that is called takes."""
        count = count_of_parameters(called)
        if count is None or count < before:
            return None
        check = Object(check_count, "check_count")
        given = (atom, Literal(count - before), Literal(getattr(called, "text", "the function")))
        self.block.append(Effect(Call(check, given), self.source.origin(node)))
        return [self.emit(Subscript(atom, (Literal(k),)), node) for k in range(count - before)]

    def inline_closure(self, closure: Closure, given: Arguments, at: Any) -> Any:
        node, scope = closure.node, closure.scope
        if is_generator(node):
            raise self.held(at)
        if node in self.shared.running:
            words = "functions defined here that call each other are not supported yet"
            raise UnsupportedSyntaxError(words, scope.source.origin(node), instead="a loop.")
        if calls_itself(closure):
            return self.plain_call(*lifted(self, closure, given, at), at)
        try:
            values = bind(node, given, closure.defaults, lambda e: self.emit(e, node))
        except BindingError:
            if has_rest(given):
                raise refused(self, at) from None
            raise
        own = [n for n in own_nodes(node) if isinstance(n, gast.Name)]
        local = {*values} | {n.id for n in own if isinstance(n.ctx, gast.Store)}
        local |= {n.name for n in own_nodes(node) if isinstance(n, gast.FunctionDef)} - {
            getattr(node, "name", "")
        }
        source = scope.source.called_from(self.source, at)
        return self.run_inside(type(self)(source, node, self.shared, local, values, scope))

    def inline_function(
        self, function: FunctionType, given: Arguments, node: Any, receiver: Any = None
    ) -> Any:
        """The value of a call whose place the body takes; None if it must stay a call."""
        code = function.__code__
        if code in self.shared.running or code is self.shared.root:
            return None
        before = len(self.block)
        try:
            return self.body_of(function, given, node, receiver)
        except AutodiffError as error:
            REASONS[function] = error
        except BindingError:
            pass
        del self.block[before:]
        return None

    def body_of(
        self, function: FunctionType, given: Arguments, node: Any, receiver: Any = None
    ) -> Any:
        code = function.__code__
        source = read_source(function).called_from(self.source, node)
        fence(source)
        defaults = defaults_of(function, source.tree)
        values = bind(source.tree, given, defaults, lambda e: self.emit(e, source.tree))
        local = {*code.co_varnames, *code.co_cellvars}
        inner = type(self)(source, source.tree, self.shared, local, values, None)
        inner.receiver = receiver
        return self.run_inside(inner, code)

    def alias(self, name: str, atom: Name, node: Any) -> Name:
        """Another name of the same object: passes that ask who shares it must see that."""
        self.block.append(Assign(name, atom, self.source.origin(node)))
        self.shared.made[name] = atom
        return Name(name)

    def run_inside(self, inner: Inlining, running: Any = None) -> Any:
        inner.block = self.block
        for name, value in inner.values.items():
            if isinstance(value, Name):
                inner.values[name] = inner.alias(self.names.fresh(name), value, inner.tree)
        self.shared.running.append(inner.tree if running is None else running)
        try:
            return inner.run()
        finally:
            self.shared.running.pop()
