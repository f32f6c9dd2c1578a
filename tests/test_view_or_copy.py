"""Whether what a call gives is a view of its argument or a copy: seen by changing either."""

from __future__ import annotations

import linecache
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad

X = np.array([[0.7, 1.2, 2.5, 0.4], [0.3, 1.9, 0.4, 1.6], [1.1, 0.2, 0.9, 2.2]])
DIRECTION = np.sin(np.arange(1.0, 13.0)).reshape(3, 4)
S = slice(0, 2)
N = 2
_CALLS = """
x.flatten() x.flatten("F") x.ravel() x.ravel("F") np.ravel(x,"F") x.T.ravel() x.reshape(4,3)
x.reshape((4,3),order="F") np.reshape(x,(4,3),"F") x.T.reshape(12) x.conj() x.conjugate()
np.conj(x) np.take(x,0,0) np.take(x,2,axis=1) x.take([0,1],0) x.take(1,1) x.flat[2:5] x[S]
x[S,S] x[slice(0,N)] x[()] x[...] x[None] x[...,0] x[1] x[[0,1]] x[x>1] x[np.arange(2)]
x[0:2,[0,1]] x[True] x[np.s_[::2]] np.array(x) np.array(x,copy=None) np.asarray(x)
np.asanyarray(x) np.ascontiguousarray(x) np.copy(x) x.astype(float) x.astype(float,copy=False)
np.nan_to_num(x) np.nan_to_num(x,copy=False) np.nan_to_num(x,False) np.einsum("ij->ji",x)
np.einsum("ij",x) np.einsum("ii->i",x[:,:3]) np.einsum("ij->i",x) np.meshgrid(x[0],x[1])[0]
np.meshgrid(x[0],x[1],copy=False)[0] np.diagonal(x) np.diag(x) np.frombuffer(x)
np.ndarray(x.shape,float,x) np.ma.array(x) np.ma.getdata(x) np.asmatrix(x)
np.lib.stride_tricks.as_strided(x,(2,),(8,)) np.lib.stride_tricks.sliding_window_view(x,2,1)[0]
np.trim_zeros(x[0]) np.split(x,3)[1] np.array_split(x,2)[0] np.hsplit(x,2)[1]
np.broadcast_to(x,(3,4)) np.broadcast_arrays(x,np.zeros((3,1)))[0] np.moveaxis(x,0,1)
np.swapaxes(x,0,1) x.T x.mT np.squeeze(x[None]) np.expand_dims(x,0) np.atleast_3d(x) np.flip(x)
np.fliplr(x) np.rot90(x) np.roll(x,1) np.sort(x) np.where(x>1,x,x) np.positive(x) +x x+0
x.view() x.view(np.ndarray) x.real np.real(x) np.concatenate([x]) np.stack([x])[0] np.tile(x,1)
np.repeat(x,1) list(x)[0] tuple(x)[1] [*x][0] dict(a=x)["a"] next(iter(x)) list(reversed(x))[0]
list(zip(x,x))[0][0] list(map(np.ravel,x))[0] max([x],key=len) sorted([x],key=len)[0]
np.select([x>0],[x]) np.clip(x,-9,9) np.resize(x,(3,4)) np.delete(x,0,0) np.insert(x,0,1,0)
np.append(x,x) np.triu(x) np.kron(x,1.) np.full_like(x,x)
"""
CALLS = _CALLS.split()
CALLS = [c for c in CALLS if c != "x.mT" or hasattr(X, "mT")]
FORMS = {
    "the result is changed": "    v *= 2\n    return np.sum(x * x * 0.5)\n",
    "the argument is changed": "    x *= 3\n    return np.sum(v * v * 0.5) + np.sum(x)\n",
    "both are read": "    v[0] = 1.5 * x.ravel()[1]\n    return np.sum(x**2) + np.sum(v**2)\n",
}


def program(call: str, form: str, first: str = "x.copy()") -> Callable[..., Any]:
    text = f"def f(x):\n    x = {first}\n    v = {call}\n{FORMS[form]}"
    file = f"<view or copy {call} {form} {first}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    names = {"np": np, "S": S, "N": N}
    exec(compile(text, file, "exec"), names)
    return names["f"]  # type: ignore[return-value]


def check(f: Callable[..., Any]) -> None:
    """The value and the derivative are right, or refused."""
    try:
        expected = f(X.copy())
    except ValueError:
        return  # it cannot be written to
    try:
        value, pull = ad.vjp(f, X.copy())
    except ad.AutodiffError:
        return
    np.testing.assert_allclose(value, expected)
    step = 1e-6 * DIRECTION
    slope = (f(X + step) - f(X - step)) / 2e-6
    np.testing.assert_allclose(np.sum(pull(1.0)[0] * DIRECTION), slope, rtol=1e-6, atol=1e-8)
    value, tangent = ad.jvp(f, (X.copy(),), (DIRECTION,))
    np.testing.assert_allclose([value, tangent], [expected, slope], rtol=1e-6, atol=1e-8)


@pytest.mark.filterwarnings("ignore:.*matrix")
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("call", CALLS)
def test_view_or_copy(call: str, form: str) -> None:
    check(program(call, form))


_MADE = """
x.T+0. np.copy(x.T) np.zeros((3,4),order="F")+x np.zeros_like(x.T)+x.T np.sin(x.T) np.array(x.T)
np.asfortranarray(x) np.where(x.T>0,x.T,1.) x.T[[0,2]] np.concatenate([x.T,x.T])
np.flip(x.T)+x.T np.full_like(x.T,2.)*x[0,0] x.copy() x*2 np.sqrt(x)
"""
MADE = _MADE.split()


@pytest.mark.parametrize("call", ["x.ravel()", "x.reshape(-1)", "x.T.ravel()", "x.flatten()"])
@pytest.mark.parametrize("first", MADE)
def test_order_in_memory(first: str, call: str) -> None:
    """What does not lie row by row is copied by `ravel`."""
    for form in FORMS:
        check(program(call, form, first))


def test_array_made_by_columns_and_added_to() -> None:
    def f(x: Any) -> Any:
        y = np.zeros((3, 4), order="F")
        y += x
        v = y.ravel()
        v *= 2
        return np.sum(y * y)

    check(f)


def test_what_is_right() -> None:
    """Not all are refused."""
    right = 0
    for call in CALLS:
        for form in FORMS:
            try:
                ad.grad(program(call, form))(X.copy())
            except (ad.AutodiffError, ValueError):
                continue
            right += 1
    assert right >= 150


def parts_of_complex_numbers(x: Any) -> Any:
    z = x * (1 + 2j)
    z.real[0] = x[1]
    r = z.imag
    r[1:] *= x[0]
    z.real *= 2
    w = np.zeros(4, complex)
    w.real = x[0]
    w.imag[:] = x[1] ** 2
    return np.sum(np.abs(z) ** 2) + np.sum(np.abs(w) ** 3)


def parts_by_a_variable(x: Any) -> Any:
    n = len(x)
    s = slice(0, n - 1)
    v = x[s]
    v *= 2
    rows = (slice(None), 1)
    x[rows] += 1
    u = x[rows]
    u *= x[0, 0]
    for k in reversed(range(n)):
        x[k] *= x[0, 1]
    return np.sum(x * x)


@pytest.mark.parametrize("f", [parts_of_complex_numbers, parts_by_a_variable])
def test_parts(f: Callable[..., Any]) -> None:
    ad.grad(f)(X.copy())  # it is not refused

    def on_a_copy(x: Any) -> Any:
        return f(x.copy())

    check(on_a_copy)


def test_shape_that_is_assigned_is_refused() -> None:
    def f(x: Any) -> Any:
        y = x.copy()
        y.shape = (12,)
        return y[3] ** 2

    with pytest.raises(ad.AutodiffError, match="`shape`"):
        ad.grad(f)(X)
