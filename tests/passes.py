"""Checks of passes: text in, text out; valid, equal results, nothing left for a second run."""

import textwrap
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff_sst.analysis.facts import find_facts
from autodiff_sst.analysis.values import abstract
from autodiff_sst.core.parse import parse
from autodiff_sst.core.syntax import Function
from autodiff_sst.core.text import show
from autodiff_sst.core.validate import validate

Pass = Callable[[Function], Function]


def program(text: str, parameters: Any) -> Function:
    lines = textwrap.dedent(text).strip().splitlines()
    if len(lines) == 1:
        lines = [line.strip() for line in lines[0].split(";")]
    body = textwrap.indent("\n".join(lines), "    ")
    return parse(f"def f({', '.join(parameters)}):\n{body}", {"np": np})


def run(function: Function, arguments: dict[str, Any]) -> Any:
    """The result of a core program: its text is Python."""

    def push(stack: list[Any], *values: Any) -> None:
        stack.append(values if len(values) > 1 else values[0])

    namespace: dict[str, Any] = {"np": np, "stack": list, "push": push, "pop": list.pop}
    namespace["append"] = list.append
    exec(show(function), namespace)
    return namespace[function.name](**arguments)


def with_facts(change: Any, arguments: dict[str, Any]) -> Pass:
    """A pass that is told what is known of arguments like these."""

    def changed(function: Function) -> Function:
        facts = {k: abstract(v) for k, v in arguments.items()}
        return change(function, find_facts(function, facts))  # type: ignore[no-any-return]

    changed.__name__ = change.__name__
    return changed


def check_pass(change: Pass, before: str, after: str, **arguments: Any) -> None:
    start = program(before, arguments)
    validate(start)
    result = change(start)
    validate(result, change.__name__)
    expected = show(program(after, arguments))
    assert show(result) == expected
    assert show(change(result)) == expected, "the second run changes it again"
    np.testing.assert_equal(run(result, arguments), run(start, arguments))
