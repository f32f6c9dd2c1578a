"""A call as an expression: its arrays, tensors and numbers as operands, the rest as text."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

Number = int | float | complex


def without_method(function: Any) -> Any:
    """The ufunc of `np.add.reduce`, say; any other function itself."""
    whole = getattr(function, "__self__", None)
    return whole if isinstance(whole, np.ufunc) else function


def rendered(
    function: Any, args: Any, kwargs: Any, is_operand: Any, is_cast: bool
) -> tuple[str, list[Any], tuple[Any, ...]]:
    """The text, with `x0 … xn` for operands and `c0 … cm` for constants; and these."""
    operands: list[Any] = []
    constants: list[Any] = []

    def text(x: Any) -> str:
        if is_operand(x) or isinstance(x, np.ndarray | np.generic):
            operands.append(x)
            return f"x{len(operands) - 1}"
        if x is Ellipsis:
            return "..."
        if isinstance(x, bool | str | None):
            return repr(x)
        if isinstance(x, Number):
            if isinstance(function, np.ufunc) or isinstance(x, float):
                operands.append(x)
                return f"x{len(operands) - 1}"
            return repr(x)
        if isinstance(x, slice):
            return f"slice({text(x.start)}, {text(x.stop)}, {text(x.step)})"
        if isinstance(x, tuple):
            return f"({''.join(text(v) + ', ' for v in x)})"
        if isinstance(x, list):
            return f"[{', '.join(map(text, x))}]"
        constants.append(x)
        return f"c{len(constants) - 1}"

    def part(x: Any) -> str:
        if isinstance(x, slice):
            return ":".join("" if b is None else text(b) for b in (x.start, x.stop, x.step))
        return text(x)

    if function is operator.getitem:
        base, index = text(args[0]), args[1]
        parts = [part(i) for i in index] if isinstance(index, tuple) else [part(index)]
        written_as = f"{base}[{', '.join(parts) if parts else '()'}]"
    elif is_cast:
        dtype = args[1]
        constants.append(dtype.type)
        written_as = f"c0({text(args[0])})"
    else:
        given = [text(a) for a in args] + [f"{k}={text(v)}" for k, v in kwargs.items()]
        is_method = without_method(function) is not function
        called = f"function.{function.__name__}" if is_method else "function"
        written_as = f"{called}({', '.join(given)})"
    return written_as, operands, tuple(constants)
