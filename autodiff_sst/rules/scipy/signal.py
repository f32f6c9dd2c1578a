"""Functions of `scipy.signal`: convolutions as products with windows, spectra by transforms."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

import numpy as np
from scipy import signal

from autodiff_sst.errors import MissingRuleError
from autodiff_sst.rules.definitions import defines


@defines(signal.convolve, signal.fftconvolve, signal.oaconvolve, signal.convolve2d)
def convolve(in1, in2, mode="full", method="auto"):
    return _correlated(in1, np.flip(in2), mode, False)


@defines(signal.correlate, signal.correlate2d)
def correlate(in1, in2, mode="full", method="auto"):
    return _correlated(in1, np.conj(in2), mode, True)


def _correlated(a, kernel, mode, turned):
    """Sums of products with a kernel at every place."""
    size, window = np.shape(a), np.shape(kernel)
    padded = np.pad(a, [(k - 1, k - 1) for k in window])
    places = np.lib.stride_tricks.sliding_window_view(
        np.reshape(np.arange(np.size(padded)), np.shape(padded)), window
    )
    rows = np.ravel(padded)[np.reshape(places, (-1, np.size(kernel)))]
    full = np.reshape(rows @ np.ravel(kernel), np.shape(places)[: np.ndim(a)])
    if mode == "full":
        return full
    if mode == "same":
        return full[tuple([slice((k - 1) // 2, (k - 1) // 2 + n) for n, k in zip(size, window)])]  # noqa: B905
    return full[tuple([slice(k - 1, n) for n, k in zip(size, window)])]  # noqa: B905


@defines(signal.lfilter)
def lfilter(b, a, x):
    """The solution of the difference equation, as of a triangular system."""
    n = np.shape(x)[0]
    left = _lower_toeplitz(a, n)
    return np.linalg.solve(left, _lower_toeplitz(b, n) @ x)


def _lower_toeplitz(c, n):
    m = np.shape(c)[0]
    places = np.arange(n)[:, None] - np.arange(n)
    return np.where((places >= 0) & (places < m), c[np.clip(places, 0, m - 1)], 0.0)


@defines(signal.detrend)
def detrend(data, axis=-1, type="linear"):
    moved = np.moveaxis(data, axis, -1)
    n = np.shape(moved)[-1]
    basis = np.ones((n, 1)) if type == "constant" else np.stack([np.ones(n), np.arange(n) / n], 1)
    onto = basis @ np.linalg.pinv(basis)
    return np.moveaxis(moved - moved @ onto, -1, axis)


def _segments(x, nperseg, noverlap):
    step = nperseg - (nperseg // 2 if noverlap is None else noverlap)
    count = (np.shape(x)[-1] - nperseg) // step + 1
    return x[..., np.arange(count)[:, None] * step + np.arange(nperseg)]


@defines(signal.csd)
def csd(x, y, fs=1.0, window="hann", nperseg=256, noverlap=None, scaling="density"):
    n = min(nperseg, np.shape(x)[-1])
    weights = signal.get_window(window, n)
    first, second = _segments(x, n, noverlap), _segments(y, n, noverlap)
    left = np.fft.rfft((first - np.mean(first, axis=-1, keepdims=True)) * weights)
    right = np.fft.rfft((second - np.mean(second, axis=-1, keepdims=True)) * weights)
    scale = fs * np.sum(weights**2) if scaling == "density" else np.sum(weights) ** 2
    twice = np.full(n // 2 + 1, 2.0)
    twice[0] = 1.0
    if n % 2 == 0:
        twice[-1] = 1.0
    power = np.mean(np.conj(left) * right, axis=-2) * (twice / scale)
    return np.fft.rfftfreq(n, 1 / fs), power


@defines(signal.welch)
def welch(x, fs=1.0, window="hann", nperseg=256, noverlap=None, scaling="density"):
    frequencies, power = csd(x, x, fs, window, nperseg, noverlap, scaling)
    return frequencies, np.real(power)


@defines(signal.stft)
def stft(x, fs=1.0, window="hann", nperseg=256, noverlap=None):
    n = min(nperseg, np.shape(x)[-1])
    weights = signal.get_window(window, n)
    step = n - (n // 2 if noverlap is None else noverlap)
    length = np.shape(x)[-1] + 2 * (n // 2)
    rest = (-(length - n) % step) % n
    if np.ndim(x) != 1:
        raise MissingRuleError("`scipy.signal.stft` has a derivative for one signal at a time")
    padded = np.pad(x, (n // 2, n // 2 + rest))
    spectra = np.fft.rfft(_segments(padded, n, noverlap) * weights) / np.sum(weights)
    times = np.arange(np.shape(spectra)[0]) * step / fs
    return np.fft.rfftfreq(n, 1 / fs), times, np.transpose(spectra)


@defines(signal.istft)
def istft(Zxx, fs=1.0, window="hann", nperseg=None, noverlap=None, nfft=None, boundary=True):
    """Windows of the inverse transforms, added where they overlap, over the sum of squares."""
    if np.ndim(Zxx) != 2:
        raise MissingRuleError("`scipy.signal.istft` has a derivative for one signal at a time")
    count = np.shape(Zxx)[1]
    whole = 2 * (np.shape(Zxx)[0] - 1) if nfft is None else nfft
    n = whole if nperseg is None else nperseg
    step = n - (n // 2 if noverlap is None else noverlap)
    weights = signal.get_window(window, n)
    frames = np.fft.irfft(np.transpose(Zxx), whole)[:, :n] * (weights * np.sum(weights))
    places = np.arange(count)[:, None] * step + np.arange(n)
    total, squares = np.zeros((count - 1) * step + n), np.zeros((count - 1) * step + n)
    np.add.at(total, places, frames)
    np.add.at(squares, places, np.broadcast_to(weights**2, np.shape(places)))
    found = total / np.where(squares > 1e-10, squares, 1.0)
    if boundary:
        found = found[n // 2 : np.size(squares) - n // 2]
    return np.arange(np.shape(found)[0]) / fs, found
