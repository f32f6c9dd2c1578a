"""Whether a cotangent or tangent has the structure of what it belongs to."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_sst.runtime.records import attributes_of, is_record, make_record


def children(value: Any) -> list[tuple[str, Any]] | None:
    """The parts of a container, each with how one gets to it; None of anything else."""
    if isinstance(value, tuple | list):
        fields = getattr(type(value), "_fields", None)
        steps = [f".{f}" for f in fields] if fields else [f"[{k}]" for k in range(len(value))]
        return [*zip(steps, value, strict=True)]
    if isinstance(value, dict):
        return [(f"[{k!r}]", v) for k, v in value.items()]
    if is_record(type(value)):
        return [(f".{k}", v) for k, v in attributes_of(value).items()]
    return None


def with_children(value: Any, parts: list[Any]) -> Any:
    """A container like `value`, with other parts."""
    if isinstance(value, tuple):
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if isinstance(value, list):
        return parts
    if isinstance(value, dict):
        return dict(zip(value, parts, strict=True))
    return make_record(type(value), **dict(zip(attributes_of(value), parts, strict=True)))


def zeros_of(value: Any) -> Any:
    """A cotangent of zeros; where there is nothing differentiable, the value itself."""
    parts = children(value)
    if parts is not None:
        return with_children(value, [zeros_of(part) for _, part in parts])
    return value * 0 if is_differentiable(value) else value


def check_like(given: Any, due: Any, what: str) -> None:
    """Raises ValueError, which names what was due, unless `given` could belong to `due`."""
    parts = children(due)
    if parts is not None:
        own = children(given)
        if (
            own is None
            or type(given) is not type(due)
            or [k for k, _ in own] != [k for k, _ in parts]
        ):
            kind = type(due).__name__
            raise ValueError(f"{what}: a {kind} of {len(parts)} was due, not {_described(given)}")
        for (step, part), (_, other) in zip(parts, own, strict=True):
            check_like(other, part, what + step)
    elif is_differentiable(due) and np.shape(given) != np.shape(due):
        raise ValueError(f"{what} of shape {np.shape(due)} was due, not {_described(given)}")
    elif is_differentiable(due) and np.asarray(given).dtype.kind not in "biufc":
        raise ValueError(f"{what}: a number was due, not {_described(given)}")


def holds_floats(value: Any) -> bool:
    parts = children(value)
    return is_differentiable(value) if parts is None else any(holds_floats(v) for _, v in parts)


def of_dtype(given: Any, due: Any) -> Any:
    """A tangent or cotangent in the dtype of its primal; containers stay as they are."""
    if isinstance(due, np.ndarray):
        return np.asarray(given, due.dtype)
    if isinstance(due, np.generic):
        return due.dtype.type(given)
    return float(given) if type(due) is float else given


def is_differentiable(value: Any) -> bool:
    """Whether it is a float or complex number, or an array of these."""
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.kind in "fc"
    return isinstance(value, float | complex)


def _described(value: Any) -> str:
    if isinstance(value, np.ndarray) or np.isscalar(value):
        return f"{np.shape(value)}"
    return f"a {type(value).__name__}"
