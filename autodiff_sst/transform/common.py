"""What the sweeps of both modes have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from autodiff_sst.core.build import Builder
from autodiff_sst.core.syntax import Expression, Index, Slice
from autodiff_sst.rules.template import Knowledge

WHOLE: Index = (Slice(None, None, None),)  # `x[:] = y`: an object becomes what another is


class Sweep(Protocol):
    """A program that is being differentiated: what was emitted, and what is known of it."""

    builder: Builder
    active: frozenset[str]
    varied: frozenset[str]
    by: str  # the parameters, in words

    @property
    def made(self) -> Mapping[str, Expression]: ...
    @property
    def knowledge(self) -> Knowledge: ...
