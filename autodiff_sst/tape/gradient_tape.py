"""`GradientTape`, with TensorFlow's names and semantics; gradients by generated derivatives."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from autodiff_sst.errors import TapeError
from autodiff_sst.tape.entries import Entry, custom_cotangents
from autodiff_sst.tape.ops import Operation
from autodiff_sst.tape.structures import (
    as_gradient,
    each_component,
    leaves,
    like,
    np_zeros,
    plus,
    seeds_for,
)
from autodiff_sst.tape.tensor import (
    ZERO,
    Tensor,
    Variable,
    active_tapes,
    call,
    is_float,
    unwrapped,
)

_order = itertools.count()


class GradientTape:
    """Records what NumPy is asked to do with what it watches, and gives gradients of it.

    Args:
        persistent: whether it may be asked more than once.
        watch_accessed_variables: whether trainable variables are watched where they are read.
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        self.persistent = persistent
        self.watch_accessed_variables = watch_accessed_variables
        self.tracked: dict[int, Any] = {}  # what is watched or follows from it; holds it, so that
        self._entries: list[Entry] = []  # no other object gets its id
        self._variables: list[tuple[int, Variable]] = []
        self._paused = 0
        self._used = False

    # Recording

    def __enter__(self) -> GradientTape:
        if self in active_tapes():
            raise TapeError("the tape is recording already")
        if self._used and not self.persistent:
            raise _used_up()
        active_tapes().append(self)
        return self

    def __exit__(self, *_: Any) -> None:
        if self in active_tapes():
            active_tapes().remove(self)

    @property
    def recording(self) -> bool:
        return self._paused == 0

    def sees(self, variable: Variable) -> None:
        """A variable is read."""
        if self.watch_accessed_variables and variable.trainable and self.recording:
            self._watch(variable)

    def watch(self, tensor: Any) -> None:
        """Follows a tensor, or all in a list, tuple or dict.

        Raises:
            ValueError: it is no tensor.
        """
        for one in leaves(tensor):
            if not isinstance(one, Tensor):
                raise ValueError(f"a tensor was due to be watched, not {type(one).__name__}")
            self._watch(one)

    def _watch(self, tensor: Tensor) -> None:
        self.tracked.setdefault(id(tensor), tensor)
        if isinstance(tensor, Variable) and all(v is not tensor for _, v in self._variables):
            self._variables.append((next(_order), tensor))

    def watched_variables(self) -> tuple[Variable, ...]:
        """The variables that it watches, in the order in which it came to do so."""
        return tuple(v for _, v in sorted(self._variables, key=lambda pair: pair[0]))

    @contextmanager
    def stop_recording(self) -> Iterator[None]:
        """Nothing in the block is recorded by this tape."""
        if self not in active_tapes():
            raise TapeError("the tape is not recording")
        self._paused += 1
        try:
            yield
        finally:
            self._paused -= 1

    def reset(self) -> None:
        """Forgets all that was recorded and watched."""
        self.tracked, self._entries, self._variables = {}, [], []

    def add(
        self, operation: Operation, operands: list[Any], values: list[Any], output: Tensor
    ) -> None:
        if any(id(x) in self.tracked and is_float(v) for x, v in zip(operands, values)):  # noqa: B905
            self._entries.append(Entry(operation, operands, values, [output]))
            self.tracked[id(output)] = output

    def add_custom(self, entry: Entry) -> None:
        if any(id(x) in self.tracked for x in (*entry.operands, *entry.variables)):
            self._entries.append(entry)
            for output in entry.outputs:
                self.tracked[id(output)] = output

    # Derivatives

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: str = "none",
    ) -> Any:
        """The gradients of the targets, summed, in the structure of the sources.

        Args:
            target: a tensor, or a list, tuple or dict of tensors.
            sources: likewise.
            output_gradients: the seeds, in the structure of `target`; ones if left out.
            unconnected_gradients: `"none"`, or `"zero"` for zeros in the place of None.

        Raises:
            TypeError: None is a target or a source.
            ValueError: an unknown `unconnected_gradients`.
            TapeError: the tape was used up.
        """
        kind = getattr(unconnected_gradients, "value", unconnected_gradients)
        if kind not in ("none", "zero"):
            raise ValueError(f"unconnected_gradients: 'none' or 'zero', not {kind!r}")
        targets, wanted = leaves(target), leaves(sources)
        if target is None or any(t is None for t in targets):
            raise TypeError("None is no target")
        if any(not isinstance(s, Tensor) for s in wanted):
            bad = next(s for s in wanted if not isinstance(s, Tensor))
            raise TypeError(f"a source must be a tensor, not {bad!r}")
        self._use()
        seeds = seeds_for(target, output_gradients)
        found = self._backward([*zip(targets, seeds, strict=True)], wanted)
        made = [
            np_zeros(s) if g is None and kind == "zero" else g
            for g, s in zip(found, wanted, strict=True)
        ]
        return like(sources, iter(made))

    def _use(self) -> None:
        if self._used and not self.persistent:
            raise _used_up()
        self._used = True
        if not self.persistent and self in active_tapes():
            active_tapes().remove(self)  # what it does to find the gradient it does not record

    def _backward(self, seeds: list[tuple[Any, Any]], sources: list[Tensor]) -> list[Any]:
        """The cotangent of each source; None where there is none."""
        entries = self._slice(sources)
        bars: dict[int, Any] = {}
        for target, seed in seeds:
            if isinstance(target, Tensor) and is_float(target.value):
                bars[id(target)] = plus(bars.get(id(target)), seed)
        wanted = {id(s) for s in sources}
        reachable = wanted | {id(o) for e in entries for o in e.outputs}
        for entry in reversed(entries):
            given = [bars.get(id(o)) for o in entry.outputs]
            if all(g is None for g in given):
                continue
            for operand, bar in self._cotangents(entry, given, reachable):
                bars[id(operand)] = plus(bars.get(id(operand)), bar)
        return [as_gradient(bars.get(id(s)), s) for s in sources]

    def _slice(self, sources: list[Tensor]) -> list[Entry]:
        """The entries that follow from a source."""
        reached = {id(s) for s in sources}
        found = []
        for entry in self._entries:
            if any(id(x) in reached for x in (*entry.operands, *entry.variables)):
                found.append(entry)
                reached |= {id(o) for o in entry.outputs}
        return found

    def _cotangents(
        self, entry: Entry, given: list[Any], reachable: set[int]
    ) -> Iterator[tuple[Any, Any]]:
        if entry.backward is not None:
            yield from custom_cotangents(entry, given)
            return
        (seed,) = given
        for k, operand in enumerate(entry.operands):
            if not isinstance(operand, Tensor) or id(operand) not in reachable:
                continue
            if not is_float(entry.values[k]):
                continue
            if entry.operation is ZERO:
                yield operand, Tensor(np.zeros_like(entry.values[k]))
                continue
            assert entry.operation is not None
            vjp = entry.operation.vjp(k, entry.values)
            value = vjp.loaded.function(*entry.values, unwrapped(seed))
            made = Tensor(np.asarray(value, np.asarray(entry.values[k]).dtype))
            operands = [x if j in vjp.used else None for j, x in enumerate(entry.operands)]
            last = seed if len(entry.operands) in vjp.used else None
            recording = [t for t in active_tapes() if t.recording]
            if recording:
                values = [*entry.values, unwrapped(seed)]
                for tape in recording:
                    tape.add(vjp, [*operands, last], values, made)
            yield operand, made

    def jacobian(
        self,
        target: Any,
        sources: Any,
        unconnected_gradients: str = "none",
        parallel_iterations: Any = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """The Jacobians, each of shape `target.shape + source.shape`, like the sources; None for a
        source that the target does not depend on."""
        if not isinstance(target, Tensor):
            raise TypeError(f"a tensor was due as the target, not {type(target).__name__}")
        self._use()
        wanted = leaves(sources)
        rows = [self._backward([(target, seed)], wanted) for seed in each_component(target)]
        made = []
        for k, source in enumerate(wanted):
            own = [row[k] for row in rows]
            if not own or any(g is None for g in own):
                zero = unconnected_gradients == "zero"
                shape = target.shape + source.shape
                made.append(Tensor(np.zeros(shape, source.dtype)) if zero else None)
                continue
            stacked = call(np.stack, (own,), {})
            made.append(call(np.reshape, (stacked, target.shape + source.shape), {}))
        return like(sources, iter(made))

    def batch_jacobian(
        self,
        target: Any,
        source: Any,
        unconnected_gradients: str = "none",
        parallel_iterations: Any = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """Shape `(batch, outs…, ins…)`: of each item by its own source, all items at once.

        Raises:
            ValueError: the leading sizes of the two disagree, or there are none.
        """
        if not isinstance(target, Tensor) or not isinstance(source, Tensor):
            raise TypeError("a tensor was due")
        shapes = f"the shapes {target.shape} and {source.shape}"
        if target.ndim < 1 or source.ndim < 1 or target.shape[0] != source.shape[0]:
            raise ValueError(f"batch_jacobian: the same leading size was due, not {shapes}")
        self._use()
        outs, ins = target.shape[1:], source.shape[1:]
        columns = []
        for index in np.ndindex(*outs):
            seed = np.zeros(target.shape, target.dtype)
            whole: tuple[Any, ...] = (slice(None), *index)
            seed[whole] = 1.0
            columns.append(self._backward([(target, Tensor(seed))], [source])[0])
        if not columns or any(c is None for c in columns):
            return Tensor(np.zeros((target.shape[0], *outs, *ins), source.dtype))
        stacked = call(np.stack, (columns, 1), {})
        return call(np.reshape, (stacked, (target.shape[0], *outs, *ins)), {})

    def source(self, target: Any, sources: Any) -> str:
        """The generated source of the gradient of what was recorded, as one function."""
        from autodiff_sst.tape.source import gradient_source

        wanted = leaves(sources)
        return gradient_source(self._slice(wanted), target, wanted)


def _used_up() -> TapeError:
    words = "a tape that is not persistent was used up by its first gradient"
    return TapeError(words, instead="`GradientTape(persistent=True)`.")
