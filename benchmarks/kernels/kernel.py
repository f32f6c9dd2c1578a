"""A kernel: a program, its arguments, and its derivative by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import autodiff_sst as ad

Maker = Callable[[], tuple[Any, ...]]


@dataclass(frozen=True)
class Kernel:
    primal: Callable[..., Any]
    by_hand: Callable[..., Any]  # the same derivative, with the same arguments
    arguments: Maker
    argnums: int | tuple[int, ...] = 0
    transform: Callable[..., Callable[..., Any]] = ad.grad
    peers: bool = True  # autograd and JAX can run the program, if `np` is theirs

    @property
    def name(self) -> str:
        return self.primal.__name__

    def derivative(self) -> Callable[..., Any]:
        return self.transform(self.primal, argnums=self.argnums)
