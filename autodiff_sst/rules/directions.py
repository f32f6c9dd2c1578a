"""Rules of what a widened sweep is made with: a Jacobian is differentiated too."""

import numpy as np

from autodiff_sst.rules.language import adjoint, d
from autodiff_sst.rules.registry import declare_linear, declare_nondifferentiable
from autodiff_sst.runtime.directions import one_a_component, one_a_component_of_items, widened

declare_nondifferentiable(one_a_component, one_a_component_of_items)
declare_linear(widened, by=("x",))


@adjoint(widened)
def _(y, x, count):
    d[x] = np.sum(d[y], axis=0)
