"""Heaps."""

import heapq
from heapq import heappop, heappush

import numpy as np
import pytest

import autodiff_sst as ad
from tests.differences import check_derivatives

X, V = np.array([0.6, 0.7, 1.2, 0.5]), np.array([0.5, -0.3, 0.2, 1.0])


def pushed_and_popped(x):
    h = list(x)
    heapq.heapify(h)
    a = heapq.heappop(h)
    b = heapq.heappop(h)
    heapq.heappush(h, a * b)
    return heapq.heappop(h) * 2 + h[0]


def parts(x):
    return sum(k * v for k, v in enumerate(heapq.nlargest(3, x))) + heapq.nsmallest(2, x)[1]


def merged(x):
    h = list(x)
    heapq.heapify(h)
    c = 0.0
    while len(h) > 1:
        a = heapq.heappop(h)
        b = heapq.heappop(h)
        c += a + b
        heapq.heappush(h, a + b)
    return c**2


def of_pairs(x):
    h = []
    for k, v in enumerate(x):
        heappush(h, (v * v, k))
    total = 1.0
    while h:
        v, k = heappop(h)
        total = total * (1 + v) + k
    return total


def replaced(x):
    h = []
    for v in x:
        heappush(h, v)
    a = heapq.heapreplace(h, x[2] * 3)
    b = heapq.heappushpop(h, x[1] * x[0])
    heapq.heappushpop(h, 0.0)
    return a * b + h[0] ** 2 + len(h)


def events(x):
    queue = [(x[0], "start")]
    total = 0.0
    while queue and total < 20:
        at, what = heapq.heappop(queue)
        if what == "start":
            heapq.heappush(queue, (at + x[1], "stop"))
        else:
            total += at * x[2]
            heapq.heappush(queue, (at * 2, "start"))
    return total


@pytest.mark.parametrize("f", [pushed_and_popped, parts, merged, of_pairs, replaced, events])
def test_heaps(f):
    check_derivatives(f, X, V)
    hessian = ad.jacobian(ad.grad(f), mode="reverse")(X)
    np.testing.assert_allclose(ad.hessian(f)(X), hessian, atol=1e-12)


def read_elsewhere(x):
    h = []
    for v in x:
        heappush(h, v)
    return h[2] * 2


def test_other_reads_are_refused():
    with pytest.raises(ad.AutodiffError):
        ad.grad(read_elsewhere)(X)
