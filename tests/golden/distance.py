import numpy as np


def grad_distance(p, q):
    t = p - q
    # return np.sqrt(np.sum((p - q) ** 2))
    p_bar = 1.0 / (2 * np.sqrt(np.sum(t ** 2))) * 2 * t
    return p_bar
