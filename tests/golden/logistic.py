import numpy as np


def grad_logistic(w, b, x, y):
    z = x @ w + b
    t = np.exp(z)
    # return np.sum(np.log(1 + np.exp(z)) - y * z)
    z_bar = 1.0 / (1 + t) * t - y
    # z = x @ w + b
    b_bar = np.sum(z_bar)
    w_bar = x.T @ z_bar
    return w_bar, b_bar
