import textwrap

import numpy as np
import pytest

from autodiff_sst.core.text import show
from autodiff_sst.core.validate import validate
from autodiff_sst.errors import UnsupportedSyntaxError
from autodiff_sst.frontend.fence import REFUSED, fence
from autodiff_sst.frontend.lower import captured_value, lower
from autodiff_sst.frontend.source import read_source

SCALE = 2.0


def lowered(function: object) -> str:
    source = read_source(function)
    fence(source)
    result = lower(source)
    validate(result.function, "lower")
    return show(result.function)


def test_expressions_become_atoms_and_names_single_assignments() -> None:
    def f(w, x, *, n=2):  # type: ignore[no-untyped-def]
        """A docstring."""
        y = z = np.tanh(x @ w) + 1
        y = -(y**n)
        a: float = y[0, 1:, None, ...]
        print(a, sep="")
        x = [y, (z, -1.5), {"k": x.T}]
        pass
        return x

    assert lowered(f) == textwrap.dedent("""\
        def f(w, x, n):
            t = x @ w
            t_1 = np.tanh(t)
            y = t_1 + 1
            z = y
            t_2 = y ** n
            y_1 = -t_2
            a = y_1[0, 1:, None, ...]
            print(a, sep='')
            t_3 = (z, -1.5)
            t_4 = x.T
            t_5 = {'k': t_4}
            x_1 = [y_1, t_3, t_5]
            return x_1
        """)


def test_globals_and_closures_are_parameters_and_functions_are_objects() -> None:
    rate = 3.0
    source = read_source(lambda x: rate * SCALE * np.linalg.norm(x) * np.pi)
    result = lower(source)
    assert [name for _, name in result.captured] == ["rate", "SCALE"]
    own = [captured_value(f or source.function, name) for f, name in result.captured]
    assert own == [3.0, 2.0]
    assert "np.linalg.norm(x)" in show(result.function)
    assert "np.pi" in show(result.function)


def test_a_temporary_is_never_a_name_of_the_user() -> None:
    def f(t, x_1):  # type: ignore[no-untyped-def]
        x = t * 2 + x_1
        x = x * 3
        return x

    assert "x_2 = x * 3" in lowered(f) and "t_1 = t * 2" in lowered(f)


def test_a_name_read_before_it_is_assigned_is_refused() -> None:
    def f(x):  # type: ignore[no-untyped-def]
        y = y + x  # type: ignore[has-type]  # noqa: F821
        return y

    with pytest.raises(UnsupportedSyntaxError, match="`y` may be read before"):
        lowered(f)


def generator(x):  # type: ignore[no-untyped-def]
    y = x * x
    yield y  # here


async def coroutine(x):  # type: ignore[no-untyped-def]
    return x


def test_what_is_not_supported_is_refused_with_its_place() -> None:
    with pytest.raises(UnsupportedSyntaxError) as caught:
        lowered(generator)
    line = generator.__code__.co_firstlineno + 2
    assert str(caught.value).splitlines() == [
        f"{__file__}, line {line}, column 5: `yield` has no derivative",
        f"{line:5} |     yield y  # here",
        "      |     ^^^^^^^",
        "Write instead: append the values to a list and return it.",
    ]
    with pytest.raises(UnsupportedSyntaxError, match="a coroutine has no derivative"):
        lowered(coroutine)


@pytest.mark.parametrize("kind", REFUSED)
def test_every_refusal_says_what_to_write_instead(kind: type) -> None:
    message, instead = REFUSED[kind]
    assert message and instead.endswith(".")
