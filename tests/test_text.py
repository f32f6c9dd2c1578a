import numpy as np
import pytest

from autodiff_sst.core.parse import parse
from autodiff_sst.core.text import show

NAMESPACE = {"np": np, "warn": print}

EVERY_STATEMENT = """\
def everything(x, n, q):
    saved = stack()
    t = np.sin(x)
    t_1 = t * -1.5
    print(t, sep='; ')
    q[0, 1:, ..., None] = t
    q[i_0] = t
    x_bar = np.zeros_like(x)
    s = 1.0
    k = 0
    for i in range(0, n, 2):
        push(saved, s, i)
        s_1 = s @ t
        s = s_1
        k = i
    a = 1
    b = 2
    for j in reversed(range(n)):
        s_2, i_1 = pop(saved)
        x_bar += s_2
        x_bar[i_1, ::-1] += s_2
        add_at(x_bar[q, 1:], s_2)
        a, b = b, a
    e = x.shape[0]
    c = e < 3
    if c:
        u = -t
        y = 3j
        z = True
    else:
        y = -2j
        z = False
    if z:
        warn('no else')
    w = y
    while True:
        v = w > 1e999
        if not v:
            break
        w_1 = w / 2
        w = w_1
    try:
        r = np.log(w)
        m = r
    except ValueError as error:
        m = None
    except:
        raise
    with custom_grad(zz, w, x, y) as (dw,):
        dw_1 = dw * 2
        results = (dw_1, None)
    with custom_grad(zz_1, w) as (dw_2, dw_3,):
        print(dw_2)
        results = ()
    f = (a,)
    g = [a, b]
    h = {'a': a, 'b': b}
    append(g, h)
    l = a is not None
    o = not l
    raise error_0
    return ()
"""
EVERY_STATEMENT = (
    EVERY_STATEMENT.replace("e = x.shape[0]", "d = x.shape\n    e = d[0]")
    .replace("i_0", "n")
    .replace("raise error_0", "raise ValueError")
    .replace("        raise\n", "        raise\n        m = 0\n")
    .replace("return ()", "return h")
)


def test_a_program_of_every_statement_and_expression_round_trips() -> None:
    assert show(parse(EVERY_STATEMENT, NAMESPACE)) == EVERY_STATEMENT


@pytest.mark.parametrize(
    "body",
    ["return x + 1", "y = x + x * x; return y", "del x; return x", "return unknown", "return",
     "for i in x: pass\n    return x", "if x < 0: pass\n    return x"],
)  # fmt: skip
def test_what_is_not_core_is_refused_with_its_line(body: str) -> None:
    with pytest.raises(SyntaxError, match=r"line 2|ends with"):
        parse(f"def f(x):\n    {body}", NAMESPACE)
