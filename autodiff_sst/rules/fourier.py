"""Discrete Fourier transforms: linear, and each the adjoint of another up to a scale.

In the convention of this package, d/da - i d/db for a complex a + ib, the adjoint of the matrix
exp(-2 pi i jk / n) is its transpose: the transform itself.
"""

import numpy as np

from autodiff_sst.core.syntax import Object
from autodiff_sst.rules.language import adjoint, d, macro
from autodiff_sst.rules.registry import declare_linear
from autodiff_sst.runtime.fourier import fft_like, irfft_like, rfft_like

declare_linear(np.fft.fft, np.fft.ifft, np.fft.rfft, np.fft.irfft, by=("a",))
declare_linear(np.fft.fftshift, np.fft.ifftshift, by=("x",))
declare_linear(fft_like, rfft_like, irfft_like, by=("y_bar",))


@adjoint(np.fft.fft)
def _(y, a, n=None, axis=-1, norm=None):
    d[a] = fft_like(d[y], a, axis, norm, False)


@adjoint(np.fft.ifft)
def _(y, a, n=None, axis=-1, norm=None):
    d[a] = fft_like(d[y], a, axis, norm, True)


@adjoint(fft_like)
def _(y, y_bar, a, axis, norm, inverse):
    d[y_bar] = fft_like(d[y], y_bar, axis, norm, inverse)
    d[a] = None


@adjoint(np.fft.rfft)
def _(y, a, n=None, axis=-1, norm=None):
    d[a] = rfft_like(d[y], a, n, axis, norm)


@adjoint(np.fft.irfft)
def _(y, a, n=None, axis=-1, norm=None):
    d[a] = irfft_like(d[y], a, axis, norm)


@adjoint(rfft_like)
def _(y, y_bar, a, n, axis, norm):
    d[y_bar] = rfft_of(d[y], a, n, axis, norm)
    d[a] = None


@adjoint(irfft_like)
def _(y, y_bar, a, axis, norm):
    d[y_bar] = np.fft.irfft(d[y], np.shape(y_bar)[axis], axis, norm)
    d[a] = None


@macro
def rfft_of(builder, knowledge, x, a, n, axis, norm):
    """The transform of as many items as `a` was transformed with."""
    rfft = Object(np.fft.rfft, "np.fft.rfft", np)
    return builder.call(rfft, x, n, axis, norm)


@adjoint(np.fft.fftshift)
def _(y, x, axes=None):
    d[x] = np.fft.ifftshift(d[y], axes)


@adjoint(np.fft.ifftshift)
def _(y, x, axes=None):
    d[x] = np.fft.fftshift(d[y], axes)
