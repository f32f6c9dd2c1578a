"""What names and attributes of modules mean in the source of a function."""

from __future__ import annotations

from collections.abc import Mapping
from types import FunctionType, ModuleType
from typing import Any

import gast


class Meanings:
    """Of globals, and of what the function itself imports of some modules."""

    def __init__(self, tree: Any, function: FunctionType, modules: Mapping[str, Any]) -> None:
        self.names = {**function.__globals__}
        for name in function.__code__.co_varnames:
            self.names.pop(name, None)
        for node in gast.walk(tree):
            if isinstance(node, gast.Import):
                own = [a for a in node.names if a.name in modules]
                self.names.update({a.asname or a.name: modules[a.name] for a in own})
            if isinstance(node, gast.ImportFrom) and node.module in modules:
                module = modules[node.module]
                self.names.update(
                    {a.asname or a.name: getattr(module, a.name, None) for a in node.names}
                )

    def of(self, node: Any) -> Any:
        """What a name stands for, or an attribute of a module; None if that is not known."""
        match node:
            case gast.Name(id=name):
                return self.names.get(name)
            case gast.Attribute(value=gast.Name(id=name), attr=attribute):
                module = self.names.get(name)
                if isinstance(module, ModuleType):
                    return getattr(module, attribute, None)
        return None
