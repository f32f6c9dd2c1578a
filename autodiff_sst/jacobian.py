"""Jacobians and Hessians: a `Derivative` whose mode is chosen by sizes; loops where it must."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff_sst.binding import Argnums, Extra
from autodiff_sst.derivative import Derivative
from autodiff_sst.runtime.calls import with_pullback
from autodiff_sst.runtime.directions import (
    check_batch,
    one_a_component,
    one_a_component_of_items,
)
from autodiff_sst.runtime.structure import children, is_differentiable, with_children, zeros_of

if TYPE_CHECKING:
    from autodiff_sst.driver import Derived, Facts

MODES = ("auto", "forward", "reverse")


class Jacobian(Derivative):
    """The Jacobian of a function, from one sweep for all directions.

    `kind` is `"jacobian"`, `"hessian"` (of a gradient) or `"batch_jacobian"`; `chunk` bounds the
    directions a sweep carries.
    """

    def __init__(
        self,
        primal: Callable[..., Any],
        kind: str,
        argnums: Argnums,
        mode: str = "auto",
        chunk: int | None = None,
        backend: str = "python",
    ) -> None:
        if mode not in MODES:
            known = ", ".join(map(repr, MODES))
            raise ValueError(f"mode: {known} is what there is, not {mode!r}")
        if chunk is not None and (isinstance(chunk, bool) or not chunk >= 1):
            raise ValueError(f"chunk: a positive int was due, not {chunk!r}")
        super().__init__(primal, kind, argnums, backend=backend)
        self.mode = mode
        self.chunk = chunk
        self.chosen = "reverse" if mode == "auto" else mode
        self._sizes: dict[Any, str] = {}  # the cheaper mode, by shapes of the arguments
        self._narrow: set[Any] = set()  # modes and shapes whose sweep takes one direction only
        self._quick: dict[Any, Derived] = {}  # what was compiled, by dtypes and shapes

    def _made_of(self) -> tuple[type[Derivative], tuple[Any, ...]]:
        made_of = (self.primal, self.kind, self.argnums, self.mode, self.chunk, self.backend)
        return Jacobian, made_of

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        key = None if kwargs or self.chunk or self.fixed else _plain(args)
        if key is not None and (derived := self._quick.get(key)) is not None:
            self._last = derived
            return derived.loaded.function(*args)
        from autodiff_sst.errors import UnsupportedSyntaxError
        from autodiff_sst.transform.widen import NotWidenedError

        values, extra = self._binding.bind(args, kwargs)
        names = self._binding.names(extra)
        by = [values[names.index(name)] for name in self.by(extra)]
        shapes = tuple(np.shape(x) if children(x) is None else None for x in by)
        first = "forward" if set(shapes) == {()} else "reverse"
        if self.mode == "auto":
            self.chosen = self._sizes.get(shapes, first)
        made = None
        try:
            if (self.chosen, shapes) not in self._narrow:
                made = self._chunked(args, kwargs) if self.chunk else self.along(args, kwargs, ())
        except NotWidenedError:
            self._narrow.add((self.chosen, shapes))
        except UnsupportedSyntaxError as error:
            if " a container, in " not in error.message or self.kind == "batch_jacobian":
                raise
            if self.mode == "auto" and self.chosen == "reverse":
                self.chosen = self._sizes[shapes] = "forward"
                return self(*args, **kwargs)
            self._narrow.add((self.chosen, shapes))
        if made is None:
            made, key = self._looped(args, kwargs, by), None
        if self.kind == "hessian" and isinstance(self.argnums, tuple):  # of gradients, by each
            return tuple(zip(*made, strict=True))
        self._learn_sizes(shapes, by, made)
        settled = self.mode != "auto" or self._sizes.get(shapes, first) == self.chosen
        captured = self.lowered(extra).captured
        if key is not None and settled and not captured and len(values) == len(args):
            assert self._last is not None
            self._quick[key] = self._last
        return made

    def _learn_sizes(self, shapes: Any, by: list[Any], made: Any) -> None:
        """The next call for the same shapes is in the mode that is cheaper."""
        if shapes in self._sizes or None in shapes:
            return
        one = made[0] if isinstance(self.argnums, tuple) else made
        size = max(1, np.size(by[0]))
        outputs = np.size(one) / size if isinstance(one, np.ndarray | np.generic | float) else 0
        forward = sum(map(np.size, by)) < outputs
        self._sizes[shapes] = "forward" if forward else "reverse"

    def derive(self, facts: Facts, extra: Extra) -> Derived:
        from autodiff_sst.driver import derive_jacobian
        from autodiff_sst.transform.jacobian import Wanted

        by = self.by(extra)
        self._check_inputs(facts, by)
        core = self.core_of_primal(facts, extra)
        several = isinstance(self.argnums, tuple)
        batch = self.kind == "batch_jacobian"
        wanted = Wanted(by, several, self.chosen, batch, self.chunk is not None)
        return derive_jacobian(core, facts, wanted, self._users(core))

    # Without the one sweep

    def _chunked(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Sweeps of `chunk` directions, the primal once for each."""
        assert self.chunk is not None
        start, parts = 0, []
        while True:
            part, x, y = self.along(args, kwargs, (start, start + self.chunk))
            parts.append(part)
            start += self.chunk
            if start >= np.size(x if self.chosen == "forward" else y):
                break
        whole = np.concatenate(parts)
        if self.chosen == "forward":
            whole = np.moveaxis(whole, 0, -1)
        return np.reshape(whole, np.shape(y) + np.shape(x))

    def _looped(self, args: tuple[Any, ...], kwargs: dict[str, Any], by: list[Any]) -> Any:
        """A sweep for each direction: the user's own backward code branches on cotangents, or both
        the argument and the result are containers."""
        pair = Derivative(self.primal, "vjp", self.argnums)
        y, pullback = with_pullback(pair, args, kwargs)
        batch = self.kind == "batch_jacobian"
        if batch:
            for x in by:
                check_batch(x, y)
            seeds = one_a_component_of_items(y)
            rows = [pullback(seed) for seed in seeds]
            made = [
                np.moveaxis(np.stack([row[k] for row in rows]), 0, 1).reshape(y.shape + x.shape[1:])
                for k, x in enumerate(by)
            ]
        else:
            made = _by_each(y, by, pullback)
        return tuple(made) if isinstance(self.argnums, tuple) else made[0]


def _by_each(y: Any, by: list[Any], pullback: Callable[[Any], tuple[Any, ...]]) -> list[Any]:
    """The Jacobian by each argument, in the structure of the result: each leaf of that."""
    parts = children(y)
    if parts is not None:
        found = []
        for k, (_, part) in enumerate(parts):

            def within(seed: Any, k: int = k) -> tuple[Any, ...]:
                others = [zeros_of(other) for _, other in parts]
                return pullback(with_children(y, [*others[:k], seed, *others[k + 1 :]]))

            found.append(_by_each(part, by, within))
        return [with_children(y, [each[j] for each in found]) for j in range(len(by))]
    if not is_differentiable(y):
        return [None] * len(by)
    rows = [pullback(seed) for seed in one_a_component(y)]
    return [_stacked(x, [row[k] for row in rows], np.shape(y)) for k, x in enumerate(by)]


def _stacked(x: Any, rows: list[Any], shape: tuple[int, ...]) -> Any:
    """The rows of a Jacobian by `x`, in its structure."""
    parts = children(x)
    if parts is not None:
        each = [[part for _, part in children(row) or ()] for row in rows]
        columns = [_stacked(x_k, [r[k] for r in each], shape) for k, (_, x_k) in enumerate(parts)]
        return with_children(x, columns)
    if not is_differentiable(x):
        return None
    if not rows:
        return np.zeros(shape + np.shape(x))
    return np.stack(rows).reshape(shape + np.shape(x))[()]


def _plain(args: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """Dtypes and shapes of arrays, types of numbers; None if there is anything else."""
    found: list[Any] = []
    for value in args:
        kind = type(value)
        if kind is np.ndarray:
            found.append((value.dtype, value.shape))
        elif kind is float or kind is int:
            found.append(kind)
        else:
            return None
    return tuple(found)
