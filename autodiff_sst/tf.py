"""TensorFlow's names, on NumPy: a script on `tf.GradientTape` runs with this import changed.

    import autodiff_sst.tf as tf

What is here is what the guides to automatic differentiation use, and what a reader of them would
type. Python's numbers become float32 and int32, as in TensorFlow.
"""

from __future__ import annotations

import builtins
import enum
from typing import Any

import numpy as np

from autodiff_sst.markers import custom_gradient, stop_gradient
from autodiff_sst.tape import more as _more
from autodiff_sst.tape import nn as _nn
from autodiff_sst.tape.functions import *  # noqa: F403
from autodiff_sst.tape.gradient_tape import GradientTape
from autodiff_sst.tape.making import *  # noqa: F403
from autodiff_sst.tape.making import as_ints
from autodiff_sst.tape.more import *  # noqa: F403
from autodiff_sst.tape.tensor import Tensor, Variable, constant, unwrapped

_t = _nn.tensor


class Namespace:
    """A module of TensorFlow's; says what there is where a name is missing."""

    def __init__(self, name: str, **members: Any) -> None:
        self.__dict__.update(members)
        self._name = name

    def __getattr__(self, name: str) -> Any:
        known = ", ".join(sorted(n for n in self.__dict__ if not n.startswith("_")))
        raise AttributeError(f"{self._name} has no {name!r}; there are {known}")


class UnconnectedGradients(enum.Enum):
    NONE = "none"
    ZERO = "zero"


# Control


def function(func: Any = None, **_: Any) -> Any:
    """Returns its argument: there is nothing to trace."""
    return func if func is not None else (lambda f: f)


def print(*args: Any, **kwargs: Any) -> None:
    builtins.print(*[unwrapped(a) for a in args], **{k: v for k, v in kwargs.items() if k == "end"})


def no_op() -> None:
    return None


class RegisterGradient:
    """`@tf.RegisterGradient("Name")`: keeps the function, by name."""

    registered: dict[str, Any] = {}  # noqa: RUF012

    def __init__(self, op_type: str) -> None:
        self.op_type = op_type

    def __call__(self, f: Any) -> Any:
        self.registered[self.op_type] = f
        return f


def _random_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = float32, seed: Any = None
) -> Tensor:
    rng = _nn._random[0] if seed is None else np.random.default_rng(seed)
    return Tensor((mean + stddev * rng.normal(size=as_ints(shape))).astype(dtype))


def _random_uniform(
    shape: Any, minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = float32, seed: Any = None
) -> Tensor:
    rng = _nn._random[0] if seed is None else np.random.default_rng(seed)
    if np.dtype(dtype).kind == "i":
        return Tensor(rng.integers(minval, maxval, as_ints(shape)).astype(dtype))
    return Tensor(rng.uniform(minval, maxval, as_ints(shape)).astype(dtype))


def _set_seed(seed: int) -> None:
    _nn._random[0] = np.random.default_rng(seed)


random = Namespace("tf.random", normal=_random_normal, uniform=_random_uniform, set_seed=_set_seed)


def _diag_part(x: Any) -> Any:
    return np.diagonal(_t(x), 0, -2, -1)


def _of_linalg(f: Any) -> Any:
    return lambda *args, **kwargs: f(*map(_t, args), **kwargs)


linalg = Namespace(
    "tf.linalg",
    **{"solve": _of_linalg(np.linalg.solve), "inv": _of_linalg(np.linalg.inv)},
    **{"det": _of_linalg(np.linalg.det), "cholesky": _of_linalg(np.linalg.cholesky)},
    **{"trace": lambda x: np.trace(_t(x)), "diag": lambda x: np.diag(_t(x)), "norm": norm},
    **{"diag_part": _diag_part, "matmul": matmul, "eye": eye, "einsum": einsum},
    **{"matvec": lambda a, b: np.matmul(_t(a), _t(b)[..., None])[..., 0]},
    **{"eigh": lambda x: np.linalg.eigh(_t(x)), "svd": lambda x: np.linalg.svd(_t(x))},
    **{"slogdet": lambda x: np.linalg.slogdet(_t(x)), "l2_normalize": l2_normalize},
    **{"logdet": lambda x: np.linalg.slogdet(_t(x))[1], "qr": lambda x: np.linalg.qr(_t(x))},
    **{"matrix_transpose": _more.matrix_transpose, "band_part": _more.band_part},
)
math = Namespace(
    "tf.math",
    **{f.__name__: f for f in (reduce_sum, reduce_mean, reduce_prod, reduce_max, reduce_min)},
    **{f.__name__: f for f in (reduce_any, reduce_all, reduce_std, reduce_logsumexp, rsqrt)},
    **{"reduce_variance": reduce_variance, "sin": sin, "cos": cos, "tan": tan, "asin": asin},
    **{"acos": acos, "atan": atan, "sinh": sinh, "cosh": cosh, "tanh": tanh, "asinh": asinh},
    **{"acosh": acosh, "atanh": atanh, "exp": exp, "sqrt": sqrt, "square": square, "abs": abs},
    **{"negative": negative, "sign": sign, "floor": floor, "ceil": ceil, "round": round},
    **{"log": log, "log1p": log1p, "expm1": expm1, "reciprocal": reciprocal, "pow": pow},
    **{"add": add, "subtract": subtract, "multiply": multiply, "divide": divide, "atan2": atan2},
    **{"maximum": maximum, "minimum": minimum, "floordiv": floordiv, "floormod": floormod},
    **{"greater": greater, "greater_equal": greater_equal, "less": less, "equal": equal},
    **{"less_equal": less_equal, "not_equal": not_equal, "logical_and": logical_and},
    **{"logical_or": logical_or, "logical_not": logical_not, "is_nan": is_nan, "add_n": add_n},
    **{"is_finite": is_finite, "sigmoid": sigmoid, "softplus": _nn.softplus, "cumsum": cumsum},
    **{"argmax": argmax, "argmin": argmin, "squared_difference": squared_difference},
    **{"l2_normalize": l2_normalize, "mod": floormod, "cumprod": _more.cumprod},
    **{"erf": _more.erf, "erfc": _more.erfc, "lgamma": _more.lgamma, "digamma": _more.digamma},
    **{"xlogy": _more.xlogy, "log_sigmoid": _more.log_sigmoid, "polyval": _more.polyval},
    **{"divide_no_nan": _more.divide_no_nan, "softmax": _nn.softmax},
)
nest = Namespace("tf.nest", flatten=_more.flatten, map_structure=_more.map_structure)
nn = Namespace(
    "tf.nn",
    **{f.__name__: f for f in (_nn.relu, _nn.elu, _nn.sigmoid, _nn.tanh, _nn.softplus)},
    **{f.__name__: f for f in (_nn.softsign, _nn.selu, _nn.leaky_relu, _nn.gelu, _nn.softmax)},
    **{"swish": _nn.swish, "silu": _nn.swish, "log_softmax": _nn.log_softmax},
    **{"l2_loss": _nn.l2_loss, "l2_normalize": l2_normalize, "relu6": _more.relu6},
    **{"moments": _more.moments, "bias_add": _more.bias_add},
    softmax_cross_entropy_with_logits=_nn.softmax_cross_entropy_with_logits,
    sparse_softmax_cross_entropy_with_logits=_nn.sparse_softmax_cross_entropy_with_logits,
    sigmoid_cross_entropy_with_logits=_nn.sigmoid_cross_entropy_with_logits,
)


_losses = (_more.MeanSquaredError, _more.MeanAbsoluteError, _more.BinaryCrossentropy,
           _more.CategoricalCrossentropy, _more.SparseCategoricalCrossentropy)  # fmt: skip
keras = Namespace(
    "tf.keras",
    Model=_nn.Layer,
    Sequential=_nn.Sequential,
    layers=Namespace(
        "tf.keras.layers",
        **{c.__name__: c for c in (_nn.Dense, _nn.BatchNormalization, _nn.Flatten, _nn.Layer)},
        Activation=_nn.Activation,
    ),
    activations=Namespace("tf.keras.activations", **_nn.ACTIVATIONS),
    optimizers=Namespace("tf.keras.optimizers", SGD=_nn.SGD, Adam=_nn.Adam),
    losses=Namespace(
        "tf.keras.losses",
        mean_squared_error=_more.mean_squared_error,
        mse=_more.mean_squared_error,
        mean_absolute_error=_more.mean_absolute_error,
        **{c.__name__: c for c in _losses},
    ),
)


def __getattr__(name: str) -> Any:
    if name == "bool":
        return bool_
    known = ", ".join(sorted(n for n in globals() if not n.startswith("_") and n not in _HIDDEN))
    raise AttributeError(f"autodiff_sst.tf has no {name!r}; there are {known}")


_HIDDEN = ("annotations", "builtins", "enum", "np", "Any", "Namespace", "unwrapped")
__all__ = ["GradientTape", "Tensor", "Variable", "constant", "custom_gradient", "stop_gradient"]
