import numpy as np

from autodiff_sst.optimize.copies import drop_copies, propagate_copies
from tests.passes import check_pass

X = np.array([1.0, 2.0])


def test_copies_are_read_through() -> None:
    check_pass(
        propagate_copies,
        before="y = x; z = 2.0; w = y; t = w * z; return t",
        after="t = x * 2.0; return t",
        x=X,
    )


def test_decided_branches_equal_merges_and_constant_carries() -> None:
    check_pass(
        propagate_copies,
        before="""
            if True:
                t = x * 2
                y = t
            else:
                y = x
            c = np.sum(y)
            if c:
                z = y
            else:
                z = y
            s = z
            r = 1.0
            for i in range(3):
                r_1 = r * 2
                q = np.sum(s)
                r_2 = r_1 + q
                s = s
                r = r_2
            w = s * r
            return w
        """,
        after="""
            t = x * 2
            c = np.sum(t)
            if c:
                pass
            r = 1.0
            for i in range(3):
                r_1 = r * 2
                q = np.sum(t)
                r_2 = r_1 + q
                r = r_2
            w = t * r
            return w
        """,
        x=X,
    )


def test_only_a_copy_of_a_new_array_that_nobody_else_reads_goes() -> None:
    check_pass(
        drop_copies,
        before="t = x * 2; a = np.copy(t); b = np.copy(x); u = x + 1; c = np.copy(u);"
        " v = (a, b, c, u); return v",
        after="a = x * 2; b = np.copy(x); u = x + 1; c = np.copy(u); v = (a, b, c, u); return v",
        x=X,
    )
