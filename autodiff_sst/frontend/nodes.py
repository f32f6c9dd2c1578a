"""Nodes that lowering makes itself."""

from __future__ import annotations

from typing import Any

import gast


def name(identifier: str, context: Any = None) -> Any:
    context = context or gast.Load()
    return gast.Name(id=identifier, ctx=context, annotation=None, type_comment=None)


def assign(target: str, value: Any) -> Any:
    return gast.Assign(targets=[name(target, gast.Store())], value=value, type_comment=None)


def placed(made: Any, node: Any) -> Any:
    """With the place of a node, where it has none of its own."""
    for child in gast.walk(made):
        if not hasattr(child, "lineno"):
            gast.copy_location(child, node)
    return made
