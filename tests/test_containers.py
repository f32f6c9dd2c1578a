"""Builtins and methods of containers that hold active values."""

import dataclasses
from typing import Any, NamedTuple

import numpy as np
import pytest

import autodiff_sst as ad


class Pair(NamedTuple):
    left: float
    right: float = 2.0


@dataclasses.dataclass(frozen=True)
class Point:
    x: float
    y: float = 1.0


def over_dict(params: Any, x: float) -> Any:
    s = x
    for name, value in params.items():
        if name.startswith("w"):  # noqa: SIM108
            s = s * value
        else:
            s = s + value
    for value in params.values():
        s = s + value * value
    for key in sorted(params):
        s = s * 0.5 + params[key]
    for key in params:
        s = s + params.get(key) * params.get("none", 2.0)
    return s if "b0" in params else x


def extrema(v: Any, x: float, n: int) -> Any:
    a = [w * x for w in v]
    return max(a) * min(v) + max(v[0], x, 0.1) + min(x * 2.0, 3.0) + max(0, n - 1) + max((x, v[1]))


def order(v: Any, x: float) -> Any:
    a = sorted(w * x for w in v)
    b = sorted([v[0], x, v[1] * 2.0], reverse=True)
    return a[0] * b[0] + a[-1] * b[1] + b[2]


def named(x: float, y: float) -> Any:
    p = Pair(x * y)
    q = p._replace(left=p.right * x)
    r = dataclasses.replace(Point(x), y=y)
    t = (*p, q.left, x)
    return t[0] * t[2] + r.x * r.y + t.count(-1.0) + sum(t[1:])


def merged(x: float, y: float) -> Any:
    a = {"x": x, "y": y}
    b = {**a, "y": x * y, "z": 2.0}
    c = dict(u=b["y"], v=b["z"])  # noqa: C408
    return c["u"] * b["x"] * c["v"] + [*a.values(), x][2]


def joined(v: Any, x: float, n: int) -> Any:
    a = [x]
    for k in range(n):
        a.append(v[k] * x)
    b = a + [x, v[0]] + [w * x for w in v]
    return sum(w * k for k, w in enumerate(b)) + b[1] * b[-1] + len(b)


def leaking(x: float, xs: Any) -> Any:
    y = 0.0
    a = [x * 2.0 for x in xs]
    b = [(y := v * x) * y for v in a]
    return sum(a) * x + sum(b) + y


PARAMETERS = {"w0": 1.2, "b0": -0.4, "w1": 0.8}
V = np.array([0.4, -0.7, 0.9])


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (extrema, (V, 0.6, 3)),
        (order, (V, 0.6)),
        (named, (0.7, 0.3)),
        (merged, (0.7, 0.3)),
        (joined, (V, 0.6, 2)),
        (leaking, (1.3, [0.4, -0.8])),
    ],
)
def test_first_and_second_order(function: Any, args: Any) -> None:
    by = tuple(k for k, a in enumerate(args) if not isinstance(a, int | list))
    gradients = ad.grad(function, argnums=by)(*args)
    for k, gradient in zip(by, gradients, strict=True):
        for index in np.ndindex(np.shape(args[k])):
            ends = []
            for sign in (1, -1):
                moved: Any = np.array(args[k], float)
                moved[index] += sign * 1e-6
                ends.append(function(*args[:k], moved[()], *args[k + 1 :]))
            np.testing.assert_allclose(
                np.asarray(gradient)[index], (ends[0] - ends[1]) / 2e-6, rtol=1e-6, atol=1e-8
            )


def test_a_dict_is_gone_through() -> None:
    params, x = ad.grad(over_dict, argnums=(0, 1))(PARAMETERS, 1.5)
    assert [*params] == [*PARAMETERS]
    for key, slope in params.items():
        ends = [over_dict({**PARAMETERS, key: PARAMETERS[key] + s}, 1.5) for s in (1e-6, -1e-6)]
        np.testing.assert_allclose(slope, (ends[0] - ends[1]) / 2e-6, rtol=1e-6)
    np.testing.assert_allclose(x, 1.2 * 0.8 / 8)


def test_containers_that_loops_save_have_second_derivatives() -> None:
    def f(x: Any, n: int) -> Any:
        state = {"m": x * 0.0, "t": (x, 1.0)}
        for _ in range(n):
            m, (a, b) = state["m"], state["t"]
            state = {"m": np.sin(m) + a * b, "t": (a * np.cos(m), b * 0.9 + np.sum(m * m))}
        return np.sum(state["m"] * state["t"][0]) * state["t"][1]

    def squared(x: Any) -> Any:
        return np.sum(ad.grad(f)(x, 3) ** 2)

    x, h = np.array([0.3, 0.7]), 1e-6
    ad.check_grads(f, (x, 3))
    expected = [(squared(x + h * e) - squared(x - h * e)) / (2 * h) for e in np.eye(2)]
    np.testing.assert_allclose(ad.grad(squared)(x), expected, rtol=1e-6)
