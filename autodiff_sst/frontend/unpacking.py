"""Assignments of several lists at once, as one after another.

    at, speed = [], []        →        at = []
                                       speed = []

So that they are known as lists that grow. It holds where no value reads what is assigned here.
"""

from __future__ import annotations

from typing import Any

import gast

from autodiff_sst.frontend import nodes


def with_single_assignments(tree: Any) -> Any:
    """The tree, in which displays of lists are assigned one by one."""
    return nodes.with_statements(tree, _split)


def _split(statement: Any) -> list[Any]:
    match statement:
        case gast.Assign(targets=[gast.Tuple(elts=targets)], value=gast.Tuple(elts=values)) if len(
            targets
        ) == len(values) and _are_independent(targets, values):
            pairs = zip(targets, values, strict=True)
            return [nodes.placed(nodes.assign(t.id, v), v) for t, v in pairs]
    return [statement]


def _are_independent(targets: list[Any], values: list[Any]) -> bool:
    if not all(isinstance(t, gast.Name) for t in targets):
        return False
    names = [t.id for t in targets]
    read = {n.id for v in values for n in gast.walk(v) if isinstance(n, gast.Name)}
    calls = any(isinstance(n, gast.Call | gast.Starred) for v in values for n in gast.walk(v))
    lists = any(isinstance(v, gast.List | gast.ListComp) for v in values)
    return lists and not calls and len({*names}) == len(names) and not read & {*names}
