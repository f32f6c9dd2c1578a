"""The Hessian of a function times a vector: a `Derivative` that takes one argument more."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from autodiff_sst.derivative import Derivative
from autodiff_sst.runtime.structure import check_like

if TYPE_CHECKING:
    from autodiff_sst.analysis.values import Abstract
    from autodiff_sst.core.syntax import Call, Function


class HessianProduct(Derivative):
    """`h(*args, v)`, from one forward sweep over the gradient; the Hessian is not formed."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not args:
            raise TypeError("hvp: a vector was due as the last argument")
        *primals, v = args
        values, extra = self._binding.bind(tuple(primals), kwargs)
        x = values[self._binding.names(extra).index(self.by(extra)[0])]
        check_like(v, x, "hvp: a vector")
        return self.along(tuple(primals), kwargs, (v,))

    def source_for(self, *args: Any, **kwargs: Any) -> str:
        return super().source_for(*args[:-1], **kwargs)

    def core_of_call(
        self, call: Call, fact: Callable[[Any], Abstract]
    ) -> tuple[Function, list[Any]] | None:
        *primals, v = call.args
        found = super().core_of_call(type(call)(call.function, (*primals,), call.keywords), fact)
        return None if found is None else (found[0], [*found[1], v])

    def _made_of(self) -> tuple[type[Derivative], tuple[Any, ...]]:
        return HessianProduct, super()._made_of()[1]
