import numpy as np

from autodiff_sst.optimize.common_subexpressions import share_common_subexpressions
from tests.passes import check_pass


def test_what_was_computed_is_read_and_a_turn_forgets() -> None:
    check_pass(
        share_common_subexpressions,
        before="""
            y = np.exp(x)
            s = x
            for i in range(2):
                t = np.exp(x)
                u = s * 2
                v = s * 2
                s_1 = t * v
                s = s_1
            w = s * 2
            a = np.zeros_like(x)
            b = np.zeros_like(x)
            z = (w, y, a, b)
            return z
        """,
        after="""
            y = np.exp(x)
            s = x
            for i in range(2):
                u = s * 2
                s_1 = y * u
                s = s_1
            w = s * 2
            a = np.zeros_like(x)
            b = np.zeros_like(x)
            z = (w, y, a, b)
            return z
        """,
        x=np.array([0.1, 0.2]),
    )


def test_one_and_one_point_zero_differ() -> None:
    text = "a = x * 1; b = x * 1.0; c = (a, b); return c"
    check_pass(share_common_subexpressions, before=text, after=text, x=3)
