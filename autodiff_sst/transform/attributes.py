"""Attributes by a name that is known when types are: `getattr`, and whether there is one.

t = hasattr(o, "x")  →  t = True            t = getattr(o, name)  →  t = o.x
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from autodiff_sst.analysis.access import fact
from autodiff_sst.analysis.values import Abstract, Known, Record, Tuple
from autodiff_sst.core.syntax import Assign, Attribute, Block, Call, Literal, Object, Store
from autodiff_sst.core.walk import statements


def by_name(statement: Assign, facts: Mapping[str, Abstract], body: Block) -> Assign | None:
    match statement.value:
        case Call(Object(function), (base, key, *_)) if function in (getattr, hasattr):
            known, name = fact(base, facts), fact(key, facts)
        case _:
            return None
    if not isinstance(name, Known) or not isinstance(name.value, str):
        return None
    if not isinstance(known, Record | Tuple) or known.cls is None:
        return None
    has = name.value in getattr(known, "keys", ()) or hasattr(known.cls, name.value)
    if not hasattr(known.cls, name.value) and _is_stored(name.value, body):
        return None  # it may be so only afterwards
    if function is hasattr:
        return replace(statement, value=Literal(has))
    return replace(statement, value=Attribute(base, name.value)) if has else None


def _is_stored(name: str, body: Block) -> bool:
    """Whether some object gets an attribute of this name."""
    return any(isinstance(s, Store) and s.index[:1] == (Literal(name),) for s in statements(body))
