"""What a tape records, gives back and refuses."""

import contextlib
import threading
from typing import Any

import numpy as np
import pytest

import autodiff_sst as ad

F8 = np.float64


def gradient(f: Any, *args: Any) -> Any:
    with ad.GradientTape() as tape:
        tape.watch(list(args))
        y = f(*args)
    return tape.gradient(y, list(args))


def test_a_tape_that_is_not_persistent_is_used_once() -> None:
    x = ad.constant([[1.0, 2.0]])
    for first in ("gradient", "jacobian", "batch_jacobian"):
        with ad.GradientTape() as tape:
            tape.watch(x)
            y = x * x
        assert getattr(tape, first)(y, x) is not None
        with pytest.raises(ad.TapeError, match="used up"):
            tape.gradient(y, x)


def test_a_gradient_inside_the_block_is_recorded_if_persistent() -> None:
    x = ad.constant(3.0)
    with ad.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x**3
        first = tape.gradient(y, x)
        second = tape.gradient(first, x)
    assert [float(g) for g in (first, second, tape.gradient(second, x))] == [27.0, 18.0, 6.0]


def test_a_gradient_inside_the_block_of_a_single_use_tape_ends_recording() -> None:
    v = ad.Variable(3.0)
    with ad.GradientTape() as tape:
        y = v * v
        assert float(tape.gradient(y, v)) == 6.0


def test_structures_seeds_and_what_is_not_connected() -> None:
    x, lost = ad.constant(3.0), ad.Variable(1.0)
    with ad.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y, z = x * x, 2.0 * x
    found = tape.gradient(y, {"a": [lost, x], "b": (lost,)})
    assert found["a"][0] is None
    assert found["b"] == (None,)
    assert float(found["a"][1]) == 6.0
    assert float(tape.gradient([y, z], x)) == 8.0
    assert float(tape.gradient(y, lost, unconnected_gradients="zero")) == 0.0
    seeds = {"a": ad.constant(1.0), "b": ad.constant(10.0)}
    assert float(tape.gradient({"b": y, "a": z}, x, output_gradients=seeds)) == 62.0
    with pytest.raises(ValueError, match="'none' or 'zero', not 'no'"):
        tape.gradient(y, x, unconnected_gradients="no")
    with pytest.raises(TypeError, match="None is no target"):
        tape.gradient(None, x)
    with pytest.raises(TypeError, match="a source must be a tensor, not None"):
        tape.gradient(y, [x, None])


def test_watching_and_pausing_are_per_tape() -> None:
    x = ad.constant(2.0)
    with ad.GradientTape() as outer, ad.GradientTape() as inner, contextlib.ExitStack() as pause:
        outer.watch(x)
        inner.watch(x)
        pause.enter_context(outer.stop_recording())
        y = x * x
        pause.close()
        z = y * x
    assert (float(outer.gradient(z, x)), float(inner.gradient(z, x))) == (4.0, 12.0)
    with pytest.raises(ad.TapeError, match="not recording"), ad.GradientTape().stop_recording():
        pass
    with pytest.raises(ValueError, match="a tensor was due to be watched, not float"):
        ad.GradientTape().watch(1.0)


def test_reset_and_variables_in_the_order_they_were_seen() -> None:
    v, w = ad.Variable(2.0, name="v"), ad.Variable(3.0)
    with ad.GradientTape() as tape:
        _ = v * v
        tape.reset()
        y = w * v
    assert tape.watched_variables() == (w, v)
    assert float(tape.gradient(y, v)) == 3.0


def test_each_use_of_a_variable_counts_with_its_value() -> None:
    v = ad.Variable(2.0)
    with ad.GradientTape() as tape:
        y = v * v
        v.assign(5.0)
        y = y + v * v
    v.assign_add(1.0)
    assert float(tape.gradient(y, v)) == 14.0
    with pytest.raises(ValueError, match=r"shape \(\) was due, not \(2,\)"):
        v.assign([1.0, 2.0])


def test_linear_functions_have_no_second_gradient_and_sign_has_zeros() -> None:
    x = ad.constant(np.array([1.0, -2.0]))
    with ad.GradientTape() as outer:
        outer.watch(x)
        with ad.GradientTape() as inner:
            inner.watch(x)
            y = 3.0 * x
        first = inner.gradient(y, x)
    assert outer.gradient(first, x) is None
    assert gradient(np.floor, x) == [None]
    np.testing.assert_array_equal(gradient(np.sign, x)[0], [0.0, 0.0])


def test_higher_orders_by_nesting() -> None:
    def nested(f: Any, x: Any, order: int) -> Any:
        if order == 0:
            return [f(x)]
        with ad.GradientTape() as tape:
            tape.watch(x)
            lower = nested(f, x, order - 1)
        return [*lower, tape.gradient(lower[-1], x)]

    orders = nested(lambda x: np.sin(x) * x, ad.constant(F8(0.7)), 4)
    expected = 0.7 * np.sin(0.7) - 4 * np.cos(0.7)
    np.testing.assert_allclose(np.asarray(orders[4]), expected)


def test_jacobians() -> None:
    w = np.arange(6.0).reshape(2, 3)
    x = ad.constant(np.ones((4, 2)))
    with ad.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x @ w
    full = np.asarray(tape.jacobian(y, x))
    np.testing.assert_allclose(full, np.einsum("bc,ij->bicj", np.eye(4), w.T))
    np.testing.assert_allclose(np.asarray(tape.batch_jacobian(y, x)), np.tile(w.T, (4, 1, 1)))
    with pytest.raises(ValueError, match="same leading size was due"):
        tape.batch_jacobian(y, ad.constant([1.0]))


def test_custom_gradients() -> None:
    @ad.custom_gradient
    def halve(x: Any) -> Any:
        return x, lambda dy: 0.5 * dy

    (bar,) = gradient(lambda x: halve(x * x) + x * x, ad.constant(3.0))
    assert float(bar) == 9.0
    k = ad.Variable(2.0)

    @ad.custom_gradient
    def careless(x: Any) -> Any:
        return x * k, lambda dy: dy

    with pytest.raises(TypeError, match="must take `variables`"):
        careless(ad.constant(1.0))

    @ad.custom_gradient
    def careful(x: Any) -> Any:
        def backward(dy: Any, variables: Any) -> Any:
            return 10.0 * dy, [100.0 * dy for _ in variables]

        return x * k, backward

    x = ad.constant(1.0)
    with ad.GradientTape() as tape:
        tape.watch(x)
        y = careful(x)
    assert [float(g) for g in tape.gradient(y, [x, k])] == [10.0, 100.0]


@ad.differentiable
def heron(a: Any, steps: int = 8) -> Any:
    x = a
    for _ in range(steps):
        x = 0.5 * (x + a / x)
    return x


def test_a_differentiable_function_is_one_step() -> None:
    assert heron(4.0) == 2.0
    (bar,) = gradient(lambda x: 3.0 * heron(x * x + 1.0, steps=9), ad.constant(F8(2.0)))
    np.testing.assert_allclose(float(bar), 6.0 / 5.0**0.5)
    assert ad.grad(heron)(4.0) == pytest.approx(0.25)
    assert ad.grad(lambda x: heron(x) * x)(4.0) == pytest.approx(3.0)


def test_tensors_are_arrays_to_numpy() -> None:
    x = ad.constant([[1.0, 2.0], [3.0, 4.0]])
    assert x.dtype == np.float32
    assert np.asarray(x).sum() == 10.0
    assert float(x[0, 1]) == 2.0
    assert (x.shape, x.ndim, x.size, len(x)) == ((2, 2), 2, 4, 2)
    assert x.sum(axis=0).numpy().tolist() == [4.0, 6.0]
    assert x.reshape(4, 1).shape == (4, 1)
    assert bool(np.all(x > 0.0))
    assert f"{ad.constant(1.5):.2f}" == "1.50"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        x.nothing  # noqa: B018


def test_other_threads_have_their_own_tapes() -> None:
    v, seen = ad.Variable(2.0), []
    with ad.GradientTape() as tape:
        y = v * v
        thread = threading.Thread(target=lambda: seen.append(v * 10.0))
        thread.start()
        thread.join()
    assert float(tape.gradient(y, v)) == 4.0
    assert float(seen[0]) == 20.0


def test_the_source_of_a_gradient() -> None:
    x, v = ad.constant(F8(0.5)), ad.Variable(F8(2.0))
    with ad.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = np.sin(x) * np.log(v)
    source = tape.source(y, [x, v])
    namespace: dict[str, Any] = {}
    exec(source, namespace)
    given = namespace["gradient"](0.5, 2.0, 1.0)
    np.testing.assert_allclose(given, [np.cos(0.5) * np.log(2.0), np.sin(0.5) / 2.0])
    np.testing.assert_allclose(given, [float(g) for g in tape.gradient(y, [x, v])])


X3 = np.array([0.5, -1.2, 2.0])


def gradient_of(f: Any, x: Any) -> Any:
    x = ad.constant(x)
    with ad.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.gradient(y, x)


def augmented(x: Any) -> Any:
    y = x * 1
    y += x
    y *= 2
    y -= 1
    return np.sum(y**2)


# What an index, a reduction of a ufunc and the like record, at second order too: the first
# derivative of many does not depend on the operand.
RECORDED: list[Any] = [
    augmented,
    lambda x: x[0] * x[1:].sum(),
    lambda x: np.sum(x[..., None] ** 2),
    lambda x: np.sum(x[[0, 0, 2]] ** 2),
    lambda x: np.add.reduce(x) ** 2,
    lambda x: np.maximum.reduce(x) * x[0],
    lambda x: np.sum(np.multiply.accumulate(x)),
    lambda x: np.max(x) * x[0],
    lambda x: sum(a * a for a in x),
    lambda x: np.sum(np.clip(x, -1, 1) * x),
    lambda x: np.logaddexp(x[0], x[1]),
    lambda x: sum(np.sum(p**2) for p in np.split(x, 3)),
    lambda x: np.average(x, weights=X3) ** 2,
]


@pytest.mark.parametrize("f", RECORDED)
def test_first_and_second_derivatives_of_what_is_recorded(f: Any) -> None:
    v, step = np.array([1.0, 0.5, -0.3]), 1e-6
    value = lambda x: float(np.asarray(f(x)))  # noqa: E731
    slopes = [(value(X3 + step * e) - value(X3 - step * e)) / (2 * step) for e in np.eye(3)]
    np.testing.assert_allclose(np.asarray(gradient_of(f, X3)), slopes, rtol=1e-6, atol=1e-8)

    x = ad.constant(X3)
    with ad.GradientTape() as outer:
        outer.watch(x)
        along = np.sum(gradient_of_watched(f, x) * v)
    twice = outer.gradient(along, x, unconnected_gradients="zero")
    up, down = (np.asarray(gradient_of(f, X3 + s * step * v)) for s in (1, -1))
    np.testing.assert_allclose(np.asarray(twice), (up - down) / (2 * step), rtol=1e-5, atol=1e-7)


def gradient_of_watched(f: Any, x: Any) -> Any:
    with ad.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.gradient(y, x)


def test_what_a_tape_cannot_record_is_refused() -> None:
    """It gave None before, without a word."""
    x, v = ad.constant(X3), ad.Variable(X3)
    with ad.GradientTape() as tape:
        tape.watch(x)
        with pytest.raises(ad.TapeError, match="without `out`"):
            np.multiply(x, 2.0, out=np.zeros(3))
        with pytest.raises(TypeError, match="cannot be `out`"):
            np.multiply(X3, 2.0, out=x)
        with pytest.raises(ad.TapeError, match="assign_add"):
            v += 1.0
