"""What `itertools` gives, as generators whose source is there to be read by the compiler."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from autodiff_sst.runtime.sequences import permutation


def accumulate(
    items: Iterable[Any], func: Callable[[Any, Any], Any] = operator.add, *, initial: Any = None
) -> Iterator[Any]:
    k = 0
    if initial is not None:
        total = initial
        k = 1
        yield total
    for item in items:
        total = item if k == 0 else func(total, item)
        k += 1
        yield total


def chained(iterables: Iterable[Iterable[Any]]) -> Iterator[Any]:
    for items in iterables:
        yield from items


def compress(items: Iterable[Any], selectors: Iterable[Any]) -> Iterator[Any]:
    for item, selected in zip(items, selectors, strict=False):
        if selected:
            yield item


def count(start: Any = 0, step: Any = 1) -> Iterator[Any]:
    number = start
    while True:
        yield number
        number = number + step


def cycle(items: Iterable[Any]) -> Iterator[Any]:
    kept = list(items)
    while len(kept) > 0:
        yield from kept


def dropwhile(predicate: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
    dropping = True
    for item in items:
        if dropping:
            dropping = bool(predicate(item))
        if not dropping:
            yield item


def filterfalse(predicate: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        if not predicate(item):
            yield item


def groupby(items: Iterable[Any], key: Any = None) -> Iterator[Any]:
    """Groups are lists: `itertools` empties one when the next is asked for."""
    kept = list(items)
    keys = [item if key is None else key(item) for item in kept]
    start = 0
    while start < len(kept):
        end = start + 1
        while end < len(kept) and keys[end] == keys[start]:
            end += 1
        yield keys[start], kept[start:end]
        start = end


def islice(items: Iterable[Any], first: Any, stop: Any = -1, step: Any = 1) -> Iterator[Any]:
    start, end = (0, first) if stop == -1 else (first, stop)
    k = 0
    if end is not None and end <= 0:
        return
    for item in items:
        if k >= start and (k - start) % step == 0:
            yield item
        k += 1  # noqa: SIM113 no item is asked for that is not due
        if end is not None and k >= end:
            return


def ndenumerate(arr: Any) -> Iterator[Any]:
    array = np.asarray(arr)
    if np.ndim(array) == 1:
        for i in range(np.shape(array)[0]):
            yield (i,), array[i]
    elif np.ndim(array) == 2:
        for i in range(np.shape(array)[0]):
            for j in range(np.shape(array)[1]):
                yield (i, j), array[i, j]
    else:
        for index in np.ndindex(np.shape(array)):
            yield index, array[index]


def permutations(items: Iterable[Any], r: Any = None) -> Iterator[Any]:
    kept = list(items)
    count = len(kept) if r is None else r
    for number in range(math.perm(len(kept), count)):
        yield [kept[k] for k in permutation(number, len(kept), count)]


def repeat(item: Any, times: Any = -1) -> Iterator[Any]:
    k = 0
    while times < 0 or k < times:
        yield item
        k += 1


def starmap(function: Callable[..., Any], items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        yield function(*item)


def takewhile(predicate: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        if not predicate(item):
            return
        yield item


def zip_longest(*iterables: Iterable[Any], fillvalue: Any = None) -> Iterator[Any]:
    lists = [list(items) for items in iterables]
    longest = max([len(items) for items in lists])
    for k in range(longest):
        yield tuple([items[k] if k < len(items) else fillvalue for items in lists])


GENERATORS: dict[Any, Callable[..., Iterator[Any]]] = {
    itertools.accumulate: accumulate,
    itertools.chain.from_iterable: chained,
    itertools.compress: compress,
    itertools.count: count,
    itertools.cycle: cycle,
    itertools.dropwhile: dropwhile,
    itertools.filterfalse: filterfalse,
    itertools.groupby: groupby,
    itertools.islice: islice,
    np.ndenumerate: ndenumerate,
    itertools.permutations: permutations,
    itertools.repeat: repeat,
    itertools.starmap: starmap,
    itertools.takewhile: takewhile,
    itertools.zip_longest: zip_longest,
}
