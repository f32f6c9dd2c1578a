from typing import Any

import numpy as np
import pytest

from autodiff_sst.analysis.infer import infer
from autodiff_sst.analysis.knowledge import FactsKnown
from autodiff_sst.analysis.lengths import MANY
from autodiff_sst.analysis.values import FLOAT, Array, abstract
from autodiff_sst.core.build import Builder
from autodiff_sst.core.names import Names
from autodiff_sst.core.syntax import Atom, Literal, Name
from autodiff_sst.core.text import show_block, show_expression
from autodiff_sst.errors import MissingRuleError
from autodiff_sst.rules import elementwise
from autodiff_sst.rules.language import d, rank
from autodiff_sst.rules.registry import Rule, adjoint_of
from autodiff_sst.rules.template import bind_arguments, expand

assert elementwise


def expanded(rule: Rule | None, *args: Any, wanted: str, **keywords: Any) -> str:
    vector = Array(np.dtype(float), (MANY,))
    facts: Any = {"y": FLOAT, "y_bar": FLOAT, "a": FLOAT, "b": FLOAT, "n": abstract(1), "v": vector}
    builder = Builder(Names(facts), facts, infer)
    as_atom = [Name(a) if isinstance(a, str) else Literal(a) for a in args]
    named: Any = tuple((k, Literal(v)) for k, v in keywords.items())
    assert rule is not None
    arguments: dict[str, Atom] = bind_arguments(rule, tuple(as_atom), named)
    given: list[Atom] = []
    knowledge = FactsKnown(facts)
    contribute = {wanted: given.append}
    expand(rule, builder, knowledge, Name("y"), arguments, Name("y_bar"), contribute)
    shown = [*show_block(builder.statements), *map(show_expression, given)]
    return "; ".join(shown)


def test_a_template_becomes_statements_for_what_is_wanted() -> None:
    sin = adjoint_of(np.sin, (0,))
    assert expanded(sin, "a", wanted="x") == "t = np.cos(a); t_1 = y_bar * t; t_1"
    multiply = adjoint_of(np.multiply, (0, 0))
    assert expanded(multiply, "a", "b", wanted="b") == "t = y_bar * a; t"


def test_a_template_chooses_by_constants() -> None:
    power = adjoint_of(np.power, (0, 0))
    assert expanded(power, "a", 2, wanted="a").startswith("t = 2 * a; t_1 = y_bar * t;")
    assert expanded(power, "a", 3, wanted="a").startswith("t = a ** 2; t_1 = 3 * t;")
    assert expanded(power, "a", 0.5, wanted="a").startswith("t = np.power(a, -0.5);")
    assert expanded(power, "a", "n", wanted="a").startswith("t = n - 1; t_1 = np.where(n, t, 1)")


def template(y: Any, a: Any, axis: Any = None) -> None:
    """A template of every form."""
    scale = 2.0 if rank(a) == 1 else 3.0
    if axis is None:
        d[a] = d[y] * scale
    elif axis == 0:
        d[a] = d[y]
    d[a] = -d[y]


def test_branches_conditional_expressions_and_repeated_contributions() -> None:
    rule = Rule(template, template)
    assert expanded(rule, "v", wanted="a") == "t = y_bar * 2.0; t_1 = -y_bar; t; t_1"
    assert expanded(rule, "a", wanted="a") == "t = y_bar * 3.0; t_1 = -y_bar; t; t_1"
    assert expanded(rule, "a", axis=0, wanted="a") == "t = -y_bar; y_bar; t"


@pytest.mark.parametrize(
    ("args", "keywords", "words"),
    [
        (("a", "n"), {}, "`axis` must be a constant"),
        (("a", 0, 0), {}, "takes 2 arguments, not 3"),
        (("a",), {"where": 1}, "does not know the keyword `where`"),
    ],
)
def test_what_a_template_cannot_know_is_refused(args: Any, keywords: Any, words: str) -> None:
    with pytest.raises(MissingRuleError, match=words):
        expanded(Rule(template, template), *args, wanted="a", **keywords)


def test_a_template_without_a_derivative_for_a_parameter_says_so() -> None:
    with pytest.raises(MissingRuleError, match="no derivative by `axis`"):
        expanded(Rule(template, template), "a", wanted="axis")


def test_the_words_of_templates_cannot_be_called() -> None:
    for use in (lambda: d[1], lambda: rank(1), lambda: elementwise.power_slope(1)):
        with pytest.raises(TypeError, match="template of a rule only"):
            use()
