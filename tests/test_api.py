import numpy as np
import pytest

import autodiff_sst as ad

W, X = np.random.default_rng(0).normal(size=(3, 2)), np.random.default_rng(1).normal(size=(4, 3))


def f(w, x):  # type: ignore[no-untyped-def]
    return np.sum(np.tanh(x @ w))


def test_the_first_gradient() -> None:
    df = ad.grad(f)
    np.testing.assert_allclose(df(W, X), X.T @ (1 - np.tanh(X @ W) ** 2))
    assert df.source == (
        "import numpy as np\n"
        "\n"
        "\n"
        "def grad_f(w, x):\n"
        "    t = np.tanh(x @ w)\n"
        "    # return np.sum(np.tanh(x @ w))\n"
        "    w_bar = x.T @ (1 - t * t)\n"
        "    return w_bar\n"
    )


def test_argnums_by_number_name_and_tuple_as_call_and_decorator() -> None:
    expected = ad.grad(f, argnums=(0, 1))(W, X)
    assert [g.shape for g in expected] == [W.shape, X.shape]
    np.testing.assert_array_equal(ad.grad(f, argnums="x")(W, X), expected[1])
    np.testing.assert_array_equal(ad.grad(argnums=-1)(f)(W, x=X), expected[1])
    value, gradients = ad.value_and_grad(f, argnums=("x", 0))(W, X)
    assert value == f(W, X)
    np.testing.assert_array_equal(gradients[1], expected[0])


@pytest.mark.parametrize(
    ("argnums", "error", "words"),
    [(2, ValueError, "2 parameters"), ("y", ValueError, "no parameter 'y'"),
     ((0, 0), ValueError, "twice"), (1.0, TypeError, "an int, a parameter's name"),
     ((), ValueError, "at least one"), (True, TypeError, "not True")],
)  # fmt: skip
def test_bad_argnums_are_refused(argnums: object, error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        ad.grad(f, argnums=argnums)  # type: ignore[arg-type]


def test_second_derivatives_from_core() -> None:
    def g(x):  # type: ignore[no-untyped-def]
        return np.sin(x) * x**3

    x = 0.7
    second = 6 * x * np.sin(x) + 6 * x**2 * np.cos(x) - x**3 * np.sin(x)
    assert ad.grad(ad.grad(g))(x) == pytest.approx(second)
    assert "grad_grad_g" in ad.grad(ad.grad(g)).source


def test_errors_of_inputs_and_outputs() -> None:
    with pytest.raises(ad.NonDifferentiableInputError, match="`w` was asked for, which is an int"):
        ad.grad(f)(1, X)
    with pytest.raises(ad.NonScalarOutputError, match=r"returned shape \(4, 2\)"):
        ad.grad(lambda w, x: x @ w)(W, X)
    with pytest.raises(TypeError, match=r"f\(\) missing 1 required positional argument: 'x'"):
        ad.grad(f)(W)


def test_what_is_captured_is_read_at_every_call() -> None:
    scale = 2.0

    def g(x):  # type: ignore[no-untyped-def]
        return x * scale

    dg = ad.grad(g)
    assert dg(1.0) == 2.0
    scale = 3.0
    assert dg(1.0) == 3.0


def test_a_gradient_shares_memory_with_nothing() -> None:
    gradient = ad.grad(lambda x, w: np.sum(x * w))(X, X)
    np.testing.assert_array_equal(gradient, X)
    assert not np.shares_memory(gradient, X)


def test_a_deferred_cotangent_counts_once_an_element() -> None:
    def g(a, v, m):  # type: ignore[no-untyped-def]
        return np.sum(m - a) + np.sum(v + m) + np.sum(-(a + v)) + np.sum(m / m + a * v)

    a, v, m = 0.7, np.array([1.0, 2.0, 3.0]), np.arange(1.0, 7.0).reshape(2, 3)
    a_bar, v_bar, m_bar = ad.grad(g, argnums=(0, 1, 2))(a, v, m)
    assert a_bar == pytest.approx(-6 - 3 + 2 * 6)
    np.testing.assert_allclose(v_bar, np.full(3, 2 - 1 + 2 * 0.7))
    np.testing.assert_allclose(m_bar, np.full((2, 3), 2.0))
    assert ad.grad(g).source_for(a, v, m) != ad.grad(g).source


def test_vjp_pulls_back_many_times() -> None:
    y, pullback = ad.vjp(lambda w, x: np.tanh(x @ w), W, X)
    np.testing.assert_array_equal(y, np.tanh(X @ W))
    for seed in (np.ones((4, 2)), np.arange(8.0).reshape(4, 2)):
        w_bar, x_bar = pullback(seed)
        np.testing.assert_allclose(w_bar, X.T @ (seed * (1 - y * y)))
        np.testing.assert_allclose(x_bar, seed * (1 - y * y) @ W.T)
    with pytest.raises(ValueError, match=r"shape \(4, 2\) was due, not \(2,\)"):
        pullback(np.ones(2))


def test_vjp_of_what_depends_on_nothing_or_is_the_argument() -> None:
    y, pullback = ad.vjp(lambda x, w: x, X, W)
    x_bar, w_bar = pullback(X)
    assert y is X and not np.shares_memory(x_bar, X) and not w_bar.any()
    y, pullback = ad.vjp(lambda x: 3.0, 1.0)
    assert (y, pullback(1.0)) == (3.0, (0.0,))


def test_tuples_and_dicts_of_active_values() -> None:
    def g(p, q):  # type: ignore[no-untyped-def]
        t = (p["a"] * q[0], q[1])
        return t[0] * t[-1] + np.sum(p["b"][0])

    p = {"a": 2.0, "b": (np.ones(2), "name"), "n": 3}
    p_bar, q_bar = ad.grad(g, argnums=(0, 1))(p, (3.0, 5.0))
    assert (p_bar["a"], p_bar["n"], p_bar["b"][1], q_bar) == (15.0, None, None, (10.0, 6.0))
    np.testing.assert_array_equal(p_bar["b"][0], np.ones(2))


def test_methods_are_functions_and_what_is_not_known_is_refused() -> None:
    def g(x):  # type: ignore[no-untyped-def]
        return (x.T @ x).reshape(2, 2).sum(axis=0).sum() + x.copy().ravel().sum()

    np.testing.assert_allclose(ad.grad(g)(W), 2 * W @ np.ones((2, 2)) + 1)
    with pytest.raises(ad.MissingRuleError, match="has no derivative"):
        ad.grad(lambda x: x.tobytes())(W)


def writes_out(x, buffer):  # type: ignore[no-untyped-def]
    np.multiply(x, 2.0, out=buffer)
    return np.sum(buffer * x)


def adds_at(x, i):  # type: ignore[no-untyped-def]
    total = np.zeros(3)
    np.add.at(total, i, x)
    return np.sum(total * x)


def sorts(x, n):  # type: ignore[no-untyped-def]
    items = [x, x * 2]
    others = items
    items.sort()
    return others[0]


def shows(x):  # type: ignore[no-untyped-def]
    print("x is", x)
    return x * x


@pytest.mark.parametrize(
    ("function", "args"),
    [(sorts, (1.0, 2))],
)
def test_what_may_change_something_in_place_is_refused(function: object, args: object) -> None:
    with pytest.raises(ad.UnsupportedSyntaxError, match="may change something in place"):
        ad.grad(function)(*args)  # type: ignore[arg-type, misc]


def test_what_is_written_into_an_argument_is_there() -> None:
    buffer = np.zeros(3)
    np.testing.assert_allclose(ad.grad(writes_out)(np.ones(3), buffer), numerically(writes_out))
    given = ad.grad(adds_at)(np.ones(3), np.arange(3))
    np.testing.assert_allclose(given, 2 * np.ones(3))


def numerically(f):  # type: ignore[no-untyped-def]
    ends = [f(np.ones(3) + s * 1e-6 * np.eye(3)[k], np.zeros(3)) for k in range(3) for s in (1, -1)]
    return [(ends[2 * k] - ends[2 * k + 1]) / 2e-6 for k in range(3)]


def test_printing_happens_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert ad.value_and_grad(shows)(3.0) == (9.0, 6.0)
    assert capsys.readouterr().out == "x is 3.0\n"


def test_has_aux() -> None:
    def g(x):  # type: ignore[no-untyped-def]
        y = x * x
        return y * x, {"square": y, "word": "aux"}

    assert ad.grad(g, has_aux=True)(2.0) == (12.0, {"square": 4.0, "word": "aux"})
    expected = ((8.0, {"square": 4.0, "word": "aux"}), (12.0,))
    assert ad.value_and_grad(g, argnums=(0,), has_aux=True)(2.0) == expected
    with pytest.raises(ad.NonScalarOutputError, match="must return a pair"):
        ad.grad(shows, has_aux=True)(1.0)
    with pytest.raises(ad.NonScalarOutputError, match="returns a tuple"):
        ad.grad(g)(2.0)


def test_stop_gradient_makes_a_constant() -> None:
    assert ad.grad(lambda x: x * ad.stop_gradient(x * x))(3.0) == 9.0
    assert ad.stop_gradient(2.0) == 2.0


def checked(x, n):  # type: ignore[no-untyped-def]
    assert n < 5, f"{n!r} is too large: {x:.2f}"
    if x < 0:
        raise ValueError("negative", x)
    return x**n


def test_the_exceptions_of_the_primal_pass_through() -> None:
    assert ad.grad(checked)(2.0, 3) == 12.0
    with pytest.raises(ValueError, match="negative") as caught:
        ad.grad(checked)(-2.0, 3)
    assert caught.value.args == ("negative", -2.0)
    assert caught.traceback[-1].name == "grad_checked"
    assert "raise ValueError('negative', x)" in str(caught.traceback[-1].statement)
    with pytest.raises(AssertionError, match=r"7 is too large: 2\.00"):
        ad.grad(checked)(2.0, 7)


def test_complex_values_between_real_ones() -> None:
    c = np.array([1.0 + 2.0j, -0.5j, 0.3])

    def g(x):  # type: ignore[no-untyped-def]
        z = np.exp(1j * x) * c
        w = np.conj(z) * z + np.abs(z) ** 3 + z * x
        return np.real(np.vdot(z, w)) + np.var(z) + np.std(w) + np.real(np.sum(w * w))

    x, v, h = np.array([0.3, -0.8, 1.1]), np.array([0.5, 1.0, -0.7]), 1e-6
    expected = (g(x + h * v) - g(x - h * v)) / (2 * h)
    assert ad.grad(g)(x) @ v == pytest.approx(expected, rel=1e-7)


def test_the_gradient_by_a_complex_argument() -> None:
    z = np.array([1.0 + 2.0j, -0.5j])
    gradient = ad.grad(lambda z: np.sum(np.abs(z) ** 2))(z)  # of a² + b²: 2a - 2ib
    np.testing.assert_allclose(gradient, 2 * np.conj(z))


def test_a_derivative_is_compiled_once_a_signature() -> None:
    def g(x, y=2):  # type: ignore[no-untyped-def]
        return np.sum(x * y)

    dg = ad.grad(g)
    assert dg(3.0) == 2 and dg(3.0, 5) == 5 and dg(4.0, 5) == 5
    assert len(dg._derived) == 1
    np.testing.assert_array_equal(dg(np.ones(3), 5), [5.0] * 3)
    np.testing.assert_array_equal(dg(np.ones(1), 5), [5.0])
    np.testing.assert_array_equal(dg(np.ones(2, np.float32), np.ones(2)), [1.0] * 2)
    assert len(dg._derived) == 4
    assert dg(np.ones(2, np.float32), 3).dtype == np.float32


def test_hvp() -> None:
    def g(x, a):  # type: ignore[no-untyped-def]
        return np.sum(np.sin(x) * x**2 * a) + np.sum(x) ** 3

    x, a, v = np.array([0.3, -0.8, 1.1]), np.array([1.0, 2.0, -1.0]), np.array([0.5, 1.0, -0.7])
    gradient, h = ad.grad(g), 1e-6
    expected = (gradient(x + h * v, a) - gradient(x - h * v, a)) / (2 * h)
    np.testing.assert_allclose(ad.hvp(g)(x, a, v), expected, rtol=1e-6)
    assert ad.hvp(lambda x: x**4)(2.0, 3.0) == pytest.approx(144.0)
    with pytest.raises(ValueError, match=r"shape \(3,\) was due, not \(2,\)"):
        ad.hvp(g)(x, a, v[:2])


def squares(x):  # type: ignore[no-untyped-def]
    global LAST
    LAST = x * x
    return LAST


def test_the_reason_of_a_refusal_is_where_it_began() -> None:
    with pytest.raises(
        ad.UnsupportedSyntaxError, match=r"(?s)`global` has no.*reached from squares"
    ):
        ad.grad(lambda x: squares(x) * x)(2.0)
