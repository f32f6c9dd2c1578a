import numpy as np

from autodiff_sst.optimize.dead_code import remove_dead_code
from tests.passes import check_pass

X = np.array([1.0, 2.0])


def test_an_unread_assignment_goes() -> None:
    check_pass(
        remove_dead_code,
        before="s = np.sum(x); y = np.tanh(x); return y",
        after="y = np.tanh(x); return y",
        x=X,
    )


def test_an_effect_stays_and_its_result_goes() -> None:
    check_pass(
        remove_dead_code,
        before="t = np.sin(x); y = print(t); return x",
        after="t = np.sin(x); print(t); return x",
        x=X,
    )


def test_a_carry_and_a_push_that_feed_only_themselves_go() -> None:
    check_pass(
        remove_dead_code,
        before="""
            saved = stack()
            s = x
            r = x
            for i in range(n):
                push(saved, s, r, i)
                s_1 = s * 2
                r_1 = r + 1
                s = s_1
                r = r_1
            y = x
            for j in reversed(range(n)):
                a, b, c = pop(saved)
                d = b * 2
                y_1 = y * a
                y = y_1
            return y
        """,
        after="""
            saved = stack()
            s = x
            for i in range(n):
                push(saved, s)
                s_1 = s * 2
                s = s_1
            y = x
            for j in reversed(range(n)):
                a = pop(saved)
                y_1 = y * a
                y = y_1
            return y
        """,
        x=X,
        n=3,
    )


def test_branches_loops_and_buffers_without_a_reader_go_whole() -> None:
    check_pass(
        remove_dead_code,
        before="""
            b = np.zeros_like(x)
            c = np.sum(x)
            if c:
                u = x * 2
                y = 1
            else:
                y = 2
            for i in range(3):
                b[0] += c
                t = b
            while True:
                v = y
                if not c:
                    break
                w = v
            return c
        """.replace("t = b", "t = c").replace("if not c", "if not False"),
        after="c = np.sum(x); return c",
        x=X,
    )
