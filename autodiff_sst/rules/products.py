"""Products of vectors, matrices and stacks of matrices."""

import numpy as np

from autodiff_sst.rules.language import adjoint, d, is_complex, rank, tangent
from autodiff_sst.rules.registry import declare_linear
from autodiff_sst.runtime.products import matmul_left, matmul_right

declare_linear(np.matmul, np.dot, np.inner, np.outer, by=("a", "b"))


@adjoint(np.matmul, np.dot, ranks=(2, 2))
def _(y, a, b):
    d[a] = d[y] @ b.T
    d[b] = a.T @ d[y]


@adjoint(np.matmul, np.dot, ranks=(2, 1))
def _(y, a, b):
    d[a] = np.outer(d[y], b)
    d[b] = a.T @ d[y]


@adjoint(np.matmul, np.dot, ranks=(1, 2))
def _(y, a, b):
    d[a] = b @ d[y]
    d[b] = np.outer(a, d[y])


@adjoint(np.vdot, ranks=(1, 1))
def _(y, a, b):
    if is_complex(a):
        d[a] = np.conj(d[y] * b)
        d[b] = d[y] * np.conj(a)
    else:
        d[a] = d[y] * b
        d[b] = d[y] * a


@tangent(np.vdot)
def _(y, a, b):
    d[y] = np.vdot(d[a], b) + np.vdot(a, d[b])


@adjoint(np.matmul, np.dot, np.inner, ranks=(1, 1))
def _(y, a, b):
    d[a] = d[y] * b
    d[b] = d[y] * a


@adjoint(np.outer)
def _(y, a, b):
    d[a] = np.reshape(d[y] @ np.ravel(b), np.shape(a))
    d[b] = np.reshape(np.ravel(a) @ d[y], np.shape(b))


@adjoint(np.outer, ranks=(1, 1))
def _(y, a, b):
    d[a] = d[y] @ b
    d[b] = a @ d[y]


@adjoint(np.matmul)
def _(y, a, b):
    if rank(a) is None or rank(b) is None:
        d[a] = matmul_left(d[y], a, b)
        d[b] = matmul_right(d[y], a, b)
    elif rank(a) == 1:
        d[a] = (b @ d[y][..., None])[..., 0]
        d[b] = a[:, None] * d[y][..., None, :]
    elif rank(b) == 1:
        d[a] = d[y][..., None] * b
        d[b] = (np.swapaxes(a, -1, -2) @ d[y][..., None])[..., 0]
    else:
        d[a] = d[y] @ np.swapaxes(b, -1, -2)
        d[b] = np.swapaxes(a, -1, -2) @ d[y]


# Of the operand that their results belong to they read the shape only.
declare_linear(matmul_left, by=("y_bar", "b"))
declare_linear(matmul_right, by=("y_bar", "a"))


@adjoint(matmul_left)
def _(y, y_bar, a, b):
    d[y_bar] = np.matmul(d[y], b)
    d[a] = None
    d[b] = matmul_right(y_bar, d[y], b)


@adjoint(matmul_right)
def _(y, y_bar, a, b):
    d[y_bar] = np.matmul(a, d[y])
    d[a] = matmul_left(y_bar, a, d[y])
    d[b] = None
