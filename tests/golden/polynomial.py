def grad_polynomial(x):
    # return 3 * x**3 - 2 * x + 1
    x_bar = -2.0 + 3.0 * (3 * x ** 2)
    return x_bar
