"""`return` out of a `try` with `finally`: what is returned is kept until the end is done.

try: return f(x)                   try: result = f(x)
finally: log.append(1)      →      finally: log.append(1)
                                   return result
"""

from __future__ import annotations

from typing import Any

import gast

from autodiff_sst.frontend import nodes
from autodiff_sst.frontend.exits import own_nodes

_EXITS = (gast.Return, gast.Break, gast.Continue)


def with_returns_after(tree: Any) -> Any:
    """The tree, in which such a `return` stands after its `try`."""
    return nodes.with_statements(tree, _returned_after)


def _leaves(statements: list[Any]) -> bool:
    return any(isinstance(n, _EXITS) for s in statements for n in own_nodes(s))


def _returned_after(statement: Any) -> list[Any]:
    if not isinstance(statement, gast.Try) or not statement.finalbody or statement.orelse:
        return [statement]
    blocks = [statement.body, *(h.body for h in statement.handlers)]
    returning = [b for b in blocks if isinstance(b[-1], gast.Return)]
    others = [b for b in blocks if not any(b is r for r in returning)]
    if statement.body not in returning or any(not isinstance(b[-1], gast.Raise) for b in others):
        return [statement]
    if _leaves(statement.finalbody) or any(_leaves(b[:-1]) for b in blocks):
        return [statement]
    kept = f"result({statement.lineno}.{statement.col_offset})"
    for block in returning:
        value = block[-1].value or nodes.constant(None)
        block[-1] = nodes.placed(nodes.assign(kept, value), block[-1])
    after = nodes.placed(gast.Return(value=nodes.name(kept)), statement)
    return [statement, after]
