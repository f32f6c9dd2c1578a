"""Products and linear algebra in terms of `solve`, and of the few with rules of their own."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

import numpy as np

from autodiff_sst.markers import stop_gradient
from autodiff_sst.rules.definitions import defines
from autodiff_sst.rules.definitions.arrays import trace
from autodiff_sst.runtime.calls import plain
from autodiff_sst.runtime.linalg import eigenvectors, eigenvectors_of, log_abs_det

# What NumPy returns.
SlogdetResult = type(np.linalg.slogdet(np.eye(1)))
EighResult = type(np.linalg.eigh(np.eye(1)))
SVDResult = type(np.linalg.svd(np.eye(1)))
QRResult = type(np.linalg.qr(np.eye(1)))
EigResult = type(np.linalg.eig(np.eye(1)))


@defines(np.linalg.norm)
def norm(x, ord=None, axis=None, keepdims=False):
    """Of every order; `np.linalg.norm` without `ord` has a rule."""
    if ord is None or ord == "fro":
        return np.linalg.norm(x, axis=axis, keepdims=keepdims)
    if isinstance(axis, tuple) or (axis is None and np.ndim(x) == 2):
        axes = (0, 1) if axis is None else axis
        moved = np.moveaxis(x, axes, (-2, -1))
        made = _norm_of_matrices(moved, ord)
        return np.expand_dims(made, axes) if keepdims else made
    if ord == 2:
        return np.linalg.norm(x, axis=axis, keepdims=keepdims)
    size = np.abs(x)
    if ord == np.inf:
        return np.max(size, axis=axis, keepdims=keepdims)
    if ord == -np.inf:
        return np.min(size, axis=axis, keepdims=keepdims)
    if ord == 0:
        return np.sum(size != 0, axis=axis, keepdims=keepdims) * 1.0
    if ord == 1:
        return np.sum(size, axis=axis, keepdims=keepdims)
    return np.sum(size**ord, axis=axis, keepdims=keepdims) ** (1.0 / ord)


def _norm_of_matrices(x, ord):
    if ord == "nuc":
        return np.sum(singular_values(x), axis=-1)
    if ord == 2:
        return np.max(singular_values(x), axis=-1)
    if ord == -2:
        return np.min(singular_values(x), axis=-1)
    if ord == 1:
        return np.max(np.sum(np.abs(x), axis=-2), axis=-1)
    if ord == -1:
        return np.min(np.sum(np.abs(x), axis=-2), axis=-1)
    if ord == np.inf:
        return np.max(np.sum(np.abs(x), axis=-1), axis=-1)
    return np.min(np.sum(np.abs(x), axis=-1), axis=-1)


@defines(np.linalg.cholesky)
def cholesky(a, upper=False):
    lower = np.linalg.cholesky(a)
    return np.conj(np.swapaxes(lower, -1, -2)) if upper else lower


@defines(np.linalg.eigvals)
def eigvals(a):
    v = eigenvectors_of(a)
    values = np.diagonal(np.linalg.inv(v) @ a @ v, 0, -2, -1)
    return plain(np.linalg.eigvals, a) + (values - stop_gradient(values))


@defines(np.linalg.eig)
def eig(a):
    """The vectors have length 1, and what is their largest item stays real, as LAPACK has it."""
    v = eigenvectors_of(a)
    values = np.diagonal(np.linalg.inv(v) @ a @ v, 0, -2, -1)
    found = plain(np.linalg.eig, a)
    length = np.sqrt(np.sum(np.real(v * np.conj(v)), axis=-2, keepdims=True))
    largest = np.argmax(np.abs(stop_gradient(v)), axis=-2)
    top = np.sum(v * (np.arange(np.shape(a)[-1])[:, None] == largest[..., None, :]), axis=-2)
    phase = (top / np.abs(top))[..., None, :]
    unit = v / (length * phase) * stop_gradient(phase)
    return EigResult(
        found.eigenvalues + (values - stop_gradient(values)),
        found.eigenvectors + (unit - stop_gradient(unit)),
    )


@defines(np.tensordot)
def tensordot(a, b, axes=2):
    if isinstance(axes, int):
        left, right = tuple(range(np.ndim(a) - axes, np.ndim(a))), tuple(range(axes))
    else:
        first, second = axes
        left = (first,) if isinstance(first, int) else tuple(first)
        right = (second,) if isinstance(second, int) else tuple(second)
    count = len(left)
    first_moved = np.moveaxis(a, left, tuple(range(-count, 0))) if count else a
    second_moved = np.moveaxis(b, right, tuple(range(count))) if count else b
    rows = np.shape(first_moved)[: np.ndim(a) - count]
    columns = np.shape(second_moved)[count:]
    inner = int(np.prod(np.shape(second_moved)[:count]))
    left_flat = np.reshape(first_moved, (int(np.prod(rows)), inner))
    flat = left_flat @ np.reshape(second_moved, (inner, int(np.prod(columns))))
    return np.reshape(flat, rows + columns)


@defines(np.inner)
def inner(a, b):
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return a * b
    return np.tensordot(a, b, axes=(-1, -1))


@defines(np.dot)
def dot(a, b):
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return a * b
    if np.ndim(b) == 1:
        return np.tensordot(a, b, axes=(-1, 0))
    return np.tensordot(a, b, axes=(-1, -2))


@defines(np.vdot)
def vdot(a, b):
    return np.sum(np.conj(np.ravel(a)) * np.ravel(b))


@defines(np.kron)
def kron(a, b):
    rank = max(np.ndim(a), np.ndim(b))
    left = np.reshape(a, (1,) * (rank - np.ndim(a)) + np.shape(a))
    right = np.reshape(b, (1,) * (rank - np.ndim(b)) + np.shape(b))
    spread = np.expand_dims(left, tuple(range(1, 2 * rank, 2))) * np.expand_dims(
        right, tuple(range(0, 2 * rank, 2))
    )
    shape = tuple([m * n for m, n in zip(np.shape(left), np.shape(right))])  # noqa: B905
    return np.reshape(spread, shape)


@defines(np.cross, np.linalg.cross)
def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    if axis is not None:
        axisa = axisb = axisc = axis
    u, v = np.moveaxis(a, axisa, -1), np.moveaxis(b, axisb, -1)
    x = u[..., 1] * v[..., 2] - u[..., 2] * v[..., 1]
    y = u[..., 2] * v[..., 0] - u[..., 0] * v[..., 2]
    z = u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]
    return np.stack([x, y, z], axis=axisc)


@defines(np.vecdot, np.linalg.vecdot)
def vecdot(x1, x2, axis=-1):
    return np.sum(np.conj(x1) * x2, axis=axis)


@defines(np.matvec)
def matvec(x1, x2):
    return np.matmul(x1, x2[..., None])[..., 0]


@defines(np.vecmat)
def vecmat(x1, x2):
    return np.matmul(np.conj(x1)[..., None, :], x2)[..., 0, :]


@defines(np.linalg.matmul)
def matmul(x1, x2):
    return np.matmul(x1, x2)


@defines(np.linalg.outer)
def outer(x1, x2):
    return np.outer(x1, x2)


@defines(np.linalg.tensordot)
def tensordot_of_linalg(x1, x2, axes=2):
    return tensordot(x1, x2, axes)


@defines(np.matrix_transpose, np.linalg.matrix_transpose)
def matrix_transpose(x):
    return np.swapaxes(x, -1, -2)


@defines(np.linalg.trace)
def trace_of_last(x, offset=0):
    return trace(x, offset, -2, -1)


@defines(np.linalg.multi_dot)
def multi_dot(arrays):
    product = arrays[0]
    for k in range(1, len(arrays)):
        product = np.matmul(product, arrays[k])
    return product


@defines(np.linalg.matrix_power)
def matrix_power(a, n):
    if n < 0:
        a, n = np.linalg.inv(a), -n
    result = np.broadcast_to(np.eye(np.shape(a)[-1]), np.shape(a))
    for _ in range(n):
        result = result @ a
    return result


@defines(np.linalg.slogdet)
def slogdet(a):
    return SlogdetResult(plain(np.linalg.slogdet, a)[0], log_abs_det(a))


@defines(np.linalg.eigh)
def eigh(a, UPLO="L"):
    values, _ = plain(np.linalg.eigh, a, UPLO)
    v = eigenvectors(a, UPLO)
    s = _symmetric(a, UPLO)
    w = np.real(np.sum(np.conj(v) * (s @ v), axis=-2))
    return EighResult(values + (w - stop_gradient(w)), v)


@defines(np.linalg.eigvalsh)
def eigvalsh(a, UPLO="L"):
    return eigh(a, UPLO)[0]


def _symmetric(a, UPLO):
    if UPLO == "L":
        return np.tril(a) + np.swapaxes(np.conj(np.tril(a, -1)), -1, -2)
    return np.triu(a) + np.swapaxes(np.conj(np.triu(a, 1)), -1, -2)


@defines(np.linalg.svdvals)
def singular_values(x):
    """The roots of the eigenvalues of a square; the value is NumPy's own."""
    t = np.swapaxes(np.conj(x), -1, -2)
    wide = np.shape(x)[-2] < np.shape(x)[-1]
    s = np.sqrt(eigvalsh(x @ t if wide else t @ x))[..., ::-1]
    return plain(np.linalg.svd, x, compute_uv=False) + (s - stop_gradient(s))


@defines(np.linalg.svd)
def svd(a, full_matrices=True, compute_uv=True):
    if not compute_uv:
        return singular_values(a)
    rows, columns = np.shape(a)[-2], np.shape(a)[-1]
    if full_matrices and rows != columns:
        raise ValueError("the derivative of svd needs full_matrices=False, or a square matrix")
    left, _, right = plain(np.linalg.svd, a, full_matrices=False)
    s = singular_values(a)
    t = np.swapaxes(a, -1, -2)
    if rows < columns:
        u = _aligned(eigh(a @ t)[1][..., ::-1], left)
        vh = np.swapaxes(u, -1, -2) @ a / s[..., :, None]
    else:
        v = _aligned(eigh(t @ a)[1][..., ::-1], np.swapaxes(right, -1, -2))
        u = a @ v / s[..., None, :]
        vh = np.swapaxes(v, -1, -2)
    return SVDResult(left + (u - stop_gradient(u)), s, right + (vh - stop_gradient(vh)))


def _aligned(vectors, like):
    """The vectors with the signs that NumPy chose."""
    sign = np.sign(np.sum(stop_gradient(vectors) * like, axis=-2, keepdims=True))
    return vectors * sign


@defines(np.linalg.qr)
def qr(a, mode="reduced"):
    q, r = plain(np.linalg.qr, a)
    n = np.shape(a)[-1]
    square = a[..., :, : np.shape(a)[-2]]
    lower = np.linalg.cholesky(np.swapaxes(square, -1, -2) @ square)
    sign = np.sign(np.diagonal(r, 0, -2, -1))
    upper = np.swapaxes(lower, -1, -2) * sign[..., :, None]
    inverse = np.linalg.inv(upper)
    q_ = square @ inverse
    r_ = np.swapaxes(q_, -1, -2) @ a if np.shape(a)[-2] < n else upper
    upper_part = r + (r_ - stop_gradient(r_))
    return upper_part if mode == "r" else QRResult(q + (q_ - stop_gradient(q_)), upper_part)


@defines(np.linalg.lstsq)
def lstsq(a, b, rcond=None):
    found = plain(np.linalg.lstsq, a, b, rcond)
    x = np.linalg.pinv(a) @ b
    rest = np.ravel(np.sum(np.abs(b - a @ x) ** 2, axis=0))[: np.size(found[1])]
    s = singular_values(a)
    return (
        found[0] + (x - stop_gradient(x)),
        found[1] + (rest - stop_gradient(rest)),
        found[2],
        found[3] + (s - stop_gradient(s)),
    )


@defines(np.linalg.matrix_norm)
def matrix_norm(x, keepdims=False, ord="fro"):
    return norm(x, ord, (-2, -1), keepdims)


@defines(np.linalg.vector_norm)
def vector_norm(x, axis=None, keepdims=False, ord=2):
    if axis is None:
        flat = norm(np.ravel(x), ord)
        return np.reshape(flat, (1,) * np.ndim(x)) if keepdims else flat
    if not isinstance(axis, tuple):
        return norm(x, ord, axis, keepdims)
    moved = np.moveaxis(x, axis, tuple(range(len(axis))))
    made = norm(np.reshape(moved, (-1,) + np.shape(moved)[len(axis) :]), ord, 0)
    return np.expand_dims(made, axis) if keepdims else made


@defines(np.linalg.cond)
def cond(x, p=None):
    if p is None or p == 2:
        s = singular_values(x)
        return s[..., 0] / s[..., -1]
    if p == -2:
        s = singular_values(x)
        return s[..., -1] / s[..., 0]
    inverse = np.linalg.inv(x)
    return norm(x, p, (-2, -1)) * norm(inverse, p, (-2, -1))


@defines(np.linalg.tensorinv)
def tensorinv(a, ind=2):
    shape = np.shape(a)
    rest = int(np.prod(shape[ind:]))
    flat = np.linalg.inv(np.reshape(a, (-1, rest)))
    return np.reshape(flat, shape[ind:] + shape[:ind])


@defines(np.linalg.tensorsolve)
def tensorsolve(a, b, axes=None):
    whole = a
    if axes is not None:
        whole = np.moveaxis(a, axes, range(np.ndim(a) - len(axes), np.ndim(a)))
    inner = np.shape(whole)[np.ndim(b) :]
    square = np.reshape(np.ravel(whole), (np.size(b), np.size(b)))
    flat = np.linalg.solve(square, np.ravel(b))
    return np.reshape(flat, inner)
