def grad_least_squares(w, x, y):
    r = x @ w - y
    # return np.sum(r * r)
    r_bar = 2 * r
    # r = x @ w - y
    w_bar = x.T @ r_bar
    return w_bar
