"""Calls with keywords that their rules do not know, as calls without.

y = np.exp(x, dtype=np.float32, order="C")     →     t = astype(x, np.float32)
                                                     y = np.exp(t)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.values import Abstract, Array, can_be_active
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import Assign, Atom, Block, Call, Literal, Name, Object
from autodiff_sst.frontend.keywords import is_idle
from autodiff_sst.rules.helpers import numpy_object
from autodiff_sst.rules.registry import Rule, adjoint_of
from autodiff_sst.rules.template import serves
from autodiff_sst.runtime.methods import astype
from autodiff_sst.runtime.signatures import by_position
from autodiff_sst.transform.of_lists import with_arrays

_ASTYPE = Object(astype, "astype")
# What they make is of the dtype; what others are given is.
_MAKERS: tuple[Any, ...] = (
    *(np.concatenate, np.stack, np.hstack, np.vstack, np.ascontiguousarray, np.linspace),
)


def plainer(statement: Assign, facts: Mapping[str, Abstract], names: Names) -> Block | None:
    """The statement, given no more than rules know; None if it stays."""
    made = _without_keywords(statement, facts, names)
    return with_arrays(statement, facts, names) if made is None else made


def _without_keywords(
    statement: Assign, facts: Mapping[str, Abstract], names: Names
) -> Block | None:
    call = statement.value
    if not isinstance(call, Call) or not isinstance(call.function, Object):
        return None
    given = [*call.args, *(a for _, a in call.keywords)]
    if not any(can_be_active(fact(a, facts)) for a in given):
        return None
    function = call.function.value
    if function is astype and ("copy", Literal(False)) in call.keywords:
        rest = tuple((k, a) for k, a in call.keywords if k != "copy")  # a view, maybe
        return (replace(statement, value=Call(numpy_object(np.asarray), call.args, rest)),)
    rule = adjoint_of(function, (None,) * len(call.args))
    if rule is None or serves(rule, call.args, call.keywords):
        return None
    moved = by_position(function, rule.template, 1, len(call.args))
    pairs = [*zip(moved, call.args, strict=True)]
    named = tuple((m, a) for m, a in pairs if m is not None)
    if named:
        call = replace(
            call, args=tuple(a for m, a in pairs if m is None), keywords=(*named, *call.keywords)
        )
    rest = tuple(
        (k, a) for k, a in call.keywords if _is_known(rule, k) or not is_idle(function, k, a)
    )
    dtype = dict(rest).get("dtype")
    if dtype is None or _is_known(rule, "dtype"):
        shorter = len(rest) < len(call.keywords)
        return (replace(statement, value=replace(call, keywords=rest)),) if shorter else None
    rest = tuple((k, a) for k, a in rest if k != "dtype")
    if function in _MAKERS:
        whole = names.temporary()
        first = Assign(whole, replace(call, keywords=rest), statement.origin)
        return (first, replace(statement, value=Call(_ASTYPE, (Name(whole), dtype))))
    if getattr(function, "nout", 1) != 1:
        return None
    count = function.nin if isinstance(function, np.ufunc) and function is not np.ldexp else 1
    cast: list[Atom] = []
    before = []
    for atom in call.args[:count]:
        known = fact(atom, facts)
        if not can_be_active(known) and not isinstance(known, Array):
            cast.append(atom)  # a number takes the others' dtype
            continue
        name = names.temporary()
        before.append(Assign(name, Call(_ASTYPE, (atom, dtype)), statement.origin))
        cast.append(Name(name))
    args = (*cast, *call.args[count:])
    return (*before, replace(statement, value=replace(call, args=args, keywords=rest)))


_GIVEN = Name("given")


def _is_known(rule: Rule, key: str) -> bool:
    return serves(rule, (), ((key, _GIVEN),))
