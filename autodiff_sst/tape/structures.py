"""Targets, sources and seeds in lists, tuples and dicts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autodiff_sst.tape.tensor import Tensor, call, is_float


def leaves(x: Any) -> list[Any]:
    if isinstance(x, list | tuple):
        return [leaf for v in x for leaf in leaves(v)]
    if isinstance(x, dict):
        return [leaf for key in x for leaf in leaves(x[key])]
    return [x]


def like(structure: Any, values: Iterator[Any]) -> Any:
    """The values in the place of the leaves."""
    if isinstance(structure, list | tuple):
        made = [like(v, values) for v in structure]
        if hasattr(structure, "_fields"):
            return type(structure)(*made)
        return made if isinstance(structure, list) else tuple(made)
    if isinstance(structure, dict):
        return {key: like(structure[key], values) for key in structure}
    return next(values)


def seeds_for(target: Any, given: Any) -> list[Any]:
    """A seed for each target: by key in dicts, by position elsewhere; ones where none is given."""
    if isinstance(target, dict):
        parts = [(target[k], None if given is None else given[k]) for k in target]
        return [seed for t, g in parts for seed in seeds_for(t, g)]
    if isinstance(target, list | tuple):
        rest = given if given is not None else [None] * len(target)
        return [s for t, g in zip(target, rest, strict=True) for s in seeds_for(t, g)]
    if given is not None:
        return [given if isinstance(given, Tensor) else Tensor(np.asarray(given))]
    if not isinstance(target, Tensor):
        return [None]
    return [Tensor(np.ones(target.shape, target.dtype if is_float(target.value) else float))]


def each_component(target: Tensor) -> Iterator[Tensor]:
    for index in np.ndindex(*target.shape):
        seed = np.zeros(target.shape, target.dtype)
        seed[index] = 1
        yield Tensor(seed)


def plus(a: Any, b: Any) -> Any:
    return b if a is None else a if b is None else call(np.add, (a, b), {})


def np_zeros(source: Tensor) -> Tensor:
    return Tensor(np.zeros(source.shape, source.dtype))


def as_gradient(bar: Any, source: Tensor) -> Any:
    if bar is None or not is_float(source.value):
        return None
    if bar.shape != source.shape:
        return call(np.broadcast_to, (bar, source.shape), {})
    return bar if bar.dtype == source.dtype else bar.astype(source.dtype)
