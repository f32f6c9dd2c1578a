"""The transforms: what users call."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, overload

from autodiff_sst.binding import Argnums
from autodiff_sst.derivative import Derivative, derivative_of
from autodiff_sst.jacobian import Jacobian
from autodiff_sst.product import HessianProduct
from autodiff_sst.runtime.structure import check_like, holds_floats, of_dtype

Function = Callable[..., Any]


@overload
def grad(
    f: Function, argnums: Argnums = ..., has_aux: bool = ..., backend: str = ...
) -> Derivative: ...
@overload
def grad(
    f: None = ..., argnums: Argnums = ..., has_aux: bool = ..., backend: str = ...
) -> Callable[[Function], Derivative]: ...
def grad(
    f: Function | None = None, argnums: Argnums = 0, has_aux: bool = False, backend: str = "python"
) -> Any:
    """The gradient of a scalar function.

    Args:
        f: the function; left out where `grad` decorates with options, `@grad(argnums=1)`.
        argnums: by which parameters: an int, a name, or a tuple of these.
        has_aux: `f` returns `(y, aux)`; the derivative is `(gradient, aux)`, and that of
            `value_and_grad` `((y, aux), gradient)`.
        backend: `"python"`, or `"numba"`: the same source, compiled by Numba (the `numba` extra).

    Returns:
        `df(*args, **kwargs)`, a `Derivative`: the gradient of the real scalar that `f` returns, in
        the shape and dtype of the argument; with a tuple of `argnums` a tuple of gradients.

    Raises:
        ValueError, TypeError: bad `argnums`.
        NonScalarOutputError: when it is called, if `f` returns anything but a real scalar.
        NonDifferentiableInputError: when it is called, if an argument in `argnums` is no float.
    """
    return _transform("grad", f, argnums, has_aux, backend)


@overload
def value_and_grad(
    f: Function, argnums: Argnums = ..., has_aux: bool = ..., backend: str = ...
) -> Derivative: ...
@overload
def value_and_grad(
    f: None = ..., argnums: Argnums = ..., has_aux: bool = ..., backend: str = ...
) -> Callable[[Function], Derivative]: ...
def value_and_grad(
    f: Function | None = None, argnums: Argnums = 0, has_aux: bool = False, backend: str = "python"
) -> Any:
    """`(f(...), gradient)` from one forward sweep; arguments and errors as of `grad`."""
    return _transform("value_and_grad", f, argnums, has_aux, backend)


def vjp(
    f: Function, *primals: Any, backend: str = "python"
) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """The value of `f`, and the pullback of cotangents.

    Args:
        f: the function.
        primals: its arguments, each a float or an array of floats.

    Returns:
        `(y, pullback)`; `pullback(y_bar)` is a tuple, one cotangent a primal, in its structure,
        shapes and dtypes. It may be called many times.

    Raises:
        ValueError: `pullback` gets a cotangent of another shape or structure than `y`.
    """
    derivative = Derivative(f, "vjp", tuple(range(len(primals))), backend=backend)
    pair, values = derivative.bound_pair(primals, {})
    y, saved = pair.forward.function(*values)

    def pullback(y_bar: Any) -> tuple[Any, ...]:
        check_like(y_bar, y, "a cotangent")
        cotangents: tuple[Any, ...] = pair.backward.function(*saved, of_dtype(y_bar, y))
        return cotangents

    return y, pullback


def jvp(
    f: Function, primals: tuple[Any, ...], tangents: tuple[Any, ...], backend: str = "python"
) -> tuple[Any, Any]:
    """The value of `f`, and its tangent, from one forward sweep.

    Args:
        f: the function.
        primals: its arguments.
        tangents: one a primal, in its structure and shapes; anything for one without floats.

    Returns:
        `(y, y_dot)`; `y_dot` has the structure, shapes and dtypes of `y`.

    Raises:
        ValueError: a tangent is missing, or has another shape or structure than its primal.
        NonDifferentiableInputError: no primal holds a float.
    """
    if len(primals) != len(tangents):
        raise ValueError(f"{len(primals)} tangents were due, not {len(tangents)}")
    by = tuple(k for k, p in enumerate(primals) if holds_floats(p))
    for k in by:
        check_like(tangents[k], primals[k], f"tangent {k}")
    derivative = derivative_of(f, by or (0,), "jvp", backend)
    given = tuple(of_dtype(tangents[k], primals[k]) for k in by)
    result: tuple[Any, Any] = derivative.along(tuple(primals), {}, given)
    return result


def _transform(kind: str, f: Function | None, argnums: Argnums, has_aux: bool, backend: str) -> Any:
    if f is None:
        return lambda function: Derivative(function, kind, argnums, has_aux, backend)
    return Derivative(f, kind, argnums, has_aux, backend)


def jacobian(
    f: Function | None = None,
    argnums: Argnums = 0,
    mode: str = "auto",
    chunk: int | None = None,
    backend: str = "python",
) -> Any:
    """The Jacobian of a function, all rows or columns from one widened sweep.

    Args:
        f: the function; left out where `jacobian` decorates with options.
        argnums: by which parameters; with a tuple, the derivative is a tuple of Jacobians.
        mode: `"forward"`: a direction for each component of the argument; `"reverse"`: one for each
            of the result; `"auto"`: where there are fewer, which the second call knows.
        chunk: at most so many directions at once; the sweep is repeated.

    Returns:
        a `Derivative`: its result has shape `y.shape + x.shape`. A container as the argument or as
        the result gives such a container of Jacobians; as both, a container of the result's kind of
        containers of the argument's, from a sweep for each component of the result.

    Raises:
        ValueError: an unknown mode, a bad chunk, bad `argnums`.
    """
    if f is None:
        return lambda function: Jacobian(function, "jacobian", argnums, mode, chunk, backend)
    return Jacobian(f, "jacobian", argnums, mode, chunk, backend)


def batch_jacobian(f: Function | None = None, argnums: Argnums = 0, backend: str = "python") -> Any:
    """The Jacobian of each item of a batch by its own argument.

    For `x: (batch, ins…)` and `y: (batch, outs…)` whose items do not depend on each other the
    result has shape `(batch, outs…, ins…)`. One direction a component of an item serves the whole
    batch, so nothing of size `(batch, batch)` exists. Of items that do depend on each other, what
    they contribute is summed over the batch of results.

    Raises:
        ValueError: the leading sizes of `x` and `y` disagree.
    """
    if f is None:
        return lambda function: Jacobian(
            function, "batch_jacobian", argnums, "reverse", backend=backend
        )
    return Jacobian(f, "batch_jacobian", argnums, "reverse", backend=backend)


def hessian(f: Function | None = None, argnums: Argnums = 0, backend: str = "python") -> Any:
    """The Hessian of a scalar function, from one widened forward sweep over its gradient.

    Returns:
        a `Derivative`: its result has shape `x.shape + x.shape`; with a tuple of `argnums` it is a
        tuple of tuples, `h[i][j]` by argument `i`, then `j`; of a dict a dict of dicts, and so on.
    """
    if f is None:
        return lambda function: hessian(function, argnums, backend)
    gradient = Derivative(f, "grad", argnums)
    return Jacobian(gradient, "hessian", argnums, "forward", backend=backend)


def hvp(f: Function, argnums: int | str = 0, backend: str = "python") -> Callable[..., Any]:
    """The Hessian of a scalar function by one argument, times a vector; the Hessian is not formed.

    Args:
        f: returns a real scalar.
        argnums: the parameter: a number, an array, or a container of these.

    Returns:
        `h(*args, v)`: the product, in the structure and shapes of the argument; `v` has these.

    Raises:
        ValueError: `v` has another shape.
    """
    return HessianProduct(f, "hvp", argnums, backend=backend)


def adjoint(*functions: Any) -> Callable[[Function], Function]:
    """Registers a reverse rule as a source template.

        @ad.adjoint(my_function)
        def _(y, a, b):
            d[a] = d[y] * b

    The template gets the result, then the function's own parameters; it is read, never run.
    `d[a] = e` adds `e` to the cotangent of `a`; `d[y]` is the cotangent of the result.
    """
    from autodiff_sst.rules.language import adjoint

    return adjoint(*functions)


def tangent(*functions: Any) -> Callable[[Function], Function]:
    """Registers a forward rule as a source template.

        @ad.tangent(my_function)
        def _(y, a, b):
            d[y] = d[a] * b + a * d[b]

    `d[a]` is the tangent of the argument, `d[y]` that of the result; terms whose tangents are zero
    are left out.
    """
    from autodiff_sst.rules.language import tangent

    return tangent(*functions)


def nondifferentiable(function: Function) -> Function:
    """Declares that a function carries no derivative: its results are constants."""
    from autodiff_sst.rules.registry import declare_nondifferentiable

    declare_nondifferentiable(function)
    return function


# Calls of these in a function that is differentiated are made when it is compiled.
for _one in (grad, value_and_grad, jacobian, batch_jacobian, hessian, hvp, jvp, vjp):
    setattr(_one, "makes_derivative", True)  # noqa: B010
    setattr(_one, "options", [*inspect.signature(_one).parameters][1:])  # noqa: B010
