"""Tensors and variables: NumPy arrays whose uses the active tapes see."""

from __future__ import annotations

import functools
import operator
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np

from autodiff_sst.errors import TapeError
from autodiff_sst.rules.definitions import definition_of
from autodiff_sst.rules.registry import METHODS, SPREAD, find, is_nondifferentiable
from autodiff_sst.tape.ops import Operation, cast_to, written
from autodiff_sst.tape.rebinding import Rebinding
from autodiff_sst.tape.rendering import rendered, without_method

_local = threading.local()


def active_tapes() -> list[Any]:
    """The tapes that record in this thread."""
    tapes: list[Any] = _local.__dict__.setdefault("tapes", [])
    return tapes


def watchers() -> list[list[Variable]]:
    """Lists that note which variables are read: those of custom gradients that run."""
    found: list[list[Variable]] = _local.__dict__.setdefault("watchers", [])
    return found


class Tensor(Rebinding, np.lib.mixins.NDArrayOperatorsMixin):
    """An array that does not change. NumPy's functions, operators and methods work on it."""

    __array_priority__ = 1000.0

    def __init__(self, value: Any) -> None:
        self._value = value

    def numpy(self) -> Any:
        """The array, or a number of NumPy."""
        return read(self)

    @property
    def value(self) -> Any:
        return self._value

    @property
    def shape(self) -> tuple[int, ...]:
        return np.shape(self._value)

    @property
    def dtype(self) -> Any:
        return np.asarray(self._value).dtype

    @property
    def ndim(self) -> int:
        return np.ndim(self._value)

    @property
    def size(self) -> int:
        return int(np.size(self._value))

    def __len__(self) -> int:
        return len(self._value)

    def __bool__(self) -> bool:
        return bool(read(self))

    def __float__(self) -> float:
        return float(read(self))

    def __int__(self) -> int:
        return int(read(self))

    def __index__(self) -> int:
        return operator.index(np.asarray(read(self)).item())

    def __complex__(self) -> complex:
        return complex(read(self))

    def __hash__(self) -> int:
        return id(self)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        made = np.asarray(read(self), dtype)
        return np.array(made) if copy else made

    def __iter__(self) -> Iterator[Any]:
        return (self[k] for k in range(len(self)))

    def __format__(self, spec: str) -> str:
        return format(np.asarray(self._value).item() if self.size == 1 else str(self), spec)

    def __repr__(self) -> str:
        return f"<tensor: shape={self.shape}, dtype={self.dtype}, numpy={self._value!r}>"

    def __str__(self) -> str:
        return f"tensor({self._value}, shape={self.shape}, dtype={self.dtype})"

    def __getitem__(self, index: Any) -> Any:
        return call(operator.getitem, (self, index), {})

    def __getattr__(self, name: str) -> Any:
        function = METHODS.get(name)
        if function is None or name.startswith("_"):
            raise AttributeError(f"a tensor has no attribute {name!r}")

        @functools.wraps(function)
        def method(*args: Any, **kwargs: Any) -> Any:
            if name in SPREAD and len(args) > 1:
                args = (args,)
            if name == "flatten":
                return call(np.ravel, (self,), {})
            return call(function, (self, *args), kwargs)

        return method

    @property
    def T(self) -> Any:
        return call(np.transpose, (self,), {})

    @property
    def real(self) -> Any:
        return call(np.real, (self,), {})

    @property
    def imag(self) -> Any:
        return call(np.imag, (self,), {})

    def astype(self, dtype: Any) -> Any:
        return call(cast_to, (self, np.dtype(dtype)), {})

    def __matmul__(self, other: Any) -> Any:
        return call(np.matmul, (self, other), {})

    def __rmatmul__(self, other: Any) -> Any:
        return call(np.matmul, (other, self), {})

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        out = kwargs.get("out") or ()
        if any(isinstance(o, Tensor) for o in out):
            raise TypeError("a tensor does not change: it cannot be `out`")
        if method == "at" or out:
            if any(t.recording and any_tracked(t, inputs, {}) for t in active_tapes()):
                words = f"np.{ufunc.__name__} stores into an array, which no tape can record"
                raise TapeError(f"{words}: use its result, without `out` or `at`")
            plain = [unwrapped(i) for i in inputs]
            return getattr(ufunc, method)(*plain, **{k: unwrapped(v) for k, v in kwargs.items()})
        return call(ufunc if method == "__call__" else getattr(ufunc, method), inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return call(function, args, kwargs)

    def __stop_gradient__(self) -> Tensor:
        return Tensor(read(self))


class Variable(Tensor):
    """A tensor that may be assigned anew; tapes watch it where it is read, if it is trainable."""

    rebinds = False

    def __init__(
        self, value: Any, trainable: bool = True, name: str | None = None, dtype: Any = None
    ):
        super().__init__(as_value(value, dtype))
        self.trainable = trainable
        self.name = name or "Variable"

    def assign(self, value: Any) -> Variable:
        """Gives it another value of the same shape; what tapes have recorded keeps the old one."""
        new = np.asarray(unwrapped(value), self.dtype)
        if new.shape != self.shape:
            raise ValueError(f"a value of shape {self.shape} was due, not {new.shape}")
        self._value = np.array(new)
        return self

    def assign_add(self, value: Any) -> Variable:
        return self.assign(self._value + unwrapped(value))

    def assign_sub(self, value: Any) -> Variable:
        return self.assign(self._value - unwrapped(value))

    def read_value(self) -> Tensor:
        made: Tensor = call(np.positive, (self,), {})
        return made

    def __repr__(self) -> str:
        kind = f"shape={self.shape}, dtype={self.dtype}"
        return f"<variable {self.name!r}: {kind}, numpy={self._value!r}>"


def as_value(value: Any, dtype: Any = None) -> Any:
    """An array of its own; Python's floats become float32, its ints int32, as in TensorFlow."""
    value = unwrapped(value)
    known = getattr(value, "dtype", None)
    made = np.array(value, dtype)
    if dtype is None and known is None:
        if made.dtype == np.float64 and not _holds_doubles(value):
            made = made.astype(np.float32)
        elif made.dtype == np.int64 and not _holds_doubles(value):
            made = made.astype(np.int32)
    return made


def _holds_doubles(value: Any) -> bool:
    """Whether NumPy's own numbers or arrays are in a list."""
    if isinstance(value, list | tuple):
        return any(map(_holds_doubles, value))
    return isinstance(value, np.ndarray | np.generic)


def constant(value: Any, dtype: Any = None, shape: Any = None) -> Tensor:
    """A tensor of a number, a list, or an array."""
    made = as_value(value, dtype)
    return Tensor(made if shape is None else np.array(np.broadcast_to(made, shape)))


def read(x: Tensor) -> Any:
    """The value of a tensor; the tapes see that a variable is read."""
    if isinstance(x, Variable):
        for tape in active_tapes():
            tape.sees(x)
        for seen in watchers():
            if x.trainable and all(x is not other for other in seen):
                seen.append(x)
    return x._value


def unwrapped(x: Any) -> Any:
    """With arrays in the place of tensors, in lists, tuples and dicts too."""
    if isinstance(x, Tensor):
        return read(x)
    if isinstance(x, list | tuple) and any(_has_tensor(v) for v in x):
        made = [unwrapped(v) for v in x]
        return made if isinstance(x, list) else tuple(made)
    if isinstance(x, dict):
        return {k: unwrapped(v) for k, v in x.items()}
    return x


def _has_tensor(x: Any) -> bool:
    if isinstance(x, list | tuple):
        return any(map(_has_tensor, x))
    return isinstance(x, Tensor)


def is_float(value: Any) -> bool:
    kind = getattr(getattr(value, "dtype", None), "kind", None)
    return kind in ("f", "c") or isinstance(value, float)


def call(function: Any, args: Any, kwargs: Any) -> Any:
    """A call on tensors: made on arrays, its result wrapped, and shown to the active tapes."""
    plain = [unwrapped(a) for a in args]
    result = function(*plain, **{k: unwrapped(v) for k, v in kwargs.items()})
    load_rules()
    if function not in _with_rules:
        whole = without_method(function)
        constant = is_nondifferentiable(whole)
        if not (constant or find(whole) or definition_of(whole) or whole in _OURS):
            return result
        if constant and function is not np.sign:
            return wrapped(result)
        _with_rules.add(function)
    made = wrapped(result)
    tapes = [t for t in active_tapes() if t.recording]
    if tapes:
        outputs = [made] if isinstance(made, Tensor) else made
        if isinstance(outputs, list | tuple):
            for k, output in enumerate(outputs):
                if isinstance(output, Tensor) and is_float(output.value):
                    item = None if isinstance(made, Tensor) else k
                    _show(tapes, function, args, kwargs, output, item)
    return made


@functools.cache
def load_rules() -> None:
    """The compiler with its rules, when the first tensor is used."""
    from autodiff_sst.rules.all import RULES

    assert RULES


_OURS = (operator.getitem, cast_to)
_with_rules: set[Any] = set()  # functions that were found to have a rule


def wrapped(result: Any) -> Any:
    if isinstance(result, np.ndarray | np.generic):
        return Tensor(result)
    if isinstance(result, list | tuple):
        made = [wrapped(r) for r in result]
        return made if isinstance(result, list) else tuple(made)
    return result


def _show(
    tapes: list[Any], function: Any, args: Any, kwargs: Any, output: Tensor, item: int | None
) -> None:
    tracked = [t for t in tapes if any_tracked(t, args, kwargs)]
    if not tracked:
        return
    constants: tuple[Any, ...] = ()
    plain = isinstance(function, np.ufunc) and not kwargs and all(map(_is_plain, args))
    if plain and len(args) < len(_TEXTS):
        text, operands = _TEXTS[len(args)], [*args]  # as below, and quicker
    else:
        is_cast = function is cast_to
        text, operands, constants = rendered(function, args, kwargs, is_tensor, is_cast)
    if item is not None:
        text += f"[{item}]"
    operation: Any = ZERO
    if function is not np.sign:
        operation = written(without_method(function), text, len(operands), constants)
    record(tracked, operation, operands, output)


_TEXTS = [f"function({', '.join(f'x{k}' for k in range(n))})" for n in range(5)]


def _is_plain(x: Any) -> bool:
    return isinstance(x, Tensor) or type(x) in (np.ndarray, float, int)


def is_tensor(x: Any) -> bool:
    return isinstance(x, Tensor)


ZERO = Operation(None)  # its derivative is zero: that of `np.sign`


def any_tracked(tape: Any, args: Any, kwargs: Any) -> bool:
    def look(x: Any) -> bool:
        if isinstance(x, Tensor):
            return id(x) in tape.tracked
        if isinstance(x, list | tuple):
            return any(map(look, x))
        return False

    return look(args) or look(tuple(kwargs.values()))


def record(tapes: list[Any], operation: Operation, operands: list[Any], output: Tensor) -> None:
    """An entry on each of the tapes: operands as they are now, and the result."""
    values = [x.value if isinstance(x, Tensor) else x for x in operands]
    for tape in tapes:
        tape.add(operation, operands, values, output)
