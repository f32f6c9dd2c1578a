"""The source of a function: found by its code object, and checked against it.

    function → gast, file, namespace      raises SourceUnavailableError

The whole file is parsed and compiled (once), so that lines and columns are those of the file, and
so that the bytecode of what was found can be compared with the function's own: that tells two
lambdas on a line apart, and finds out a file that was edited after it was imported.
`inspect.getsource` does neither, and follows `__wrapped__` to another function.
"""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from types import CodeType, FunctionType
from typing import Any, TypeAlias

import gast

from autodiff_sst.errors import Origin, SourceUnavailableError
from autodiff_sst.frontend.cached import without_caches
from autodiff_sst.frontend.dicts import without_dict_comprehensions
from autodiff_sst.frontend.factories import with_zipped_dicts
from autodiff_sst.frontend.heaps import with_sorted_lists
from autodiff_sst.frontend.held_iterators import with_places
from autodiff_sst.frontend.held_once import where_used
from autodiff_sst.frontend.late import with_late_reads
from autodiff_sst.frontend.lazy import with_lists
from autodiff_sst.frontend.list_values import with_list_values
from autodiff_sst.frontend.nodes import mark_tests
from autodiff_sst.frontend.nonlocals import with_returned_variables
from autodiff_sst.frontend.queues import with_queues
from autodiff_sst.frontend.unpacking import with_single_assignments

Definition: TypeAlias = "ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda"
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_RULE = "register a derivative for it: `@ad.adjoint(the_function)`"


@dataclass(frozen=True)
class Source:
    """A function and its tree; `tree` is gast's `FunctionDef`, `AsyncFunctionDef` or `Lambda`."""

    function: FunctionType
    tree: Any
    file: str
    lines: tuple[str, ...] = field(repr=False)
    calls: tuple[tuple[int, int, int], ...] = ()  # in whose place it stands

    @property
    def name(self) -> str:
        return self.function.__name__ if self.function.__name__.isidentifier() else "function"

    def called_from(self, outer: Source, node: Any) -> Source:
        """This source in the place of a call in another."""
        at = outer.origin(node)
        return replace(self, calls=(*outer.calls, (at.line, at.column, at.width)))

    def origin(self, node: Any) -> Origin:
        """Where a node of the tree is."""
        line: int = node.lineno
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        start = _characters(text, node.col_offset)
        end_line = getattr(node, "end_lineno", None)
        end = len(text.rstrip()) if end_line != line else _characters(text, node.end_col_offset)
        width = max(1, end - start)
        return Origin(self.file, line, start + 1, width, self.name, calls=self.calls)


def _characters(text: str, offset: int) -> int:
    """An offset in UTF-8 bytes, as the parser gives it, in characters."""
    return len(text.encode()[:offset].decode(errors="ignore"))


def read_source(function: Any) -> Source:
    """The source of a Python function.

    Raises:
        SourceUnavailableError: it has none (a built-in, a C extension, `exec` of a string), or the
            file does not hold what is running.
    """
    if not isinstance(function, FunctionType):
        name = getattr(function, "__name__", None) or repr(function)
        kind = type(function).__name__
        raise SourceUnavailableError(f"`{name}` is a {kind}, with no Python source", instead=_RULE)
    code = function.__code__
    file = code.co_filename
    linecache.checkcache(file)
    lines = tuple(linecache.getlines(file, function.__globals__))
    if not lines:
        raise SourceUnavailableError(
            f"the source of `{function.__name__}` cannot be read: there is no file {file}",
            instead=f"define it in a file, or {_RULE}",
        )
    for definition in _definitions(file, lines, code):
        tree = with_sorted_lists(gast.ast_to_gast(definition), function)
        tree = with_queues(with_single_assignments(tree))
        tree = without_dict_comprehensions(with_zipped_dicts(tree, function))
        tree = where_used(tree, function)
        tree = with_places(without_caches(tree, function), function)
        tree = with_lists(with_late_reads(tree, function), function)
        tree = with_list_values(with_returned_variables(tree), function)
        mark_tests(tree)
        return Source(function, tree, file, lines)
    raise SourceUnavailableError(
        f"the file does not hold `{function.__name__}` as it runs: edited after it was imported?",
        Origin(file, code.co_firstlineno, function=function.__name__),
        instead="import it again.",
    )


# What was parsed and compiled last, by file: (lines, definitions with their code objects).
_files: dict[str, tuple[tuple[str, ...], int, list[tuple[Definition, CodeType]]]] = {}


def _definitions(file: str, lines: tuple[str, ...], code: CodeType) -> list[Definition]:
    """The definitions of a file that compile to this code; more than one only if they are equal."""
    flags = code.co_flags & _FUTURE
    known = _files.get(file)
    if known is None or known[:2] != (lines, flags):
        try:
            tree = ast.parse("".join(lines), file)
            compiled = compile(tree, file, "exec", flags, dont_inherit=True)
        except (SyntaxError, ValueError):
            return []
        known = _files[file] = (lines, flags, list(_paired(tree, compiled)))
    return [node for node, other in known[2] if _same(node, other, code)]


_FUTURE = 0x1000000  # `from __future__ import annotations`, the one that changes code today


def _first_line(node: Definition) -> int:
    decorators = getattr(node, "decorator_list", [])
    lines: list[int] = [node.lineno, *(d.lineno for d in decorators)]
    return min(lines)


def _paired(tree: ast.AST, compiled: CodeType) -> Iterator[tuple[Definition, CodeType]]:
    """Definitions and the code objects made of them.

    By name and first line, where both have as many; of several on a line the k-th of each, since
    the compiler visits them as they stand, but for defaults, which it visits first.
    """
    codes: dict[tuple[str, int], list[CodeType]] = {}
    for code in _codes(compiled):
        codes.setdefault((code.co_name, code.co_firstlineno), []).append(code)
    nodes: dict[tuple[str, int], list[Definition]] = {}
    for node in _nodes(tree):
        nodes.setdefault((getattr(node, "name", "<lambda>"), _first_line(node)), []).append(node)
    for key, found in nodes.items():
        made = codes.get(key, [])
        if len(made) < len(found):  # until Python 3.11, equal functions share their code
            found = [*{ast.dump(node): node for node in found}.values()]
        if len(found) == len(made):
            yield from zip(found, made, strict=True)


def _nodes(tree: ast.AST) -> Iterator[Definition]:
    """The definitions below a node in the order in which their code objects are met."""
    children: list[ast.AST] = []
    if isinstance(tree, _DEFINITIONS):
        defaults = [*tree.args.defaults, *(d for d in tree.args.kw_defaults if d is not None)]
        for part in [*getattr(tree, "decorator_list", []), *defaults]:
            yield from _nodes(part)
        yield tree
        children = [*tree.body] if isinstance(tree.body, list) else [tree.body]
    else:
        if isinstance(tree, ast.Dict):  # key, value, key, value
            pairs = zip(tree.keys, tree.values, strict=True)
            children = [part for pair in pairs for part in pair if part is not None]
        else:
            children = list(ast.iter_child_nodes(tree))
        if isinstance(tree, ast.Lambda | ast.ListComp | ast.SetComp | ast.GeneratorExp):
            children = children[::-1]
    for child in children:
        yield from _nodes(child)


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def _same(node: Definition, found: CodeType, code: CodeType) -> bool:
    """Whether the code is what was found in the file."""
    if (found.co_name, found.co_firstlineno) != (code.co_name, code.co_firstlineno):
        return False
    if "@pytest_ar" in code.co_names and any(isinstance(n, ast.Assert) for n in ast.walk(node)):
        # pytest has rewritten the assertions of this function: arguments and names are left.
        count = code.co_argcount + code.co_kwonlyargcount
        return found.co_varnames[:count] == code.co_varnames[:count]
    return _signature(found) == _signature(code)


def _signature(code: CodeType) -> tuple[object, ...]:
    constants = tuple(
        _signature(c) if isinstance(c, CodeType) else (type(c), repr(c)) for c in code.co_consts
    )
    positions = tuple(code.co_positions()) if hasattr(code, "co_positions") else ()
    return (code.co_code, constants, code.co_names, code.co_varnames, code.co_freevars, positions)
