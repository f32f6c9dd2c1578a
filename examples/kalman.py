"""A Kalman filter as an object that holds an estimate; its noise is found from the data."""

import numpy as np

import autodiff_sst as ad


class Filter:
    """Position and speed of what is pushed at random, and measured with noise."""

    def __init__(self, push, noise, step=1.0):
        self.move = np.array([[1.0, step], [0.0, 1.0]])
        self.spread = push * np.array([[step**3 / 3, step**2 / 2], [step**2 / 2, step]])
        self.noise = noise
        self.mean, self.covariance = np.zeros(2), 10.0 * np.eye(2)
        self.surprise = 0.0

    def predict(self):
        self.mean = self.move @ self.mean
        self.covariance = self.move @ self.covariance @ self.move.T + self.spread

    def update(self, measured):
        error = measured - self.mean[0]
        variance = self.covariance[0, 0] + self.noise
        gain = self.covariance[:, 0] / variance
        self.mean = self.mean + gain * error
        self.covariance = self.covariance - np.outer(gain, self.covariance[0])
        self.surprise += 0.5 * (np.log(variance) + error**2 / variance)


def surprise(logs, data):
    """The negative log likelihood of measurements, by the logarithms of push and noise."""
    push, noise = np.exp(logs)
    tracker = Filter(push, noise)
    for measured in data:
        tracker.predict()
        tracker.update(measured)
    return tracker.surprise


if __name__ == "__main__":
    rng = np.random.default_rng(3)
    speed = np.cumsum(0.3 * rng.normal(size=150))
    data = np.cumsum(speed) + 2.0 * rng.normal(size=150)
    logs = np.zeros(2)

    ad.check_grads(surprise, (logs, data), order=1)
    print("the gradient agrees with finite differences")
    gradient = ad.value_and_grad(surprise)
    for _ in range(150):
        value, slope = gradient(logs, data)
        logs = logs - 0.02 * slope
    print(f"surprise {value:.2f}; push {np.exp(logs[0]):.2f}, noise {np.exp(logs[1]):.2f}")
    print(gradient.source)
