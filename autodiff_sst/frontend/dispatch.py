"""Calls of what only the arguments tell: methods, objects, functions that definitions stand for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

import gast
import numpy as np

from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import Attribute, Binary, Call, Expression, Name, Object
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.frontend.calls import Arguments, Partial, Static, constant_atom
from autodiff_sst.frontend.control import Control
from autodiff_sst.frontend.hints import Hint, Hints, give_up
from autodiff_sst.runtime.methods import METHODS_OF_UFUNCS, accumulate_of, reduce_of
from autodiff_sst.runtime.sequences import is_array

_IS_ARRAY = Object(is_array, "is_array")
_TYPE = Object(type, "type", type)


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
    keys: int = 0  # names that no program has, given so far


class Dispatch(Control):
    shared: Shared
    receiver: Any  # the class of `self`, of a method

    def inline_function(
        self, function: FunctionType, given: Arguments, node: Any, receiver: Any = None
    ) -> Any:
        """The value of a call whose place the body takes; None if it must stay a call."""
        raise NotImplementedError

    def call_value(self, called: Any, given: Arguments, node: Any) -> Any:
        raise NotImplementedError

    def operator(self, symbol: str, left: Any, right: Any, node: Any) -> Expression:
        """An operator, which may be a method of an object."""
        raise NotImplementedError

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
                return Partial(constant_atom(member), Arguments([first], {}))
            case _:
                return self.value(node)

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

    def defined(self, function: Any, node: Any) -> Any:
        """The definition of a function that turned out to be called with active arguments."""
        hints = self.shared.hints.get((self.source.origin(node), "()"), ())
        found = [h for h in hints if h.definition is not None and h.function == function]
        return found[0].definition if found else None

    def call_name(self, called: Name, given: Arguments, node: Any) -> Any:
        """A call of what only the kinds of the arguments tell."""
        made = self.shared.made.get(called.id)
        method = made.name if isinstance(made, Attribute) else "()"
        subject = made.value if isinstance(made, Attribute) else called
        if isinstance(subject, Object) and isinstance(subject.value, np.ufunc):
            whole = {"reduce": reduce_of, "accumulate": accumulate_of}.get(method)
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
            made = self.inline_function(hint.definition, whole, node)
            if made is None:
                give_up((self.source.origin(node), "()"), hint.function)
                made = self.plain_call(called, given, node)
            return self.emit(made, node)

        def plain() -> Any:
            return self.emit(self.plain_call(called, given, node), node)

        return self.conditional(kinds, define, plain, node)
