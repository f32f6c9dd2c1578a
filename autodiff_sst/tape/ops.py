"""Operations as core functions: what was called, and its derivative by one operand, compiled once.

The derivative of an operation is an operation itself, of the same operands and a seed: so what a
tape does to find a gradient can be recorded by another tape, at any order.
"""

from __future__ import annotations

import functools
import linecache
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff_sst.binding import Extra

if TYPE_CHECKING:
    from autodiff_sst.core.syntax import Function
    from autodiff_sst.emit.load import Loaded

_numbers = count(1)
SEED = "y_bar"


class Operation:
    """A function of arrays and numbers, all by position, with one array or number as its result."""

    def __init__(self, core: Function | None) -> None:
        self._core = core
        self._vjps: dict[Any, Vjp] = {}

    def core(self, facts: Any) -> Function:
        assert self._core is not None
        return self._core

    def parameters(self) -> tuple[str, ...]:
        assert self._core is not None
        return self._core.parameters

    def vjp(self, position: int, values: list[Any]) -> Vjp:
        """The derivative by the operand at a position, for operands like these."""
        from autodiff_sst.analysis.values import abstract

        kinds = tuple(map(abstract, values))
        found = self._vjps.get((position, kinds))
        if found is None:
            found = self._vjps[position, kinds] = self._derive(position, kinds)
        return found

    def _derive(self, position: int, kinds: Any) -> Vjp:
        from autodiff_sst.core.names import Names
        from autodiff_sst.core.walk import all_names
        from autodiff_sst.driver import reverse_core
        from autodiff_sst.optimize.passes import tell
        from autodiff_sst.transform.reverse.program import Request

        names = self.parameters()
        facts = dict(zip(names, kinds, strict=True))

        def make() -> Function:
            core = self.core(facts)
            request = Request((names[position],), f"vjp_{core.name}", seed=SEED)
            return reverse_core(core, facts, request, tell)

        derived = self._learning(make)
        if len(derived.parameters) == len(names):  # it does not depend on the operand
            seed = Names(all_names(derived)).fresh(SEED)
            derived = replace(derived, parameters=(*derived.parameters, seed))
        return Vjp(derived)

    def _learning(self, make: Callable[[], Function]) -> Function:
        return make()


class Vjp(Operation):
    """The cotangent of one operand: of the operands of an operation, then of the seed."""

    @functools.cached_property
    def loaded(self) -> Loaded:
        from autodiff_sst.driver import loaded_core

        assert self._core is not None
        return loaded_core(self._core)

    @functools.cached_property
    def used(self) -> frozenset[int]:
        """The positions of the operands that it depends on."""
        from autodiff_sst.core.walk import reads

        assert self._core is not None
        names = reads(self._core.body) | reads(self._core.result)
        return frozenset(k for k, p in enumerate(self._core.parameters) if p in names)


class Called(Operation):
    """A Python function: the user's, or one that was written for a call of NumPy."""

    def __init__(self, function: Any) -> None:
        super().__init__(None)
        self.function = function

    def lowered(self) -> Any:
        from autodiff_sst.driver import lower_function

        return lower_function(self.function, Extra())

    def core(self, facts: Any) -> Function:
        core: Function = self.lowered().function
        return core

    def parameters(self) -> tuple[str, ...]:
        names: tuple[str, ...] = self.lowered().function.parameters
        return names

    def captured(self) -> list[Any]:
        """What the function reads of its surroundings, now."""
        from autodiff_sst.frontend.parameters import captured_value

        found = self.lowered().captured
        return [captured_value(f or self.function, name) for f, name in found]

    def _learning(self, make: Callable[[], Function]) -> Function:
        from autodiff_sst.driver import learn
        from autodiff_sst.frontend.hints import MoreHintsError

        while True:
            try:
                return make()
            except MoreHintsError as more:
                learn(self.function, more)


def cast_to(x: Any, dtype: Any) -> Any:
    """`x` as numbers of another dtype."""
    return np.asarray(x, dtype)[()]


@functools.lru_cache(maxsize=4096)
def written(function: Any, text: str, count_: int, constants: tuple[Any, ...]) -> Called:
    """The operation `text`, an expression of `x0 … xn`, `function`, and `c0 … cm`."""
    names = ", ".join(f"x{k}" for k in range(count_))
    source = f"def {getattr(function, '__name__', 'call')}({names}):\n    return {text}\n"
    file = f"<autodiff_sst operation {next(_numbers)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    namespace: dict[str, Any] = {"function": function}
    namespace |= {f"c{k}": value for k, value in enumerate(constants)}
    exec(compile(source, file, "exec"), namespace)
    return Called(namespace[getattr(function, "__name__", "call")])
