import functools
import importlib.util
import math
import os
from pathlib import Path
from types import ModuleType

import gast
import pytest

from autodiff_sst.errors import SourceUnavailableError
from autodiff_sst.frontend.source import read_source

PAIR = (lambda x: x * x, lambda x: x * x * x)
SAME = (lambda x: x + 1, lambda x: x + 1)
NESTED = lambda x, f=lambda y: y * 2: f(x) + 1  # noqa: E731 - two on a line, one in a default
TABLE = {"a": lambda x: x, "b": [lambda x: x + 2 for _ in range(2)]}


def passes_on(function):  # type: ignore[no-untyped-def]
    @functools.wraps(function)
    def wrapper(x):  # type: ignore[no-untyped-def]
        return function(x) * 2

    return wrapper


@passes_on
def wrapped(x):  # type: ignore[no-untyped-def]
    """Ä text before: größer."""
    return {"ä": x}["ä"]


def with_assertion(x):  # type: ignore[no-untyped-def]
    assert x > 0, "positive"
    return math.log(x)


def body(function: object) -> str:
    tree = read_source(function).tree
    nodes = tree.body if isinstance(tree.body, list) else [tree.body]
    return "; ".join(gast.dump(gast.gast_to_ast(n)) for n in nodes)


def test_two_lambdas_on_a_line_are_told_apart() -> None:
    assert body(PAIR[0]).count("Mult()") == 1
    assert body(PAIR[1]).count("Mult()") == 2
    assert body(SAME[1]).count("Add()") == 1
    assert "Add()" in body(NESTED) and "Mult()" in body(NESTED.__defaults__[0])  # type: ignore
    assert "Add()" not in body(TABLE["a"]) and "Add()" in body(TABLE["b"][1])  # type: ignore[index]


def test_a_wrapper_is_read_and_not_what_it_wraps() -> None:
    assert read_source(wrapped).tree.name == "wrapper"
    inner = read_source(wrapped.__wrapped__)
    assert inner.tree.name == "wrapped"
    origin = inner.origin(inner.tree.body[-1].value.slice)  # columns in characters, not bytes
    assert (origin.column, origin.width) == (21, 3)
    assert origin.text[20:23] == '"ä"'


def test_a_function_whose_assertions_pytest_rewrote_is_read() -> None:
    assert "Assert" in body(with_assertion)


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_edited_file_is_found_out(tmp_path: Path) -> None:
    path = tmp_path / "edited.py"
    path.write_text("from __future__ import annotations\ndef f(x: int):\n    return x * 2\n")
    module = load(path)
    assert read_source(module.f).tree.name == "f"
    path.write_text("from __future__ import annotations\ndef f(x: int):\n    return x * 3\n")
    os.utime(path, (1, 1))
    with pytest.raises(SourceUnavailableError, match=r"(?s)edited\.py, line 2, .*import it again"):
        read_source(module.f)


def test_what_has_no_source_is_refused() -> None:
    namespace: dict[str, object] = {}
    exec("def made(x): return x", namespace)
    for function, words in [(math.sin, "sin"), (namespace["made"], "made"), (3, "int")]:
        with pytest.raises(SourceUnavailableError, match=words):
            read_source(function)


def test_every_function_of_a_big_module_is_found() -> None:
    import statistics

    functions = [f for f in vars(statistics).values() if isinstance(f, type(load))]
    assert len(functions) > 20
    for function in functions:
        if function.__code__.co_filename == statistics.__file__:
            assert read_source(function).tree.name == function.__code__.co_name
