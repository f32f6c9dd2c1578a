import traceback
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from autodiff_sst.core.syntax import Assign, Call, Function, Name, Object
from autodiff_sst.emit.load import load
from tests.passes import program


def test_the_text_runs_on_its_own_and_as_a_function() -> None:
    function = program("t = np.sin(x); y = len(x); z = t * y; return z", {"x": 1})
    loaded = load([function], frozenset("xyz"))
    assert loaded.text == (
        "import numpy as np\n\n\ndef f(x):\n    y = len(x)\n    z = np.sin(x) * y\n    return z\n"
    )
    namespace: dict[str, Any] = {}
    exec(loaded.text, namespace)
    x = np.ones(2)
    np.testing.assert_equal(namespace["f"](x), loaded.function(x))


def test_tracebacks_quote_the_generated_line() -> None:
    loaded = load([program("y = x / 0; return y", {"x": 1})], frozenset("xy"))
    with pytest.raises(ZeroDivisionError) as caught:
        loaded.function(1)
    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (last.line, last.name) == ("y = x / 0", "f")


def test_names_that_clash_are_told_apart() -> None:
    other = ModuleType("np")
    other.sin = np.cos  # type: ignore[attr-defined]

    def local(x: Any) -> Any:
        return x + 1

    def call(target: str, value: Any, text: str, root: Any) -> Assign:
        return Assign(target, Call(Object(value, text, root), (Name("len"),)))

    body = (
        call("a", np.sin, "np.sin", np),
        call("b", other.sin, "np.sin", other),
        call("c", local, "local", local),
        call("d", len, "len", len),
    )
    loaded = load([Function("f", ("len",), body, Name("b"))], frozenset("abcd"))
    assert "b = np_1.sin(len)" in loaded.text and "d = len_1(len)" in loaded.text
    x = np.zeros(1)
    assert loaded.function(x) == np.cos(x)
