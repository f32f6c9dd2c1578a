"""The cotangents of Fourier transforms that pad, cut off, or keep half of the spectrum."""

from __future__ import annotations

from typing import Any

import numpy as np


def fft_like(y_bar: Any, a: Any, axis: int, norm: Any, inverse: bool) -> Any:
    """The cotangent of `a` in `fft(a, n)`: the transform of `y_bar`, cut or padded to `a`."""
    whole = (np.fft.ifft if inverse else np.fft.fft)(y_bar, None, axis, norm)
    return fitted(whole, np.shape(a)[axis], axis)


def fitted(x: Any, length: int, axis: int) -> Any:
    """`x`, cut off or padded with zeros to a length along an axis."""
    own = np.shape(x)[axis]
    if own >= length:
        return np.take(x, np.arange(length), axis)
    width = [(0, 0)] * np.ndim(x)
    width[axis] = (0, length - own)
    return np.pad(x, width)


def rfft_like(y_bar: Any, a: Any, n: Any, axis: int, norm: Any) -> Any:
    """The cotangent of the real `a` in `rfft(a, n)`."""
    length = np.shape(a)[axis] if n is None else n
    full = np.fft.fft(fitted(y_bar, length, axis), None, axis, norm)
    return fitted(np.real(full), np.shape(a)[axis], axis)


def irfft_like(y_bar: Any, a: Any, axis: int, norm: Any) -> Any:
    """The cotangent of `a` in `irfft(a, n)`: inner frequencies count twice."""
    length = np.shape(y_bar)[axis]
    back: Any = {None: "forward", "backward": "forward", "forward": "backward", "ortho": "ortho"}[
        norm
    ]
    half = np.conj(np.fft.rfft(y_bar, None, axis, back))
    count = np.shape(half)[axis]
    weight = np.full(count, 2.0)
    weight[0] = 1.0
    if length % 2 == 0:
        weight[-1] = 1.0
    shape = [1] * np.ndim(half)
    shape[axis] = count
    return fitted(half * weight.reshape(shape), np.shape(a)[axis], axis)
