"""Calls that may change something in place: refused where they are given what varies.

Their effect would be missed in silence otherwise: `items.append(x)`, `np.multiply(x, 2, out=y)`.
"""

from __future__ import annotations

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.effects import is_pure_expression, may_change, only_shows
from autodiff_sst.analysis.values import Array, Dict, List, Record, Tuple, Unknown
from autodiff_sst.core.purity import writes_into_argument
from autodiff_sst.core.syntax import Assign, Call, Effect, Object
from autodiff_sst.core.walk import reads
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.rules.registry import find, is_nondifferentiable
from autodiff_sst.runtime.contexts import enter_context
from autodiff_sst.transform.common import Sweep


def check_effect(sweep: Sweep, statement: Assign | Effect) -> None:
    """Refuses a call that may change something in place, given what varies."""
    value = statement.value
    match value:
        case Call(Object(function), (_, start)) if function is sum:
            if isinstance(fact(start, sweep.builder.facts), List | Tuple):
                raise UnsupportedSyntaxError(
                    "the `sum` of lists, or of tuples, from one that is held, is not supported yet",
                    statement.origin,
                    instead="`[*start, *(item for row in rows for item in row)]`.",
                )
    if is_pure_expression(value) or only_shows(value, sweep.made):
        return
    match value:
        case Call(Object(function)) if not writes_into_argument(value):
            if is_nondifferentiable(function) or find(function):
                return
    varied = sorted(reads(value) & sweep.varied)
    if isinstance(statement, Assign) and statement.target in sweep.active:
        return  # its own reverse decides
    facts = sweep.builder.facts
    changed = [
        name
        for name in sorted(may_change(value, sweep.made))
        if isinstance(facts[name], Array | List | Dict | Record | Unknown)
    ]
    called = value.function if isinstance(value, Call) else None
    enters = isinstance(called, Object) and called.value is enter_context
    if enters and any(isinstance(facts[name], Record) for name in changed):
        raise UnsupportedSyntaxError(
            "a manager whose `__exit__` asks what failed, or gives something, is not supported yet",
            statement.origin,
            instead="a manager that only ends what it began.",
        )
    if changed and not varied and not enters:
        raise UnsupportedSyntaxError(
            f"the call may change `{changed[0]}` in place, which is not supported yet",
            statement.origin,
            instead="an expression that makes a new value.",
        )
    if varied:
        raise UnsupportedSyntaxError(
            f"the call may change something in place, and is given what depends on {sweep.by}",
            statement.origin,
            instead="an expression that makes a new value.",
        )
