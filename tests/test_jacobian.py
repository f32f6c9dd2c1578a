"""Jacobians and Hessians from one widened sweep, against columns from forward mode."""

import dataclasses
import pickle
from typing import Any, NamedTuple

import numpy as np
import pytest

import autodiff_sst as ad

X = np.array([0.4, -0.7, 0.9])
W = np.array([[0.3, -0.2, 0.1], [0.5, 0.7, -0.4]])


def layer(w: Any, x: Any) -> Any:
    return np.tanh(w @ x)


def loop(x: Any) -> Any:
    y = x
    for k in range(3):
        y = np.sin(y) * x[k] + np.sum(y)
    return y


def reads_items(x: Any) -> Any:
    out = []
    s = 1.0
    for k in range(len(x)):
        if x[k] > 0:  # noqa: SIM108
            s = s * x[k]
        else:
            s = s + np.exp(x[k])
        out.append(s)
    return np.array(out) * s


def normalised(x: Any) -> Any:
    c = x - np.mean(x)
    return c / np.std(x) + np.max(x)


def outer(x: Any) -> Any:
    return np.outer(x, x * 2.0) @ np.reshape(x, (3, 1))


def matrices(x: Any) -> Any:
    m = np.outer(x, x) + np.eye(3)
    return np.linalg.solve(m, x) + np.einsum("ij,j->i", m, x) + np.linalg.inv(m)[0] + m.T[1]


def joined(x: Any) -> Any:
    a = np.concatenate([x[1:], np.flip(x)]) ** 2
    return np.cumsum(a) + np.where(a > 0.3, a, 2 * a) + np.roll(a, 1)


def scalar(x: Any) -> Any:
    return np.prod(x) + x[0] * np.linalg.norm(x)


def complex_inside(x: Any) -> Any:
    z = np.exp(1j * x) * (x + 2j)
    return np.real(z * np.conj(z)) + np.abs(z)


FUNCTIONS = [loop, reads_items, normalised, outer, matrices, joined, scalar, complex_inside]


def columns(f: Any, x: Any) -> Any:
    """The Jacobian, column by column, by central differences."""
    made = []
    for index in np.ndindex(np.shape(x)):
        ends = []
        for sign in (1, -1):
            moved: Any = np.array(x, float)
            moved[index] += sign * 1e-6
            ends.append(np.asarray(f(moved[()])))
        made.append((ends[0] - ends[1]) / 2e-6)
    shape = np.shape(f(x))
    return np.moveaxis(np.reshape(made, (np.size(x), *shape)), 0, -1).reshape(shape + np.shape(x))


@pytest.mark.parametrize("chunk", [None, 2])
@pytest.mark.parametrize("mode", ["forward", "reverse", "auto"])
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_against_differences(function: Any, mode: str, chunk: int | None) -> None:
    given = ad.jacobian(function, mode=mode, chunk=chunk)(X)
    np.testing.assert_allclose(given, columns(function, X), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_by_several_arguments(mode: str) -> None:
    by_w, by_x = ad.jacobian(layer, argnums=(0, 1), mode=mode)(W, X)
    slope = 1 - np.tanh(W @ X) ** 2
    np.testing.assert_allclose(by_x, slope[:, None] * W)
    np.testing.assert_allclose(by_w, np.einsum("i,ij,k->ijk", slope, np.eye(2), X))


def test_numbers_empty_arrays_and_float32() -> None:
    def f(x: Any) -> Any:
        return x * X

    np.testing.assert_allclose(ad.jacobian(f)(2.0), X)
    for mode in ("forward", "reverse"):
        assert ad.jacobian(lambda x: x**3, mode=mode)(2.0) == 12.0
        assert ad.jacobian(lambda x: x * 2.0, mode=mode)(np.zeros(0)).shape == (0, 0)
        single = ad.jacobian(np.sin, mode=mode)(X.astype(np.float32))
        assert single.dtype == np.float32
        np.testing.assert_allclose(single, np.diag(np.cos(X)), rtol=1e-6)


class Pair(NamedTuple):
    a: Any
    b: Any


def test_containers() -> None:
    def f(x: Any) -> Any:
        return {"y": x * x, "n": 3}, Pair(np.sum(x), x[0])

    first, second = ad.jacobian(f)(X)
    np.testing.assert_allclose(first["y"], np.diag(2 * X))
    assert first["n"] is None
    np.testing.assert_allclose(second.a, np.ones(3))
    np.testing.assert_allclose(second.b, [1, 0, 0])
    given = ad.jacobian(lambda p: p.a * p.b)(Pair(X, 2.0))
    np.testing.assert_allclose(given.a, 2 * np.eye(3))
    np.testing.assert_allclose(given.b, X)


def test_auto_takes_the_cheaper_mode_once_it_knows_it() -> None:
    wide = ad.jacobian(lambda x: np.outer(x, np.arange(9.0)))
    first, second = wide(X), wide(X)
    np.testing.assert_allclose(first, second)
    assert wide.chosen == "forward"
    assert "dot" in wide.source


def rosenbrock(x: Any) -> Any:
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def test_hessian() -> None:
    expected = columns(ad.grad(rosenbrock), X)
    given = ad.hessian(rosenbrock)(X)
    np.testing.assert_allclose(given, expected, rtol=1e-6)
    np.testing.assert_allclose(given @ X, ad.hvp(rosenbrock)(X, X))
    np.testing.assert_allclose(ad.jacobian(ad.grad(rosenbrock))(X), expected, rtol=1e-6)
    assert ad.hessian(lambda x: x**3)(2.0) == 12.0


def test_hessian_by_several_arguments() -> None:
    def f(w: Any, x: Any) -> Any:
        return np.sum(layer(w, x) ** 2)

    h = ad.hessian(f, argnums=(0, 1))(W, X)
    assert [[part.shape for part in row] for row in h] == [
        [(2, 3, 2, 3), (2, 3, 3)], [(3, 2, 3), (3, 3)],
    ]  # fmt: skip
    np.testing.assert_allclose(h[0][1], columns(lambda x: ad.grad(f)(W, x), X), rtol=1e-6)
    np.testing.assert_allclose(h[1][0], np.moveaxis(h[0][1], 2, 0))


def test_batch_jacobian() -> None:
    rng = np.random.default_rng(1)
    x, w = rng.normal(size=(5, 3)), rng.normal(size=(3, 2))

    def f(x: Any, w: Any) -> Any:
        h = np.tanh(x @ w)
        return h * np.sum(x, axis=1, keepdims=True)

    given = ad.batch_jacobian(f)(x, w)
    full = ad.jacobian(f)(x, w)
    np.testing.assert_allclose(given, np.einsum("bibj->bij", full))
    with pytest.raises(ValueError, match="same leading size, not the shapes"):
        ad.batch_jacobian(f, argnums=1)(x, w)


def test_backward_code_that_branches_runs_once_a_direction() -> None:
    def f(x: Any) -> Any:
        y = x * x
        with ad.insert_grad_of(y) as dy:
            if np.sum(dy) > 0.5:
                dy = 2.0 * dy
        return y

    expected = np.diag(4 * X)
    np.testing.assert_allclose(ad.jacobian(f, mode="reverse")(X), expected)
    np.testing.assert_allclose(ad.jacobian(f, mode="forward")(X), np.diag(2 * X))


def test_bad_options() -> None:
    with pytest.raises(ValueError, match="mode: 'auto', 'forward', 'reverse' is what there is"):
        ad.jacobian(layer, mode="sideways")
    with pytest.raises(ValueError, match="chunk: a positive int was due, not 0"):
        ad.jacobian(layer, chunk=0)


def test_lists_of_numbers_made_arrays_in_forward_mode() -> None:
    def f(x: Any) -> Any:
        u = np.array([1.0, x[0]])
        for _ in range(3):
            u = u + 0.1 * np.array([u[0] * u[1], x[1] - u[0]])
        return np.array([u[0] * x[1], 2.0, u[1]])

    x = np.array([0.3, 0.7])
    forward = ad.jacobian(f, mode="forward")
    np.testing.assert_allclose(forward(x), ad.jacobian(f, mode="reverse")(x), rtol=1e-12)
    assert "over_directions" not in forward.source_for(x)


def of_lists_in_a_list(x):
    table = np.array([[x[0], 1.0], [0.5 * x[1], x[1] * x[0]]])
    table = table / table.sum(axis=1, keepdims=True)
    return np.sum(np.outer(x, x) * table)


def test_the_array_of_lists_in_a_list() -> None:
    x, h = np.array([0.3, 0.7]), 1e-6  # as many directions as rows and columns
    gradient = ad.grad(of_lists_in_a_list)
    expected = [(gradient(x + d) - gradient(x - d)) / (2 * h) for d in h * np.eye(2)]
    assert np.allclose(ad.hessian(of_lists_in_a_list)(x), expected, rtol=1e-6)


@dataclasses.dataclass
class Weights:
    w: Any
    b: float
    layers: int = 2


def of_weights(p: Any) -> Any:
    return np.sum(p.w**2) * p.b


def of_a_dict(p: Any) -> Any:
    return np.sum(p["w"] ** 2) * p["b"]


def test_hessians_by_containers() -> None:
    w = np.array([0.5, -1.2])
    whole = ad.hessian(lambda v: np.sum(v[:2] ** 2) * v[2])(np.array([0.5, -1.2, 2.0]))
    h = ad.hessian(of_a_dict)({"w": w, "b": 2.0})
    np.testing.assert_allclose(h["w"]["w"], whole[:2, :2])
    np.testing.assert_allclose(h["w"]["b"], whole[:2, 2])
    np.testing.assert_allclose(h["b"]["w"], whole[2, :2])
    assert h["b"]["b"] == whole[2, 2] and np.shape(h["b"]["b"]) == ()
    h = ad.hessian(of_weights)(Weights(w, 2.0))
    np.testing.assert_allclose(h.w.w, whole[:2, :2])
    np.testing.assert_allclose(h.b.w, whole[2, :2])
    assert h.layers is None and h.w.layers is None
    assert ad.hessian(lambda p: p[0] * p[1] ** 2)((1.0, 2.0)) == ((0.0, 4.0), (4.0, 2.0))


def test_jacobians_of_containers_by_containers() -> None:
    w = np.array([0.5, -1.2])

    def f(p: Any) -> Any:
        return {"u": p["w"] * p["b"], "v": (p["b"] ** 2, 3)}

    j = ad.jacobian(f)({"w": w, "b": 2.0})
    np.testing.assert_allclose(j["u"]["w"], 2.0 * np.eye(2))
    np.testing.assert_allclose(j["u"]["b"], w)
    np.testing.assert_allclose(j["v"][0]["w"], np.zeros(2))
    assert j["v"][0]["b"] == 4.0 and j["v"][1] is None

    by_both = ad.jacobian(lambda p, q: (p["w"] * q, q), argnums=(0, 1))({"w": w, "b": 2.0}, 3.0)
    np.testing.assert_allclose(by_both[0][0]["w"], 3.0 * np.eye(2))
    np.testing.assert_allclose(by_both[1][0], w)
    assert by_both[1][1] == 1.0


def of_two(x: Any, y: Any) -> Any:
    return np.sum(x) ** 2 * np.sum(y**3)


def test_a_hessian_by_two_arguments_pickles() -> None:
    """It came back with its blocks transposed."""
    hessian = ad.hessian(of_two, argnums=(0, 1))
    x, y = np.array([1.0, 2.0, 3.0]), np.array([0.5, -1.0])
    again = pickle.loads(pickle.dumps(hessian))(x, y)
    for made, due in zip(again, hessian(x, y), strict=True):
        for block, other in zip(made, due, strict=True):
            np.testing.assert_allclose(block, other)
