"""Functions that are defined by others: value, both modes, second order, against differences."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad
from autodiff_sst.rules.definitions import definitions
from autodiff_sst.runtime.methods import (
    accumulate_of,
    choose_of,
    compress_of,
    flatten_of,
    item_of,
    reduce_of,
    reduceat_of,
    tolist_of,
    view_of,
)

RNG = np.random.default_rng(7)
V, U = RNG.normal(size=5), RNG.normal(size=5)
M, N = RNG.normal(size=(3, 4)), RNG.normal(size=(3, 4))
T = RNG.normal(size=(2, 3, 4))
S = RNG.normal(size=(3, 3)) + 3 * np.eye(3)
POSITIVE = np.abs(V) + 0.5
HOLES = np.where(np.arange(12).reshape(3, 4) % 5 == 1, np.nan, M)

Case = tuple[Callable[..., Any], Any]
CASES: dict[Any, list[Case]] = {
    np.linalg.norm: [
        (lambda a, p=p: np.linalg.norm(a, p), (V,)) for p in (1, 2, 3, 0.5, -1, np.inf, -np.inf)
    ]
    + [(lambda a, p=p: np.linalg.norm(a, p), (M,)) for p in ("fro", "nuc", 1, -1, 2, -2, np.inf)]
    + [
        (lambda a: np.linalg.norm(a, 1, (0, 1), True), (T,)),
        (lambda a: np.linalg.norm(a, 3, axis=1, keepdims=True), (M,)),
    ],
    np.linalg.cholesky: [
        (lambda a: np.linalg.cholesky(a @ np.swapaxes(a, -1, -2) + np.eye(3)), (T[:, :, :3],)),
        (lambda a: np.linalg.cholesky(a @ a.T + np.eye(3), upper=True), (S,)),
    ],
    np.linalg.eigvals: [(lambda a: np.sort(np.real(np.linalg.eigvals(a @ a.T))), (S,))],
    np.linalg.eig: [(lambda a: np.abs(np.linalg.eig(a).eigenvectors) ** 2, (S,))],
    np.fft.fftn: [(lambda a: np.abs(np.fft.fftn(a)) ** 2, (M,))],
    np.fft.ifftn: [(lambda a: np.real(np.fft.ifftn(a, (2, 3), (0, 2)) * (1 + 2j)), (T,))],
    np.fft.fft2: [(lambda a: np.imag(np.fft.fft2(a)), (M,))],
    np.fft.ifft2: [(lambda a: np.imag(np.fft.ifft2(a, norm="ortho")), (M,))],
    np.fft.rfftn: [(lambda a: np.abs(np.fft.rfftn(a)) ** 2, (T,))],
    np.fft.rfft2: [(lambda a: np.imag(np.fft.rfft2(a)), (M,))],
    np.fft.irfftn: [(lambda a: np.fft.irfftn(a * (1 + 1j), (3, 4), (0, 1)), (M,))],
    np.fft.irfft2: [(lambda a: np.fft.irfft2(np.fft.rfft2(a) ** 2), (M,))],
    np.fft.hfft: [(lambda a: np.fft.hfft(a * (1 + 1j)), (V,)), (lambda a: np.fft.hfft(a, 7), (V,))],
    np.fft.ihfft: [(lambda a: np.abs(np.fft.ihfft(a, norm="ortho")) ** 2, (V,))],
    np.full: [(lambda x: np.full((2, 3), x * x), (0.7,)), (lambda x: np.full((2, 5), x), (V,))],
    np.full_like: [(lambda x: np.full_like(M, x * x), (0.7,))],
    np.arange: [
        (lambda a, s: np.arange(a, 3.0, s), (0.3, 0.7)),
        (lambda a: np.arange(a, 3.0), (0.3,)),
    ],
    np.unique: [
        (lambda a: np.unique(a * a), (V,)),
        (lambda a: np.unique(a, return_inverse=True)[0] ** 2, (M,)),
        (lambda a: np.unique(a, return_index=True, return_counts=True)[0], (V,)),
    ],
    np.unique_values: [(lambda a: np.sort(np.unique_values(a)), (V,))],
    np.unique_inverse: [(lambda a: np.unique_inverse(a).values ** 2, (V,))],
    np.unique_counts: [(lambda a: np.unique_counts(a).values ** 2, (V,))],
    np.unique_all: [(lambda a: np.unique_all(a).values ** 2, (V,))],
    np.fromiter: [(lambda a: np.fromiter((v**2 for v in a), dtype=float), (V,))],
    np.bincount: [(lambda w: np.bincount([0, 2, 1, 2, 5], w), (V,))],
    np.histogram_bin_edges: [(lambda a: np.histogram_bin_edges(a, 3), (V,))],
    np.histogram: [
        (lambda w: np.histogram(U, 3, weights=w)[0], (V,)),
        (lambda w: np.histogram(U, [-1.0, 0.0, 2.0], weights=w, density=True)[0], (POSITIVE,)),
        (lambda a: np.histogram(a, 3)[1], (V,)),
    ],
    np.histogram2d: [(lambda w: np.histogram2d(U, V, 2, weights=w)[0], (POSITIVE,))],
    np.block: [
        (lambda a, b: np.block([[a, b], [b, a]]), (M, N)),
        (lambda a, b: np.block([a, b]), (V, U)),
    ],
    np.insert: [
        (lambda a, b: np.insert(a, 1, b), (V, 0.3)),
        (lambda a, b: np.insert(a, [0, 2], b), (V, U[:2])),
        (lambda a, b: np.insert(a, 1, b, axis=1), (M, V[:3])),
    ],
    np.atleast_1d: [(lambda a, b: np.atleast_1d(a, b)[0] * np.atleast_1d(a, b)[1], (0.4, V))],
    np.lib.stride_tricks.sliding_window_view: [
        (lambda a: np.lib.stride_tricks.sliding_window_view(a, 3), (V,)),
        (lambda a: np.lib.stride_tricks.sliding_window_view(a, (2, 2)), (M,)),
    ],
    np.pad: [
        (lambda a, m=m: np.pad(a, ((1, 0), (2, 1)), mode=m), (M,))
        for m in ("edge", "reflect", "symmetric", "wrap", "mean", "maximum", "minimum")
    ]
    + [
        (lambda a, c: np.pad(a, 1, constant_values=c), (V, 0.3)),
        (lambda a: np.pad(a, 2, mode="linear_ramp", end_values=0.5), (V,)),
        (lambda a: np.pad(a, 2, mode="reflect", reflect_type="odd"), (V,)),
        (lambda a: np.pad(a, 2, "constant", constant_values=(1.0, 2.0)), (V,)),
    ],
    math.dist: [(lambda x, y: math.dist([x, y], [y * y, 0.5]), (0.3, 0.9))],
    math.hypot: [
        (lambda x, y: math.hypot(x, y), (0.3, 0.9)),
        (lambda x, y: math.hypot(x, y, x * y), (0.3, 0.9)),
    ],
    math.prod: [(lambda x, y: math.prod([x, y, x], start=2.0), (0.3, 0.9))],
    math.modf: [(lambda x: math.modf(x)[0] * math.modf(x)[1], (2.3,))],
    math.frexp: [(lambda x: math.frexp(x)[0] * math.frexp(x)[1], (2.3,))],
    np.var: [
        (lambda a: np.var(a, axis=1, where=M > -0.5), (M,)),
        (lambda a: np.var(a, correction=1), (V,)),
    ],
    np.std: [(lambda a: np.std(a, axis=0, correction=1), (M,))],
    np.clip: [(lambda a: np.clip(a, min=-0.5, max=0.5), (V,))],
    reduce_of: [
        (lambda a: np.logaddexp.reduce(a), (V,)),
        (lambda a: np.logaddexp.reduce(a, axis=1, keepdims=True), (M,)),
    ],
    accumulate_of: [
        (lambda a: np.logaddexp.accumulate(a), (V,)),
        (lambda a: np.maximum.accumulate(a, axis=1), (M,)),
    ],
    compress_of: [
        (lambda a: a.compress(M[0] > 0), (V[:4],)),
        (lambda a: a.compress([True, False, True], axis=0), (M,)),
    ],
    choose_of: [(lambda a, b: np.array([0, 1, 1, 0, 1]).choose([a, b]), (V, U))],
    np.choose: [(lambda a, b: np.choose(np.array([0, 1, 1, 0, 1]), [a, b]), (V, 0.3))],
    np.asarray_chkfinite: [(lambda a: np.asarray_chkfinite(a), (V,))],
    np.asfortranarray: [(lambda a: np.asfortranarray(a), (M,))],
    np.apply_over_axes: [(lambda a: np.apply_over_axes(np.sum, a, [0, 2]), (T,))],
    np.unstack: [(lambda a: np.unstack(a, axis=1)[2], (M,))],
    np.nanmedian: [(lambda a: np.nanmedian(a + HOLES), (M,))],
    np.nanpercentile: [(lambda a: np.nanpercentile(a + HOLES, 30), (M,))],
    np.nanquantile: [(lambda a: np.nanquantile(a + HOLES, 0.3, axis=1), (M,))],
    np.hstack: [(lambda a, b: np.hstack([a, b * 2]), (V, U)), (lambda a: np.hstack((a, a)), (M,))],
    np.vstack: [(lambda a, b: np.vstack([a, b]), (V, U))],
    np.dstack: [(lambda a, b: np.dstack([a, b]), (M, N))],
    np.column_stack: [(lambda a, b: np.column_stack([a, b]), (V, U))],
    np.append: [(lambda a, b: np.append(a, b), (M, V)), (lambda a, b: np.append(a, b, 0), (M, N))],
    np.atleast_2d: [(lambda a: np.atleast_2d(a), (V,))],
    np.atleast_3d: [(lambda a: np.atleast_3d(a), (M,))],
    np.rot90: [(lambda a, k=k: np.rot90(a, k), (M,)) for k in (0, 1, 2, 3)],
    np.fliplr: [(lambda a: np.fliplr(a), (M,))],
    np.flipud: [(lambda a: np.flipud(a), (M,))],
    np.take: [
        (lambda a: np.take(a, [0, 2, 2]), (V,)),
        (lambda a: np.take(a, np.array([[0, 2], [1, 0]]), axis=1), (T,)),
        (lambda a: np.take(a, 1, axis=-1), (M,)),
        (lambda a: a.take([1, 1], axis=0), (M,)),
        (lambda a: np.take(a, [1, -1, 8], mode="wrap"), (V,)),
    ],
    np.compress: [(lambda a: np.compress([True, False, True], a, axis=0), (M,))],
    np.extract: [(lambda a: np.extract(M > 0, a), (N,))],
    np.delete: [(lambda a: np.delete(a, 1), (V,)), (lambda a: np.delete(a, [0, 2], 1), (M,))],
    np.repeat: [(lambda a: np.repeat(a, 2), (M,)), (lambda a: a.repeat([1, 2, 0], 0), (M,))],
    np.tile: [(lambda a: np.tile(a, (2, 1, 2)), (M,))],
    np.resize: [(lambda a: np.resize(a, (2, 4)), (V,))],
    np.diagonal: [(lambda a: np.diagonal(a, 1), (M,)), (lambda a: a.diagonal(0, 1, 2), (T,))],
    np.trace: [(lambda a: np.trace(a, 1), (M,)), (lambda a: a.trace(offset=-1), (M,))],
    np.diag: [
        (lambda a: np.diag(a, 1), (V,)),
        (lambda a: np.diag(a, -2), (V,)),
        (lambda a: np.diag(a, k=1), (M,)),
    ],
    np.diagflat: [(lambda a: np.diagflat(a), (M,))],
    np.take_along_axis: [(lambda a: np.take_along_axis(a, np.argsort(M, 1), 1), (N,))],
    np.sort: [(lambda a: np.sort(a), (M,)), (lambda a: np.sort(a, axis=None), (M,))],
    np.partition: [(lambda a: np.partition(a, 2), (M,))],
    np.select: [(lambda a, t: np.select([a < -0.5, a < 0.5], [a * t, a**3], t), (V, 0.3))],
    np.nan_to_num: [(lambda a: np.nan_to_num(a), (V,))],
    np.ediff1d: [(lambda a: np.ediff1d(a), (V,))],
    np.meshgrid: [(lambda a, b: np.meshgrid(a, b)[0] * np.meshgrid(a, b)[1], (V, U))],
    np.broadcast_arrays: [(lambda a, b: np.broadcast_arrays(a, b)[0] * b, (V[:4], M))],
    np.split: [(lambda a: np.split(a[:4], 2)[1] * np.split(a, [1, 2])[0][0], (V,))],
    np.hsplit: [
        (lambda a: np.hsplit(a, 2)[1] * 3.0, (np.outer(V[:3], V[:4]),)),
        (lambda a: np.hsplit(a, [1])[1] * a[0], (V,)),
    ],
    np.vsplit: [(lambda a: np.vsplit(a, 2)[1] * 3.0, (np.outer(V[:4], V[:3]),))],
    np.dsplit: [
        (lambda a: np.dsplit(a, 2)[1] ** 2, (np.multiply.outer(np.outer(V[:2], V[:3]), V[:4]),))
    ],
    np.diff: [
        (lambda a: np.diff(a, prepend=0), (V,)),
        (lambda a: np.diff(a, prepend=a[1], append=a[:2]), (V,)),
        (lambda a: np.diff(np.outer(a, a), 2, axis=0, append=1.5), (V,)),
    ],
    np.array_split: [(lambda a: np.array_split(a, 2)[0] * np.array_split(a, 2)[1][0], (V,))],
    np.unwrap: [(lambda a: np.unwrap(a * 4), (V,)), (lambda a: np.unwrap(a * 4, period=3.0), (V,))],
    np.real_if_close: [(lambda a: np.real_if_close(a * (1 + 0j)), (V,))],
    np.ptp: [(lambda a: np.ptp(a, axis=1), (M,))],
    np.average: [
        (lambda a, w: np.average(a, weights=w), (V, POSITIVE)),
        (lambda a, w: np.average(a, axis=0, weights=w), (M, POSITIVE[:3])),
        (lambda a: np.average(a, axis=1), (M,)),
    ],
    **{
        f: [(lambda a, f=f: f(a * 2.0 + 0.0 * HOLES, axis=1), (M,))]
        for f in (np.nansum, np.nanmean, np.nanmax, np.nanmin, np.nanvar, np.nanstd, np.nanprod)
    },
    np.nancumsum: [(lambda a: np.nancumsum(a + HOLES, axis=1), (M,))],
    np.nancumprod: [(lambda a: np.nancumprod(a + HOLES, axis=1), (M,))],
    np.linspace: [
        (lambda a, b: np.linspace(a, b, 4), (0.3, 0.9)),
        (lambda a, b: np.linspace(a, b, num=4, axis=-1), (V, U)),
        (lambda a, b: np.linspace(a, b, 4, retstep=True)[1], (0.3, 0.9)),
    ],
    np.logspace: [(lambda a, b: np.logspace(a, b, 4), (0.3, 0.9))],
    np.geomspace: [(lambda a, b: np.geomspace(a, b, 4), (0.3, 0.9))],
    np.trapezoid: [
        (lambda a, x: np.trapezoid(a, x), (V, U)),
        (lambda a: np.trapezoid(a, dx=0.5, axis=0), (M,)),
    ],
    np.interp: [
        (lambda x, f: np.interp(x, np.arange(5.0), f, period=5.0), (np.array([-0.7, 2.7, 6.3]), V)),
        (lambda x, f: np.interp(x, np.arange(5.0), f), (np.array([0.3, 2.7, 9.0]), V)),
    ],
    np.polyval: [(lambda p, x: np.polyval(p, x), (V, U))],
    np.polyder: [(lambda p: np.polyder(p), (V,))],
    np.polyint: [(lambda p: np.polyint(p), (V,)), (lambda p: np.polyint(p, 2, [1.0, 2.0]), (V,))],
    np.polyadd: [(lambda p, q: np.polyadd(p, q), (V, U[:3]))],
    np.polysub: [(lambda p, q: np.polysub(p, q), (V[:3], U))],
    np.polymul: [(lambda p, q: np.polymul(p, q), (V, U[:3]))],
    np.vander: [(lambda x: np.vander(x, 3), (V,)), (lambda x: np.vander(x, increasing=True), (V,))],
    np.convolve: [
        (lambda a, b, m=m: np.convolve(a, b, m), (V, U[:3])) for m in ("full", "same", "valid")
    ],
    np.correlate: [(lambda a, b: np.correlate(a, b, "full"), (V, U[:3]))],
    np.cumprod: [
        (lambda a: np.cumprod(a * np.where(U > 0, 0.0, 1.0)), (V,)),
        (lambda a: a.cumprod(axis=1), (M,)),
    ],
    np.cov: [(lambda a: np.cov(a), (M,)), (lambda a, b: np.cov(a, b, bias=True), (V, U))],
    np.corrcoef: [(lambda a: np.corrcoef(a), (M,))],
    np.median: [(lambda a: np.median(a), (V,)), (lambda a: np.median(a, axis=1), (M,))],
    np.percentile: [(lambda a: np.percentile(a, 30), (V,))],
    np.quantile: [
        (lambda a, m=m: np.quantile(a, [0.2, 0.55], axis=0, method=m), (M,))
        for m in ("linear", "hazen", "lower", "inverted_cdf", "median_unbiased")
    ],
    np.divmod: [(lambda a, b: np.divmod(a, b)[1], (V, 0.7))],
    np.modf: [(lambda a: np.modf(a)[0], (V,))],
    np.gradient: [
        (lambda a: np.gradient(a), (V,)),
        (lambda a: np.gradient(a, edge_order=2), (V,)),
        (lambda a: np.gradient(a, np.array([0.0, 1.0, 2.5]), axis=0, edge_order=2), (M,)),
        (lambda a: np.gradient(a, 0.5, axis=1), (M,)),
        (lambda a: np.gradient(a, np.array([0.0, 1.0, 2.5, 3.0, 5.0])), (V,)),
    ],
    np.tensordot: [
        (lambda a, b: np.tensordot(a, b, 1), (M, N.T)),
        (lambda a, b: np.tensordot(a, b, ([0, 1], [1, 0])), (M, N.T)),
    ],
    np.inner: [(lambda a, b: np.inner(a, b), (M, N))],
    np.dot: [(lambda a, b: np.dot(a, b), (T, N.T)), (lambda a, b: np.dot(a, b), (T, V[:4]))],
    np.vdot: [(lambda a, b: np.vdot(a, b), (M, N))],
    np.kron: [(lambda a, b: np.kron(a, b), (M, V)), (lambda a, b: np.kron(a, b), (M, S))],
    np.cross: [(lambda a, b: np.cross(a, b), (V[:3], U[:3]))],
    np.vecdot: [(lambda a, b: np.vecdot(a, b), (M, N))],
    np.matvec: [(lambda a, b: np.matvec(a, b), (M, V[:4]))],
    np.vecmat: [(lambda a, b: np.vecmat(a, b), (V[:3], M))],
    np.linalg.matmul: [(lambda a, b: np.linalg.matmul(a, b), (M, N.T))],
    np.linalg.outer: [(lambda a, b: np.linalg.outer(a, b), (V, U))],
    np.linalg.tensordot: [(lambda a, b: np.linalg.tensordot(a, b, axes=1), (M, N.T))],
    np.matrix_transpose: [(lambda a: np.matrix_transpose(a), (T,))],
    np.linalg.trace: [(lambda a: np.linalg.trace(a), (T,))],
    np.linalg.multi_dot: [(lambda a, b, c: np.linalg.multi_dot([a, b, c]), (M, N.T, S))],
    np.linalg.matrix_power: [
        (lambda a: np.linalg.matrix_power(a, 3), (S,)),
        (lambda a: np.linalg.matrix_power(a, -2), (S,)),
    ],
    np.linalg.slogdet: [(lambda a: np.linalg.slogdet(a)[1], (S,))],
    np.linalg.eigh: [
        (lambda a: np.linalg.eigh(a)[0], (S,)),
        (lambda a: np.linalg.eigh(a)[1] ** 2, (S,)),
    ],
    np.linalg.eigvalsh: [(lambda a: np.linalg.eigvalsh(a, "U"), (S,))],
    np.linalg.svdvals: [(lambda a: np.linalg.svdvals(a), (M,))],
    np.linalg.svd: [
        (lambda a: np.linalg.svd(a, full_matrices=False)[0] ** 2, (M,)),
        (lambda a: np.linalg.svd(a, full_matrices=False)[2], (M.T,)),
        (lambda a: np.linalg.svd(a)[1], (S,)),
    ],
    np.linalg.qr: [(lambda a: np.linalg.qr(a)[0], (M.T,)), (lambda a: np.linalg.qr(a)[1], (M,))],
    np.linalg.lstsq: [(lambda a, b: np.linalg.lstsq(a, b, rcond=None)[0], (M.T, V[:4]))],
    np.linalg.matrix_norm: [(lambda a: np.linalg.matrix_norm(a), (T,))],
    np.linalg.vector_norm: [
        (lambda a: np.linalg.vector_norm(a, axis=1), (M,)),
        (lambda a: np.linalg.vector_norm(a), (M,)),
    ],
    np.linalg.cond: [(lambda a: np.linalg.cond(a), (S,))],
    item_of: [(lambda a: a.item(1, 2) ** 2, (M,)), (lambda a: a.item(-1) ** 2, (M,))],
    flatten_of: [(lambda a: a.flatten() ** 2, (a,)) for a in (V, M, T)],
    tolist_of: [(lambda a: np.array(a.tolist()) ** 2, (a,)) for a in (V, M, T)],
    view_of: [(lambda a: a.view() ** 2, (M,))],
    reduceat_of: [
        (lambda a: np.multiply.reduceat(a, [0, 2, 1], axis=1), (M,)),
        (lambda a: np.add.reduceat(a, np.array([0, 2])), (V,)),
    ],
    np.histogramdd: [
        (lambda w: np.histogramdd(M.T, bins=2, weights=w)[0], (V[:4],)),
        (lambda w: np.histogramdd(M.T[:, :2], (2, 3), density=True, weights=w)[0], (V[:4] ** 2,)),
        (lambda w: np.histogramdd(V, [2], [(-0.5, 2)], weights=w)[0], (U,)),
    ],
    np.max: [
        (lambda a: np.max(a, initial=0.1), (V,)),
        (lambda a: np.amax(a, axis=1, keepdims=True), (M,)),
        (lambda a: np.max(a, axis=0, initial=-9.0, where=M > -0.5), (M,)),
    ],
    np.min: [
        (lambda a: np.min(a, initial=0.1), (V,)),
        (lambda a: np.amin(a, axis=(0, 1)), (M,)),
        (lambda a: np.min(a, initial=9.0, where=V > -0.5), (V,)),
    ],
    np.poly: [(lambda a: np.poly(a), (V,)), (lambda a: np.poly(a @ a.T), (S,))],
    np.union1d: [(lambda a, b: np.union1d(a, b), (V, U))],
    np.intersect1d: [
        (lambda a: np.intersect1d(a, a[1:4]) * a[0], (V,)),
        (lambda a: np.intersect1d(a, a[1:4], return_indices=True)[0] ** 2, (V,)),
    ],
    np.setdiff1d: [(lambda a: np.setdiff1d(a, U), (V,))],
    np.setxor1d: [(lambda a, b: np.setxor1d(a, b), (V, U))],
    np.polyfit: [
        (lambda a, b: np.polyfit(a, b, 2), (V, U)),
        (lambda b: np.polyfit(V[:3], b, 1), (M,)),
        (lambda a: np.polyfit(a, U, 1, w=POSITIVE), (V,)),
        (lambda b: np.polyfit(V, b, 1, cov=True)[1], (U,)),
        (lambda b: np.polyfit(V, b * U, 1, w=b, cov="unscaled")[1], (POSITIVE,)),
    ],
    np.ix_: [(lambda a: np.ix_(a, a * a, [0, 1])[1] ** 2, (V,))],
    np.angle: [
        (lambda a, b: np.angle(a + 1j * b), (V, U)),
        (lambda a: np.angle(a * (1 + 2j), deg=True), (0.7,)),
        (lambda a: np.angle(a) + a, (V,)),
    ],
    np.sort_complex: [(lambda a: np.real(np.sort_complex(a)) ** 2, (V,))],
    np.frexp: [(lambda a: np.frexp(a)[0], (V,)), (lambda a: np.frexp(a * a)[0], (0.7,))],
    np.kaiser: [(lambda b: np.kaiser(5, b * b), (1.3,)), (lambda b: np.kaiser(1, b) * b, (1.3,))],
    np.polydiv: [
        (lambda u, v: np.polydiv(u, v)[0], (V, U[:3])),
        (lambda u, v: np.polydiv(u, v)[1], (V, U[:3])),
        (lambda u, v: np.polydiv(u, v)[1], (V[:2], U[:3])),
        (lambda u, v: np.polydiv(u, v)[0], (V, U[:1])),
    ],
    np.roots: [
        (lambda p: np.abs(np.roots(p)) ** 2, (V,)),
        (lambda p: np.abs(np.roots(np.concatenate([np.zeros(2), p, np.zeros(1)]))) ** 2, (V,)),
        (lambda p: np.real(np.roots(p)), (V[:2],)),
    ],
    np.rollaxis: [
        (lambda a, k=k, s=s: np.rollaxis(a, k, s), (T,))
        for k, s in ((1, 0), (2, 0), (0, 3), (-1, 1), (1, -1))
    ],
    np.trim_zeros: [
        (lambda a, t=t: np.trim_zeros(np.concatenate([np.zeros(2), a, np.zeros(1)]), t), (V,))
        for t in ("fb", "f", "B")
    ],
    np.asanyarray: [(lambda a: np.asanyarray(a) ** 2, (V,))],
    np.require: [(lambda a: np.require(a, float, "C") ** 2, (M,))],
    **(
        {
            np.astype: [(lambda a: np.astype(a, np.float64) ** 2, (V,))],
            np.cumulative_sum: [
                (lambda a: np.cumulative_sum(a), (V,)),
                (lambda a: np.cumulative_sum(a, axis=1, include_initial=True), (T,)),
            ],
            np.cumulative_prod: [
                (lambda a: np.cumulative_prod(a), (V,)),
                (lambda a: np.cumulative_prod(a, axis=-1, include_initial=True), (M,)),
            ],
        }
        if hasattr(np, "astype") and hasattr(np, "cumulative_sum")
        else {}
    ),
    np.linalg.tensorinv: [(lambda a: np.linalg.tensorinv(np.reshape(a, (3, 1, 3)), 1), (S,))],
    np.linalg.tensorsolve: [(lambda a, b: np.linalg.tensorsolve(a, b), (S, V[:3]))],
}
SAME = {
    np.amax,
    np.amin,
    *([np.row_stack] if hasattr(np, "row_stack") else []),
    np.split,
    np.linalg.diagonal,
    np.linalg.cross,
    np.linalg.vecdot,
    divmod,
    np.linalg.matrix_transpose,
}  # defined with others


# Of functions above, by the keywords that their definitions know, or that need no rule.
KEYWORDS: list[Case] = [
    (lambda a: np.diff(a, n=2), (V,)),
    (lambda a: np.diff(a, 3, axis=1), (M,)),
    (lambda q: np.quantile(V, q), (0.3,)),
    (lambda a, q: np.quantile(a, q, method="weibull", axis=0, keepdims=True), (M, U[:2] ** 2 / 9)),
    (lambda q: np.percentile(V, q, method="lower") + q, (30.0,)),
    (lambda a: np.median(a, axis=(0, 2), keepdims=True), (T,)),
    (lambda a: np.nanpercentile(a, [20, 30], axis=(0, 1), keepdims=True), (T,)),
    (lambda a: np.nanquantile(a, 0.3, axis=1), (M,)),
    (lambda a: np.median(a, overwrite_input=False), (V,)),
    (lambda a: np.cov(a, fweights=[1, 2, 1, 3], aweights=[1.0, 2.0, 0.5, 1.0]), (M,)),
    (lambda a: np.cov(a, aweights=[1.0, 2.0, 0.5, 1.0, 3.0], ddof=0), (V,)),
    (lambda a: np.histogram2d(a, V * V, bins=(2, [0.0, 0.5, 9.0]))[1], (U,)),
    (lambda a: np.histogram2d(a, V * V, 2, density=True)[0], (U,)),
    (lambda a: np.histogramdd(a.T, bins=2)[1][1], (M,)),
    (lambda a, b: np.linalg.lstsq(a, b)[1], (M.T, V[:4])),
    (lambda a: np.linalg.lstsq(a, V[:4])[3], (M.T,)),
    (lambda a: np.linalg.tensorsolve(np.reshape(a, (3, 1, 3)), V[:3], (1,)), (S,)),
    (lambda a: np.ediff1d(a, to_begin=a[0] ** 2, to_end=[1.0, 2.0]), (V,)),
    (lambda a: np.unique(a, axis=0), (M,)),
    (lambda a: np.unique(a, axis=1, return_counts=True)[0], (M,)),
    (lambda a: np.geomspace(a, a * 3, 4, axis=1), (POSITIVE,)),
    (lambda a: np.logspace(a, U, 4, axis=-1, base=2.0), (V,)),
    (lambda a: np.var(a, mean=0.3) + np.std(a, mean=np.mean(a)), (V,)),
    (lambda a: np.nanvar(a, axis=1, correction=1, where=M > -0.5), (M,)),
    (lambda a: np.nansum(a, initial=2.0) * np.nanprod(a, initial=2.0), (V,)),
    (
        lambda a: (
            np.nanmax(a, axis=0, initial=0.1) + np.nanmin(a, axis=0, initial=9.0, where=M > -9)
        ),
        (M,),
    ),
    (lambda a: np.exp(a, order="C", casting="same_kind", where=True), (V,)),
    (lambda a, b: np.add(a, b, dtype=np.float64, subok=True), (V, U)),
    (lambda a: np.real(np.sqrt(a, dtype=complex) * (1 + 2j)), (POSITIVE,)),
    (lambda a: np.cumsum(a, dtype=float) + np.prod(a, dtype=float), (V,)),
    (lambda a: np.cumprod(a, dtype=float), (V,)),
    (lambda a: np.concatenate([a, a * a], dtype=float, casting="unsafe"), (V,)),
    (lambda a: np.hstack([a, a * a], dtype=float), (V,)),
    (lambda a: np.linspace(a, 1.0, 4, dtype=float), (V,)),
    (lambda a: np.array(a, order="F", subok=True) ** 2, (M,)),
    (lambda a: np.copy(a, order="K") ** 2, (M,)),
    (lambda a: np.sort(a, stable=True), (V,)),
    (lambda a: np.meshgrid(a, U, copy=True)[0], (V,)),
    (lambda a: np.gradient(a, axis=(0, 1))[1], (M,)),
    (lambda a: np.polymul(a, 2.0), (V,)),
    (lambda a: np.block(a) ** 2, (M,)),
    (lambda a: a.astype(float, copy=False) * a.astype("float64", order="C"), (M,)),
    (lambda a: np.cov(a, fweights=[1, 2, 1, 3, 1]), (V,)),
    (lambda a: np.convolve(a, 2.0) + np.convolve([1.0], a), (V,)),
    (lambda a: np.correlate([1, 2, 3, 4, 5, 6], a), (V,)),
    (lambda a: np.linalg.vector_norm(a, axis=(0, 2), ord=3), (T,)),
    (lambda a: np.linalg.vector_norm(a, axis=(0,), keepdims=True), (V,)),
    (lambda a: np.cumulative_sum(a, axis=(0,)) if hasattr(np, "cumulative_sum") else a, (V,)),
    (lambda a: np.cumprod(a, out=np.zeros(5)) ** 2, (V,)),
    (lambda a: np.nancumsum(a * a, out=np.zeros(5), dtype=float), (V,)),
]


@pytest.mark.parametrize(("function", "args"), KEYWORDS)
def test_keywords(function: Any, args: Any) -> None:
    test_definition(function, args)


def test_every_definition_has_cases() -> None:
    assert ad.rules()  # which loads them
    elsewhere = (".scipy.", ".changes", ".solvers.")  # tests of their own
    here = {f for f, d in definitions().items() if not any(e in d.__module__ for e in elsewhere)}
    assert here == {*CASES} | SAME


@pytest.mark.parametrize(
    ("function", "args"),
    [
        pytest.param(case, args, id=f"{function.__name__}-{k}")
        for function, cases in CASES.items()
        for k, (case, args) in enumerate(cases)
    ],
)
def test_definition(function: Any, args: Any) -> None:
    rng = np.random.default_rng(3)
    value, pullback = ad.vjp(function, *args)
    expected = function(*args)
    np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-12)
    y_bar = rng.normal(size=np.shape(value))[()]
    bars = pullback(y_bar)
    dots = tuple(rng.normal(size=np.shape(a))[()] for a in args)

    def along(s: float) -> Any:
        return np.sum(function(*(a + s * d for a, d in zip(args, dots, strict=True))) * y_bar)

    given = sum(np.sum(b * d) for b, d in zip(bars, dots, strict=True))
    np.testing.assert_allclose(given, (along(1e-6) - along(-1e-6)) / 2e-6, rtol=1e-5, atol=1e-7)
    again, y_dot = ad.jvp(function, args, dots)
    np.testing.assert_allclose(np.sum(y_dot * y_bar), given, rtol=1e-8, atol=1e-10)
    np.testing.assert_array_equal(again, value)
