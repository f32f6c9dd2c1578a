"""Custom gradients on a tape: one step, whose derivative is the user's backward function."""

from __future__ import annotations

import inspect
from typing import Any

from autodiff_sst.tape.entries import Entry
from autodiff_sst.tape.tensor import Tensor, Variable, active_tapes, read, watchers


def call_custom(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The value of a custom gradient of tensors, recorded by the active tapes.

    Raises:
        TypeError: it reads trainable variables, and `backward` takes no `variables`.
    """
    seen: list[Variable] = []
    watchers().append(seen)
    try:
        y, backward = function(*args, **kwargs)
    finally:
        watchers().remove(seen)
    captured = tuple(v for v in seen if all(v is not a for a in args))
    several = isinstance(y, list | tuple)
    results = [Tensor(read(r) if isinstance(r, Tensor) else r) for r in (y if several else [y])]
    if captured and not _takes_variables(backward):
        raise TypeError(
            "the function reads trainable variables: its backward function must take "
            "`variables`, and give their cotangents after those of the arguments"
        )
    entry = Entry(None, list(args), [], results, backward, captured)
    for tape in active_tapes():
        if tape.recording:
            tape.add_custom(entry)
    if not several:
        return results[0]
    return results if isinstance(y, list) else tuple(results)


def _takes_variables(backward: Any) -> bool:
    parameters = inspect.signature(backward).parameters.values()
    return any(p.name == "variables" or p.kind is p.VAR_KEYWORD for p in parameters)
