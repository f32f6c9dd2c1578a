"""`python -m benchmarks [KERNEL ...]`: generated derivatives, hand-written ones, and peers."""

from __future__ import annotations

import argparse
import statistics
from typing import Any

from benchmarks.kernels import kernels
from benchmarks.kernels.check import check
from benchmarks.kernels.kernel import Kernel
from benchmarks.peers import peers
from benchmarks.timing import first_result, interleaved, peak


def measure(kernel: Kernel, rounds: int, budget: float) -> dict[str, float]:
    first = first_result(kernel.derivative, kernel.arguments())
    derivative = kernel.derivative()
    check(kernel)
    runs = {"primal": kernel.primal, "by hand": kernel.by_hand, "ours": derivative}
    runs |= peers(kernel)
    for name in [*runs]:
        runs[name](*kernel.arguments())  # compiled, warm
    found = interleaved(runs, kernel.arguments, rounds, budget)
    own = peak(derivative, kernel.arguments())
    memory = own / max(1, peak(kernel.by_hand, kernel.arguments()))
    return {**found, "first": first, "memory": memory}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("kernels", nargs="*", help="names; all without any")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--budget", type=float, default=0.05, help="seconds a round")
    parser.add_argument("--source", action="store_true", help="print the generated sources too")
    given = parser.parse_args()
    known = {k.name: k for k in kernels()}
    unknown = {*given.kernels} - {*known}
    if unknown:
        parser.error(f"no kernel {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    print(f"{'':22}{'primal':>11}{'/ by hand':>11}{'/ primal':>10}{'memory':>8}{'first':>9}  peers")
    ratios = []
    for name in given.kernels or known:
        kernel = known[name]
        found = measure(kernel, given.rounds, given.budget)
        ours, primal = found["ours"], found["primal"]
        ratios.append(ours / found["by hand"])
        others = [n for n in found if n in ("autograd", "jax")]
        beside = "  ".join(f"{n} {found[n] / ours:.1f}" for n in others)
        print(
            f"{name:22}{1e6 * primal:9.1f}us{ratios[-1]:11.2f}{ours / primal:10.2f}"
            f"{found['memory']:8.2f}{1e3 * found['first']:7.0f}ms  {beside}"
        )
        if given.source:
            derivative: Any = kernel.derivative()
            print(derivative.source_for(*kernel.arguments()))
    print(f"{'geometric mean':33}{statistics.geometric_mean(ratios):11.2f}")
    print("memory: peak over that of the hand-written one; peers: their time over ours")


if __name__ == "__main__":
    main()
