"""Fourier transforms over several axes, and of Hermitian input, by those over one axis."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

import numpy as np

from autodiff_sst.rules.definitions import defines


@defines(np.fft.fftn)
def fftn(a, s=None, axes=None, norm=None):
    return _over_axes(a, s, _axes(a, s, axes), norm, False)


@defines(np.fft.ifftn)
def ifftn(a, s=None, axes=None, norm=None):
    return _over_axes(a, s, _axes(a, s, axes), norm, True)


@defines(np.fft.fft2)
def fft2(a, s=None, axes=(-2, -1), norm=None):
    return _over_axes(a, s, axes, norm, False)


@defines(np.fft.ifft2)
def ifft2(a, s=None, axes=(-2, -1), norm=None):
    return _over_axes(a, s, axes, norm, True)


def _axes(a, s, axes):
    if axes is not None:
        return axes
    return tuple(range(-np.ndim(a) if s is None else -len(s), 0))


def _over_axes(a, s, axes, norm, inverse):
    made = a
    for k in range(len(axes)):
        n = None if s is None else s[k]
        if inverse:
            made = np.fft.ifft(made, n, axes[k], norm)
        else:
            made = np.fft.fft(made, n, axes[k], norm)
    return made


@defines(np.fft.rfftn)
def rfftn(a, s=None, axes=None, norm=None):
    along = _axes(a, s, axes)
    last = np.fft.rfft(a, None if s is None else s[-1], along[-1], norm)
    return _over_axes(last, None if s is None else s[:-1], along[:-1], norm, False)


@defines(np.fft.rfft2)
def rfft2(a, s=None, axes=(-2, -1), norm=None):
    return rfftn(a, s, axes, norm)


@defines(np.fft.irfftn)
def irfftn(a, s=None, axes=None, norm=None):
    along = _axes(a, s, axes)
    others = _over_axes(a, None if s is None else s[:-1], along[:-1], norm, True)
    return np.fft.irfft(others, None if s is None else s[-1], along[-1], norm)


@defines(np.fft.irfft2)
def irfft2(a, s=None, axes=(-2, -1), norm=None):
    return irfftn(a, s, axes, norm)


@defines(np.fft.hfft)
def hfft(a, n=None, axis=-1, norm=None):
    return np.fft.irfft(np.conj(a), n, axis, _other(norm))


@defines(np.fft.ihfft)
def ihfft(a, n=None, axis=-1, norm=None):
    return np.conj(np.fft.rfft(a, n, axis, _other(norm)))


def _other(norm):
    if norm == "ortho":
        return "ortho"
    return "backward" if norm == "forward" else "forward"
