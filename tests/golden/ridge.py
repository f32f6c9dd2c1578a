def grad_ridge(w, x, y, penalty):
    # return np.sum((x @ w - y) ** 2) + penalty * np.sum(w**2)
    w_bar = penalty * 2 * w
    w_bar = w_bar + x.T @ (2 * (x @ w - y))
    return w_bar
