"""Times, interleaved: what slows the machine down for a while slows all that is compared."""

from __future__ import annotations

import statistics
import time
import tracemalloc
from collections.abc import Callable, Mapping
from typing import Any

Maker = Callable[[], tuple[Any, ...]]


def seconds(run: Callable[..., Any], make: Maker, turns: int) -> float:
    """The mean time of a call; arguments are made anew, since a program may change them."""
    given = [make() for _ in range(turns)]
    start = time.perf_counter()
    for args in given:
        run(*args)
    return (time.perf_counter() - start) / turns


def interleaved(
    runs: Mapping[str, Callable[..., Any]], make: Maker, rounds: int, budget: float
) -> dict[str, float]:
    """The median over rounds of each run's time; a round takes about `budget` seconds."""
    first = {name: seconds(run, make, 1) for name, run in runs.items()}
    turns = max(1, min(1000, int(budget / max(sum(first.values()), 1e-9))))
    found: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            found[name].append(seconds(run, make, turns))
    return {name: statistics.median(times) for name, times in found.items()}


def peak(run: Callable[..., Any], args: tuple[Any, ...]) -> int:
    """The most memory that a call allocates at once, in bytes."""
    tracemalloc.start()
    try:
        run(*args)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def first_result(make: Callable[[], Callable[..., Any]], args: tuple[Any, ...]) -> float:
    """The time until a derivative that nobody has compiled gives its first result."""
    start = time.perf_counter()
    make()(*args)
    return time.perf_counter() - start
