"""What a derivative learns of its function as it is compiled: which functions are called where, and
which arguments have to be constants.

    def f(x, axis): ...        ad.grad(f)(x, 0)        compiled for axis = 0, since a rule asks
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from autodiff_sst.binding import Binding, Extra
from autodiff_sst.errors import AutodiffError

if TYPE_CHECKING:
    from autodiff_sst.analysis.values import Abstract
    from autodiff_sst.driver import Derived, Facts

T = TypeVar("T")


class Learning:
    _binding: Binding
    fixed: frozenset[str] = frozenset()  # parameters that have to be constants

    @property
    def base(self) -> Any:
        """The function that was written."""
        return self._binding.function

    def parameters(self, extra: Extra) -> tuple[str, ...]:
        raise NotImplementedError

    def derive(self, facts: Facts, extra: Extra) -> Derived:
        raise NotImplementedError

    def learning(self, make: Callable[[], T]) -> T:
        """What `make` makes; again, as often as it tells more."""
        from autodiff_sst.driver import learn
        from autodiff_sst.frontend.hints import MoreHintsError

        while True:
            try:
                return make()
            except MoreHintsError as more:
                learn(self.base, more)
            except AutodiffError as error:
                if error.parameters <= self.fixed:
                    raise
                self.fixed |= error.parameters

    def kinds(self, values: list[Any], extra: Extra) -> tuple[Abstract, ...]:
        """What is known of the arguments when the derivative is compiled."""
        from autodiff_sst.analysis.values import abstract

        if not self.fixed:
            return tuple(map(abstract, values))
        named = zip(self.parameters(extra), values, strict=True)
        return tuple(abstract(v, n in self.fixed and can_be_constant(v)) for n, v in named)

    def unspecialised(self) -> Derived:
        """The derivative for arguments of which nothing is known, but defaults that must be."""
        from autodiff_sst.analysis.values import Unknown, abstract

        none = Extra()
        defaults = {n: p.default for n, p in self._binding.signature.parameters.items()}

        def known(name: str) -> Abstract:
            value = defaults.get(name, ...)
            is_fixed = name in self.fixed and can_be_constant(value)
            return abstract(value, True) if is_fixed else Unknown(name)

        return self.learning(
            lambda: self.derive({p: known(p) for p in self.parameters(none)}, none)
        )


def can_be_constant(value: Any) -> bool:
    """Whether another derivative may be compiled for another value: it does not vary much."""
    if isinstance(value, tuple):
        return all(map(can_be_constant, value))
    return value is None or type(value) in (bool, int, str)
