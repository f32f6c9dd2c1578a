"""The kernels: plain NumPy programs, each with the adjoint that a careful person writes."""

from benchmarks.kernels.kernel import Kernel


def kernels() -> list[Kernel]:
    from benchmarks.kernels import dense, in_place, orders, scalar

    return [*scalar.KERNELS, *dense.KERNELS, *in_place.KERNELS, *orders.KERNELS]
