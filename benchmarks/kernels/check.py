"""Whether generated and hand-written derivatives agree."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.kernels.kernel import Kernel


def check(kernel: Kernel) -> None:
    found = leaves(kernel.derivative()(*kernel.arguments()))
    expected = leaves(kernel.by_hand(*kernel.arguments()))
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-9, err_msg=kernel.name)


def leaves(value: Any) -> list[Any]:
    return [x for v in value for x in leaves(v)] if isinstance(value, tuple | list) else [value]
