"""Functions of `scipy.linalg` in terms of those of NumPy, and of a few with rules of their own."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

import numpy as np
from scipy import linalg

from autodiff_sst.errors import MissingRuleError
from autodiff_sst.markers import stop_gradient
from autodiff_sst.rules.definitions import defines
from autodiff_sst.rules.registry import declare_nondifferentiable
from autodiff_sst.runtime.calls import plain
from autodiff_sst.runtime.linalg import unit_lower

declare_nondifferentiable(
    *(linalg.bandwidth, linalg.dft, linalg.hadamard, linalg.helmert, linalg.hilbert),
    *(linalg.invhilbert, linalg.invpascal, linalg.pascal, linalg.issymmetric, linalg.ishermitian),
)


@defines(linalg.inv)
def inv(a):
    return np.linalg.inv(a)


@defines(linalg.det)
def det(a):
    return np.linalg.det(a)


@defines(linalg.norm)
def norm(a, ord=None, axis=None, keepdims=False):
    return np.linalg.norm(a, ord, axis, keepdims)


@defines(linalg.pinv)
def pinv(a):
    return np.linalg.pinv(a)


@defines(linalg.pinvh)
def pinvh(a, lower=True):
    return np.linalg.pinv(_symmetric(a, lower))


def _symmetric(a, lower):
    """As LAPACK reads a symmetric matrix: one triangle."""
    if lower:
        return np.tril(a) + np.swapaxes(np.tril(a, -1), -1, -2)
    return np.triu(a) + np.swapaxes(np.triu(a, 1), -1, -2)


@defines(linalg.solve)
def solve(a, b, lower=False, assume_a=None, transposed=False):
    matrix = a
    if assume_a == "sym" or assume_a == "pos" or assume_a == "her":
        matrix = _symmetric(a, lower)
    elif assume_a == "lower triangular":
        matrix = np.tril(a)
    elif assume_a == "upper triangular":
        matrix = np.triu(a)
    elif assume_a == "diagonal":
        matrix = a * np.eye(np.shape(a)[-1])
    return np.linalg.solve(np.swapaxes(matrix, -1, -2) if transposed else matrix, b)


@defines(linalg.lstsq)
def lstsq(a, b):
    found = plain(linalg.lstsq, a, b)
    x = np.linalg.pinv(a) @ b
    rest = a @ x - b
    squares = np.sum(rest * rest, axis=0)
    residues = squares if np.size(found[1]) else found[1]
    s = linalg.svdvals(a)
    return found[0] + (x - stop_gradient(x)), residues, found[2], s


@defines(linalg.solve_triangular)
def solve_triangular(a, b, trans=0, lower=False, unit_diagonal=False):
    if unit_diagonal:
        matrix = (np.tril(a, -1) if lower else np.triu(a, 1)) + np.eye(np.shape(a)[-1])
    else:
        matrix = np.tril(a) if lower else np.triu(a)
    turned = trans == 1 or trans == "T"
    return np.linalg.solve(np.transpose(matrix) if turned else matrix, b)


@defines(linalg.cholesky)
def cholesky(a, lower=False):
    factor = np.linalg.cholesky(_symmetric(a, lower))
    return factor if lower else np.transpose(factor)


@defines(linalg.cho_factor)
def cho_factor(a, lower=False):
    """In the other triangle stays what was there, or zeros: that depends on SciPy's version."""
    factor = cholesky(a, lower)
    if plain(_leaves_the_other_triangle):
        factor = factor + (np.triu(a, 1) if lower else np.tril(a, -1))
    return factor, lower


def _leaves_the_other_triangle():
    return bool(linalg.cho_factor(np.array([[2.0, 1.0], [1.0, 2.0]]))[0][1, 0])


@defines(linalg.cho_solve)
def cho_solve(c_and_lower, b):
    c, lower = c_and_lower
    factor = np.tril(c) if lower else np.transpose(np.triu(c))
    return np.linalg.solve(np.transpose(factor), np.linalg.solve(factor, b))


def _square(a):
    if np.shape(a)[0] != np.shape(a)[1]:
        raise MissingRuleError("this factorisation has a derivative for square matrices only")


@defines(linalg.lu)
def lu(a, permute_l=False, p_indices=False):
    _square(a)
    p = plain(linalg.lu, a)[0]
    rows = np.transpose(p) @ a
    lower = unit_lower(rows)
    upper = np.triu(np.linalg.solve(lower, rows))
    if permute_l:
        return p @ lower, upper
    return np.argmax(p, axis=0) if p_indices else p, lower, upper


@defines(linalg.lu_factor)
def lu_factor(a):
    _square(a)
    pivots = plain(linalg.lu_factor, a)[1]
    rows = a[_order(pivots)]
    lower = unit_lower(rows)
    return np.tril(lower, -1) + np.triu(np.linalg.solve(lower, rows)), pivots


def _order(pivots):
    """The order of the rows, from the exchanges that LAPACK lists."""
    return plain(order_of_exchanges, pivots)


def order_of_exchanges(pivots):
    order = np.arange(len(pivots))
    for k, other in enumerate(pivots):
        order[[k, other]] = order[[other, k]]
    return order


@defines(linalg.lu_solve)
def lu_solve(lu_and_piv, b, trans=0):
    packed, pivots = lu_and_piv
    order = _order(pivots)
    lower = np.tril(packed, -1) + np.eye(np.shape(packed)[0])
    upper = np.triu(packed)
    if trans == 0:
        return np.linalg.solve(upper, np.linalg.solve(lower, b[order]))
    back = np.linalg.solve(np.transpose(lower), np.linalg.solve(np.transpose(upper), b))
    return back[np.argsort(order)]


@defines(linalg.qr)
def qr(a, mode="full"):
    if mode == "full" and np.shape(a)[0] > np.shape(a)[1]:
        raise MissingRuleError('`scipy.linalg.qr` has a derivative for mode="economic"')
    q, r = np.linalg.qr(a)
    return (r,) if mode == "r" else (q, r)


@defines(linalg.rq)
def rq(a):
    _square(a)
    q, r = np.linalg.qr(np.transpose(a[::-1]))
    turned = np.transpose(r)[::-1, ::-1]
    sign = np.sign(np.diag(plain(linalg.rq, a)[0])) * np.sign(np.diag(stop_gradient(turned)))
    return turned * sign, np.transpose(q)[::-1] * sign[:, None]


@defines(linalg.svd)
def svd(a, full_matrices=True, compute_uv=True):
    if not compute_uv:
        return linalg.svdvals(a)
    u, s, vh = np.linalg.svd(a, full_matrices=full_matrices)
    return u, s, vh


@defines(linalg.svdvals)
def svdvals(a):
    return np.linalg.svd(a, compute_uv=False)


@defines(linalg.eigh)
def eigh(a, b=None, lower=True, eigvals_only=False):
    """Of two matrices, by the Cholesky factor of the second; the signs are SciPy's."""
    if b is None:
        w, v = np.linalg.eigh(a, "L" if lower else "U")
        found = plain(linalg.eigh, a, None, lower=lower)[1] if not eigvals_only else v
    else:
        factor = np.linalg.cholesky(_symmetric(b, lower))
        half = np.linalg.inv(factor)
        w, turned = np.linalg.eigh(half @ _symmetric(a, lower) @ np.conj(half.T))
        v = np.conj(half.T) @ turned
        found = plain(linalg.eigh, a, b, lower=lower)[1] if not eigvals_only else v
    if eigvals_only:
        return w
    phase = np.sum(found * np.conj(stop_gradient(v)), axis=0)
    return w, v * (phase / np.abs(phase))


@defines(linalg.eigvalsh)
def eigvalsh(a, b=None, lower=True):
    return eigh(a, b, lower, True)


@defines(linalg.eigh_tridiagonal)
def eigh_tridiagonal(d, e, eigvals_only=False):
    w, v = np.linalg.eigh(np.diag(d) + np.diag(e, 1) + np.diag(e, -1))
    if eigvals_only:
        return w
    found = plain(linalg.eigh_tridiagonal, d, e)[1]
    return w, v * np.sign(np.sum(found * stop_gradient(v), axis=0))


@defines(linalg.eigvalsh_tridiagonal)
def eigvalsh_tridiagonal(d, e):
    return np.linalg.eigvalsh(np.diag(d) + np.diag(e, 1) + np.diag(e, -1))


@defines(linalg.eig)
def eig(a):
    found = np.linalg.eig(a)
    return found[0] + 0j, found[1]


@defines(linalg.eigvals)
def eigvals(a):
    return np.linalg.eigvals(a) + 0j


@defines(linalg.polar)
def polar(a, side="right"):
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    if side == "left":
        return u @ vh, (u * s) @ np.transpose(u)
    return u @ vh, np.transpose(vh) @ (s[:, None] * vh)


@defines(linalg.orthogonal_procrustes)
def orthogonal_procrustes(A, B):
    u, w, vt = np.linalg.svd(np.transpose(np.transpose(B) @ A))
    return u @ vt, np.sum(w)


@defines(linalg.subspace_angles)
def subspace_angles(A, B):
    first, second = np.linalg.qr(A)[0], np.linalg.qr(B)[0]
    cosines = np.linalg.svd(np.transpose(first) @ second, compute_uv=False)
    return np.arccos(cosines)[::-1]


# Functions of a matrix


@defines(linalg.expm_frechet)
def expm_frechet(A, E, compute_expm=True):
    n = np.shape(A)[0]
    rows = np.concatenate([A, E], axis=1)
    whole = np.concatenate([rows, np.concatenate([np.zeros_like(A), A], axis=1)])
    made = linalg.expm(whole)
    return (made[:n, :n], made[:n, n:]) if compute_expm else made[:n, n:]


@defines(linalg.tanm)
def tanm(A):
    return np.linalg.solve(linalg.cosm(A), linalg.sinm(A))


@defines(linalg.sinhm)
def sinhm(A):
    return 0.5 * (linalg.expm(A) - linalg.expm(-A))


@defines(linalg.coshm)
def coshm(A):
    return 0.5 * (linalg.expm(A) + linalg.expm(-A))


@defines(linalg.tanhm)
def tanhm(A):
    grown, shrunk = linalg.expm(A), linalg.expm(-A)
    return np.linalg.solve(grown + shrunk, grown - shrunk)


@defines(linalg.fractional_matrix_power)
def fractional_matrix_power(A, t):
    return linalg.expm(t * linalg.logm(A))


@defines(linalg.solve_continuous_lyapunov)
def solve_continuous_lyapunov(a, q):
    return linalg.solve_sylvester(a, np.transpose(a), q)
