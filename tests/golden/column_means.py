import numpy as np


def grad_column_means(a):
    m = np.sum(a, axis=0) / 3.0
    # return np.sum((a - m) ** 2)
    t = 2 * (a - m)
    # m = np.sum(a, axis=0) / 3.0
    a_bar = t - np.sum(t, axis=0) / 3.0
    return a_bar
