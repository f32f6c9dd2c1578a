"""What a function returns, found by calling it on tiny values; never on the user's data.

Every dimension that is not 1 gets the size 2, then 3, then 12; a symbol is tried as 1 too. A
dimension of the result that is always 1 is 1; one that follows the probe is `MANY`, or the one
symbol that it follows; of any other nothing is known. Functions whose shape depends on data must
not come here.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autodiff_sst.analysis.lengths import MANY, is_many
from autodiff_sst.analysis.values import (
    OPAQUE,
    UNKNOWN,
    Abstract,
    Array,
    Dict,
    Known,
    List,
    Opaque,
    Record,
    Scalar,
    Tuple,
    abstract,
    join_all,
    make_sequence,
)
from autodiff_sst.runtime.records import make_record


@dataclass(frozen=True)
class _Run:
    """One trial: the sizes of `MANY` and of symbols, and what unknown bools are."""

    many: int
    symbol: int
    flag: bool = True
    own: tuple[tuple[str, int], ...] = ()  # of lengths that are told apart

    def size(self, length: int | str) -> int:
        if self.own:
            return dict(self.own).get(str(length), 2)
        return self.many if is_many(length) else self.symbol


_FIRST, _SECOND, _ONE, _FALSE = _Run(2, 2), _Run(3, 3), _Run(2, 1), _Run(2, 2, False)
_LARGE = _Run(12, 12)  # the first of four parts of 2 or 3 items has one item
_Results = dict[_Run, Any]


def probe(call: Callable[..., Any], args: list[Abstract], where: str) -> Abstract:
    """The abstract value of `call(*args)`; `UNKNOWN` or `OPAQUE` if no probe tells it."""
    symbols = sorted({s for a in args for s in _symbols(a)})
    runs = [_FIRST, _SECOND, _LARGE]
    runs += [_ONE] if {*symbols} - {_FLAG} else []
    runs += [_FALSE] if _FLAG in symbols else []
    results: _Results = {}
    for run in runs:
        try:
            values = [_sample(a, run) for a in args]
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                results[run] = call(*values)
        except Exception:
            if run not in (_ONE, _LARGE):  # a symbol need not be able to be 1, nor large
                return _nothing(args)
    return _with_names(_read_off(results, symbols, where), call, args)


def _with_names(found: Abstract, call: Callable[..., Any], args: list[Abstract]) -> Abstract:
    """With the names of lengths, found by two trials where each length has a size of its own."""
    if not isinstance(found, Array) or all(d == 1 for d in found.dims):
        return found
    names = sorted({str(d) for a in args if isinstance(a, Array) for d in a.dims} - {"1", MANY})
    sizes = [7 + 2 * k for k in range(len(names))]
    dims: list[int | str] = [*found.dims]
    traced: list[set[str]] = [{*names} for _ in dims]
    for trial in (sizes, [n + 1 for n in reversed(sizes)]) if names else ():
        own = tuple(zip(names, trial, strict=True))
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                result = call(*(_sample(a, _Run(2, 2, own=own)) for a in args))
        except Exception:  # some must be equal
            return found
        if not isinstance(result, np.ndarray) or result.ndim != len(dims):
            return found
        for k, n in enumerate(result.shape):
            traced[k] &= {name for name, size in own if size == n}
    for k, candidates in enumerate(traced):
        (name,) = candidates if len(candidates) == 1 else ("",)
        if name and dims[k] != 1 and (is_many(name) or not is_many(dims[k])):
            dims[k] = name
    return Array(found.dtype, tuple(dims))


def _nothing(args: list[Abstract]) -> Abstract:
    """All that is known when the probe fails: numbers may give any numbers."""
    return UNKNOWN if any(_may_hold_numbers(a) for a in args) else OPAQUE


def _may_hold_numbers(value: Abstract) -> bool:
    match value:
        case Tuple() | Dict() | Record():
            return any(map(_may_hold_numbers, value.items))
        case List(item):
            return item is None or _may_hold_numbers(item)
        case Known(v):
            return isinstance(v, int | float | complex)
        case Opaque():
            return False
        case _:
            return True


# The symbols of ints and lists, which may be lengths, and of bools.
_INT, _FLAG = "an int", "a bool"


def _symbols(value: Abstract) -> set[str]:
    match value:
        case Scalar("i"):
            return {_INT}
        case Scalar("b"):
            return {_FLAG}
        case Array(_, dims):
            return {d for d in dims if isinstance(d, str) and not is_many(d)}
        case Tuple() | Dict() | Record():
            return set().union(*map(_symbols, value.items))
        case List(item, length) if item is not None:
            return _symbols(item) | ({_INT} if length is None else set())
        case _:
            return set()


def _sample(value: Abstract, run: _Run) -> Any:
    match value:
        case Scalar(kind, dtype):
            number = {"b": run.flag, "i": run.symbol, "f": 0.7, "c": 0.7 + 0.2j}[kind]
            return number if dtype is None else dtype.type(number)
        case Known(v):
            return v
        case Array(dtype, dims):
            sizes = (run.size(d) for d in dims)
            shape = tuple(d if isinstance(d, int) else n for d, n in zip(dims, sizes, strict=True))
            return _sample_array(dtype, shape)
        case Tuple(items, cls):
            samples = [_sample(i, run) for i in items]
            return make_sequence(cls, samples)
        case List(item, length) if item is not None:
            count = run.symbol if length is None else length
            return [_sample(item, run) for _ in range(count)]
        case Dict(keys, items):
            return {k: _sample(i, run) for k, i in zip(keys, items, strict=True)}
        case Record(cls, keys, items):
            samples = [_sample(i, run) for i in items]
            return make_record(cls, **dict(zip(keys, samples, strict=True)))
        case _:
            raise ValueError("nothing to try it with")


def _sample_array(dtype: np.dtype[Any], shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    if dtype.kind not in "fc":
        return np.zeros(shape, dtype)  # a valid index of anything
    values = np.linspace(0.3, 0.6, int(np.prod(shape))).reshape(shape)
    if len(shape) >= 2 and shape[-1] == shape[-2]:  # factorisations want a definite matrix
        values = 0.1 + 3 * np.eye(shape[-1]) + np.zeros(shape)
    return values.astype(dtype)


def _read_off(results: _Results, symbols: list[str], where: str) -> Abstract:
    """What results that differ in the sizes of the probe have in common."""
    found = [*results.values()]
    first = found[0]
    if len({type(r) for r in found}) > 1:
        return UNKNOWN if all(isinstance(r, np.ndarray | np.generic) for r in found) else OPAQUE
    if isinstance(first, tuple) and len({len(r) for r in found}) == 1:
        parts = [
            _read_off({run: r[k] for run, r in results.items()}, symbols, f"{where}.{k}")
            for k in range(len(first))
        ]
        return Tuple(tuple(parts), None if type(first) is tuple else type(first))
    if not isinstance(first, np.ndarray):
        return _read_off_constant(found)
    if first.dtype.kind not in "biufc":
        return OPAQUE
    if len({r.ndim for r in found}) > 1:
        return UNKNOWN
    dims = []
    for k in range(first.ndim):
        sizes = {run: r.shape[k] for run, r in results.items()}
        dims.append(_dimension(sizes, symbols, f"{where}.{k}"))
    return Array(first.dtype, tuple(dims))


def _dimension(sizes: dict[_Run, int], symbols: list[str], name: str) -> int | str:
    if {*sizes.values()} == {1}:
        return 1
    if len({*sizes.values()}) == 1 and sizes[_FIRST] > 1:
        return MANY  # a constant length
    follows = (sizes[_FIRST], sizes[_SECOND], sizes.get(_LARGE, 12), sizes.get(_FALSE, 2))
    if follows == (2, 3, 12, 2):
        if sizes.get(_ONE, 2) == 2:
            return MANY if _ONE in sizes or not {*symbols} - {_FLAG} else name
        if sizes[_ONE] == 1 and len(symbols) == 1 and symbols != [_INT]:
            return symbols[0]
    return name


def _read_off_constant(results: list[Any]) -> Abstract:
    """A type is known where all probes agree; of a number only its kind, of a string nothing."""
    first = abstract(results[0])
    if isinstance(results[0], str | bytes):
        return OPAQUE
    if isinstance(first, Known) and any(abstract(r) != first for r in results):
        return OPAQUE
    return join_all([abstract(r) for r in results], "")  # a tuple as long as an int says, say
