"""Forward mode against reverse mode, on the programs of the other tests."""

from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad
from tests import test_containers, test_loops, test_objects, test_structures
from tests.differences import check_derivatives

V, W = np.array([0.4, -0.7, 0.9]), np.array([[0.3, -0.2], [0.5, 0.7]])


def compare(function: Any, *args: Any) -> None:
    """⟨ȳ, ẏ⟩ = ⟨x̄, ẋ⟩."""
    rng = np.random.default_rng(1)
    dots = tuple(
        rng.normal(size=np.shape(a))[()] if not isinstance(a, int | str) else 0 for a in args
    )
    by = tuple(k for k, a in enumerate(args) if not isinstance(a, int | str))
    value, dot = ad.jvp(function, args, dots)
    expected, gradients = ad.value_and_grad(function, argnums=by)(*args)
    np.testing.assert_array_equal(value, expected)
    total = sum(np.sum(g * dots[k]) for k, g in zip(by, gradients, strict=True))
    np.testing.assert_allclose(dot, total, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("n", [0, 1, 3])
@pytest.mark.parametrize("function", test_loops.FUNCTIONS, ids=lambda f: f.__name__)
def test_loops_and_branches(function: Any, n: int) -> None:
    for x in (0.35, 1.9):
        compare(function, x, n)


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (test_containers.extrema, (V, 0.6, 3)),
        (test_containers.order, (V, 0.6)),
        (test_containers.named, (0.7, 0.3)),
        (test_containers.merged, (0.7, 0.3)),
        (test_containers.joined, (V, 0.6, 2)),
    ],
)
def test_containers_of_values(function: Any, args: Any) -> None:
    compare(function, *args)


def test_structures_of_arguments_and_results() -> None:
    def f(p: Any, x: Any) -> Any:
        y = np.tanh(p.w @ x) * p.b
        return {"y": y, "n": 3}, (p.b, [y[0], x])

    params = test_structures.Params(W, 0.7)
    dot = test_structures.Params(W.T, 0.3, "anything")
    (y, _), (y_dot, (b_dot, (first, x_dot))) = ad.jvp(f, (params, V[:2]), (dot, V[1:]))
    assert y["n"] == 3
    assert y_dot["n"] is None
    assert b_dot == 0.3
    step = 1e-6
    ends = [
        f(test_structures.Params(W + s * W.T, 0.7 + s * 0.3), V[:2] + s * V[1:])[0]["y"]
        for s in (step, -step)
    ]
    np.testing.assert_allclose(y_dot["y"], (ends[0] - ends[1]) / (2 * step), rtol=1e-6)
    np.testing.assert_allclose(first, y_dot["y"][0])
    np.testing.assert_array_equal(x_dot, V[1:])
    assert x_dot is not V


def of_rows(x):
    m = np.array([[np.cos(x[0]), x[1] * x[0], 0], [0, 0, 1], [0, 1.0, 0]])
    return np.sum((m @ x[:3] + np.concatenate([[1, 2], [x[0] * x[1]]])) ** 2)


def along_each_axis(x):
    z = np.outer(x, x[::-1])
    s = 0.0
    for axis in range(z.ndim):
        s += np.sum(np.diff(z, axis=axis) ** 2)
    by_row, _ = np.gradient(z)
    return s + np.sum(by_row**3)


@pytest.mark.parametrize("function", [of_rows, along_each_axis])
def test_rows_of_integers_and_axes(function: Any) -> None:
    check_derivatives(function, np.array([0.3, 0.7, -0.2]), np.array([1.0, 0.5, 2.0]))


def test_methods_and_objects() -> None:
    x = np.array([0.4, -1.1])
    for cls in (test_objects.Linear, test_objects.Squashed):
        layer, dot = cls(W, 0.5), cls(W.T, 0.1)
        value, tangent = ad.jvp(test_objects.by_layer, (layer, x), (dot, x))
        assert value == test_objects.by_layer(layer, x)
        gradient, x_bar = ad.grad(test_objects.by_layer, argnums=(0, 1))(layer, x)
        expected = np.sum(gradient.w * W.T) + gradient.b * 0.1 + np.sum(x_bar * x)
        np.testing.assert_allclose(tangent, expected)


def test_recursion() -> None:
    def power(x: float, n: int) -> float:
        return 1.0 if n == 0 else x * power(x, n - 1)

    assert ad.jvp(power, (1.5, 3), (2.0, 0))[1] == pytest.approx(2 * 3 * 1.5**2)


def test_forward_over_reverse_is_reverse_over_reverse() -> None:
    for function in test_loops.FUNCTIONS:
        first = ad.grad(function)
        second = ad.grad(first)
        for n in (0, 2):
            _, dot = ad.jvp(first, (0.35, n), (1.0, 0))
            np.testing.assert_allclose(dot, second(0.35, n), rtol=1e-9, atol=1e-12)


def test_reverse_over_forward() -> None:
    def f(x: Any, w: Any) -> Any:
        for k in range(3):
            x = np.tanh(w @ x) * x[k % 2]
        return np.sum(x)

    x, v = np.array([0.4, -1.1]), np.array([1.0, 2.0])

    def along(x: Any, w: Any) -> Any:
        return ad.jvp(f, (x, w), (v, 0 * w))[1]

    product = ad.hvp(f)(x, W, v)
    step = 1e-6
    for k in range(2):
        e = step * np.eye(2)[k]
        np.testing.assert_allclose(product[k], (along(x + e, W) - along(x - e, W)) / (2 * step),
                                   rtol=1e-6)  # fmt: skip


def test_bad_tangents() -> None:
    with pytest.raises(ValueError, match="2 tangents were due, not 1"):
        ad.jvp(lambda x, y: x * y, (1.0, 2.0), (1.0,))
    with pytest.raises(ValueError, match=r"tangent 0 of shape \(3,\) was due, not \(2,\)"):
        ad.jvp(lambda x: x * 2, (V,), (V[:2],))
    with pytest.raises(ad.NonDifferentiableInputError):
        ad.jvp(lambda x: x * 2, (1,), (1,))


def cube(x: float) -> float:
    return float(np.float64(x**3))


@ad.adjoint(cube)
def _(y, x):  # type: ignore[no-untyped-def]
    d[x] = d[y] * (3 * x * x)  # type: ignore[name-defined]  # noqa: F821


@ad.tangent(cube)
def _(y, x):  # type: ignore[no-untyped-def]
    d[y] = d[x] * 3.0 * x * x  # type: ignore[name-defined]  # noqa: F821


def test_a_registered_tangent() -> None:
    assert ad.jvp(lambda x: cube(x) * x, (2.0,), (1.0,)) == (16.0, 32.0)


def mix(a: Any, b: Any, c: Any) -> Any:
    return np.concatenate([a * (b + c), np.where(a > 0, b, c)])


@ad.tangent(mix)
def _(y, a, b, c):  # type: ignore[no-untyped-def]
    both = d[b] + d[c]  # type: ignore[name-defined]  # noqa: F821
    first = d[a] * (b + c)  # type: ignore[name-defined]  # noqa: F821
    second = np.where(a > 0, d[b], d[c])  # type: ignore[name-defined]  # noqa: F821
    d[y] = np.concatenate([first - (-a) * both, second])  # type: ignore[name-defined]  # noqa: F821


@pytest.mark.parametrize("by", range(3))
@pytest.mark.parametrize("several", [False, True])
def test_a_tangent_whose_terms_are_zero_in_sums_and_calls(by: int, several: bool) -> None:
    """Silently zero before: a term was left out if any tangent in it was zero."""
    args = [np.array([0.5, -1.0]), np.array([2.0, 3.0]), np.array([-1.0, 4.0])]

    def f(*moved: Any) -> Any:
        given = [*args]
        given[by] = moved[0]
        if several:
            given[by - 1] = moved[1]
        return mix(*given)

    moving = [args[by], args[by - 1]][: 1 + several]
    tangents = [np.array([1.0, -0.5]), np.array([0.3, 0.2])][: 1 + several]
    step = 1e-6
    up, down = (
        f(*(m + s * step * t for m, t in zip(moving, tangents, strict=True))) for s in (1, -1)
    )
    program = {
        (0, False): lambda x: mix(x, args[1], args[2]),
        (1, False): lambda x: mix(args[0], x, args[2]),
        (2, False): lambda x: mix(args[0], args[1], x),
        (0, True): lambda x, y: mix(x, args[1], y),
        (1, True): lambda x, y: mix(y, x, args[2]),
        (2, True): lambda x, y: mix(args[0], y, x),
    }[by, several]
    made = ad.jvp(program, tuple(moving), tuple(tangents))[1]
    np.testing.assert_allclose(made, (up - down) / (2 * step), rtol=1e-6, atol=1e-9)


def test_markers() -> None:
    def f(x: float) -> float:
        y = x * x
        with ad.insert_grad_of(y) as dy:
            dy = dy * 1000.0
        return y * ad.stop_gradient(x)

    assert ad.jvp(f, (3.0,), (1.0,)) == (27.0, 18.0)

    @ad.custom_gradient
    def g(x: float) -> Any:
        return x * x, lambda y_bar: y_bar * x

    with pytest.raises(ad.UnsupportedSyntaxError, match="no forward derivative"):
        ad.jvp(lambda x: g(x), (3.0,), (1.0,))


def pairs(a: Any) -> Any:
    return [a * 2.0, 3]


def test_an_int_beside_what_is_active() -> None:
    def f(a: Any) -> Any:
        t = 0.0
        for i, y in enumerate(pairs(a)):
            t = t + (i + 1) * y
        return t

    assert ad.jvp(f, (2.0,), (1.0,)) == (10.0, 2.0)
    assert ad.jvp(pairs, (2.0,), (1.0,))[1] == [2.0, 0.0]
