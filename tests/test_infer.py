import math
from typing import Any

import numpy as np
import pytest

from autodiff_sst.analysis.infer import infer
from autodiff_sst.analysis.lengths import MANY
from autodiff_sst.analysis.values import (
    BOOL,
    FLOAT,
    INT,
    OPAQUE,
    UNKNOWN,
    Array,
    Dict,
    Known,
    List,
    Scalar,
    Tuple,
    Unknown,
)  # fmt: skip
from autodiff_sst.core.parse import parse
from autodiff_sst.core.syntax import Assign

F8, F4 = np.dtype("f8"), np.dtype("f4")
FACTS = {
    "x": FLOAT, "i": INT,
    "c": BOOL,
    "q": Tuple((INT, INT)), "v": Array(F8, (MANY,)), "u": Array(F8, ("u.0",)), "w": Unknown("w"),
    "m": Array(F8, (MANY, MANY)), "s": Array(F4, (MANY, 1)), "b": Array(np.dtype(bool), (MANY,)),
    "h": Scalar("f", F4), "k": Array(np.dtype(int), (MANY,)), "p": Tuple((FLOAT, INT)),
    "z": Array(np.dtype(complex), (MANY,)), "d": Dict(("a",), (FLOAT,)), "l": List(FLOAT),
    "l2": List(FLOAT, 2),
    "l1": List(FLOAT, 1),
}  # fmt: skip


def inferred(text: str) -> Any:
    function = parse(
        f"def f({', '.join(FACTS)}):\n    y = {text}\n    return y", {"np": np, "math": math}
    )
    (statement,) = function.body
    assert isinstance(statement, Assign)
    return infer(statement.value, FACTS, "y")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x * 2", FLOAT),
        ("q * i", OPAQUE),  # as long as an int says
        ("l2 * i", List(FLOAT)),
        ("i in q", BOOL),
        ("np.ndim(l)", Known(1)),
        ("i * 2", INT),
        ("i / 2", FLOAT),
        ("x < 1", BOOL),
        ("2 * 3", Known(6)),
        ("x * v", Array(F8, (MANY,))),
        ("s * 2.0", Array(F4, (MANY, 1))),
        ("s * v", Array(F8, (MANY, MANY))),
        ("h * x", Scalar("f", F4)),
        ("np.sin(x)", Scalar("f", F8)),
        ("np.sin(s)", Array(F4, (MANY, 1))),
        ("np.sin(u)", Array(F8, ("u.0",))),
        ("u + v", Array(F8, (MANY,))),
        ("np.abs(z)", Array(F8, (MANY,))),
        ("math.sin(x)", FLOAT),
        ("m @ v", Array(F8, (MANY,))),
        ("v @ v", Scalar("f", F8)),
        ("np.sum(m)", Scalar("f", F8)),
        ("np.sum(m, axis=0)", Array(F8, (MANY,))),
        ("np.sum(m, axis=0, keepdims=True)", Array(F8, (1, MANY))),
        ("np.sum(s, axis=0)", Array(F4, (1,))),
        ("np.zeros_like(s)", Array(F4, (MANY, 1))),
        ("np.linalg.inv(m)", Array(F8, (MANY, MANY))),
        ("np.zeros(i)", Array(F8, ("y.0",))),
        ("m[0]", Array(F8, (MANY,))),
        ("m[i, 0]", Scalar("f", F8)),
        ("m[:, None, 0]", Array(F8, (MANY, 1))),
        ("m[1:, i]", Array(F8, ("y.0",))),
        ("m[..., 1:]", Array(F8, (MANY, "y.1"))),
        ("v[b]", Array(F8, ("y.0",))),
        ("m[k]", Array(F8, (MANY, MANY))),
        ("w[0]", UNKNOWN),
        ("w * x", Unknown("w")),
        ("np.sin(w)", Unknown("w")),
        ("w * v", Unknown("y")),
        ("w @ w", Unknown("y")),
        ("p[0]", FLOAT),
        ("d['a']", FLOAT),
        ("l[i]", FLOAT),
        ("m.T", Array(F8, (MANY, MANY))),
        ("s.T", Array(F4, (1, MANY))),
        ("m.ndim", Known(2)),
        ("np.sum(m, keepdims=c)", UNKNOWN),
        ("np.reshape(v, q)", Array(F8, ("y.0", "y.1"))),
        ("np.tri(i, 1)", Array(F8, ("y.0", 1))),
        ("np.repeat(v, k)", Array(F8, ("y.0",))),
        ("u[1:]", Array(F8, ("<u.0-1>",))),
        ("u[1:-1]", Array(F8, ("<u.0-2>",))),
        ("u[i:]", Array(F8, ("<u.0[i:]>",))),
        ("u[:0]", Array(F8, ("<u.0[:0]>",))),
        ("u[::2]", Array(F8, ("y.0",))),
        ("m.shape", Tuple((INT, INT))),
        ("(x, v)", Tuple((FLOAT, Array(F8, (MANY,))))),
        ("[x, v]", Tuple((FLOAT, Array(F8, (MANY,))), list)),
        ("np.array(l)", Array(F8, ("y.0",))),
        ("np.array(l2)", Array(F8, (MANY,))),
        ("np.array(l1)", Array(F8, (1,))),
        ("{'a': x}", Dict(("a",), (FLOAT,))),
        ("x is None", Known(False)),
        ("not b", BOOL),
        ("len(v)", INT),
        ("np.unique(v)", UNKNOWN),
    ],
)
def test_inferred(text: str, expected: Any) -> None:
    assert inferred(text) == expected


def test_a_probe_has_no_effect() -> None:
    state = np.random.get_state()[1].tolist()  # type: ignore[index,union-attr]
    for text in ("np.random.rand(i)", "print(x)", "np.save('file', v)", "np.copyto(v, v)"):
        inferred(text)
    assert np.random.get_state()[1].tolist() == state  # type: ignore[index,union-attr]
