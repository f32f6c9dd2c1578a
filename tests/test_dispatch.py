"""The dispatcher: which calls it takes, and that all others give the same in the long way."""

import gc
import weakref
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad

SCALE = 2.0


def model(w, x, penalty=0.5):
    return np.sum((x * w) ** 2) + penalty * np.sum(w)


def scaled(x):
    return SCALE * x * x


def named(x, /, y, *, power=2):
    return x**power * y


def test_cases_are_added_and_tell_signatures_apart() -> None:
    derivative = ad.grad(model)
    x = np.array([1.0, 2.0])
    for w, given in [(3.0, x), (x, x), (x[:1], x), (np.float32(3.0), x), (3.0, 2.0), (3, x)]:
        if isinstance(w, int):
            with pytest.raises(ad.NonDifferentiableInputError):
                derivative(w, given)
            continue
        for _ in range(2):
            got = derivative(w, given)
            assert derivative.source == derivative.source_for(w, given)
            expected = 2 * w * given**2 + 0.5
            whole = np.sum(expected) if np.size(w) < np.size(given) else expected
            shaped = whole if np.ndim(w) == 0 else np.reshape(whole, np.shape(w))
            if np.size(w) == 1:
                shaped = shaped - 0.5 * (np.size(given) - 1)
            np.testing.assert_allclose(got, shaped, rtol=1e-6)
            assert np.shape(got) == np.shape(w)
    assert type(derivative).__call__ is not ad.Derivative.__call__
    assert isinstance(derivative, ad.Derivative)


def test_names_and_defaults() -> None:
    derivative = ad.grad(named)
    for _ in range(2):
        assert derivative(3.0, 2.0) == 12.0
        assert derivative(3.0, y=2.0, power=3) == 54.0
        assert derivative(3.0, y=2.0) == 12.0
    by_w = ad.grad(model)
    for _ in range(2):
        assert by_w(1.0, 2.0) == by_w(x=2.0, w=1.0) == by_w(1.0, penalty=0.5, x=2.0) == 8.5


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [((1.0,), {}), ((1.0, 2.0, 3.0, 4.0), {}), ((), {"x": 1.0}), ((1.0, 2.0), {"z": 3.0}),
     ((1.0,), {"w": 1.0})],
)  # fmt: skip
def test_wrong_calls_raise_what_the_primal_raises(args: Any, kwargs: Any) -> None:
    derivative = ad.grad(model)
    for _ in range(2):
        with pytest.raises(TypeError) as expected:
            model(*args, **kwargs)
        with pytest.raises(TypeError) as raised:
            derivative(*args, **kwargs)
        assert str(raised.value) == str(expected.value)
        derivative(1.0, 2.0)


def test_what_is_captured_is_read_at_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    derivative = ad.grad(scaled)
    assert derivative(3.0) == 12.0 == derivative(3.0)
    monkeypatch.setattr(f"{__name__}.SCALE", 4.0)
    assert derivative(3.0) == 24.0
    monkeypatch.setattr(f"{__name__}.SCALE", np.array(5.0))
    assert derivative(3.0) == 30.0
    factor = 2.0

    def inner(x: Any) -> Any:
        return factor * x * x

    closed = ad.grad(inner)
    assert closed(3.0) == 12.0 == closed(3.0)
    factor = 3.0
    assert closed(3.0) == 18.0


def test_a_result_that_is_no_number_is_an_error_each_time() -> None:
    derivative = ad.grad(lambda x: x * np.ones(np.ndim(x) + 1))
    for _ in range(2):
        with pytest.raises(ad.NonScalarOutputError):
            derivative(np.array([1.0, 2.0]))


def test_the_arrays_of_a_call_are_not_kept() -> None:
    derivative = ad.grad(lambda x: np.sum(x * x))
    x = np.ones(1000)
    derivative(x)
    seen = weakref.ref(x)
    del x
    gc.collect()
    assert seen() is None
    assert derivative(np.ones(1)) == 2.0


def shadowing(x: Any, len: float = 2.0, type: float = 1.0) -> Any:
    range = 0.0
    for v in x:
        range += v * v * len
    return range * type


def test_names_of_builtins_are_the_programs_own() -> None:
    gradient, x = ad.grad(shadowing), np.array([0.3, -0.5])
    for _ in range(3):
        np.testing.assert_allclose(gradient(x), 4 * x)
    assert ad.jvp(shadowing, (x, 2.0, 1.0), (x, 0.0, 0.0))[1] == pytest.approx(4 * x @ x)
