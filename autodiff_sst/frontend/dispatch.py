"""Calls of what only the arguments tell: methods, objects, functions that definitions stand for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any, cast

import gast
import numpy as np

from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    UNDEFINED,
    Atom,
    Attribute,
    Binary,
    Call,
    Expression,
    Index,
    Literal,
    Name,
    Object,
    Raise,
    Slice,
    Store,
    Subscript,
    TupleOf,
    Unary,
)
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.frontend.calls import Arguments, Partial, Static, constant_atom
from autodiff_sst.frontend.control import Control
from autodiff_sst.frontend.hints import Hint, Hints, give_up
from autodiff_sst.frontend.keywords import finished, fitted
from autodiff_sst.frontend.recorded import Seen
from autodiff_sst.runtime.methods import (
    METHODS_OF_UFUNCS,
    accumulate_of,
    at_of,
    reduce_of,
    reduceat_of,
)
from autodiff_sst.runtime.sequences import is_array
from autodiff_sst.runtime.solvers import is_solver

_IS_ARRAY = Object(is_array, "is_array")
_TYPE = Object(type, "type", type)
_ARRAY = Object(np.array, "np.array", np)
_SLICE = Object(slice, "slice", slice)


@dataclass
class Shared:
    """What a function and those in its calls' places have in common."""

    names: Names
    inlines: Callable[[Any], bool]
    captured: dict[tuple[FunctionType, str], str] = field(default_factory=dict)
    made: dict[str, Expression] = field(default_factory=dict)
    running: list[Any] = field(default_factory=list)
    root: Any = None  # the code of the function that is lowered
    hints: Hints = field(default_factory=dict)
    # Of the blocks of branches, by identity: the block, and that around it.
    around: dict[int, tuple[Any, Any]] = field(default_factory=dict)
    guarding: int = 0  # in how many `try`s
    seen: Seen = field(default_factory=dict)  # of what is tried
    tried: dict[int, Any] = field(default_factory=dict)  # statements that do not fail, by identity
    keys: int = 0  # names that no program has, given so far

    def key(self, name: str) -> str:
        """A variable that no program can name."""
        self.keys += 1
        return f"{name}({self.keys})"


class Dispatch(Control):
    shared: Shared
    tree: Any
    receiver: Any  # the class of `self`, of a method

    def made_as(self, atom: Any) -> Expression | None:
        return self.shared.made.get(atom.id) if isinstance(atom, Name) else None

    def inline_function(
        self, function: FunctionType, given: Arguments, node: Any, receiver: Any = None
    ) -> Any:
        """The value of a call whose place the body takes; None if it must stay a call."""
        raise NotImplementedError

    def call_value(self, called: Any, given: Arguments, node: Any) -> Any:
        raise NotImplementedError

    def operator(self, symbol: str, left: Atom, right: Atom, node: Any) -> Expression:
        """An operator, which may be a method of an object."""
        if not self.shared.hints:
            return Binary(symbol, left, right)

        def run(subject: Atom, other: Atom) -> Callable[[Hint], Any]:
            return lambda hint: self.method(hint, subject, Arguments([other], {}), node)

        def reflected() -> Any:
            plain = Binary(symbol, left, right)
            return self.hinted(f"r{symbol}", right, run(right, left), lambda: plain, node)

        return cast(Expression, self.hinted(symbol, left, run(left, right), reflected, node))

    def item(self, base: Any, index: Index, node: Any) -> Expression:
        """An item, which a method of an object may give."""

        def run(hint: Hint) -> Any:
            return self.method(hint, base, Arguments([self.key_of(index, node)], {}), node)

        plain = Subscript(base, index)
        return cast(Expression, self.hinted("[]", base, run, lambda: plain, node))

    def store_item(self, base: Name, index: Index, value: Any, node: Any) -> None:
        """An item that is assigned, which a method of an object may do."""
        origin = self.source.origin(node)

        def run(hint: Hint) -> Any:
            given = Arguments([self.key_of(index, node), value], {})
            return self.method(hint, base, given, node)

        def plain() -> Expression:
            self.block.append(Store(base.id, index, value, origin))
            return Literal(None)

        self.hinted("[]=", base, run, plain, node)

    def key_of(self, index: Index, node: Any) -> Any:
        """What a method gets as the index."""
        parts: list[Any] = []
        for part in index:
            if isinstance(part, Slice):
                bounds = (
                    Literal(None) if b is None else b for b in (part.start, part.stop, part.step)
                )
                parts.append(self.emit(Call(_SLICE, tuple(bounds)), node))
            else:
                parts.append(part)
        return parts[0] if len(parts) == 1 else self.emit(TupleOf(tuple(parts)), node)

    def augmented(self, plain: Call, node: Any) -> Expression:
        """`v += e`, which may be a method of an object."""
        old, value = plain.args

        def run(hint: Hint) -> Any:
            return self.method(hint, old, Arguments([value], {}), node)

        return cast(Expression, self.hinted("+=", old, run, lambda: plain, node))

    def branch(
        self, test: Atom, then: Callable[[], None], orelse: Callable[[], None], node: Any
    ) -> None:
        made = self.shared.made.get(test.id) if isinstance(test, Name) else None
        if (self.source.origin(node), "bool") in self.shared.hints and not isinstance(made, Binary):

            def run(hint: Hint) -> Any:
                found = self.method(hint, test, Arguments([], {}), node)
                is_length = hint.function.__name__ == "__len__"
                return Binary(">", self.emit(found, node), Literal(0)) if is_length else found

            test = self.emit(self.hinted("bool", test, run, lambda: test, node), node)
        super().branch(test, then, orelse, node)

    def boolean(self, node: Any, values: list[Any]) -> Atom:
        """Where only the truth counts, of objects too: whether the last is true, not itself."""
        if len(values) > 1 or not self.shared.hints or not hasattr(node, "only_truth"):
            return super().boolean(node, values)
        yes, no = Literal(True), Literal(False)
        return self.conditional(self.atom(values[0]), lambda: yes, lambda: no, values[0])

    def special(self, key: str, plain: Expression, node: Any) -> Expression:
        """`-v`, `len(v)`, `abs(v)`, which may be methods of objects."""
        match plain:
            case Unary(_, operand) | Call(_, (operand,)):

                def run(hint: Hint) -> Any:
                    return self.method(hint, operand, Arguments([], {}), node)

                return cast(Expression, self.hinted(key, operand, run, lambda: plain, node))
        return plain

    def plain_call(self, called: Any, given: Arguments, node: Any) -> Expression:
        raise NotImplementedError

    def callee(self, node: Any) -> Any:
        """What is called; `super().method` with its object."""
        match node:
            case gast.Attribute(value=gast.Call(func=gast.Name(id="super"), args=[]), attr=name):
                own = self.source.function
                names = own.__code__.co_freevars
                if self.receiver is None or "__class__" not in names:
                    words = "`super()` is supported in methods only"
                    raise UnsupportedSyntaxError(words, self.source.origin(node))
                cell = (own.__closure__ or ())[names.index("__class__")]
                member = getattr(super(cell.cell_contents, self.receiver), name)
                first = self.values[own.__code__.co_varnames[0]]
                return Partial(constant_atom(member), Arguments([first], {}), self.receiver)
            case _:
                called = self.value(node)
                is_ordered = isinstance(called, Object) and called.value is OrderedDict
                return constant_atom(dict) if is_ordered and not self.reorders() else called

    def reorders(self) -> bool:
        """Whether the function uses what an OrderedDict has and a dict has not."""
        attributes = (n.attr for n in gast.walk(self.tree) if isinstance(n, gast.Attribute))
        return any(name in ("move_to_end", "popitem") for name in attributes)

    def hinted(
        self,
        key: str,
        subject: Any,
        run: Callable[[Hint], Any],
        otherwise: Callable[[], Any],
        node: Any,
    ) -> Any:
        """A call where hints say whose body takes its place; or what there is without."""
        origin = self.source.origin(node)
        hints = self.shared.hints.get((origin, key), ())

        def choose(rest: tuple[Hint, ...]) -> Any:
            if not rest and hints[-1].is_last:
                error = Call(Object(TypeError, "TypeError"), (Literal("another function"),))
                self.block.append(Raise(self.emit(error, node), origin))
                return UNDEFINED
            if not rest:
                return self.emit(otherwise(), node)
            hint = rest[0]
            if hint.cls is None:
                test = Binary("is", subject, constant_atom(hint.function))
            else:
                kind = self.emit(Call(_TYPE, (subject,)), node)
                test = Binary("is", kind, constant_atom(hint.cls))

            def body() -> Any:
                made = run(hint)
                return made if isinstance(made, Static) else self.emit(made, node)

            return self.conditional(self.emit(test, node), body, lambda: choose(rest[1:]), node)

        return choose(hints) if hints else otherwise()

    def method(self, hint: Hint, subject: Any, given: Arguments, node: Any) -> Any:
        """The body of a method, or the call of it if that cannot take its place."""
        first = [subject] if hint.binds_self else []
        bound = Arguments([*first, *given.positional], given.keywords)
        function = hint.function
        if isinstance(function, FunctionType) and self.shared.inlines(function):
            made = self.inline_function(function, bound, node, hint.cls)
            if made is not None:
                return made
        return self.call_value(constant_atom(function), bound, node)

    def defined(self, function: Any, given: Arguments, node: Any) -> Any:
        """The definition of a function that turned out to be called with active arguments, and
        what it is given: arrays, where lists are."""
        hints = self.shared.hints.get((self.source.origin(node), "()"), ())
        found = [h for h in hints if h.definition is not None and h.function == function]
        if not found:
            return None, given
        if is_solver(function) and given.keywords.get("jac") == Literal(True):
            words = f"`{function.__name__}` with jac=True has no derivative rule"
            instead = "a function of its own."
            raise UnsupportedSyntaxError(words, self.source.origin(node), instead=instead)

        def array(key: Any, value: Any) -> Any:
            return self.emit(Call(_ARRAY, (value,)), node) if key in found[0].lists else value

        lists = Arguments(
            [array(k, v) for k, v in enumerate(given.positional)],
            {k: array(k, v) for k, v in given.keywords.items()},
        )
        return found[0].definition, fitted(function, found[0].definition, lists)

    def call_name(self, called: Name, given: Arguments, node: Any) -> Any:
        """A call of what only the kinds of the arguments tell."""
        made = self.shared.made.get(called.id)
        method = made.name if isinstance(made, Attribute) else "()"
        subject = made.value if isinstance(made, Attribute) else called
        if isinstance(subject, Object) and isinstance(subject.value, np.ufunc):
            whole: Any = {
                "reduce": reduce_of,
                "accumulate": accumulate_of,
                "reduceat": reduceat_of,
            }.get(method)
            if method == "at" and subject.value not in (np.add, np.subtract):
                whole = at_of
            if whole is not None and (subject.value, method) not in METHODS_OF_UFUNCS:
                more = Arguments([subject, *given.positional], given.keywords)
                return self.call_value(constant_atom(whole), more, node)
        if isinstance(subject, Object) and type(subject.value).__module__.startswith("scipy."):
            bound = getattr(subject.value, method, None)
            if callable(bound):  # `stats.norm.pdf`
                return self.call_value(constant_atom(bound), given, node)
        hints = self.shared.hints.get((self.source.origin(node), "()"), ())
        defined = [h for h in hints if h.definition is not None]
        if defined and isinstance(made, Attribute):  # a method of arrays
            return self.array_method(defined[0], subject, called, given, node)

        if any(h.cls is not None for h in hints):  # an object that an attribute holds
            method, subject = "()", called

        def run(hint: Hint) -> Any:
            if hint.cls is None:
                return self.call_value(constant_atom(hint.function), given, node)
            return self.method(hint, subject, given, node)

        def plain() -> Any:
            return self.plain_call(called, given, node)

        return self.hinted(method, called if method == "()" else subject, run, plain, node)

    def array_method(
        self, hint: Hint, subject: Any, called: Any, given: Arguments, node: Any
    ) -> Any:
        """`x.ptp()`, where `x` is an array, by the definition of `np.ptp`."""
        kinds = self.emit(Call(_IS_ARRAY, (subject,)), node)

        def define() -> Any:
            whole = Arguments([subject, *given.positional], given.keywords)
            known = fitted(hint.function, hint.definition, whole)
            made = self.inline_function(hint.definition, known, node)
            if made is not None:
                made = finished(self, made, hint.function, hint.definition, whole, node)
            if made is None:
                give_up((self.source.origin(node), "()"), hint.function)
                made = self.plain_call(called, given, node)
            return self.emit(made, node)

        def plain() -> Any:
            return self.emit(self.plain_call(called, given, node), node)

        return self.conditional(kinds, define, plain, node)
