"""Keywords that change how NumPy computes, not what: they need no derivative of their own."""

from __future__ import annotations

from typing import Any

from autodiff_sst.core.syntax import Call, Literal, Name, Object, Store
from autodiff_sst.frontend.calls import Arguments
from autodiff_sst.runtime.methods import astype
from autodiff_sst.runtime.signatures import by_position, is_default, parameters

_ASTYPE = Object(astype, "astype")

# By keyword, the values that leave the result what it is; None: all.
_IDLE: dict[str, tuple[Any, ...] | None] = {
    **dict.fromkeys(("order", "subok", "device", "casting", "stable", "check_finite"), None),
    **dict.fromkeys(("overwrite_a", "overwrite_b", "overwrite_x", "overwrite_ab"), (False,)),
    **{
        "lwork": (None,),
        "like": (None,),
        "where": (True,),
        "overwrite_input": (False,),
        "copy": (True,),
    },
    **{"sorted": (True,), "equal_nan": (True,), "out": (None,), "dtype": (None,)},
}


def is_idle(function: Any, key: str, value: Any) -> bool:
    """Whether a keyword argument may be left out."""
    if not isinstance(value, Literal):
        return False
    if is_default(function, key, value.value):
        return True
    if key not in _IDLE:
        return False
    values = _IDLE[key]
    return values is None or any(value.value is v for v in values)


def without_idle(function: Any, keywords: dict[str, Any], known: set[str]) -> dict[str, Any]:
    """The keywords but those that may be left out, and that are not `known`."""
    return {k: v for k, v in keywords.items() if k in known or not is_idle(function, k, v)}


def named_by(function: Any, definition: Any, given: Arguments) -> Arguments:
    """The arguments, of which those that the definition has elsewhere are given by name."""
    names = by_position(function, definition, 0, len(given.positional))
    pairs = [*zip(names, given.positional, strict=True)]
    named = {n: v for n, v in pairs if n is not None}
    return Arguments([v for n, v in pairs if n is None], {**named, **given.keywords})


def fitted(function: Any, definition: Any, given: Arguments) -> Arguments:
    """The arguments for a definition: without those that change nothing, or that what it makes
    is given (`finished`)."""
    known = {*parameters(definition)}
    whole = named_by(function, definition, given)
    named = without_idle(function, whole.keywords, known)
    if getattr(function, "nout", 1) == 1:
        named = {k: v for k, v in named.items() if k in known or k not in ("dtype", "out")}
    return Arguments(whole.positional, named)


def finished(
    lowering: Any, made: Any, function: Any, definition: Any, given: Arguments, node: Any
) -> Any:
    """What a definition makes, of the `dtype` and in the `out` that it does not know of."""
    known = parameters(definition)
    named = named_by(function, definition, given).keywords
    more = {k: v for k, v in named.items() if k not in known and v != Literal(None)}
    if not more.keys() & {"dtype", "out"} or getattr(function, "nout", 1) != 1:
        return made
    whole = made if isinstance(made, Name | Literal | Object) else lowering.emit(made, node)
    if "dtype" in more:
        whole = lowering.emit(Call(_ASTYPE, (whole, more["dtype"])), node)
    if "out" in more:
        out = more["out"]
        lowering.block.append(Store(out.id, (Literal(...),), whole, lowering.source.origin(node)))
        return out
    return whole
