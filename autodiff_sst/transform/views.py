"""What an array is after a view of it got other contents.

v = y.T                            t = np.transpose(y)
v[0] = x               →           t_1 = updated(t[0], x)
                                   y_1 = np.transpose(t_1)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from autodiff_sst.analysis.values import Array, Unknown
from autodiff_sst.core.syntax import Atom, Attribute, Call, Expression, Literal, Object, Subscript
from autodiff_sst.rules.helpers import REAL, SHAPE, numpy_object

if TYPE_CHECKING:
    from autodiff_sst.transform.references import References

_IMAG = numpy_object(np.imag)


def changed_through(references: References, view: Expression, whole: Atom, new: Atom) -> Atom:
    """The array, or the container, of which `view` is now `new`."""
    builder = references.builder
    known = builder.fact(whole)
    is_array = isinstance(known, Array | Unknown)
    match view:
        case Subscript(_, index):
            return references.replaced(whole, known, index, new)
        case Attribute(_, "T"):
            return builder.emit(Attribute(new, "T"))
        case Attribute(_, "real") if is_array:
            other = builder.binary("*", Literal(1j), builder.call(_IMAG, whole))
            return builder.binary("+", new, other)
        case Attribute(_, "imag") if is_array:
            other = builder.binary("*", Literal(1j), new)
            return builder.binary("+", builder.call(REAL, whole), other)
        case Attribute(_, name) if name != "flat" or not is_array:
            return references.replaced(whole, known, (Literal(name),), new)
        case Call(Object(function), args) if function is np.transpose and len(args) == 1:
            return builder.emit(Call(numpy_object(np.transpose), (new,)))
        case Call(Object(function), (_, *rest)) if function is np.swapaxes:
            return builder.emit(Call(numpy_object(np.swapaxes), (new, *rest)))
        case Call(Object(function), (_, source, to)) if function is np.moveaxis:
            return builder.emit(Call(numpy_object(np.moveaxis), (new, to, source)))
        case _:
            shape = builder.call(SHAPE, whole)
            return builder.emit(Call(numpy_object(np.reshape), (new, shape)))
