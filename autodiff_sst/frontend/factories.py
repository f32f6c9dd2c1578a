"""Lists and dicts that calls make, as they would be written down.

Model(w)                           Model(w, losses=[])         a `default_factory`
dict(zip(names, values))     →     {k: v for k, v in zip(names, values)}
"""

from __future__ import annotations

import dataclasses
from types import FunctionType
from typing import Any

import gast

from autodiff_sst.core.syntax import Atom, DictOf, ListOf, Object
from autodiff_sst.frontend import nodes
from autodiff_sst.frontend.calls import Arguments, constant_atom
from autodiff_sst.runtime.records import plain_fields


def keywords_of(
    lowering: Any, called: Any, given: Arguments, node: Any
) -> tuple[tuple[str, Atom], ...]:
    """The keywords of a call; of a dataclass, with what its factories make."""
    found = dict(given.keywords)
    cls = called.value if isinstance(called, Object) else None
    if isinstance(cls, type) and plain_fields(cls) is not None:
        for field in dataclasses.fields(cls)[len(given.positional) :]:
            factory = field.default_factory
            if field.name in found or factory is dataclasses.MISSING:
                continue
            if factory in (list, dict):
                made: Any = ListOf(()) if factory is list else DictOf((), ())
            else:
                made = lowering.call_value(constant_atom(factory), Arguments([], {}), node)
            found[field.name] = lowering.emit(made, node)
    return tuple(found.items())


def with_zipped_dicts(tree: Any, function: FunctionType) -> Any:
    """The tree, in which a dict of two sequences is a comprehension."""
    if not nodes.are_builtins({"dict", "zip"}, function):
        return tree
    return _Zipped().visit(tree)


class _Zipped(gast.NodeTransformer):  # type: ignore[misc]
    def visit_Call(self, node: Any) -> Any:
        self.generic_visit(node)
        match node:
            case gast.Call(
                func=gast.Name(id="dict"),
                args=[gast.Call(func=gast.Name(id="zip"), args=[_, values]) as pairs],
                keywords=[],
            ) if not isinstance(values, gast.Tuple | gast.List):
                key, value = (f"{n}({node.lineno}.{node.col_offset})" for n in ("key", "value"))
                target = gast.Tuple(
                    elts=[nodes.name(key, gast.Store()), nodes.name(value, gast.Store())],
                    ctx=gast.Store(),
                )
                one = gast.comprehension(target=target, iter=pairs, ifs=[], is_async=0)
                made = gast.DictComp(key=nodes.name(key), value=nodes.name(value), generators=[one])
                return nodes.placed(made, node)
        return node
