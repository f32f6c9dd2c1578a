"""A generated function as a module of its own, which needs NumPy and not this package.

What it calls of `runtime` is copied above it, with what that needs in turn.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import textwrap
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

from autodiff_sst.emit.load import Loaded, import_line
from autodiff_sst.errors import MissingRuleError

_PACKAGE = __name__.partition(".")[0]


def module_text(loaded: Loaded, doc: str, constants: Mapping[str, Any]) -> str:
    """The text of the module; `constants` are the last parameters of the function, as they are now.

    Raises:
        MissingRuleError: something that it calls or holds cannot be written down.
    """
    module = _Module()
    for name, value in loaded.names.items():
        module.need(name, value)
    start = next(k for k, line in enumerate(loaded.text.splitlines()) if line.startswith("def "))
    body = "\n".join(loaded.text.splitlines()[start:]).rstrip()
    own = loaded.function.__name__
    lines = [f"{name} = {literal(name, value)}" for name, value in constants.items()]
    if constants:
        module.imports.add("import numpy as np")
        parameters = [*inspect.signature(loaded.function).parameters]
        given = ", ".join(parameters[: len(parameters) - len(constants)])
        body = body.replace(f"def {own}(", f"def _{own}(", 1)
        body += f"\n\n\ndef {own}({given}):\n    return _{own}({', '.join(parameters)})"
    parts = [f'"""{doc}"""', "\n".join(sorted(module.imports))]
    parts += ["\n".join([*module.constants, *lines])] if module.constants or lines else []
    parts += ["\n" + "\n\n\n".join([*module.sources, body])]
    return "\n\n".join(parts) + "\n"


class _Module:
    def __init__(self) -> None:
        self.imports: set[str] = set()
        self.constants: list[str] = []
        self.sources: list[str] = []
        self.done: set[str] = set()

    def need(self, name: str, value: Any) -> None:
        """Writes down what a name stands for."""
        if name in self.done or getattr(builtins, name, self) is value:
            return
        self.done.add(name)
        module = getattr(value, "__module__", None) or ""
        if isinstance(value, ModuleType) or module.partition(".")[0] != _PACKAGE:
            line = import_line(name, value)
            if line is None:
                self.constants.append(f"{name} = {literal(name, value)}")
            else:
                self.imports.add(line)
            return
        if not inspect.isfunction(value) and not inspect.isclass(value):
            raise _cannot(name)
        source = textwrap.dedent(inspect.getsource(value))
        tree = ast.parse(source)
        for node in ast.walk(tree):
            imported = isinstance(node, ast.ImportFrom) and (node.module or "").startswith(_PACKAGE)
            if imported:
                raise _cannot(name)  # it takes a derivative when it is called
        space = vars(inspect.getmodule(value))
        used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
        for other in sorted(used - {value.__name__}):
            if other in space:
                self.need(other, space[other])
        self.sources.append(source.rstrip())
        if name != value.__name__:
            self.sources.append(f"{name} = {value.__name__}")


def literal(name: str, value: Any) -> str:
    """A constant, as Python writes it."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc" and value.size <= 10_000:
        return f"np.array({value.tolist()!r}, dtype=np.{value.dtype.name})"
    if isinstance(value, tuple | list) and all(_is_plain(v) for v in value):
        return repr(value)
    if _is_plain(value):
        return repr(value)
    raise _cannot(name)


def _is_plain(value: Any) -> bool:
    return value is None or type(value) in (bool, int, float, complex, str)


def _cannot(name: str) -> MissingRuleError:
    return MissingRuleError(
        f"`{name}` cannot be written into a module that stands alone",
        instead="a program without calls that are differentiated at run time, or `pickle`.",
    )
