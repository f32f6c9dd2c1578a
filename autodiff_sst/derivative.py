"""A `Derivative`: a callable that is compiled when it is first called, once for each signature."""

from __future__ import annotations

import functools
import html
import importlib.util
import inspect
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from autodiff_sst.errors import NonDifferentiableInputError, NonScalarOutputError

if TYPE_CHECKING:
    from autodiff_sst.analysis.values import Abstract
    from autodiff_sst.core.syntax import Function
    from autodiff_sst.driver import Derived, DerivedPair, Facts
    from autodiff_sst.frontend.lower import Lowered
    from autodiff_sst.transform.reverse.program import Request

T = TypeVar("T")
Argnums = int | str | tuple[int | str, ...]


class Derivative:
    """The derivative of `primal`: generated source, compiled for the arguments that it meets."""

    __name__: str
    __qualname__: str

    def __init__(
        self, primal: Callable[..., Any], kind: str, argnums: Argnums, has_aux: bool = False
    ) -> None:
        functools.update_wrapper(self, primal, updated=())
        self.primal = primal
        self.kind = kind
        self.argnums = argnums
        self.has_aux = has_aux
        self._signature = inspect.signature(primal)
        self._by = resolve_argnums(self._signature, argnums, self.__name__)
        self._derived: dict[tuple[Abstract, ...], Derived] = {}
        self._pairs: dict[tuple[Abstract, ...], DerivedPair] = {}
        self._last: Derived | None = None
        # What was compiled, by kinds of plain arguments; `_plain` is how many there must be.
        self._quick: dict[tuple[Any, ...], Derived] = {}
        positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        parameters = self._signature.parameters.values()
        self._plain = len(parameters) if all(p.kind in positional for p in parameters) else -1

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        values: Any = args
        derived = None
        key = None
        if not kwargs and len(args) == self._plain:
            key = tuple(map(_kind, args))
            derived = self._quick.get(key)
        if derived is None:
            derived, values = self.bound(args, kwargs)
            if key is not None and None not in key and len(values) == len(args):
                self._quick[key] = derived
        self._last = derived
        try:
            return derived.loaded.function(*values)
        except NonScalarOutputError as error:
            error.origin = error.origin or self._lowered.function.origin
            raise

    @property
    def source(self) -> str:
        """The generated source: of the last call's signature, before any of unknown arguments."""
        if self._last is None:
            from autodiff_sst.analysis.values import Unknown

            derived = self._learning(
                lambda: self.derive({p: Unknown(p) for p in self.parameters()})
            )
            return derived.loaded.text
        return self._last.loaded.text

    def source_for(self, *args: Any, **kwargs: Any) -> str:
        """The source that is specialised to the types and ranks of these arguments."""
        return self.bound(args, kwargs)[0].loaded.text

    def _learning(self, make: Callable[[], T]) -> T:
        """What `make` makes; again, as often as it tells more of what is called where."""
        from autodiff_sst.driver import learn
        from autodiff_sst.frontend.hints import MoreHintsError

        while True:
            try:
                return make()
            except MoreHintsError as more:
                learn(self.base, more)

    def show(self) -> None:
        """Prints the source, in colours on a terminal if Pygments is installed (`show` extra)."""
        text = self.source
        if sys.stdout.isatty() and importlib.util.find_spec("pygments"):
            from pygments import highlight
            from pygments.formatters import TerminalFormatter
            from pygments.lexers import PythonLexer

            text = highlight(text, PythonLexer(), TerminalFormatter())
        print(text, end="")

    def _repr_html_(self) -> str:
        """The source as a notebook shows it."""
        if not importlib.util.find_spec("pygments"):
            return f"<pre>{html.escape(self.source)}</pre>"
        from pygments import highlight
        from pygments.formatters import HtmlFormatter
        from pygments.lexers import PythonLexer

        shown: str = highlight(self.source, PythonLexer(), HtmlFormatter(noclasses=True))
        return shown

    def __reduce__(self) -> Any:
        """By name where it stands in its module under its own, else by what it was made of."""
        found: Any = sys.modules.get(self.__module__)
        for part in self.__qualname__.split("."):
            found = getattr(found, part, None)
        if found is self:
            return self.__qualname__
        return Derivative, (self.primal, self.kind, self.argnums, self.has_aux)

    # How it comes about

    @property
    def base(self) -> Any:
        """The function that was written, below all derivatives."""
        return self.primal.base if isinstance(self.primal, Derivative) else self.primal

    def parameters(self) -> tuple[str, ...]:
        """Those of the primal, then what it captures."""
        return self._lowered.function.parameters

    @property
    def _lowered(self) -> Lowered:
        from autodiff_sst.driver import lower_function

        return lower_function(self.base)

    def core_of_primal(self, facts: Facts) -> Function:
        if isinstance(self.primal, Derivative):
            return self.primal.derive(facts).core
        return self._lowered.function

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        """The arguments by position, defaults filled in, then what the primal captures now."""
        from autodiff_sst.frontend.lower import captured_value

        try:
            bound = self._signature.bind(*args, **kwargs)
        except TypeError:
            self.base(*args, **kwargs)  # raises what the primal raises, in its own words
            raise
        bound.apply_defaults()
        captured = self._lowered.captured
        return [
            *bound.arguments.values(),
            *(captured_value(function or self.base, name) for function, name in captured),
        ]

    def derived_for(self, values: list[Any]) -> Derived:
        from autodiff_sst.analysis.values import abstract

        key = tuple(abstract(v) for v in values)
        derived = self._derived.get(key)
        if derived is None:
            facts = dict(zip(self.parameters(), key, strict=True))
            derived = self._derived[key] = self.derive(facts)
        self._last = derived
        return derived

    def derive(self, facts: Facts) -> Derived:
        """The derivative for parameters of which `facts` are known."""
        from autodiff_sst.driver import derive, derive_hvp

        self._check_inputs(facts)
        core = self.core_of_primal(facts)
        if self.kind == "hvp":
            (by,) = self._by
            return derive_hvp(core, facts, by, self._users(core))
        return derive(core, facts, self.request(core), self._users(core))

    def program_after(self, name: str, values: list[Any] | None) -> str:
        """The core program after a pass, for these arguments or unknown ones."""
        from autodiff_sst.analysis.values import Unknown, abstract
        from autodiff_sst.driver import program_after

        names = self.parameters()
        facts: Facts = (
            {p: Unknown(p) for p in names}
            if values is None
            else {p: abstract(v) for p, v in zip(names, values, strict=True)}
        )
        core = self.core_of_primal(facts)
        return program_after(name, core, facts, self.request(core))

    def bound(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Derived, list[Any]]:
        """The derivative for these arguments, and the values for it."""
        return self._learning(lambda: (self.derived_for(values := self.bind(args, kwargs)), values))

    def bound_pair(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[DerivedPair, list[Any]]:
        """Forward and backward function, and the values for them."""
        return self._learning(lambda: (self.pair(values := self.bind(args, kwargs)), values))

    def pair(self, values: list[Any]) -> DerivedPair:
        """Forward and backward function for these arguments, compiled once a signature."""
        from autodiff_sst.analysis.values import abstract
        from autodiff_sst.driver import derive_pair

        key = tuple(abstract(v) for v in values)
        found = self._pairs.get(key)
        if found is None:
            facts = dict(zip(self.parameters(), key, strict=True))
            self._check_inputs(facts)
            core = self.core_of_primal(facts)
            found = self._pairs[key] = derive_pair(core, facts, self._by, self._users(core))
        return found

    def with_pullback(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
        """The value for these arguments, and the pullback, which takes what broadcasts to it."""
        from autodiff_sst.runtime.broadcast import unbroadcast

        pair, values = self.bound_pair(args, kwargs)
        y, saved = pair.forward.function(*values)

        def pullback(y_bar: Any) -> tuple[Any, ...]:
            whole = y_bar if isinstance(y, tuple | list | dict) else unbroadcast(y_bar, y)
            cotangents: tuple[Any, ...] = pair.backward.function(*saved, whole)
            return cotangents

        return y, pullback

    def _users(self, core: Function) -> frozenset[str]:
        return frozenset({*core.parameters, *self.base.__code__.co_varnames})

    def request(self, core: Function) -> Request:
        from autodiff_sst.transform.reverse.program import Request

        return Request(
            by=self._by,
            name=f"{self.kind}_{core.name}",
            with_value=self.kind == "value_and_grad",
            as_tuple=isinstance(self.argnums, tuple),
            has_aux=self.has_aux,
        )

    def _check_inputs(self, facts: Facts) -> None:
        from autodiff_sst.analysis.values import can_be_active, describe

        for name in self._by:
            if not can_be_active(facts[name]):
                raise NonDifferentiableInputError(
                    f"the derivative by `{name}` was asked for, which is {describe(facts[name])}",
                    self._lowered.function.origin,
                    instead="pass a float or an array of floats.",
                )

    def __repr__(self) -> str:
        return f"<{self.kind} of {self.__name__} by {', '.join(self._by)}>"


def _kind(value: Any) -> Any:
    """What a derivative is compiled for, of a number or an array; None of anything else."""
    kind = type(value)
    if kind is float or kind is int or kind is bool:
        return kind
    if kind is np.ndarray:
        return value.dtype, tuple([n == 1 for n in value.shape])
    return None


def resolve_argnums(
    signature: inspect.Signature, argnums: Argnums, function: str
) -> tuple[str, ...]:
    """The names of the parameters that `argnums` means.

    Raises:
        TypeError: it is not an int, a name, or a tuple of these.
        ValueError: there is no such parameter, or one is there twice.
    """
    names = [*signature.parameters]
    found = []
    for one in argnums if isinstance(argnums, tuple) else (argnums,):
        if isinstance(one, bool) or not isinstance(one, int | str):
            raise TypeError(
                f"argnums: an int, a parameter's name, or a tuple of these, not {one!r}"
            )
        if isinstance(one, str) and one not in names:
            raise ValueError(f"argnums: {function} has no parameter {one!r}, only {names}")
        if isinstance(one, int) and not -len(names) <= one < len(names):
            raise ValueError(f"argnums: {function} has {len(names)} parameters, so not {one}")
        found.append(one if isinstance(one, str) else names[one])
    if not found:
        raise ValueError(f"argnums: {argnums!r} must name at least one parameter")
    if len({*found}) < len(found):
        raise ValueError(f"argnums: {argnums!r} names a parameter twice")
    return tuple(found)


@functools.lru_cache(maxsize=256)
def derivative_of(function: Any, by: tuple[int | str, ...]) -> Derivative:
    """The `vjp` of a function by some of its arguments, made once."""
    return Derivative(function, "vjp", by)
