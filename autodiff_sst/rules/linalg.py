"""Linear algebra.

Formulas after Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008), unless another source is given.
"""

import numpy as np

from autodiff_sst.core.syntax import Literal, Object, Subscript
from autodiff_sst.errors import MissingRuleError, needing
from autodiff_sst.rules.helpers import numpy_object
from autodiff_sst.rules.language import UNSERVED, adjoint, d, macro, rank, tangent
from autodiff_sst.rules.reductions import unreduce
from autodiff_sst.rules.registry import declare_linear
from autodiff_sst.runtime.einsum import einsum_terms, spread_diagonal
from autodiff_sst.runtime.linalg import (
    eigenvectors,
    eigenvectors_of,
    gaps,
    log_abs_det,
    undiagonal,
    unit_lower,
)
from autodiff_sst.runtime.products import matmul_left


@adjoint(np.linalg.solve, ranks=(2, 1))
def _(y, a, b):
    b_bar = np.linalg.solve(a.T, d[y])
    d[b] = b_bar
    d[a] = -np.outer(b_bar, y)


@adjoint(np.linalg.solve)
def _(y, a, b):
    b_bar = np.linalg.solve(np.swapaxes(a, -1, -2), d[y])
    d[b] = b_bar
    if rank(y) is None:
        d[a] = -matmul_left(b_bar, a, y)
    else:
        d[a] = -b_bar @ np.swapaxes(y, -1, -2)


@tangent(np.linalg.solve, ranks=(2, 1))
def _(y, a, b):
    d[y] = np.linalg.solve(a, d[b]) - np.linalg.solve(a, d[a] @ y)


@tangent(np.linalg.solve)
def _(y, a, b):
    d[y] = np.linalg.solve(a, d[b]) - np.linalg.solve(a, d[a] @ y)


@tangent(np.linalg.inv)
def _(y, a):
    d[y] = -y @ d[a] @ y


# P' = -P a' P + P P^H a'^H (I - a P) + (I - P a) a'^H P^H P, where the rank stays (Golub, Pereyra
# 1973).


@adjoint(np.linalg.pinv)
def _(y, a, rcond=None):
    t = np.swapaxes(y, -1, -2)
    v = np.swapaxes(d[y], -1, -2)
    left = np.eye(a.shape[-2]) - a @ y
    right = np.eye(a.shape[-1]) - y @ a
    d[a] = np.conj(left @ v @ y @ np.conj(t) + np.conj(t) @ y @ v @ right) - t @ d[y] @ t


@tangent(np.linalg.pinv)
def _(y, a, rcond=None):
    t = np.conj(np.swapaxes(y, -1, -2))
    v = np.conj(np.swapaxes(d[a], -1, -2))
    left = np.eye(a.shape[-2]) - a @ y
    right = np.eye(a.shape[-1]) - y @ a
    d[y] = y @ t @ v @ left + right @ v @ t @ y - y @ d[a] @ y


@tangent(np.linalg.det)
def _(y, a):
    cofactors = np.swapaxes(np.linalg.inv(a), -1, -2)
    d[y] = y * np.sum(cofactors * d[a], axis=(-2, -1))


@tangent(np.linalg.norm)
def _(y, x, ord=UNSERVED, axis=None, keepdims=False):
    inner = np.sum(x * d[x], axis=axis, keepdims=keepdims)
    d[y] = inner / np.where(y, y, 1.0)


@tangent(np.linalg.cholesky, ranks=(2,))
def _(y, a):
    inner = np.linalg.solve(y, np.linalg.solve(y, 0.5 * (d[a] + d[a].T)).T)
    lower = np.tril(inner)
    d[y] = y @ (lower - 0.5 * np.diag(np.diag(inner)))


@adjoint(np.linalg.cholesky)
def _(y, a):
    # Of stacks of matrices; Murray (2016), as below.
    t = np.swapaxes(y, -1, -2)
    inner = np.tril(t @ d[y]) * (1 - 0.5 * np.eye(np.shape(y)[-1]))
    s = np.linalg.solve(t, np.swapaxes(np.linalg.solve(t, np.swapaxes(inner, -1, -2)), -1, -2))
    d[a] = 0.5 * (s + np.swapaxes(s, -1, -2))


@tangent(np.linalg.cholesky)
def _(y, a):
    half = np.linalg.solve(y, 0.5 * (d[a] + np.swapaxes(d[a], -1, -2)))
    inner = np.linalg.solve(y, np.swapaxes(half, -1, -2))
    d[y] = y @ (np.tril(inner) * (1 - 0.5 * np.eye(np.shape(y)[-1])))


@adjoint(eigenvectors_of)
def _(y, a):
    # v' = v (F . (v^-1 a' v)), F as in `gaps`; the length of each vector stays free.
    inverse = np.linalg.inv(y)
    values = np.sum(inverse * np.swapaxes(a @ y, -1, -2), axis=-1)  # the diagonal of a product
    t = np.swapaxes(y, -1, -2)
    d[a] = np.swapaxes(inverse, -1, -2) @ (gaps(values) * (t @ d[y])) @ t


@tangent(eigenvectors_of)
def _(y, a):
    inverse = np.linalg.inv(y)
    values = np.sum(inverse * np.swapaxes(a @ y, -1, -2), axis=-1)  # the diagonal of a product
    d[y] = y @ (gaps(values) * (inverse @ d[a] @ y))


@adjoint(unit_lower)
def _(y, a):
    # L' = L tril(L^-1 a' U^-1, -1)
    upper = np.linalg.solve(y, a)
    inner = np.tril(y.T @ d[y], -1)
    d[a] = np.linalg.solve(y.T, np.linalg.solve(upper, inner.T).T)


@tangent(unit_lower)
def _(y, a):
    upper = np.linalg.solve(y, a)
    inner = np.linalg.solve(upper.T, np.linalg.solve(y, d[a]).T).T
    d[y] = y @ np.tril(inner, -1)


declare_linear(np.trace, by=("a",))
declare_linear(np.tril, np.triu, by=("m",))
declare_linear(np.diag, by=("v",))


@adjoint(log_abs_det)
def _(y, a):
    inverse = np.swapaxes(np.linalg.inv(a), -1, -2)
    d[a] = d[y] * inverse if rank(a) == 2 else d[y][..., None, None] * inverse


@tangent(log_abs_det)
def _(y, a):
    d[y] = np.sum(np.swapaxes(np.linalg.inv(a), -1, -2) * d[a], axis=(-2, -1))


@adjoint(eigenvectors)
def _(y, a, UPLO="L"):
    # v̇ = v (F ∘ (vᵀ ȧ v)); one triangle of `a` stands for both. Real matrices.
    t = np.swapaxes(y, -1, -2)
    d[a] = folded(y @ (gaps(eigenvalues_of(a, y, UPLO)) * (t @ d[y])) @ t, UPLO)


@tangent(eigenvectors)
def _(y, a, UPLO="L"):
    t = np.swapaxes(y, -1, -2)
    d[y] = y @ (gaps(eigenvalues_of(a, y, UPLO)) * (t @ symmetric(d[a], UPLO) @ y))


@macro
def folded(builder, knowledge, s, uplo):
    """The cotangent of a symmetric matrix on the triangle that is read."""
    lower = knowledge.constant(uplo, "L") in ("L", "l")
    part = numpy_object(np.tril if lower else np.triu)
    other = builder.call(numpy_object(np.swapaxes), s, -1, -2)
    inner = builder.call(part, other, -1 if lower else 1)
    return builder.binary("+", builder.call(part, s), inner)


@macro
def symmetric(builder, knowledge, a, uplo):
    """The matrix of which only a triangle is read."""
    lower = knowledge.constant(uplo, "L") in ("L", "l")
    part = numpy_object(np.tril if lower else np.triu)
    rest = builder.call(part, a, -1 if lower else 1)
    other = builder.call(numpy_object(np.swapaxes), rest, -1, -2)
    return builder.binary("+", builder.call(part, a), other)


@macro
def eigenvalues_of(builder, knowledge, a, v, uplo):
    """diag(vᵀ a v)."""
    whole = symmetric.function(builder, knowledge, a, uplo)
    product = builder.binary("*", v, builder.binary("@", whole, v))
    return builder.call(numpy_object(np.sum), product, axis=-2)


@adjoint(gaps)
def _(y, w):
    inner = d[y] * y * y
    d[w] = np.sum(inner, axis=-1) - np.sum(inner, axis=-2)


@tangent(gaps)
def _(y, w):
    d[y] = (d[w][..., :, None] - d[w][..., None, :]) * y * y


@adjoint(np.linalg.inv)
def _(y, a):
    t = np.swapaxes(y, -1, -2)
    d[a] = -t @ d[y] @ t


@adjoint(np.linalg.det)
def _(y, a):
    cofactors = np.swapaxes(np.linalg.inv(a), -1, -2)
    d[a] = (d[y] * y) * cofactors if rank(a) == 2 else (d[y] * y)[..., None, None] * cofactors


@adjoint(np.linalg.norm)
def _(y, x, ord=UNSERVED, axis=None, keepdims=False):
    # The root of the sum of squares; 0 where the norm is. With `ord` there is a definition.
    length = unreduce(y, x, axis, keepdims)
    d[x] = unreduce(d[y], x, axis, keepdims) * (x / np.where(length, length, 1.0))


@adjoint(np.linalg.cholesky, ranks=(2,))
def _(y, a):
    # Murray, "Differentiation of the Cholesky decomposition" (2016), equation 10.
    inner = np.tril(y.T @ d[y])
    middle = inner - 0.5 * np.diag(np.diag(inner))  # half of the diagonal
    s = np.linalg.solve(y.T, np.linalg.solve(y.T, middle.T).T)
    d[a] = 0.5 * (s + s.T)


@adjoint(np.trace, ranks=(2,))
def _(y, a):
    d[a] = d[y] * identity_like(a)


@macro
def identity_like(builder, knowledge, a):
    shape = builder.call(numpy_object(np.shape), a)
    sides = [builder.emit(Subscript(shape, (Literal(k),))) for k in (0, 1)]
    return builder.call(numpy_object(np.eye), *sides)


@adjoint(np.tril)
def _(y, m, k=0):
    d[m] = np.tril(d[y], k)


@adjoint(np.triu)
def _(y, m, k=0):
    d[m] = np.triu(d[y], k)


@adjoint(np.diag)
def _(y, v):
    d[v] = undiagonal(d[y], v)  # of a matrix; or who knows


@adjoint(undiagonal)
def _(y, diagonal, v):
    d[diagonal] = np.diag(d[y])
    d[v] = None  # of `v` it takes the shape


@tangent(undiagonal)
def _(y, diagonal, v):
    d[y] = undiagonal(d[diagonal], v)


@adjoint(np.diag, ranks=(1,))
def _(y, v):
    d[v] = np.diag(d[y])


@macro
def einsum_adjoint(builder, knowledge, y_bar, subscripts, k, *operands):
    """The cotangent of operand `k`: the same sum with the result in its place.

    Letters of the operand alone are summed over: they are spread out again, over ones. Letters that
    an operand repeats are its diagonal: the cotangent is put there.
    """
    position, given = knowledge.constant(k), knowledge.constant(subscripts)
    there = [o for o in operands if knowledge.constant(o, 0) is not None]
    ranks = [knowledge.rank(o) for o in there]
    if not isinstance(given, str) or ("..." in given and None in ranks):
        words = "the subscripts of np.einsum must be a constant string"
        raise needing(MissingRuleError(words), subscripts)
    terms, right = einsum_terms(given, ranks)
    own = terms[position]
    others = [t for j, t in enumerate(terms) if j != position]
    rest = [o for j, o in enumerate(there) if j != position]
    letters = "".join(dict.fromkeys(own))
    alone = "".join(c for c in letters if c not in right and c not in "".join(others))
    operand = there[position]
    kept = "".join(c for c in letters if c not in alone)
    if kept != own:
        text = ",".join([right, *others]) + "->" + kept
        reduced = builder.call(numpy_object(np.einsum), text, y_bar, *rest)
        spread = Object(spread_diagonal, "spread_diagonal")
        return builder.call(spread, reduced, operand, own, kept)
    text = ",".join([right, *others]) + "->" + own
    return builder.call(numpy_object(np.einsum), text, y_bar, *rest)


@adjoint(spread_diagonal)
def _(y, reduced, like, own, letters):
    d[reduced] = np.einsum(diagonal_text(own, letters), d[y])
    d[like] = None


declare_linear(spread_diagonal, by=("reduced",))


@macro
def diagonal_text(builder, knowledge, own, letters):
    return Literal(f"{knowledge.constant(own)}->{knowledge.constant(letters)}")


@adjoint(np.einsum)
def _(y, subscripts, a, b=None, c=None, e=None, optimize=False):
    d[a] = einsum_adjoint(d[y], subscripts, 0, a, b, c, e)
    d[b] = einsum_adjoint(d[y], subscripts, 1, a, b, c, e)
    d[c] = einsum_adjoint(d[y], subscripts, 2, a, b, c, e)
    d[e] = einsum_adjoint(d[y], subscripts, 3, a, b, c, e)


@tangent(np.einsum)
def _(y, subscripts, a, b=None, c=None, e=None, optimize=False):
    d[y] = einsum_with(subscripts, d[a], b, c, e)
    d[y] = einsum_with(subscripts, a, d[b], c, e)
    d[y] = einsum_with(subscripts, a, b, d[c], e)
    d[y] = einsum_with(subscripts, a, b, c, d[e])


@macro
def einsum_with(builder, knowledge, subscripts, *operands):
    there = [o for o in operands if knowledge.constant(o, 0) is not None]
    if not isinstance(knowledge.constant(subscripts), str):
        words = "the subscripts of np.einsum must be a constant string"
        raise needing(MissingRuleError(words), subscripts)
    return builder.call(numpy_object(np.einsum), subscripts, *there)
