import numpy as np


def grad_first_and_last(a):
    a_bar = np.zeros_like(a)
    # return a[0] * a[-1] - np.cos(a[1:]).sum()
    a_bar[1:] += np.sin(a[1:])
    a_bar[-1] += a[0]
    a_bar[0] += a[-1]
    return a_bar
