import numpy as np


def grad_row_scales(a, s):
    s_bar = np.sqrt(np.sum(a * a, axis=1))
    # return np.sum(np.sqrt(np.sum(a * a, axis=1)) * s)
    a_bar = (s / (2 * s_bar))[:, None] * a
    a_bar = 2 * a_bar
    s_bar = np.copy(s_bar)
    return a_bar, s_bar
