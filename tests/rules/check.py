"""The check of a rule: value, finite differences, dtype, shape, arguments, second order."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autodiff_sst.analysis.facts import find_facts
from autodiff_sst.analysis.values import abstract
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import (
    Assign,
    Binary,
    Call,
    Function,
    Literal,
    Name,
    Object,
    Subscript,
)
from autodiff_sst.core.validate import validate
from autodiff_sst.core.walk import all_names
from autodiff_sst.driver import derive_jvp, derive_pair
from autodiff_sst.emit.load import load
from autodiff_sst.optimize.passes import optimize
from autodiff_sst.transform.reverse.program import Request, reverse


@dataclass(frozen=True)
class Plain:
    """An argument that stands as it is, though it holds floats."""

    value: Any


def check_rule(
    function: Callable[..., Any], *args: Any, step: float = 1e-6, order: int = 2, **keywords: Any
) -> None:
    """Args: as for `function`; floats are differentiated, ints and others stand as they are."""
    core, facts, by = _program(function, args, keywords)
    plain = function

    def function(*given: Any, **named: Any) -> Any:  # type: ignore[no-redef]
        return plain(*(g.value if isinstance(g, Plain) else g for g in given), **named)

    validate(core)
    pair = derive_pair(core, facts, by, frozenset())
    values = [a for a, name in zip(args, _names(args), strict=True) if name is not None]
    before = [np.copy(v) for v in values]

    y, saved = pair.forward.function(*values)
    expected = function(*args, **keywords)
    np.testing.assert_array_equal(y, expected)
    assert np.asarray(y).dtype == np.asarray(expected).dtype
    rng = np.random.default_rng(1)
    y_bar = rng.normal(size=np.shape(y)).astype(np.asarray(y).dtype)[()]
    cotangents = pair.backward.function(*saved, y_bar)
    for value, was, cotangent in zip(values, before, cotangents, strict=True):
        np.testing.assert_array_equal(value, was)
        assert np.shape(cotangent) == np.shape(value), pair.backward.text
        if not isinstance(value, float):
            assert np.asarray(cotangent).dtype == np.asarray(value).dtype, pair.backward.text
        assert not np.shares_memory(cotangent, value)
    _check_forward(core, facts, by, values, y, y_bar, cotangents)
    if any(np.asarray(v).dtype == np.float32 for v in values):
        return  # too coarse for finite differences: float64 has been checked

    def scalar(*inputs: Any) -> Any:
        rest = iter(inputs)
        full = [a if n is None else next(rest) for a, n in zip(args, _names(args), strict=True)]
        return np.sum(function(*full, **keywords) * y_bar)

    _compare(scalar, values, cotangents, step, pair.backward.text)
    if order > 1:
        _check_second_order(core, facts, by, values, y_bar, step)


def _check_forward(
    core: Function, facts: Any, by: Any, values: Any, y: Any, y_bar: Any, cotangents: Any
) -> None:
    """The tangent has the value's shape and dtype, and ⟨ȳ, ẏ⟩ = ⟨x̄, ẋ⟩."""
    jvp = derive_jvp(core, facts, by, frozenset()).loaded
    rng = np.random.default_rng(5)
    dots = [
        float(rng.normal()) if type(v) is float
        else rng.normal(size=np.shape(v)).astype(np.asarray(v).dtype)[()] for v in values
    ]  # fmt: skip
    again, y_dot = jvp.function(*values, *dots)
    np.testing.assert_array_equal(again, y)
    assert np.shape(y_dot) == np.shape(y), jvp.text
    if not isinstance(y, float):
        assert np.asarray(y_dot).dtype == np.asarray(y).dtype, jvp.text
    given = np.sum(np.asarray(y_dot) * y_bar)
    expected = sum(np.sum(c * w) for c, w in zip(cotangents, dots, strict=True))
    single = any(np.asarray(v).dtype == np.float32 for v in values)
    tolerance = 1e-4 if single else 1e-9
    np.testing.assert_allclose(given, expected, rtol=tolerance, atol=tolerance, err_msg=jvp.text)


def _check_second_order(
    core: Function, facts: Any, by: Any, values: Any, y_bar: Any, step: float
) -> None:
    """Σ ⟨v, x̄⟩ as a program, differentiated again."""
    known = find_facts(core, facts)
    derived = reverse(core, known, Request(by, "first", seed="seed", as_tuple=True))
    inputs = {**facts, "seed": abstract(y_bar)}
    if "seed" not in derived.parameters:
        derived = replace(derived, parameters=(*derived.parameters, "seed"))
    derived = optimize(derived, inputs)
    validate(derived)
    names = Names(all_names(derived))
    rng = np.random.default_rng(2)
    weights = [rng.normal(size=np.shape(v)) for v in values]
    body = list(derived.body)
    total: Any = Literal(0.0)
    extra = []
    for k, weight in enumerate(weights):
        parameter, item, product, part, new = (
            names.fresh(n) for n in ("v", "item", "product", "part", "total")
        )
        extra.append(parameter)
        inputs[parameter] = abstract(weight)
        body += [
            Assign(item, Subscript(derived.result, (Literal(k),))),
            Assign(product, Binary("*", Name(item), Name(parameter))),
            Assign(part, Call(Object(np.sum, "np.sum", np), (Name(product),))),
            Assign(new, Binary("+", total, Name(part))),
        ]
        total = Name(new)
    program = Function("second", (*derived.parameters, *extra), tuple(body), total)
    validate(program)
    first = load([program], frozenset()).function
    twice = reverse(program, find_facts(program, inputs), Request(by, "grad_second", as_tuple=True))
    twice = optimize(twice, inputs)
    validate(twice)
    loaded = load([twice], frozenset())
    given = loaded.function(*values, y_bar, *weights)
    _compare(lambda *v: first(*v, y_bar, *weights), values, given, step, loaded.text)


def _compare(scalar: Any, values: Any, gradients: Any, step: float, text: str) -> None:
    """Central differences along two directions against ⟨gradient, direction⟩."""
    rng = np.random.default_rng(3)
    for _ in range(2):
        direction = [rng.normal(size=np.shape(v)) for v in values]
        up = scalar(*(v + step * w for v, w in zip(values, direction, strict=True)))
        down = scalar(*(v - step * w for v, w in zip(values, direction, strict=True)))
        expected = (up - down) / (2 * step)
        given = sum(np.sum(g * w) for g, w in zip(gradients, direction, strict=True))
        np.testing.assert_allclose(given, expected, rtol=2e-6, atol=2e-7, err_msg=text)


def _names(args: tuple[Any, ...]) -> list[str | None]:
    return [f"x{k}" if _is_float(a) else None for k, a in enumerate(args)]


def _is_float(value: Any) -> bool:
    return isinstance(value, float) or (
        isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "fc"
    )


def _program(function: Any, args: Any, keywords: Any) -> tuple[Function, Any, tuple[str, ...]]:
    by = tuple(n for n in _names(args) if n is not None)
    facts = {n: abstract(a) for n, a in zip(_names(args), args, strict=True) if n is not None}
    atoms = tuple(
        _atom(a) if n is None else Name(n) for n, a in zip(_names(args), args, strict=True)
    )
    named = tuple((k, _atom(v)) for k, v in keywords.items())
    call = Call(Object(function, "function", function), atoms, named)
    return Function("f", by, (Assign("y", call),), Name("y")), facts, by


def _atom(value: Any) -> Any:
    if isinstance(value, Plain):
        return Object(value.value, "constant", value.value)
    plain = isinstance(value, int | float | str | None)
    return Literal(value) if plain else Object(value, "constant", value)
