"""`backend="numba"`: a generated function as machine code, by Numba."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from dataclasses import replace
from types import FunctionType
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff_sst.errors import UnsupportedSyntaxError

if TYPE_CHECKING:
    from autodiff_sst.emit.load import Loaded

BACKENDS = ("python", "numba")
_OPTIONS: dict[str, Any] = {"boundscheck": True, "error_model": "numpy"}


def check_backend(backend: str) -> None:
    """Raises ValueError for an unknown backend, ImportError if Numba is not there."""
    if backend not in BACKENDS:
        known = ", ".join(map(repr, BACKENDS))
        raise ValueError(f"backend: {known} is what there is, not {backend!r}")
    if backend == "numba":
        try:
            import numba  # noqa: F401
        except ImportError as error:
            raise ImportError(
                "backend='numba' needs Numba: pip install 'autodiff_sst[numba]'"
            ) from error


def compiled(loaded: Loaded, backend: str) -> Loaded:
    """The same text; with Numba its function is compiled for the types of arguments that it meets.

    Indices are checked, as NumPy checks them; a number over zero is infinite, as an array's.
    """
    if backend == "python":
        return loaded
    import numba
    from numba.core.errors import NumbaError, NumbaPerformanceWarning

    from autodiff_sst.runtime import for_numba  # noqa: F401

    # Advice on source that the user did not write.
    warnings.filterwarnings("ignore", category=NumbaPerformanceWarning, module="<autodiff_sst")
    native = numba.njit(_alone(loaded.function), **_OPTIONS)

    @functools.wraps(loaded.function)
    def function(*args: Any) -> Any:
        for value in args:
            if (narrow := _narrow(value)) is not None:
                raise UnsupportedSyntaxError(
                    f"backend='numba' of {narrow} is not supported: Numba computes in double",
                    instead="pass float64, or leave `backend` out.",
                )
        try:
            return native(*args)
        except NumbaError as error:
            raise UnsupportedSyntaxError(
                f"Numba cannot compile `{loaded.function.__name__}`: {_reason(error)}",
                instead="leave `backend` out: the same source runs with NumPy.",
            ) from error

    return replace(loaded, function=function)


def _alone(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, whose own helpers (of the same text) are compiled with it."""
    import numba

    if not isinstance(function, FunctionType):
        return function
    own = function.__code__.co_filename
    space = {
        n: numba.njit(v, **_OPTIONS)
        if isinstance(v, FunctionType) and v.__code__.co_filename == own and v is not function
        else v
        for n, v in function.__globals__.items()
    }
    return FunctionType(function.__code__, space, function.__name__, function.__defaults__)


def _narrow(value: Any) -> str | None:
    """The dtype of an array or number that is less than double precision."""
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "fc":
        kind = value.dtype
        if kind != np.result_type(kind, np.float64):
            return str(kind)
    return None


def _reason(error: Exception) -> str:
    """What Numba says, in a line: the last that tells what it lacks."""
    lines = [line.strip() for line in str(error).splitlines()]
    told = [x for x in lines if x.startswith(("No implementation", "Untyped", "Unknown", "Cannot"))]
    return (told or [x for x in lines if x] or ["for a reason it does not tell"])[-1].rstrip(":")
