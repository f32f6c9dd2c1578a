"""From a core function to its text, and to a Python function that tracebacks quote.

The text goes to `linecache` under a made-up file name and is compiled with it, so that tracebacks
quote it and `pdb` steps in it. It runs in a namespace of exactly the objects that it names; the
`import` lines above it say where these come from, so that the text runs on its own too.
"""

from __future__ import annotations

import ast
import builtins
import linecache
import sys
import weakref
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from types import ModuleType
from typing import Any

from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import Accumulate, Atom, Block, Function, Object
from autodiff_sst.core.walk import all_names, rebuild
from autodiff_sst.emit.nest import to_tree
from autodiff_sst.emit.printer import print_tree
from autodiff_sst.rules.helpers import ADD_AT
from autodiff_sst.runtime.contexts import leaving
from autodiff_sst.runtime.tables import as_printed

_numbers = count(1)


@dataclass(frozen=True)
class Loaded:
    text: str
    function: Callable[..., Any]
    names: Mapping[str, Any]  # what the names that its imports bring stand for


def load(
    functions: Iterable[Function], users: frozenset[str], numbers: frozenset[str] = frozenset()
) -> Loaded:
    """The text of functions, and the last of them as a Python function; `numbers` as in nest.py."""
    functions = [*functions]
    taken = frozenset().union(*map(all_names, functions), {f.name for f in functions})
    texts, namespace = name_objects([o for f in functions for o in objects_in(f)], taken)
    lines = {line for n, v in namespace.items() if (line := import_line(n, v))}
    imports = sorted(lines, key=lambda line: (line.startswith("from"), line))
    defs = [print_tree(to_tree(f, users, texts, numbers)) for f in functions]
    text = "\n".join(imports) + "\n\n\n" * bool(imports) + "\n\n".join(defs)
    brought = {**namespace}
    name = f"<autodiff_sst {functions[-1].name} {next(_numbers)}>"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    tree = ast.parse(text, name)
    # What the imports import is in the namespace, whether it can be imported or not.
    tree.body = [n for n in tree.body if isinstance(n, ast.FunctionDef)]
    exec(compile(tree, name, "exec"), namespace)
    function = namespace[functions[-1].name]
    # The text stays as long as the function; not at exit, when tracebacks may still quote it.
    weakref.finalize(function, linecache.cache.pop, name, None).atexit = False
    if "enter_context" in namespace:
        function = leaving(function)
    return Loaded(text, function, brought)


def objects_in(function: Function) -> list[Object]:
    found: list[Object] = []

    def atom(a: Atom) -> Atom:
        if isinstance(a, Object):
            found.append(a)
        return a

    def block(b: Block) -> Block:
        for statement in b:
            rebuild(statement, atom, block)
            if isinstance(statement, Accumulate) and statement.repeats:
                found.append(ADD_AT)
        return b

    block(function.body)
    atom(function.result)
    return found


def name_objects(
    objects: list[Object], taken: frozenset[str]
) -> tuple[dict[Object, str], dict[str, Any]]:
    """A text for each object, and what the first names of these texts stand for."""
    names = Names(taken)
    texts: dict[Object, str] = {}
    namespace: dict[str, Any] = {}
    for found in objects:
        if found in texts:
            continue
        first, _, rest = found.text.partition(".")
        root = found.root if rest else as_printed(found.value)
        if not first.isidentifier() or (rest and root is None):
            first, rest, root = "constant", "", found.value
        if not rest and getattr(builtins, first, namespace) is root and first not in taken:
            texts[found] = first
            continue
        bearer = next((n for n, v in namespace.items() if v is root), None)
        if bearer is None:
            bearer = names.fresh(first)
            namespace[bearer] = root
        texts[found] = f"{bearer}.{rest}" if rest else bearer
    return texts, namespace


def import_line(name: str, value: Any) -> str | None:
    """The statement that makes `name` stand for `value`; None if no import does."""
    if isinstance(value, ModuleType):
        module = value.__name__
        return f"import {module}" + (f" as {name}" if name != module else "")
    origin, own = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if origin is None or not all(part.isidentifier() for part in origin.split(".")):
        return None  # `<run_path>`
    if own is None or getattr(sys.modules.get(origin), own, None) is not value:
        return None
    return f"from {origin} import {own}" + (f" as {name}" if name != own else "")
