import math
from typing import Any

import numpy as np
import pytest

from autodiff_sst import driver
from autodiff_sst.rules.registry import rules
from autodiff_sst.runtime.broadcast import unbroadcast, unbroadcast_from
from autodiff_sst.runtime.directions import widened
from autodiff_sst.runtime.einsum import spread_diagonal
from autodiff_sst.runtime.fourier import fft_like, irfft_like, rfft_like
from autodiff_sst.runtime.linalg import (
    eigenvectors,
    eigenvectors_of,
    gaps,
    log_abs_det,
    product_of_others,
    second_product,
    undiagonal,
    unit_lower,
)
from autodiff_sst.runtime.methods import astype
from autodiff_sst.runtime.products import matmul_left, matmul_right
from autodiff_sst.runtime.quantiles import quantile_weights
from autodiff_sst.runtime.sequences import number, own_items, pieces_like, rows_like, unpad_like
from autodiff_sst.runtime.special import bessel_i, psi_n
from tests.rules.check import Plain, check_rule

assert driver.RULES


def normal(*shape: int, low: float = -2.0, high: float = 2.0) -> Any:
    rng = np.random.default_rng(len(shape) + sum(shape))
    values = rng.uniform(low, high, size=shape)
    return float(values) if shape == () else values


def unary(low: float = -2.0, high: float = 2.0) -> list[tuple[Any, ...]]:
    """A number, NumPy scalars, vectors, a matrix, 0-d and empty arrays."""
    return [
        (normal(low=low, high=high),),
        (np.float64(normal(low=low, high=high)),),
        (np.float32(normal(low=low, high=high)),),
        (normal(3, low=low, high=high),),
        (normal(2, 3, low=low, high=high),),
        (normal(2, 1, low=low, high=high).astype(np.float32),),
        (np.array(normal(low=low, high=high)),),
        (np.zeros((0, 2)),),
    ]


def binary(low: float = -2.0, high: float = 2.0) -> list[tuple[Any, ...]]:
    """Every way to broadcast."""
    shapes: list[tuple[Any, Any]] = [
        ((), ()), ((3,), ()), ((), (3,)), ((3,), (3,)), ((2, 3), (3,)), ((2, 1), (1, 3)),
        ((1,), (3,)), ((4, 1, 3), (2, 1)), ((0, 1), (2,)),
    ]  # fmt: skip
    cases = [(normal(*a, low=low, high=high), normal(*b, low=low, high=high)) for a, b in shapes]
    single = normal(3, low=low, high=high).astype(np.float32)
    return [*cases, (single, 2.0), (2.0, single), (single, single[:1])]


CASES: dict[Any, list[tuple[Any, ...]]] = {
    np.add: binary(),
    np.subtract: binary(),
    np.multiply: binary(),
    np.true_divide: binary(low=0.5),
    np.power: [*binary(low=0.5), *[(x, n) for n in (0, 1, 2, 3, -2, 0.5) for (x,) in unary(0.5)]],
    np.negative: unary(),
    np.positive: unary(),
    np.exp: unary(),
    np.log: unary(low=0.5),
    np.sin: unary(),
    np.cos: unary(),
    np.tanh: unary(),
    np.sqrt: unary(low=0.5),
    np.sum: [
        *unary(),
        *[(normal(2, 3), axis) for axis in (0, 1, -1, None, (0, 1), (-1,))],
        *[(normal(2, 3, 4), axis, keep) for axis in (1, (0, 2), -3) for keep in (1, 0)],
    ],
    np.matmul: [
        (normal(2, 3), normal(3, 4)),
        (normal(3), normal(3)),
        (normal(2, 3), normal(3)),
        (normal(3), normal(3, 4)),
        (normal(5, 2, 3), normal(3, 4)),
        (normal(2, 3), normal(5, 3, 4)),
        (normal(5, 1, 2, 3), normal(6, 3, 2)),
        (normal(3), normal(5, 3, 4)),
        (normal(5, 2, 3), normal(3)),
        (normal(2, 3).astype(np.float32), normal(3).astype(np.float32)),
        (normal(0, 3), normal(3, 4)),
    ],
}


MATRIX = normal(2, 3)
CASES |= {
    np.outer: [(normal(2), normal(3)), (normal(2, 2), normal(3)), (2.0, normal(3))],
    np.copy: [(MATRIX,)],
    np.where: [(MATRIX > 0, MATRIX, 2.0), (MATRIX[0] > 0, normal(3), MATRIX), (MATRIX, 1.0, 2.0)],
    np.real: [(MATRIX,)],
    np.full_like: [(MATRIX, 2.0), (MATRIX, normal(3))],
    widened: [(normal(3), 2), (normal(2, 3), 4)],
    np.broadcast_to: [(normal(3), (2, 3)), (2.0, (2,)), (normal(2, 1), (4, 2, 3))],
    number: [(0.7,), (MATRIX,)],
    unbroadcast: [(MATRIX, normal(3)), (MATRIX, normal(2, 1)), (2.0, MATRIX)],
    unbroadcast_from: [
        (MATRIX, normal(3), MATRIX),
        (normal(3), MATRIX, MATRIX),
        (2.0, normal(2, 1), MATRIX),
        (MATRIX[:1], 3.0, MATRIX),
    ],
    np.float32: [(np.ones(2, np.float32),)],
    np.float64: [(normal(2),), (2.0,)],
    np.transpose: [(MATRIX,), (normal(2, 3, 4), (1, 2, 0)), (normal(2, 3, 4), (-1, 0, 1))],
    np.swapaxes: [(normal(2, 3, 4), 0, -1)],
    np.reshape: [(MATRIX, (3, 2)), (MATRIX, -1), (2.0, (1, 1)), (normal(0, 2), (2, 0))],
    np.ravel: [(MATRIX,)],
    np.squeeze: [(normal(1, 3, 1),), (normal(1, 3, 1), 0)],
    np.expand_dims: [(MATRIX, 1), (MATRIX, (0, -1))],
}


AXES: list[tuple[Any, ...]] = [
    *[(x,) for (x,) in unary() if np.size(x)],
    *[(normal(2, 3), axis) for axis in (0, 1, -1, None, (0, 1))],
    (normal(2, 3, 4), (0, 2)),
    (normal(3).astype(np.float32),),
]
SCALARS: list[tuple[Any, ...]] = [(0.7,), (0.3,)]
CASES |= {
    pow: [(0.7, 2.0), (0.7, 2), (normal(3, low=0.5), 3), (0.7, 0.5)],
    math.pow: [(0.7, 2.0), (1.2, 0.5)],
    np.remainder: [(normal(3), 0.7), (2.3, 0.7)],
    float: SCALARS,
    np.conj: unary(),
    np.square: unary(),
    np.reciprocal: unary(low=0.5),
    np.maximum: [(a, b * 1.1 + 0.05) for a, b in binary()],
    np.minimum: [(a, b * 1.1 + 0.05) for a, b in binary()],
    np.fmax: [(a, b * 1.1 + 0.05) for a, b in binary()],
    np.fmin: [(a, b * 1.1 + 0.05) for a, b in binary()],
    np.clip: [(normal(2, 3), -0.5, 0.7), (normal(3), 0.2, None), (0.7, 0.0, 1.0)],
    np.expm1: unary(),
    np.exp2: unary(),
    np.log2: unary(low=0.5),
    np.log10: unary(low=0.5),
    np.log1p: unary(low=-0.5),
    np.cbrt: unary(low=0.5),
    np.tan: unary(-1, 1),
    np.arcsin: unary(-0.9, 0.9),
    np.arccos: unary(-0.9, 0.9),
    np.arctan: unary(),
    np.arctan2: binary(low=0.3),
    np.hypot: binary(low=0.3),
    np.sinh: unary(),
    np.cosh: unary(),
    np.arcsinh: unary(),
    np.arccosh: unary(low=1.2),
    np.arctanh: unary(-0.9, 0.9),
    np.logaddexp: binary(),
    np.sinc: unary(low=0.3),
    **{f: unary() for f in (np.deg2rad, np.radians, np.rad2deg, np.degrees, np.fabs)},
    **{f: unary() for f in (np.absolute, np.asarray, np.array, np.atleast_1d)},
    np.ascontiguousarray: [(MATRIX,), (MATRIX.T,)],
    abs: [(0.7,), (MATRIX,)],
    **dict.fromkeys(
        (
            *(math.exp, math.log, math.sin, math.cos, math.tanh, math.sqrt, math.fabs, math.expm1),
            *(math.log2, math.log10, math.log1p, math.tan, math.asin, math.acos, math.atan),
            *(math.sinh, math.cosh, math.asinh, math.atanh, math.radians, math.degrees),
        ),
        SCALARS,
    ),
    math.acosh: [(1.7,)],
    math.atan2: [(0.3, 0.7), (-0.3, -0.7)],
    **dict.fromkeys((np.mean, np.prod, np.max, np.min), AXES),
    **{f: [c for c in AXES if np.size(c[0]) > 1] for f in (np.var, np.std)},
    np.cumsum: [c for c in AXES if not isinstance(c[-1], tuple)],
    np.dot: [c for c in CASES[np.matmul] if np.ndim(c[0]) < 3 and np.ndim(c[1]) < 3],
    np.inner: [(normal(3), normal(3))],
    np.vdot: [(normal(3), normal(3))],
    np.flip: [(MATRIX,), (MATRIX, 1), (normal(3),)],
    np.roll: [(MATRIX, 1), (MATRIX, 2, 1), (normal(5), -2), (MATRIX, (1, 2), (0, 1))],
    astype: [(normal(3), np.float64), (normal(2, 2).astype(np.float32), np.float64)],
}


CASES |= {
    np.moveaxis: [(normal(2, 3, 4), 0, 2), (normal(2, 3, 4), -1, 0)],
    np.diff: [(normal(5),), (MATRIX,), (MATRIX, 1, 0)],
    np.pad: [(normal(3), 1), (MATRIX, ((1, 0), (0, 2)))],
}
SQUARE = normal(3, 3) + 3 * np.eye(3)
STACK = normal(2, 3, 3) + 3 * np.eye(3)
CASES |= {
    np.linalg.solve: [(SQUARE, normal(3)), (SQUARE, normal(3, 2)), (STACK, normal(2, 3, 2))],
    np.linalg.pinv: [(MATRIX,), (MATRIX.T,), (SQUARE,), (np.stack([MATRIX, MATRIX[::-1]]),)],
    quantile_weights: [(0.3, 4, "linear"), (np.array([0.2, 0.55]), 5, "hazen")],
    np.linalg.inv: [(SQUARE,), (STACK,)],
    np.linalg.det: [(SQUARE,), (STACK,)],
    np.linalg.norm: [(normal(3),), (MATRIX,), (MATRIX, None, 1)],
    np.trace: [(SQUARE,), (MATRIX,)],
    np.tril: [(SQUARE,), (SQUARE, 1)],
    np.triu: [(SQUARE,), (SQUARE, -1)],
    np.diag: [(normal(3),), (SQUARE,), (normal(2, 4),), (normal(4, 2),)],
    np.einsum: [
        ("ij,jk->ik", MATRIX, normal(3, 4)),
        ("ij,jk", MATRIX, normal(3, 4)),
        ("bij,bj->bi", normal(2, 3, 4), normal(2, 4)),
        ("i,i->", normal(3), normal(3)),
        ("ij->ji", MATRIX),
        ("ij,jk,kl->il", MATRIX, normal(3, 2), normal(2, 4)),
        ("ii->i", SQUARE),
        ("ii", SQUARE),
        ("ij,k->k", MATRIX, normal(2)),
        ("iij,j->i", normal(2, 2, 3), normal(3)),
        ("...ij,...jk->...ik", normal(2, 2, 3), normal(3, 4)),
        ("...i->...", MATRIX),
    ],
}
CASES |= {
    np.logaddexp2: binary(),
    np.float_power: binary(low=0.5),
    np.copysign: binary(low=0.3),
    math.copysign: [(0.7, -2.0)],
    np.heaviside: [(normal(3), 0.5)],
    np.fmod: [(normal(3), 0.7)],
    math.fmod: [(2.3, 0.7)],
    math.remainder: [(2.3, 0.7)],
    np.ldexp: [(normal(3), 2)],
    math.ldexp: [(0.7, 2)],
    math.erf: SCALARS,
    math.erfc: SCALARS,
    **{f: SCALARS for f in (getattr(math, n, None) for n in ("cbrt", "exp2")) if f},
    np.fft.fftshift: [(normal(5),)],
    np.fft.ifftshift: [(MATRIX,)],
    log_abs_det: [(SQUARE,), (STACK,)],
    undiagonal: [(normal(3), Plain(SQUARE)), (SQUARE, Plain(normal(3)))],
    eigenvectors: [(SQUARE,), (SQUARE, "U")],
    gaps: [(normal(3),)],
    spread_diagonal: [(normal(3), Plain(SQUARE), "ii", "i"), (normal(3), Plain(MATRIX), "ij", "j")],
    unpad_like: [(normal(5), Plain(normal(3)), 1)],
}
# Complex inside: checked as programs, in test_complex.py.
INNER = {product_of_others, second_product}  # of np.prod, and its second derivative
COMPLEX = {
    rfft_like,
    irfft_like,
    np.fft.fft,
    np.fft.ifft,
    np.fft.rfft,
    np.fft.irfft,
    np.imag,
    fft_like,
}
COMPLEX |= {complex, eigenvectors_of}
CASES |= {
    np.i0: [(normal(),), (normal(3),)],
    bessel_i: [(1, normal(3)), (0, normal())],
    math.lgamma: [(1.7,), (0.4,)],
    math.gamma: [(1.7,), (0.4,)],
    unit_lower: [(SQUARE,)],
    matmul_left: [
        (normal(2, 4), Plain(normal(2, 3)), normal(3, 4)),
        (normal(2), Plain(normal(2, 3)), normal(3)),
        (normal(4), Plain(normal(3)), normal(3, 4)),
    ],
    matmul_right: [
        (normal(2, 4), normal(2, 3), Plain(normal(3, 4))),
        (normal(2), normal(2, 3), Plain(normal(3))),
        (normal(4), normal(3), Plain(normal(3, 4))),
    ],
    psi_n: [(0, normal(3)), (1, normal(2, low=0.5)), (2, 0.4)],
}
# Of lists: checked as programs, in test_sequences.py and test_of_lists.py.
OF_LISTS = {math.fsum, np.concatenate, np.stack, sum, list, pieces_like, rows_like, own_items}
# Of symmetric matrices: checked as a program that makes one.
OF_SYMMETRIC = {np.linalg.cholesky}


def test_every_rule_has_cases() -> None:
    ours = {
        f
        for f, found in rules().items()
        if not (getattr(f, "__module__", None) or "").startswith("tests")
        and ".scipy." not in found[0].template.__module__  # in test_scipy.py
    }
    assert ours == {*CASES} | OF_LISTS | OF_SYMMETRIC | COMPLEX | INNER


@pytest.mark.parametrize(
    ("function", "args"),
    [
        pytest.param(function, args, id=f"{function.__name__}-{k}")
        for function, cases in CASES.items()
        for k, args in enumerate(cases)
    ],
)
def test_rule(function: Any, args: tuple[Any, ...]) -> None:
    if function is np.sum and len(args) == 3:
        check_rule(function, *args[:2], keepdims=bool(args[2]))
    else:
        check_rule(function, *args)
