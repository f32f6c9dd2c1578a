"""What was recorded, as a core function: a straight line of operations."""

from __future__ import annotations

from typing import Any

from autodiff_sst.errors import TapeError
from autodiff_sst.tape.tensor import ZERO, Tensor


def gradient_source(entries: list[Any], target: Any, sources: list[Tensor]) -> str:
    """The source of the gradient of a target by sources.

    Raises:
        TapeError: a custom gradient was recorded, whose backward function is not source here.
    """
    from autodiff_sst.analysis.values import abstract
    from autodiff_sst.core.names import Names
    from autodiff_sst.core.syntax import Assign, Function, Literal, Name
    from autodiff_sst.core.walk import all_names, rename, substitute
    from autodiff_sst.driver import loaded, reverse_core
    from autodiff_sst.optimize.passes import tell
    from autodiff_sst.transform.reverse.program import Request

    names = Names()
    parameters: list[str] = []
    facts: dict[str, Any] = {}
    known: dict[int, Any] = {}

    def parameter(value: Any, base: str, key: int | None = None) -> Any:
        name = names.fresh(base)
        parameters.append(name)
        facts[name] = abstract(value)
        if key is not None:
            known[key] = Name(name)
        return Name(name)

    by = [parameter(s.value, "x", id(s)).id for s in sources]
    body: list[Any] = []
    for entry in entries:
        if entry.operation is None:
            raise TapeError("the backward function of a custom gradient has no source here")
        if entry.operation is ZERO:
            known[id(entry.outputs[0])] = parameter(entry.outputs[0].value, "c")
            continue
        own = dict(zip(entry.operation.parameters(), entry.values, strict=True))
        core = entry.operation.core({p: abstract(v) for p, v in own.items()})
        fresh = {n: names.fresh("t") for n in sorted(all_names(core) - {*core.parameters})}
        renamed = rename(core, fresh)
        given: dict[str, Any] = {}
        pairs = zip(core.parameters, entry.operands, entry.values, strict=True)
        for name, operand, value in pairs:
            atom = known.get(id(operand)) if isinstance(operand, Tensor) else None
            given[name] = atom or parameter(value, "c", id(operand))
        body += substitute(renamed.body, given)
        made = names.fresh("y")
        result = renamed.result
        atom = given.get(result.id, result) if isinstance(result, Name) else result
        body.append(Assign(made, atom))
        known[id(entry.outputs[0])] = Name(made)
    result = known.get(id(target), Literal(0.0))
    function = Function("recorded", tuple(parameters), tuple(body), result)
    request = Request(tuple(by), "gradient", seed="y_bar", as_tuple=True)
    derived = reverse_core(function, facts, request, tell)
    return loaded(derived, facts | {"y_bar": abstract(target.value)}, frozenset(parameters)).text
