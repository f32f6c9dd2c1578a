import textwrap
from typing import Any

import numpy as np
import pytest

from autodiff_sst.analysis.facts import find_facts
from autodiff_sst.analysis.lengths import MANY
from autodiff_sst.analysis.values import FLOAT, Array
from autodiff_sst.core.parse import parse
from autodiff_sst.core.text import show
from autodiff_sst.core.validate import validate
from autodiff_sst.errors import MissingRuleError
from autodiff_sst.rules import elementwise
from autodiff_sst.transform.reverse.program import Request, reverse

assert elementwise
VECTOR = Array(np.dtype(float), (MANY,))


def reversed_text(body: str, by: str = "x", **request: Any) -> str:
    text = f"def f(x, v):\n{textwrap.indent(body, '    ')}"
    function = parse(text, {"np": np})
    facts = find_facts(function, {"x": FLOAT, "v": VECTOR})
    result = reverse(function, facts, Request(tuple(by.split()), "grad_f", **request))
    validate(result, "reverse")
    return show(result)


def test_contributions_add_up_in_new_names() -> None:
    assert reversed_text("y = np.sin(x)\nz = y * x\nreturn z") == textwrap.dedent("""\
        def grad_f(x, v):
            y = np.sin(x)
            z = y * x
            y_bar = 1.0 * x
            x_bar = 1.0 * y
            t = np.cos(x)
            t_1 = y_bar * t
            x_bar_1 = x_bar + t_1
            return x_bar_1
        """)


def test_a_broadcast_is_reversed_by_a_sum_and_a_result_is_a_copy() -> None:
    text = reversed_text("y = x * v\nreturn y", by="x v", seed="y_bar", as_tuple=True)
    assert text == textwrap.dedent("""\
        def grad_f(x, v, y_bar):
            y = x * v
            t = y_bar * v
            x_bar = np.sum(t)
            v_bar = y_bar * x
            v_bar_1 = np.copy(v_bar)
            t_1 = (x_bar, v_bar_1)
            return t_1
        """)


def test_what_is_not_active_has_no_adjoint() -> None:
    text = reversed_text("y = np.sin(x)\nz = v * 2\nreturn z", by="x v", seed="s", as_tuple=True)
    assert "cos" not in text and "t = (0.0, v_bar_1)" in text


def test_the_gradient_of_no_scalar_is_refused_when_it_runs() -> None:
    assert "check_scalar(z)" in reversed_text("z = v * 2.0\nreturn z", by="v")
    assert "check_scalar" not in reversed_text("z = x * 2.0\nreturn z")


def test_a_missing_rule_is_named() -> None:
    with pytest.raises(MissingRuleError, match=r"`np.nextafter` has no derivative rule"):
        reversed_text("z = np.nextafter(x, 2.0)\nreturn z")
