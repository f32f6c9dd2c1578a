"""Linear algebra.

Formulas after Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008), unless another source is given.
"""

import numpy as np

from autodiff_sst.core.syntax import Literal
from autodiff_sst.errors import MissingRuleError
from autodiff_sst.rules.helpers import numpy_object
from autodiff_sst.rules.language import adjoint, d, macro, rank, tangent
from autodiff_sst.rules.reductions import unreduce
from autodiff_sst.rules.registry import declare_linear


@adjoint(np.linalg.solve, ranks=(2, 1))
def _(y, a, b):
    b_bar = np.linalg.solve(a.T, d[y])
    d[b] = b_bar
    d[a] = -np.outer(b_bar, y)


@adjoint(np.linalg.solve)
def _(y, a, b):
    b_bar = np.linalg.solve(np.swapaxes(a, -1, -2), d[y])
    d[b] = b_bar
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


@tangent(np.linalg.det)
def _(y, a):
    cofactors = np.swapaxes(np.linalg.inv(a), -1, -2)
    d[y] = y * np.sum(cofactors * d[a], axis=(-2, -1))


@tangent(np.linalg.norm)
def _(y, x, ord=None, axis=None, keepdims=False):
    if ord is None or ord == "fro" or (ord == 2 and (rank(x) == 1 or axis is not None)):
        inner = np.sum(x * d[x], axis=axis, keepdims=keepdims)
        d[y] = inner / np.where(y, y, 1.0)
    elif ord == 1 and rank(x) == 1:
        d[y] = np.sum(np.sign(x) * d[x])
    else:
        d[y] = no_rule(ord)


@tangent(np.linalg.cholesky, ranks=(2,))
def _(y, a):
    inner = np.linalg.solve(y, np.linalg.solve(y, 0.5 * (d[a] + d[a].T)).T)
    lower = np.tril(inner)
    d[y] = y @ (lower - 0.5 * np.diag(np.diag(inner)))


declare_linear(np.trace, by=("a",))
declare_linear(np.tril, np.triu, by=("m",))
declare_linear(np.diag, by=("v",))
declare_linear(np.einsum, by=("a", "b", "c"))


@adjoint(np.linalg.inv)
def _(y, a):
    t = np.swapaxes(y, -1, -2)
    d[a] = -t @ d[y] @ t


@adjoint(np.linalg.det)
def _(y, a):
    cofactors = np.swapaxes(np.linalg.inv(a), -1, -2)
    d[a] = (d[y] * y) * cofactors if rank(a) == 2 else (d[y] * y)[..., None, None] * cofactors


@adjoint(np.linalg.norm)
def _(y, x, ord=None, axis=None, keepdims=False):
    # Of vectors, or of all elements; 0 where the norm is.
    if ord is None or (ord == 2 and (rank(x) == 1 or axis is not None)):
        length = unreduce(y, x, axis, keepdims)
        d[x] = unreduce(d[y], x, axis, keepdims) * (x / np.where(length, length, 1.0))
    elif ord == "fro":
        d[x] = unreduce(d[y], x, axis, keepdims) * (x / unreduce(y, x, axis, keepdims))
    elif ord == 1 and rank(x) == 1:
        d[x] = d[y] * np.sign(x)
    else:
        d[x] = no_rule(ord)


@macro
def no_rule(builder, knowledge, ord):
    raise MissingRuleError(
        f"np.linalg.norm has no derivative rule for ord={knowledge.constant(ord)}"
    )


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
    sides = [builder.call(numpy_object(np.take), shape, Literal(k)) for k in (0, 1)]
    return builder.call(numpy_object(np.eye), *sides)


@adjoint(np.tril)
def _(y, m, k=0):
    d[m] = np.tril(d[y], k)


@adjoint(np.triu)
def _(y, m, k=0):
    d[m] = np.triu(d[y], k)


@adjoint(np.diag, ranks=(1,))
def _(y, v):
    d[v] = np.diag(d[y])


@adjoint(np.diag, ranks=(2,))
def _(y, v):
    d[v] = d[y][:, None] * identity_like(v)  # of a square matrix


@macro
def einsum_adjoint(builder, knowledge, y_bar, subscripts, k, *operands):
    """The cotangent of operand `k`: the same sum with the result in its place."""
    position, given = knowledge.constant(k), knowledge.constant(subscripts)
    there = [o for o in operands if knowledge.constant(o, 0) is not None]
    if not isinstance(given, str) or "..." in given:
        raise MissingRuleError("the subscripts of np.einsum must be a constant without `...`")
    left, arrow, right = given.replace(" ", "").partition("->")
    terms = left.split(",")
    if not arrow:
        letters = sorted({*left} - {","})
        right = "".join(c for c in letters if left.count(c) == 1)
    own = terms[position]
    others = [t for j, t in enumerate(terms) if j != position]
    if len({*own}) < len(own) or {*own} - {*right, *"".join(others)}:
        raise MissingRuleError(f"np.einsum({given!r}) has no derivative rule for `{own}`")
    text = ",".join([right, *others]) + "->" + own
    rest = [o for j, o in enumerate(there) if j != position]
    return builder.call(numpy_object(np.einsum), text, y_bar, *rest)


@adjoint(np.einsum)
def _(y, subscripts, a, b=None, c=None):
    d[a] = einsum_adjoint(d[y], subscripts, 0, a, b, c)
    d[b] = einsum_adjoint(d[y], subscripts, 1, a, b, c)
    d[c] = einsum_adjoint(d[y], subscripts, 2, a, b, c)
