"""The words that rules are written in.

    @adjoint(np.tanh)
    def _(y, x):
        d[x] = d[y] * (1 - y * y)

`y` is the result, then come the primal's own parameters. `d[x] = e` *adds* `e` to the cotangent of
`x`; `e` need only be broadcastable to what `x` is, or broadcast from it: reversing the broadcast is
the transform's work. `d[x] = None` says that no derivative flows to `x`.

Templates are read, never run. They may assign names, and choose by what is known when they are
expanded, with `if` and conditional expressions on constant arguments (`axis is None`), on
`rank(x)`, `is_constant(x)` and `is_complex(x)`. The cotangent of a complex a + ib is d/da - i d/db.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from autodiff_sst.rules.registry import Rule, register, register_tangent

F = TypeVar("F", bound=Callable[..., Any])


# The default of an argument that a template does not serve, unless it is None.
UNSERVED: Any = object()


class Only:
    """The default of an argument of which a template serves no other value."""

    def __init__(self, value: Any) -> None:
        self.value = value


class _Cotangents:
    """`d[x]`, in a template."""

    def __getitem__(self, key: Any) -> Any:
        raise TypeError("`d` has a meaning in the template of a rule only")

    def __setitem__(self, key: Any, value: Any) -> None:
        self[key]


d = _Cotangents()


def rank(x: Any) -> NoReturn:
    """In a template: the number of dimensions of `x`, or None if it is not known."""
    raise TypeError("`rank` has a meaning in the template of a rule only")


def is_constant(x: Any) -> NoReturn:
    """In a template: whether `x` is known when the template is expanded."""
    raise TypeError("`is_constant` has a meaning in the template of a rule only")


def is_complex(x: Any) -> NoReturn:
    """In a template: whether `x` is complex."""
    raise TypeError("`is_complex` has a meaning in the template of a rule only")


def adjoint(*functions: Any, ranks: tuple[int, ...] | None = None) -> Callable[[F], F]:
    """Registers a template as the reverse rule of `functions`.

    Args:
        ranks: the rule is for operands of these ranks; one without ranks serves all others.
    """

    def decorate(template: F) -> F:
        for function in functions:
            register(function, Rule(function, template, ranks))
        return template

    return decorate


def tangent(*functions: Any, ranks: tuple[int, ...] | None = None) -> Callable[[F], F]:
    """Registers a template as the forward rule of `functions`: `d[y] = d[a] * b + a * d[b]`.

    Terms of a sum whose tangents are zero are left out; several assignments to `d[y]` add up.
    """

    def decorate(template: F) -> F:
        for function in functions:
            register_tangent(function, Rule(function, template, ranks))
        return template

    return decorate


class Macro:
    """A function that templates call and that runs when they are expanded.

    It gets the builder, then atoms, and gives the atom that stands for the call.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, *args: Any) -> Any:
        raise TypeError(f"`{self.function.__name__}` has a meaning in the template of a rule only")


def macro(function: Callable[..., Any]) -> Macro:
    return Macro(function)
