"""Derivatives that the user gives: `custom_gradient`, and `with insert_grad_of(x) as dx`.

    @ad.custom_gradient
    def clipped(x):                                      with custom_grad(y, x, x) as (y_bar,):
        return x, lambda dy: np.clip(dy, -1.0, 1.0)          t = np.clip(y_bar, -1.0, 1.0)
                                                   →         results = (t,)
    y = clipped(x)

The function's body takes the place of the call, and so does that of `backward`, in a block that
only the backward sweep runs. What it reads of the forward sweep is there under its own
name, so second derivatives go through it as through anything else.
"""

from __future__ import annotations

from typing import Any

import gast

from autodiff_sst.core.syntax import (
    Accumulate,
    Append,
    Assign,
    Atom,
    Attribute,
    Block,
    Call,
    CustomGrad,
    Effect,
    ListOf,
    Name,
    Store,
    Subscript,
    TupleOf,
)
from autodiff_sst.core.walk import statements, writes
from autodiff_sst.errors import AutodiffError, UnsupportedSyntaxError
from autodiff_sst.frontend.calls import Arguments, BindingError, StaticTuple, original
from autodiff_sst.frontend.late import CHANGES
from autodiff_sst.markers import CustomGradient, insert_grad_of


def inline_custom(lowering: Any, function: CustomGradient, given: Arguments, node: Any) -> Any:
    """The value of a call of a custom gradient; None if it must stay a call."""
    before = len(lowering.block)
    try:
        return _inlined(lowering, function, given, node)
    except (AutodiffError, BindingError):
        del lowering.block[before:]
        return None


def _inlined(lowering: Any, function: CustomGradient, given: Arguments, node: Any) -> Any:
    made = lowering.body_of(function.function, given, node)
    if not isinstance(made, StaticTuple) or len(made.items) != 2:
        raise BindingError("it does not return a value and a function that is known")
    value, backward = made.items
    inner = original(value, lowering.shared.made)
    display = lowering.shared.made.get(inner.id) if isinstance(inner, Name) else None
    count = len(display.items) if isinstance(display, TupleOf | ListOf) else 1
    bars = tuple(lowering.names.cotangent("y") for _ in range(count))
    outer, lowering.block = lowering.block, []
    try:
        result = lowering.call_value(backward, Arguments([*map(Name, bars)], {}), node)
        result = lowering.emit(result, node)
        body = tuple(lowering.block)
    finally:
        lowering.block = outer
    if _changes_outside(lowering, body, bars):
        raise BindingError("its backward code changes what is around it")
    arguments, results = _paired(lowering, function, given, result)
    target = lowering.names.temporary()
    origin = lowering.source.origin(node)
    lowering.block.append(CustomGrad(target, value, arguments, bars, body, results, origin))
    return Name(target)


def _paired(
    lowering: Any, function: CustomGradient, given: Arguments, result: Atom
) -> tuple[tuple[Atom, ...], tuple[Atom, ...]]:
    """The arguments, and the cotangent of each: those of parameters, in the signature's order."""
    inner = original(result, lowering.shared.made)
    display = lowering.shared.made.get(inner.id) if isinstance(inner, Name) else None
    items = display.items if isinstance(display, TupleOf | ListOf) else (result,)
    code = function.function.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    positional = len(given.positional)
    keys: list[str | int] = [*names, *range(len(names), positional)]  # more by `*args`
    bound = dict(zip(keys, given.positional, strict=False)) | given.keywords
    if not positional <= len(items) <= len(keys):
        raise BindingError("a cotangent for each argument was due")
    pairs = [(bound[k], item) for k, item in zip(keys, items, strict=False) if k in bound]
    return tuple(a for a, _ in pairs), tuple(item for _, item in pairs)


def _changes_outside(lowering: Any, block: Block, bars: tuple[str, ...]) -> bool:
    """Whether backward code changes an object that it has not made: the forward sweep, which is
    made a program of values, would know nothing of that."""
    made = lowering.shared.made
    own = writes(block) | {*bars}

    def is_outside(name: str) -> bool:
        if name in own:
            match made.get(name):
                case Name(base) | Subscript(Name(base)) | Attribute(Name(base)):
                    return is_outside(base)
            return False
        return True

    for statement in statements(block):
        match statement:
            case Store(target) | Accumulate(target) | Append(target) if is_outside(target):
                return True
            case Assign(_, Call(Name(method))) | Effect(Call(Name(method))):
                match made.get(method):
                    case Attribute(Name(base), name) if name in CHANGES and is_outside(base):
                        return True
    return False


def insert_grad(lowering: Any, node: Any) -> bool:
    """Lowers `with insert_grad_of(x) as dx`; whether the statement is one."""
    match node:
        case gast.With(
            items=[
                gast.withitem(
                    context_expr=gast.Call(func=function, args=[variable]),
                    optional_vars=gast.Name(id=bar_name),
                )
            ],
            body=body,
        ):
            called = lowering.value(function)
            if getattr(called, "value", None) is not insert_grad_of:
                return False
        case _:
            return False
    if not isinstance(variable, gast.Name):
        words = "`insert_grad_of` takes a variable"
        raise UnsupportedSyntaxError(words, lowering.source.origin(node), instead="a name.")
    value = lowering.name(variable.id, variable)
    bar = lowering.names.cotangent(variable.id)
    outer, before, lowering.block = lowering.block, lowering.values, []
    lowering.values = {**before, bar_name: Name(bar)}
    try:
        lowering.all(body)
        result, block = lowering.values[bar_name], tuple(lowering.block)
    finally:
        lowering.block, lowering.values = outer, before
    target = lowering.version(variable.id)
    origin = lowering.source.origin(node)
    if _changes_outside(lowering, block, (bar,)):
        raise UnsupportedSyntaxError(
            "code of the backward sweep that changes what is around it is not supported",
            origin,
            instead="a function that does it, declared with `ad.nondifferentiable`.",
        )
    lowering.block.append(
        CustomGrad(target, value, (value,), (bar,), block, (result,), origin, True)
    )
    lowering.values[variable.id] = Name(target)
    return True
