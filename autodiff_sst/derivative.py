"""A `Derivative`: a callable that is compiled when it is first called, once for each signature."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from autodiff_sst.binding import Argnums, Binding, Extra
from autodiff_sst.emit.compiled import check_backend, compiled
from autodiff_sst.errors import NonDifferentiableInputError, NonScalarOutputError
from autodiff_sst.learning import Learning

if TYPE_CHECKING:
    from autodiff_sst.analysis.values import Abstract
    from autodiff_sst.core.syntax import Call, Function
    from autodiff_sst.driver import Derived, DerivedPair, Facts
    from autodiff_sst.emit.dispatch import Case
    from autodiff_sst.frontend.lower import Lowered
    from autodiff_sst.transform.reverse.program import Request

T = TypeVar("T")
Key = tuple[Extra, tuple["Abstract", ...]]


class Derivative(Learning):
    """The derivative of `primal`: generated source, compiled for the arguments that it meets."""

    __name__: str
    __qualname__: str
    chosen = ""  # the mode, of a Jacobian

    def __init__(
        self,
        primal: Callable[..., Any],
        kind: str,
        argnums: Argnums,
        has_aux: bool = False,
        backend: str = "python",
    ) -> None:
        check_backend(backend)
        functools.update_wrapper(self, primal, updated=())
        self.primal = primal
        self.kind = kind
        self.argnums = argnums
        self.has_aux = has_aux
        self.backend = backend
        self._binding = Binding(self.root, argnums)
        self._derived: dict[tuple[Key, str], Derived] = {}
        self._pairs: dict[Key, DerivedPair] = {}
        self._last: Derived | None = None
        self._cases: list[Case] = []  # of the dispatcher, a `__call__` of its own

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        derived, values = self.bound(args, kwargs)
        self._dispatch(derived, values)
        try:
            return derived.loaded.function(*values)
        except NonScalarOutputError as error:
            self._locate(error)
            raise

    def _locate(self, error: NonScalarOutputError) -> None:
        error.origin = error.origin or self.lowered(Extra()).function.origin

    def _missed(self, first: tuple[Any, ...], rest: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """A call that the dispatcher has no case for."""
        from autodiff_sst.emit.dispatch import MISSING

        given = {n: v for n, v in named.items() if v is not MISSING}
        if any(v is MISSING for v in first):
            names = [*self._binding.signature.parameters]
            count = next(k for k, v in enumerate(first) if v is MISSING)
            rest_by_name = [*zip(names, first, strict=False)][count:]
            given |= {n: v for n, v in rest_by_name if v is not MISSING}
            first = first[:count]
        return Derivative.__call__(self, *first, *rest, **given)

    def _dispatch(self, derived: Derived, values: list[Any]) -> None:
        """Adds a case to the dispatcher, if these values can be told quickly."""
        from autodiff_sst.emit.dispatch import MOST, Case, can_be_tested, dispatching, example

        binding = self._binding
        known = len(self._cases) == MOST or any(c.derived is derived for c in self._cases)
        if known or binding.first or binding.keywords:
            return
        names = self.parameters(Extra()) if self.fixed else ()
        kinds = tuple(
            example(v, k < len(names) and names[k] in self.fixed) for k, v in enumerate(values)
        )
        if not can_be_tested(binding.signature, kinds):
            return
        self._cases.append(Case(kinds, derived, derived.loaded.function))
        captured = [(f or self.base, name) for f, name in self.lowered(Extra()).captured]
        call = dispatching(self.base, binding.signature, captured, self._cases)
        self.__class__ = type("Derivative", (Derivative,), {"__call__": call})

    @property
    def source(self) -> str:
        """The generated source: of the last call's signature, before any of unknown arguments."""
        derived = self.unspecialised() if self._last is None else self._last
        return derived.loaded.text

    def source_for(self, *args: Any, **kwargs: Any) -> str:
        """The source that is specialised to the types and ranks of these arguments."""
        return self.bound(args, kwargs)[0].loaded.text

    def export(self, path: str | Path, *args: Any) -> None:
        """Writes a module that computes this derivative with NumPy alone.

        Args:
            path: the file; it is overwritten.
            args: the arguments whose types and ranks it is for; without any, for unknown ones.
                What the function reads of its module is written down as it is now.

        Raises:
            MissingRuleError: the derivative calls what cannot be written down.
        """
        from autodiff_sst.emit.export import module_text
        from autodiff_sst.frontend.parameters import captured_value

        derived = self.bound(args, {})[0] if args else self.unspecialised()
        captured = self.lowered(Extra()).captured
        constants = {name: captured_value(f or self.base, name) for f, name in captured}
        doc = f"{self.kind} of `{self.__qualname__}`, written by autodiff_sst."
        Path(path).write_text(module_text(derived.loaded, doc, constants))

    def show(self) -> None:
        """Prints the source, in colours on a terminal if Pygments is installed (`show` extra)."""
        from autodiff_sst.emit.highlight import for_terminal

        print(for_terminal(self.source) if sys.stdout.isatty() else self.source, end="")

    def _repr_html_(self) -> str:
        """The source as a notebook shows it."""
        from autodiff_sst.emit.highlight import for_notebook

        return for_notebook(self.source)

    def __reduce__(self) -> Any:
        """By name where it stands in its module under its own, else by what it was made of."""
        found: Any = sys.modules.get(self.__module__)
        for part in self.__qualname__.split("."):
            found = getattr(found, part, None)
        return self.__qualname__ if found is self else self._made_of()

    def _made_of(self) -> tuple[type[Derivative], tuple[Any, ...]]:
        return Derivative, (self.primal, self.kind, self.argnums, self.has_aux, self.backend)

    @property
    def root(self) -> Any:
        """What was passed below all derivatives."""
        return self.primal.root if isinstance(self.primal, Derivative) else self.primal

    def by(self, extra: Extra) -> tuple[str, ...]:
        return self._binding.by(extra)

    def parameters(self, extra: Extra) -> tuple[str, ...]:
        """Those of the function, then what it captures."""
        return self.lowered(extra).function.parameters

    def lowered(self, extra: Extra) -> Lowered:
        from autodiff_sst.driver import lower_function

        first = self
        while isinstance(first.primal, Derivative):
            first = first.primal
        return lower_function(self.base, extra, first.kind == "jvp")

    def core_of_primal(self, facts: Facts, extra: Extra) -> Function:
        if isinstance(self.primal, Derivative):
            return self.primal.derive(facts, extra).core
        return self.lowered(extra).function

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[list[Any], Extra]:
        """The arguments by position, defaults filled in, then what the primal captures now."""
        from autodiff_sst.frontend.parameters import captured_value

        values, extra = self._binding.bind(args, kwargs)
        captured = self.lowered(extra).captured
        values += [captured_value(function or self.base, name) for function, name in captured]
        return values, extra

    def derived_for(self, values: list[Any], extra: Extra) -> Derived:
        kinds = self.kinds(values, extra)
        key = ((extra, kinds), self.chosen)
        derived = self._derived.get(key)
        if derived is None:
            facts = dict(zip(self.parameters(extra), kinds, strict=True))
            derived = self.derive(facts, extra)
            derived = replace(derived, loaded=compiled(derived.loaded, self.backend))
        self._last = self._derived.setdefault(key, derived)
        return self._last

    def derive(self, facts: Facts, extra: Extra) -> Derived:
        """The derivative for parameters of which `facts` are known."""
        from autodiff_sst.driver import derive, derive_hvp, derive_jvp, derive_pullback_along

        by = self.by(extra)
        self._check_inputs(facts, by)
        core = self.core_of_primal(facts, extra)
        users = self._users(core)
        if self.kind == "hvp":
            return derive_hvp(core, facts, by[0], users)
        if self.kind == "pullback":
            return derive_pullback_along(core, facts, by, users)
        if self.kind == "jvp":
            return derive_jvp(core, facts, by, users)
        return derive(core, facts, self.request(core, by), users)

    def core_of_call(
        self, call: Call, fact: Callable[[Any], Abstract]
    ) -> tuple[Function, list[Any]] | None:
        """The core of this derivative for a call in a program, and the atoms for its parameters."""
        from autodiff_sst.analysis.sources import naming_arguments
        from autodiff_sst.frontend.calls import constant_atom
        from autodiff_sst.frontend.nested import CAPTURED

        captured = [a for k, a in call.keywords if k.startswith(CAPTURED)]
        named = {k: a for k, a in call.keywords if not k.startswith(CAPTURED)}
        bound, extra = self._binding.atoms(call.args, named, constant_atom)
        bound += captured

        def make() -> Function | None:
            names = self.parameters(extra)
            if len(names) != len(bound):  # it turned out to read more
                return None
            given = dict(zip(names, bound, strict=True))
            with naming_arguments(given):
                return self.derive({p: fact(a) for p, a in given.items()}, extra).core

        core = self.learning(make)
        return None if core is None else (core, bound)

    def likeness(self) -> Any:
        from autodiff_sst.frontend.nested import likeness_of

        extra, several = Extra(), isinstance(self.argnums, tuple)
        kind = None if self.has_aux else self.kind
        return likeness_of(kind, self._binding.names(extra), self.by(extra), several)

    def captured(self) -> list[tuple[Any, str]]:
        """What the function reads of its surroundings: in which function, and under which name."""
        found = self.learning(lambda: self.lowered(Extra()).captured)
        return [(function or self.base, name) for function, name in found]

    def bound(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Derived, list[Any]]:
        """The derivative for these arguments, and the values for it."""
        return self._bound(args, kwargs, self.derived_for)

    def bound_pair(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[DerivedPair, list[Any]]:
        """Forward and backward function, and the values for them."""
        return self._bound(args, kwargs, self.pair)

    def _bound(
        self,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        derived: Callable[[list[Any], Extra], T],
    ) -> tuple[T, list[Any]]:
        def make() -> tuple[T, list[Any]]:
            values, extra = self.bind(args, kwargs)
            return derived(values, extra), values

        return self.learning(make)

    def pair(self, values: list[Any], extra: Extra) -> DerivedPair:
        """Forward and backward function for these arguments, compiled once a signature."""
        from autodiff_sst.driver import derive_pair

        kinds = self.kinds(values, extra)
        found = self._pairs.get((extra, kinds))
        if found is None:
            facts = dict(zip(self.parameters(extra), kinds, strict=True))
            by = self.by(extra)
            self._check_inputs(facts, by)
            core = self.core_of_primal(facts, extra)
            pair = derive_pair(core, facts, by, self._users(core))
            halves = [compiled(half, self.backend) for half in (pair.forward, pair.backward)]
            found = replace(pair, forward=halves[0], backward=halves[1])
        return self._pairs.setdefault((extra, kinds), found)

    def along(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], tangents: tuple[Any, ...]
    ) -> Any:
        """What the derivative gives for these arguments and tangents of those that it is by."""
        derived, values = self.bound(args, kwargs)
        return derived.loaded.function(*values, *tangents)

    def _users(self, core: Function) -> frozenset[str]:
        return frozenset({*core.parameters, *self.base.__code__.co_varnames})

    def request(self, core: Function, by: tuple[str, ...]) -> Request:
        from autodiff_sst.transform.reverse.program import Request

        return Request(
            by=by,
            name=f"{self.kind}_{core.name}",
            with_value=self.kind == "value_and_grad",
            as_tuple=isinstance(self.argnums, tuple),
            has_aux=self.has_aux,
        )

    def _check_inputs(self, facts: Facts, by: tuple[str, ...]) -> None:
        from autodiff_sst.analysis.kinds import describe
        from autodiff_sst.analysis.values import can_be_active

        for name in by:
            if not can_be_active(facts[name]):
                raise NonDifferentiableInputError(
                    f"the derivative by `{name}` was asked for, which is {describe(facts[name])}",
                    self.lowered(Extra()).function.origin,
                    instead="pass a float or an array of floats.",
                )

    def __repr__(self) -> str:
        by = self.argnums if isinstance(self.argnums, tuple) else (self.argnums,)
        return f"<{self.kind} of {self.__name__} by {', '.join(map(str, by))}>"


@functools.lru_cache(maxsize=256)
def derivative_of(
    function: Any, by: tuple[int | str, ...], kind: str = "vjp", backend: str = "python"
) -> Derivative:
    """The `vjp`, `jvp` or `pullback` of a function by some of its arguments, made once."""
    return Derivative(function, kind, by, backend=backend)
