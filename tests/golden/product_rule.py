import numpy as np


def grad_product_rule(x):
    t = np.sin(x)
    t_1 = x ** 2
    y = t * t_1
    t_2 = np.exp(-x)
    t_3 = 1 + t_2
    # return y / (1 + np.exp(-x))
    y_bar = 1.0 / t_3
    # y = np.sin(x) * x**2
    x_bar = y_bar * t * (2 * x) + y_bar * (y / t_3) * t_2
    x_bar += y_bar * t_1 * np.cos(x)
    return x_bar
