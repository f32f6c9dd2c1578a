"""Matrices with structure of `scipy.linalg`: their entries are taken by position."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

import numpy as np
from scipy import linalg

from autodiff_sst.errors import MissingRuleError
from autodiff_sst.rules.definitions import defines


def check_vector(c):
    if np.ndim(c) != 1:
        raise MissingRuleError("structured matrices of SciPy have derivatives by one vector")


@defines(linalg.toeplitz)
def toeplitz(c, r=None):
    check_vector(c)
    first = np.ravel(c)
    row = np.conj(first) if r is None else np.ravel(r)
    m, n = np.shape(first)[0], np.shape(row)[0]
    both = np.concatenate([row[:0:-1], first])  # the diagonals, from the upper right
    return both[np.arange(m)[:, None] - np.arange(n) + n - 1]


@defines(linalg.circulant)
def circulant(c):
    check_vector(c)
    n = np.shape(c)[0]
    return c[(np.arange(n)[:, None] - np.arange(n)) % n]


@defines(linalg.hankel)
def hankel(c, r=None):
    check_vector(c)
    m = np.shape(c)[0]
    rest = np.zeros(m - 1) if r is None else r[1:]
    n = m if r is None else np.shape(r)[0]
    return np.concatenate([c, rest])[np.arange(m)[:, None] + np.arange(n)]


@defines(linalg.companion)
def companion(a):
    check_vector(a)
    n = np.shape(a)[0] - 1
    return np.concatenate([(-a[1:] / a[0])[None], np.eye(n)[:-1]])


@defines(linalg.fiedler)
def fiedler(a):
    check_vector(a)
    return np.abs(a[:, None] - a)


@defines(linalg.fiedler_companion)
def fiedler_companion(a):
    """By the positions that SciPy's own gives to 1, 2, 3, …."""
    check_vector(a)
    n = np.shape(a)[0]
    monic = a / a[0]
    places = linalg.fiedler_companion(np.concatenate([np.ones(1), np.arange(2.0, n + 1)]))
    fixed = np.where(places == 1.0, 1.0, 0.0)
    index = np.where(places < 0, -places - 1, 0).astype(int)
    return np.where(places < 0, -monic[index], fixed)


@defines(linalg.convolution_matrix)
def convolution_matrix(a, n, mode="full"):
    m = np.shape(a)[0]
    places = np.arange(m + n - 1)[:, None] - np.arange(n)
    whole = np.where((places >= 0) & (places < m), a[np.clip(places, 0, m - 1)], 0.0)
    if mode == "full":
        return whole
    if mode == "same":
        start = (min(n, m) - 1) // 2
        return whole[start : start + max(n, m)]
    return whole[min(n, m) - 1 : max(n, m)]


@defines(linalg.leslie)
def leslie(f, s):
    check_vector(f)
    n = np.shape(f)[0]
    return np.concatenate([f[None], np.eye(n)[:-1] * s[:, None]])


@defines(linalg.diagsvd)
def diagsvd(s, M, N):
    count = np.shape(s)[0]
    return (np.eye(M, count) * s) @ np.eye(count, N)


@defines(linalg.block_diag)
def block_diag(*arrs):
    blocks = [np.atleast_2d(a) for a in arrs]
    total = 0
    for b in blocks:
        total = total + np.shape(b)[1]
    rows = []
    before = 0
    for b in blocks:
        width = np.shape(b)[1]
        rows.append(np.pad(b, ((0, 0), (before, total - before - width))))
        before = before + width
    return np.concatenate(rows)


@defines(linalg.khatri_rao)
def khatri_rao(a, b):
    return np.reshape(a[:, None, :] * b[None], (-1, np.shape(a)[1]))


@defines(linalg.solve_banded)
def solve_banded(l_and_u, ab, b):
    _, u = l_and_u
    return np.linalg.solve(_dense(ab, u), b)


def _dense(ab, u):
    """The matrix of bands: the entry i, j stands in row u + i - j of column j."""
    count, n = np.shape(ab)
    row = u + np.arange(n)[:, None] - np.arange(n)
    inside = (row >= 0) & (row < count)
    return np.where(inside, ab[np.clip(row, 0, count - 1), np.arange(n)], 0.0)


@defines(linalg.solveh_banded)
def solveh_banded(ab, b, lower=False):
    if lower:
        half = _dense(ab, 0)
        whole = half + np.transpose(np.tril(half, -1))
    else:
        half = _dense(ab, np.shape(ab)[0] - 1)
        whole = half + np.transpose(np.triu(half, 1))
    return np.linalg.solve(whole, b)


@defines(linalg.solve_circulant)
def solve_circulant(c, b):
    return np.linalg.solve(circulant(c), b)


@defines(linalg.solve_toeplitz)
def solve_toeplitz(c_or_cr, b):
    if isinstance(c_or_cr, tuple):
        return np.linalg.solve(toeplitz(c_or_cr[0], c_or_cr[1]), b)
    return np.linalg.solve(toeplitz(c_or_cr), b)


@defines(linalg.matmul_toeplitz)
def matmul_toeplitz(c_or_cr, x):
    if isinstance(c_or_cr, tuple):
        return toeplitz(c_or_cr[0], c_or_cr[1]) @ x
    return toeplitz(c_or_cr) @ x
