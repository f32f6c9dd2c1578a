"""What a tape holds: operations with their operands, and custom gradients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autodiff_sst.tape.ops import Operation
from autodiff_sst.tape.tensor import Tensor, Variable


class Entry:
    """An operation that was recorded: its operands as they were, and its result."""

    __slots__ = ("backward", "operands", "operation", "outputs", "values", "variables")

    def __init__(
        self,
        operation: Operation | None,
        operands: list[Any],
        values: list[Any],
        outputs: list[Tensor],
        backward: Any = None,
        variables: tuple[Variable, ...] = (),
    ) -> None:
        self.operation = operation
        self.operands = operands
        self.values = values
        self.outputs = outputs
        self.backward = backward  # of a custom gradient
        self.variables = variables


def custom_cotangents(entry: Entry, given: list[Any]) -> Iterator[tuple[Any, Any]]:
    """What the user's `backward` says; zeros are the seeds of results that are not used."""
    seeds = [
        Tensor(np.zeros(o.shape, o.dtype)) if g is None else g
        for g, o in zip(given, entry.outputs, strict=True)
    ]
    if entry.variables:
        bars, more = entry.backward(*seeds, variables=list(entry.variables))
        pairs = [*zip(entry.variables, more, strict=True)]
    else:
        bars, pairs = entry.backward(*seeds), []
    found = list(bars) if isinstance(bars, list | tuple) else [bars]
    if len(found) != len(entry.operands):
        raise ValueError(
            f"`backward` gave {len(found)} cotangents for {len(entry.operands)} arguments"
        )
    for operand, bar in [*zip(entry.operands, found, strict=True), *pairs]:
        if isinstance(operand, Tensor) and bar is not None:
            yield operand, bar if isinstance(bar, Tensor) else Tensor(np.asarray(bar))
