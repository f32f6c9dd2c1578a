import copy
import gc
import inspect
import linecache
import pickle
import weakref
from typing import Any

import pytest

import autodiff_sst as ad


@ad.grad
def decorated(x, y=2.0):
    """Its doc."""
    return x * x * y


def plain(x, y=2.0):
    return x * y * y


by_y = ad.grad(plain, argnums="y")


def test_it_has_the_name_doc_and_signature_of_its_primal() -> None:
    assert (decorated.__name__, decorated.__doc__) == ("decorated", "Its doc.")
    assert str(inspect.signature(decorated)) == "(x, y=2.0)"
    assert decorated.primal(3.0) == 18.0
    assert repr(by_y) == "<grad of plain by y>"


@pytest.mark.parametrize("derivative", [decorated, by_y, ad.value_and_grad(by_y)])
def test_it_pickles_and_copies(derivative: Any) -> None:
    for again in (pickle.loads(pickle.dumps(derivative)), copy.deepcopy(derivative)):
        assert again(3.0, 4.0) == derivative(3.0, 4.0)
    assert pickle.loads(pickle.dumps(decorated)) is decorated


def test_what_is_derived_goes_with_its_derivative() -> None:
    def made(k: float) -> Any:
        return lambda x: x * k

    def texts() -> int:
        gc.collect()
        return sum(name.startswith("<autodiff_sst ") for name in linecache.cache)

    functions, before = [], texts()
    for k in range(5):
        function = made(float(k))
        functions.append(weakref.ref(function))
        assert ad.grad(function)(1.0) == k
    del function
    assert texts() == before
    assert not any(function() for function in functions)


def test_it_shows_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    by_y(3.0)
    by_y.show()
    assert capsys.readouterr().out == by_y.source
    assert "grad_plain" in by_y._repr_html_() and "<pre" in by_y._repr_html_()


def test_the_source_of_a_decorated_function_is_that_of_the_last_call() -> None:
    assert decorated(3.0) == 12.0
    assert "check_scalar" not in decorated.source
    assert decorated.source_for(3.0) == decorated.source
